"""Resident Desk: the gateway between residents, the dialogue engine, the council's knowledge and its staff.

Each folder below is a room, a subject; docs/architecture.md has the plan of the house. `app.py` builds everything.
"""

import os

# Before numpy is imported: its products here are small, and the threads that share one wait for a processor that the engine has.
os.environ.setdefault("OMP_NUM_THREADS", "1")
