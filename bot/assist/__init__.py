"""Suggested replies, and learning from what staff send."""
