"""The gazetteer: addresses with their UPRN, imported from files, and finding one as people write it."""
