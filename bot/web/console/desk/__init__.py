"""The adviser's workspace: queue, own chats, one conversation with its card, and everything staff do in it."""
