"""Cases that can be followed: reference, history, promise with a due date, and telling other systems."""
