"""Reports and applications as data: questions, answers as people give them, checks, sending."""
