"""The tables of accounts, sessions and one-time links, and the queries on them.

Every function takes an open connection: the transaction belongs to the use case in service.py or signing_in.py. Of
passwords, tokens and codes only hashes are kept. The audit has its table in audit_store.py.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Integer,
    Row,
    String,
    Table,
    Text,
    and_,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.foundation.database import metadata
from bot.staff.model import ALL, Account, Role, Session, Step

accounts = Table(
    "staff_accounts",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("name", String(120), nullable=False),
    Column("email", String(254), nullable=False, unique=True),  # in small letters
    Column("council", String(64), nullable=False),
    Column("teams", JSON, nullable=False),
    Column("roles", JSON, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("new_password_needed", Boolean, nullable=False),
    Column("code_secret", String(64), nullable=False),
    Column("code_counter", Integer, nullable=False),  # the last time step whose code was used: each works once
    Column("outside", String(400), nullable=False, index=True),
    Column("locked", Boolean, nullable=False),
    Column("demo", Boolean, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("last_sign_in_at", DateTime(timezone=True)),
)

sessions = Table(
    "staff_sessions",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("staff_id", String(32), ForeignKey("staff_accounts.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("browser", String(200), nullable=False),
    Column("step", String(16), nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("last_seen_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("pending_secret", String(64), nullable=False),  # of codes that are being set up
)

links = Table(
    "staff_links",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("staff_id", String(32), ForeignKey("staff_accounts.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("expires_at", DateTime(timezone=True), nullable=False),
)

recovery_codes = Table(
    "staff_recovery_codes",
    metadata,
    Column("staff_id", String(32), ForeignKey("staff_accounts.id", ondelete="CASCADE"), primary_key=True),
    Column("code_hash", String(64), primary_key=True),
)

# Failed tries by what was tried, known or not, so that nobody learns from them which addresses have an account.
failures = Table(
    "staff_failures",
    metadata,
    Column("who", String(64), primary_key=True),
    Column("count", Integer, nullable=False),
    Column("wait_until", DateTime(timezone=True)),
    Column("last_at", DateTime(timezone=True), nullable=False),
)


async def add_account(tx: AsyncConnection, account: Account, password_hash: str) -> None:
    """Stores a new account."""
    await tx.execute(
        insert(accounts).values(
            id=account.id,
            name=account.name,
            email=account.email,
            council=account.council,
            teams=list(account.teams),
            roles=list(account.roles),
            password_hash=password_hash,
            new_password_needed=account.new_password_needed,
            code_secret="",
            code_counter=0,
            outside=account.outside,
            locked=account.locked,
            demo=account.demo,
            created_at=account.created_at,
        )
    )


async def account(tx: AsyncConnection, staff_id: str, *, lock: bool = False) -> Account | None:
    """The account with this id; `lock` keeps others from changing it until the commit."""
    query = select(accounts).where(accounts.c.id == staff_id)
    row = (await tx.execute(query.with_for_update() if lock else query)).one_or_none()
    return _account(row) if row else None


async def account_by_email(tx: AsyncConnection, email: str) -> Account | None:
    """The account with this address in small letters."""
    row = (await tx.execute(select(accounts).where(accounts.c.email == email))).one_or_none()
    return _account(row) if row else None


async def account_by_outside(tx: AsyncConnection, outside: str) -> Account | None:
    """The account that this issuer and subject vouch for."""
    row = (await tx.execute(select(accounts).where(accounts.c.outside == outside))).one_or_none()
    return _account(row) if row else None


async def accounts_of(tx: AsyncConnection, council: str) -> list[Account]:
    """The accounts of a council, by name; with ALL every account."""
    query = select(accounts).order_by(func.lower(accounts.c.name), accounts.c.id)
    if council != ALL:
        query = query.where(accounts.c.council == council)
    return [_account(row) for row in (await tx.execute(query)).all()]


async def change_account(tx: AsyncConnection, staff_id: str, **values: Any) -> None:
    """Sets columns of an account."""
    await tx.execute(update(accounts).where(accounts.c.id == staff_id).values(**values))


async def secrets_of(tx: AsyncConnection, staff_id: str, *, lock: bool = False) -> tuple[str, str, int]:
    """The hash of the password, the secret of the codes, and the last time step used; empty where there is none."""
    columns = select(accounts.c.password_hash, accounts.c.code_secret, accounts.c.code_counter)
    query = columns.where(accounts.c.id == staff_id)
    row = (await tx.execute(query.with_for_update() if lock else query)).one()
    return row.password_hash, row.code_secret, row.code_counter


async def add_session(tx: AsyncConnection, session: Session, token_hash: str) -> None:
    """Stores a new session."""
    await tx.execute(insert(sessions).values(**vars(session), token_hash=token_hash))


async def session_with_account(tx: AsyncConnection, token_hash: str) -> tuple[Session, Account] | None:
    """The session with this token and whose it is."""
    row = (await tx.execute(select(sessions).where(sessions.c.token_hash == token_hash))).one_or_none()
    owner = await account(tx, row.staff_id) if row else None
    return (_session(row), owner) if row and owner else None


async def sessions_of(tx: AsyncConnection, staff_id: str, now: datetime, idle: timedelta) -> list[Session]:
    """Somebody's sessions that have not run out, the latest used first."""
    query = select(sessions).where(
        sessions.c.staff_id == staff_id, sessions.c.expires_at > now, sessions.c.last_seen_at > now - idle
    )
    return [_session(row) for row in (await tx.execute(query.order_by(sessions.c.last_seen_at.desc()))).all()]


