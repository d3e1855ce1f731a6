"""Messages in other languages: recognised, and answered with a fixed sentence in that language."""
