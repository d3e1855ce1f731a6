"""Cases and what tells others of them, on both databases and against stand-ins."""
