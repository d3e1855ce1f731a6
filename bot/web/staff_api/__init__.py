"""What the console does, as JSON under /api/v1/staff, so that a council can connect its own tools."""
