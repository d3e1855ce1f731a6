"""API tokens for the council's own programs, which use /api/v1/staff as the account that they belong to.

A token has some of its account's permissions, an end, and is shown once. It gives the same Actor as the console, so everything
that holds for people holds for programs. A locked account's tokens open nothing.
"""

from collections.abc import Iterable
from datetime import timedelta

import structlog

from bot.conversations.model import new_id, new_token, token_hash
from bot.foundation.clock import Clock
from bot.foundation.database import Database
from bot.staff import store, token_store
from bot.staff.audit import Action, Audit
from bot.staff.model import Account, Actor, Permission
from bot.staff.service import NoSuchAccount
from bot.staff.token_model import LONGEST_DAYS, PREFIX, ApiToken, NoSuchToken, UnusableToken

log = structlog.get_logger()

USED_EVERY = timedelta(minutes=1)  # how exactly the last use is kept


class Tokens:
    """The API tokens of this product. Build one in app.py."""

    def __init__(self, database: Database, clock: Clock, audit: Audit, *, demo: bool = True) -> None:
        self._database = database
        self._clock = clock
        self._audit = audit
        self._demo = demo  # whether tokens of demonstration accounts open anything

    async def issue(self, actor: Actor, staff_id: str, name: str, permissions: Iterable[Permission], days: int) -> str:
        """A new token, to be shown once. Raises NotAllowed, NoSuchAccount and UnusableToken."""
        actor.needs(Permission.MANAGE_STAFF)
        name = " ".join(name.split())[:100]
        wanted = frozenset(permissions)
        if not name:
            raise UnusableToken("name", "Write what the token is for.")
        if not 1 <= days <= LONGEST_DAYS:
            raise UnusableToken("days", f"Enter a number of days from 1 to {LONGEST_DAYS}.")
        text = PREFIX + new_token()
        async with self._database.writing() as tx:
            owner = await store.account(tx, staff_id)
            if owner is None or not actor.sees_council(owner.council):
                raise NoSuchAccount
            if not wanted:
                raise UnusableToken("permissions", "Choose at least one thing that it may do.")
            if not wanted <= owner.permissions:
                raise UnusableToken("permissions", f"{owner.name} may not do all of this, so a token of theirs may not either.")
            now = self._clock.now()
            token = ApiToken(new_id(), staff_id, name, wanted, now, actor.name, now + timedelta(days=days))
            await token_store.add(tx, token, token_hash(text))
            detail = {"account": staff_id, "permissions": sorted(wanted), "days": days}
            await self._audit.record(tx, actor, Action.TOKEN_ISSUED, f"token:{token.id}", detail, owner.council)
        return text

    async def all(self, actor: Actor) -> list[tuple[ApiToken, Account]]:
        """The tokens of the actor's councils with their owners, newest first. Raises NotAllowed."""
        actor.needs(Permission.MANAGE_STAFF)
        async with self._database.reading() as tx:
            found = await token_store.of_council(tx, actor.council)
            owners = {one.id: one for one in await store.accounts_of(tx, actor.council)}
        return [(one, owners[one.staff_id]) for one in found]

    async def revoke(self, actor: Actor, token_id: str) -> None:
        """Makes a token open nothing any more; doing it twice changes nothing. Raises NotAllowed and NoSuchToken."""
        actor.needs(Permission.MANAGE_STAFF)
        async with self._database.writing() as tx:
            found = await token_store.by_id(tx, token_id)
            owner = await store.account(tx, found.staff_id) if found else None
            if owner is None or not actor.sees_council(owner.council):
                raise NoSuchToken
            if await token_store.revoke(tx, token_id, self._clock.now()):
                await self._audit.record(tx, actor, Action.TOKEN_REVOKED, f"token:{token_id}", {}, owner.council)

    async def who(self, text: str) -> Actor | None:
        """Whoever acts with this token; None when it opens nothing."""
        now = self._clock.now()
        async with self._database.reading(brief=True) as tx:
            token = await token_store.by_hash(tx, token_hash(text))
            owner = await store.account(tx, token.staff_id) if token else None
        if token is None or owner is None or owner.locked or not token.works(now):
            return None
        if owner.demo and not self._demo:
            return None
        if token.last_used_at is None or now - token.last_used_at >= USED_EVERY:
            async with self._database.writing(brief=True) as tx:
                await token_store.used(tx, token.id, now)
        return owner.actor(token.id, token.permissions)
