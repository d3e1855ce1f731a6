"""What Resident Desk adds to Rasa: a classifier on sentence embeddings, a short memory, training and serving commands."""
