"""The pages that residents see: the chat as a full page and in a frame, the demonstration pages and their files."""
