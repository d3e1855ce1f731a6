"""What other systems and residents are to be told, written with the change and delivered by a worker."""
