"""Reports, on a small set of conversations that was counted by hand, and on both databases."""
