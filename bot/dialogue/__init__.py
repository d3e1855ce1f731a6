"""Talking to the engine: its client, one turn at a time for each conversation, deciding and composing the reply."""
