"""What is not about councils: database, clock, event bus, rate limits, logging, metrics."""
