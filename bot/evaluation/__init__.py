"""How well the assistant understands, measured on messages it has not learnt from. Begins at measuring.py."""
