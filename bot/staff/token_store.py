"""The table of API tokens and the queries on it. Of a token only the hash is kept."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, Column, DateTime, ForeignKey, Row, String, Table, and_, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.foundation.database import metadata
from bot.staff.model import ALL, Permission
from bot.staff.store import accounts
from bot.staff.token_model import ApiToken

tokens = Table(
    "api_tokens",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("staff_id", String(32), ForeignKey("staff_accounts.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("name", String(100), nullable=False),
    Column("permissions", JSON, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("created_by", String(120), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("last_used_at", DateTime(timezone=True)),
    Column("revoked_at", DateTime(timezone=True)),
)


async def add(tx: AsyncConnection, token: ApiToken, token_hash: str) -> None:
    """Stores a token."""
    values = {**vars(token), "permissions": sorted(token.permissions), "token_hash": token_hash}
    await tx.execute(insert(tokens).values(values))


async def by_hash(tx: AsyncConnection, token_hash: str) -> ApiToken | None:
    """The token with this hash."""
    row = (await tx.execute(select(tokens).where(tokens.c.token_hash == token_hash))).one_or_none()
    return _token(row) if row else None


async def by_id(tx: AsyncConnection, token_id: str) -> ApiToken | None:
    """The token with this id."""
    row = (await tx.execute(select(tokens).where(tokens.c.id == token_id))).one_or_none()
    return _token(row) if row else None


async def of_council(tx: AsyncConnection, council: str) -> list[ApiToken]:
    """The tokens of a council's accounts, newest first; with ALL of every account."""
    query = select(tokens).join(accounts, accounts.c.id == tokens.c.staff_id).order_by(tokens.c.created_at.desc(), tokens.c.id)
    if council != ALL:
        query = query.where(accounts.c.council == council)
    return [_token(row) for row in (await tx.execute(query)).all()]


async def used(tx: AsyncConnection, token_id: str, now: datetime) -> None:
    """Records that a token was used."""
    await tx.execute(update(tokens).where(tokens.c.id == token_id).values(last_used_at=now))


async def revoke(tx: AsyncConnection, token_id: str, now: datetime) -> bool:
    """Revokes a token; False when it was revoked already."""
    where = and_(tokens.c.id == token_id, tokens.c.revoked_at.is_(None))
    return (await tx.execute(update(tokens).where(where).values(revoked_at=now))).rowcount == 1


def _token(row: Row[Any]) -> ApiToken:
    return ApiToken(
        id=row.id,
        staff_id=row.staff_id,
        name=row.name,
        permissions=frozenset(Permission(one) for one in row.permissions),
        created_at=_utc(row.created_at),
        created_by=row.created_by,
        expires_at=_utc(row.expires_at),
        last_used_at=_utc(row.last_used_at) if row.last_used_at else None,
        revoked_at=_utc(row.revoked_at) if row.revoked_at else None,
    )


def _utc(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
