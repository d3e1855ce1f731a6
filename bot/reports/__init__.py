"""What managers see: figures of a day and over time, each with its definition, and their publication as open data."""
