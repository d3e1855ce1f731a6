"""Handing over to people: the card, the queue and its routing, what staff do in a conversation."""
