"""The public API under /api/v1: conversations, their messages and events. schemas.py has the shapes."""