async def change_session(tx: AsyncConnection, session_id: str, **values: Any) -> None:
    """Sets columns of a session."""
    await tx.execute(update(sessions).where(sessions.c.id == session_id).values(**values))


async def end_sessions(tx: AsyncConnection, staff_id: str, *, only: str = "", keep: str = "") -> int:
    """Ends somebody's sessions: all, only one, or all but one. Says how many."""
    where = [sessions.c.staff_id == staff_id]
    where += [sessions.c.id == only] if only else []
    where += [sessions.c.id != keep] if keep else []
    return (await tx.execute(delete(sessions).where(and_(*where)))).rowcount


async def forget_old(tx: AsyncConnection, now: datetime, failures_before: datetime) -> None:
    """Removes sessions and links that have run out, and old failures."""
    await tx.execute(delete(sessions).where(sessions.c.expires_at <= now))
    await tx.execute(delete(links).where(links.c.expires_at <= now))
    await tx.execute(delete(failures).where(failures.c.last_at < failures_before))


async def replace_link(tx: AsyncConnection, staff_id: str, token_hash: str, expires_at: datetime) -> None:
    """Stores a one-time link; earlier ones of the same person stop working."""
    await tx.execute(delete(links).where(links.c.staff_id == staff_id))
    await tx.execute(insert(links).values(token_hash=token_hash, staff_id=staff_id, expires_at=expires_at))


async def link_owner(tx: AsyncConnection, token_hash: str, now: datetime) -> Account | None:
    """Whose one-time link this is, while it works."""
    query = select(links.c.staff_id).where(links.c.token_hash == token_hash, links.c.expires_at > now)
    staff_id = (await tx.execute(query)).scalar_one_or_none()
    return await account(tx, staff_id) if staff_id else None


async def use_link(tx: AsyncConnection, token_hash: str) -> bool:
    """Uses a link up; False when somebody was quicker."""
    return (await tx.execute(delete(links).where(links.c.token_hash == token_hash))).rowcount == 1


async def replace_recovery_codes(tx: AsyncConnection, staff_id: str, hashes: Sequence[str]) -> None:
    """Stores recovery codes in place of the earlier ones."""
    await tx.execute(delete(recovery_codes).where(recovery_codes.c.staff_id == staff_id))
    if hashes:
        await tx.execute(insert(recovery_codes), [{"staff_id": staff_id, "code_hash": one} for one in hashes])


async def use_recovery_code(tx: AsyncConnection, staff_id: str, code_hash: str) -> bool:
    """Uses a recovery code up; False when there is no such code."""
    where = and_(recovery_codes.c.staff_id == staff_id, recovery_codes.c.code_hash == code_hash)
    return (await tx.execute(delete(recovery_codes).where(where))).rowcount == 1


async def recovery_codes_left(tx: AsyncConnection, staff_id: str) -> int:
    """How many recovery codes somebody has."""
    query = select(func.count()).select_from(recovery_codes).where(recovery_codes.c.staff_id == staff_id)
    return int((await tx.execute(query)).scalar_one())


async def failures_of(tx: AsyncConnection, who: str, now: datetime) -> tuple[int, datetime | None]:
    """How often this failed in a row, and until when to wait. Nobody else counts it until the commit."""
    new = sqlite.insert(failures) if tx.dialect.name == "sqlite" else postgresql.insert(failures)
    await tx.execute(new.values(who=who, count=0, last_at=now).on_conflict_do_nothing())
    row = (await tx.execute(select(failures).where(failures.c.who == who).with_for_update())).one()
    return int(row[1]), _utc(row.wait_until) if row.wait_until else None


async def set_failures(tx: AsyncConnection, who: str, count: int, wait_until: datetime | None, now: datetime) -> None:
    """Records failures in a row."""
    await tx.execute(update(failures).where(failures.c.who == who).values(count=count, wait_until=wait_until, last_at=now))


async def forget_failures(tx: AsyncConnection, who: str) -> None:
    """Forgets failures, after a success."""
    await tx.execute(delete(failures).where(failures.c.who == who))


def _account(row: Row[Any]) -> Account:
    return Account(
        id=row.id,
        name=row.name,
        email=row.email,
        council=row.council,
        teams=tuple(row.teams),
        roles=tuple(Role(role) for role in row.roles),
        created_at=_utc(row.created_at),
        locked=row.locked,
        demo=row.demo,
        has_password=bool(row.password_hash),
        new_password_needed=row.new_password_needed,
        has_code=bool(row.code_secret),
        outside=row.outside,
        last_sign_in_at=_utc(row.last_sign_in_at) if row.last_sign_in_at else None,
    )


def _session(row: Row[Any]) -> Session:
    return Session(
        id=row.id,
        staff_id=row.staff_id,
        browser=row.browser,
        created_at=_utc(row.created_at),
        last_seen_at=_utc(row.last_seen_at),
        expires_at=_utc(row.expires_at),
        step=Step(row.step),
        pending_secret=row.pending_secret,
    )


def _utc(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
