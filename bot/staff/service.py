"""The use cases around accounts: adding, changing, locking, resetting. Each needs MANAGE_STAFF and stands in the audit.

An administrator of one council manages that council's accounts alone. The last administrator of all councils can neither be
locked nor lose the role. Signing in is in signing_in.py.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

import structlog
from email_validator import EmailNotValidError, validate_email
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.conversations.model import new_id, new_token, token_hash
from bot.foundation.bus import Bus
from bot.foundation.clock import Clock
from bot.foundation.database import Database
from bot.staff import store
from bot.staff.audit import Action, Audit
from bot.staff.model import ALL, Account, Actor, Life, NewAccount, NotAllowed, Permission, Role, Session
from bot.staff.passwords import Passwords, check_password
from bot.staff.signing_in import topic_of

log = structlog.get_logger()

LONGEST_NAME = 100
LINK_LIFE = timedelta(days=3)


class NoSuchAccount(Exception):
    """There is no account like that, or it belongs to another council."""


class UnusableAccount(Exception):
    """What was said of the account cannot be used; the message says why, `field` names the part."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


class Accounts:
    """The accounts of this product. Build one in app.py. `councils` are the ids that an account may belong to."""

    def __init__(
        self, database: Database, bus: Bus, clock: Clock, audit: Audit, passwords: Passwords, councils: Iterable[str]
    ) -> None:
        self._database = database
        self._bus = bus
        self._clock = clock
        self._audit = audit
        self._passwords = passwords
        self.councils = tuple(councils)

    async def add(self, actor: Actor, new: NewAccount, password: str = "", *, keep_password: bool = False) -> Account:
        """Adds an account. A password given here must be changed at the first sign-in unless `keep_password`.

        Raises NotAllowed, UnusableAccount and WeakPassword.
        """
        actor.needs(Permission.MANAGE_STAFF)
        new = self._checked(actor, new)
        if password:
            check_password(password, new.name, new.email)
        password_hash = await self._passwords.hash(password) if password else ""
        account = Account(
            new_id(),
            new.name,
            new.email,
            new.council,
            new.teams,
            new.roles,
            self._clock.now(),
            demo=new.demo,
            has_password=bool(password),
            new_password_needed=bool(password) and not keep_password,
        )
        try:
            async with self._database.writing() as tx:
                await store.add_account(tx, account, password_hash)
                detail = {"roles": list(new.roles), "teams": list(new.teams)}
                await self._audit.record(tx, actor, Action.ACCOUNT_ADDED, f"account:{account.id}", detail, new.council)
        except IntegrityError:
            raise UnusableAccount("email", "There is an account with that e-mail address already.") from None
        log.info("staff_account_added", staff_id=account.id, by=actor.staff_id)
        return account

    async def of_council(self, actor: Actor) -> list[Account]:
        """The accounts that the actor looks after, by name."""
        actor.needs(Permission.MANAGE_STAFF)
        async with self._database.reading() as tx:
            return await store.accounts_of(tx, actor.council)

    async def one(self, actor: Actor, staff_id: str) -> Account:
        """One of them. Raises NotAllowed and NoSuchAccount."""
        actor.needs(Permission.MANAGE_STAFF)
        async with self._database.reading() as tx:
            return await _access(tx, actor, staff_id)

    async def by_email(self, actor: Actor, email: str) -> Account:
        """The one with this address. Raises NotAllowed and NoSuchAccount."""
        actor.needs(Permission.MANAGE_STAFF)
        async with self._database.reading() as tx:
            found = await store.account_by_email(tx, email.strip().lower())
        if found is None or not actor.sees_council(found.council):
            raise NoSuchAccount
        return found

    async def change(self, actor: Actor, staff_id: str, new: NewAccount) -> Account:
        """Sets name, address, council, roles and teams. Raises NotAllowed, NoSuchAccount and UnusableAccount."""
        actor.needs(Permission.MANAGE_STAFF)
        new = self._checked(actor, new)
        try:
            async with self._database.writing() as tx:
                old = await _access(tx, actor, staff_id, lock=True)
                changed = replace(old, name=new.name, email=new.email, council=new.council, teams=new.teams, roles=new.roles)
                fields = ("name", "email", "council", "teams", "roles")
                values = {one: getattr(changed, one) for one in fields if getattr(changed, one) != getattr(old, one)}
                if not values:
                    return old
                plain = {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}
                await store.change_account(tx, staff_id, **plain)
                await _keep_an_administrator(tx, old)
                told = {name: value for name, value in plain.items() if name in ("council", "teams", "roles")}
                detail = {"fields": sorted(plain), **told}
                await self._audit.record(tx, actor, Action.ACCOUNT_CHANGED, f"account:{staff_id}", detail, new.council)
        except IntegrityError:
            raise UnusableAccount("email", "There is an account with that e-mail address already.") from None
        await self._bus.wake(topic_of(staff_id))
        return changed

    async def lock(self, actor: Actor, staff_id: str, reason: str) -> None:
        """Locks an account and ends its sessions at once. Raises NotAllowed, NoSuchAccount and UnusableAccount."""
        actor.needs(Permission.MANAGE_STAFF)
        async with self._database.writing() as tx:
            account = await _access(tx, actor, staff_id, lock=True)
            await store.change_account(tx, staff_id, locked=True)
            await _keep_an_administrator(tx, account)
            ended = await store.end_sessions(tx, staff_id)
            detail = {"reason": reason[:200], "sessions_ended": ended}
            await self._audit.record(tx, actor, Action.ACCOUNT_LOCKED, f"account:{staff_id}", detail, account.council)
        await self._bus.wake(topic_of(staff_id))

    async def unlock(self, actor: Actor, staff_id: str) -> None:
        """Unlocks an account. Raises NotAllowed and NoSuchAccount."""
        actor.needs(Permission.MANAGE_STAFF)
        async with self._database.writing() as tx:
            account = await _access(tx, actor, staff_id, lock=True)
            await store.change_account(tx, staff_id, locked=False)
            await self._audit.record(tx, actor, Action.ACCOUNT_UNLOCKED, f"account:{staff_id}", council=account.council)

    async def set_password(self, actor: Actor, staff_id: str, password: str, *, keep_password: bool = False) -> None:
        """Sets a password and ends all sessions; it must be changed at the next sign-in unless `keep_password`.

        Raises NotAllowed, NoSuchAccount and WeakPassword.
        """
        account = await self.one(actor, staff_id)
        check_password(password, account.name, account.email)
        new_hash = await self._passwords.hash(password)
        async with self._database.writing() as tx:
            await _access(tx, actor, staff_id, lock=True)
            await store.change_account(tx, staff_id, password_hash=new_hash, new_password_needed=not keep_password)
            await store.end_sessions(tx, staff_id)
            await self._audit.record(tx, actor, Action.PASSWORD_CHANGED, f"account:{staff_id}", council=account.council)
        await self._bus.wake(topic_of(staff_id))

    async def invite(self, actor: Actor, staff_id: str) -> str:
        """A one-time link's secret, with which somebody sets a password of their own. Raises NotAllowed and NoSuchAccount."""
        actor.needs(Permission.MANAGE_STAFF)
        link = new_token()
        async with self._database.writing() as tx:
            account = await _access(tx, actor, staff_id, lock=True)
            await store.replace_link(tx, staff_id, token_hash(link), self._clock.now() + LINK_LIFE)
            await self._audit.record(tx, actor, Action.INVITATION_SENT, f"account:{staff_id}", council=account.council)
        return link

    async def remove_code(self, actor: Actor, staff_id: str) -> None:
        """Takes the codes from an app off an account whose owner lost the telephone. Raises NotAllowed and NoSuchAccount."""
        actor.needs(Permission.MANAGE_STAFF)
        async with self._database.writing() as tx:
            account = await _access(tx, actor, staff_id, lock=True)
            await store.change_account(tx, staff_id, code_secret="", code_counter=0)
            await store.replace_recovery_codes(tx, staff_id, [])
            await store.end_sessions(tx, staff_id)
            await self._audit.record(tx, actor, Action.CODE_REMOVED, f"account:{staff_id}", council=account.council)
        await self._bus.wake(topic_of(staff_id))

    async def sessions(self, actor: Actor, staff_id: str) -> list[Session]:
        """Where somebody is signed in. Raises NotAllowed and NoSuchAccount."""
        actor.needs(Permission.MANAGE_STAFF)
        async with self._database.reading() as tx:
            await _access(tx, actor, staff_id)
            return await store.sessions_of(tx, staff_id, self._clock.now(), timedelta(seconds=Life().idle))

    async def end_sessions(self, actor: Actor, staff_id: str) -> None:
        """Ends every session of somebody at once. Raises NotAllowed and NoSuchAccount."""
        actor.needs(Permission.MANAGE_STAFF)
        async with self._database.writing() as tx:
            account = await _access(tx, actor, staff_id)
            ended = await store.end_sessions(tx, staff_id)
            detail = {"sessions_ended": ended}
            await self._audit.record(tx, actor, Action.SESSION_ENDED, f"account:{staff_id}", detail, account.council)
        await self._bus.wake(topic_of(staff_id))

    def _checked(self, actor: Actor, new: NewAccount) -> NewAccount:
        name = " ".join(new.name.split())
        if not name or len(name) > LONGEST_NAME:
            raise UnusableAccount("name", f"Enter a name of up to {LONGEST_NAME} characters.")
        if new.council != ALL and new.council not in self.councils:
            raise UnusableAccount("council", "Choose a council from the list.")
        if not actor.sees_council(new.council):
            raise NotAllowed(Permission.MANAGE_STAFF)
        teams = tuple(dict.fromkeys(team.strip() for team in new.teams if team.strip()))
        if any(not re.fullmatch(r"\*|[\w-]{1,64}", team) for team in teams):
            raise UnusableAccount("teams", "Write a team as it stands in council.yml: letters, digits and hyphens.")
        return replace(new, name=name, email=_email(new.email), teams=teams, roles=tuple(dict.fromkeys(new.roles)))


def _email(text: str) -> str:
    try:
        # Whether mail arrives is not ours to ask: an account's address is a name to sign in with, and we send nothing.
        return validate_email(text, check_deliverability=False, test_environment=True).normalized.lower()
    except EmailNotValidError:
        raise UnusableAccount("email", "Enter an e-mail address in the form name@example.gov.uk.") from None


async def _access(tx: AsyncConnection, actor: Actor, staff_id: str, *, lock: bool = False) -> Account:
    found = await store.account(tx, staff_id, lock=lock)
    if found is None or not actor.sees_council(found.council):
        raise NoSuchAccount
    return found


def _administers_all(account: Account) -> bool:
    return Role.ADMINISTRATOR in account.roles and account.council == ALL and not account.locked


async def _keep_an_administrator(tx: AsyncConnection, before: Account) -> None:
    """Refuses a change of the last account that can manage those of every council, if it takes that away."""
    if _administers_all(before) and not any(map(_administers_all, await store.accounts_of(tx, ALL))):
        raise UnusableAccount("roles", "This is the last administrator of all councils. Make somebody else one first.")
