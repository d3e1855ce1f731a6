"""The pages on which editors read, write, check and publish articles and facts."""
