"""The log of every conversation: messages in order, who owns it, what came of it, and delivery to those who listen."""
