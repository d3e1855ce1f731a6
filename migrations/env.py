"""How alembic reaches the database: the same address as the product, on the same drivers.

bot/foundation/migrations.py calls it; `alembic revision --autogenerate` uses it through alembic.ini.
"""

import asyncio
from pathlib import Path

from alembic import context
from sqlalchemy import Connection, text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine

from bot.applications import store as applications_store
from bot.cases import store as cases_store
from bot.cases.outbox import store as outbox_store
from bot.conversations import erased as erased_store
from bot.conversations import store as conversations_store
from bot.foundation.database import metadata
from bot.knowledge.editing import store as editing_store
from bot.learning import candidates_store as learning_candidates_store
from bot.learning import store as learning_store
from bot.staff import audit_store, switch_store, token_store
from bot.staff import store as staff_store

ROOMS_WITH_TABLES = (
    conversations_store,
    erased_store,
    cases_store,
    outbox_store,
    staff_store,
    audit_store,
    switch_store,
    applications_store,
    token_store,
    editing_store,
    learning_store,
    learning_candidates_store,
)
LOCK = 7_331_042  # any number, the same in every gateway


def run(connection: Connection) -> None:
    """Runs the steps on one connection."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    context.configure(connection=connection, target_metadata=metadata, render_as_batch=connection.dialect.name == "sqlite")
    with context.begin_transaction():
        context.run_migrations()


async def main() -> None:
    """Opens the database and runs the steps."""
    url = context.config.get_main_option("sqlalchemy.url") or "sqlite+aiosqlite:///var/desk.sqlite3"
    place = make_url(url)
    if place.get_backend_name() == "sqlite" and place.database:
        Path(place.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        await connection.run_sync(run)
    await engine.dispose()


asyncio.run(main())
