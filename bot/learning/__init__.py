"""Learning from conversations: signals, themes, suggestions that a second person reviews, candidates and the live model."""
