"""The residents' pages in a real Chromium."""
