"""Suggested replies for staff: ranked from approved answers and past replies, learning from what is sent."""
