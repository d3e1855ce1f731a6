"""Brings the database to the newest form with alembic, at every start of the gateway.

The steps are in migrations/versions, numbered so that two branches that add one collide in git. On PostgreSQL an
advisory lock keeps two gateways that start together from running the same step twice.
"""

from pathlib import Path

from alembic import command
from alembic.config import Config

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"


def migrate(database_url: str) -> None:
    """Runs every step that the database has not had yet. Blocking: call it in a thread."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("sqlalchemy.url", database_url.replace("%", "%%"))
    command.upgrade(config, "head")
