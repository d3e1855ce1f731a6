"""Resident Desk: the gateway between residents, the dialogue engine, the council's knowledge and its staff.

Each folder below is a room, a subject; docs/architecture.md has the plan of the house. `app.py` builds everything.
"""
