"""The console's pages for trainers: themes, reviews, the model, and transcripts to learn from."""
