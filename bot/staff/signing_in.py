"""Signing in and out: tries and their waits, sessions and their life.

A try is counted before the password is looked at and forgotten when it was right, so that many at once gain nothing. Wrong
address, wrong password and no password look the same from outside. A session is known by the hash of its token, ends
after a time without use and after a time in all, and gets a new token at every step of the sign-in.
"""

from collections.abc import Awaitable, Callable, Collection
from datetime import datetime, timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.conversations.model import new_id, new_token, token_hash
from bot.foundation.bus import Bus
from bot.foundation.clock import Clock
from bot.foundation.database import Database
from bot.staff import store
from bot.staff.audit import Action, Audit
from bot.staff.model import Account, Actor, Life, Role, Session, Signed, Step
from bot.staff.passwords import Passwords, check_password

log = structlog.get_logger()

FREE_TRIES = 5
FIRST_WAIT = timedelta(seconds=30)  # doubles with every further failure
LONGEST_WAIT = timedelta(hours=1)
FAILURES_KEPT = timedelta(days=1)
STEP_LIFE = timedelta(minutes=15)  # for the steps between the password and being signed in
SEEN_EVERY = timedelta(minutes=1)  # how exactly the time without use is kept


class WrongSignIn(Exception):
    """Address and password, or the code, do not fit. It does not say which."""


class AccountLocked(Exception):
    """The password was right, but an administrator has locked the account."""


class LinkGone(Exception):
    """A one-time link was used, has run out, or never was one."""


class TryLater(Exception):
    """Too many wrong tries; `seconds` says how long to wait."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


def wait_after(failed: int) -> timedelta | None:
    """How long to wait after so many failures in a row."""
    if failed < FREE_TRIES:
        return None
    doublings: int = 2 ** min(failed - FREE_TRIES, 20)
    return min(FIRST_WAIT * doublings, LONGEST_WAIT)


def topic_of(staff_id: str) -> str:
    """The bus topic that is woken when somebody's sessions or permissions change."""
    return f"staff:{staff_id}"


class SigningIn:
    """Sessions of this product. Build one in app.py. `codes_for` are the roles that must sign in with a code as well."""

    def __init__(
        self,
        database: Database,
        bus: Bus,
        clock: Clock,
        audit: Audit,
        passwords: Passwords,
        life: Life | None = None,
        codes_for: Collection[Role] = (),
        *,
        demo: bool = True,
    ) -> None:
        self._database = database
        self._bus = bus
        self._clock = clock
        self._audit = audit
        self._passwords = passwords
        self.life = life or Life()
        self._codes_for = frozenset(codes_for)
        self.on_sign_out: Callable[[Actor], Awaitable[None]] | None = None  # so that nobody's chats wait for an empty chair
        self._demo = demo  # whether demonstration accounts may sign in

    async def sign_in(self, email: str, password: str, browser: str) -> tuple[str, Session]:
        """A session and its token; its step says what is still to come. Raises WrongSignIn, AccountLocked and TryLater."""
        email = email.strip().lower()
        who = token_hash(f"email:{email}")
        await self.count_try(who)
        async with self._database.reading() as tx:
            account = await store.account_by_email(tx, email)
            stored = (await store.secrets_of(tx, account.id))[0] if account else ""
        if not await self._passwords.fits(password, stored) or account is None:
            await self._failed(account)
            raise WrongSignIn
        if self._barred(account):
            raise AccountLocked
        async with self._database.writing() as tx:
            await store.forget_failures(tx, who)
            return await self.begin_session(tx, account, browser, await self._step_after_password(account))

    async def begin_session(self, tx: AsyncConnection, account: Account, browser: str, step: Step) -> tuple[str, Session]:
        """A new session of somebody who has proved who they are, in the caller's transaction."""
        now = self._clock.now()
        token = new_token()
        lasts = timedelta(seconds=self.life.absolute) if step == Step.SIGNED_IN else STEP_LIFE
        session = Session(new_id(), account.id, browser[:200], now, now, now + lasts, step)
        await store.forget_old(tx, now, now - FAILURES_KEPT)
        await store.add_session(tx, session, token_hash(token))
        if step == Step.SIGNED_IN:
            await store.change_account(tx, account.id, last_sign_in_at=now)
            await self._audit.record(tx, account.actor(), Action.SIGNED_IN, f"account:{account.id}", council=account.council)
            log.info("staff_signed_in", staff_id=account.id)
        return token, session

    async def who(self, token: str) -> Signed | None:
        """Who is behind a session's token and how far their sign-in has come; None when it opens nothing any more."""
        now = self._clock.now()
        async with self._database.reading(brief=True) as tx:
            found = await store.session_with_account(tx, token_hash(token))
        if not found:
            return None
        session, account = found
        idle = timedelta(seconds=self.life.idle)
        if self._barred(account) or now >= session.expires_at or now - session.last_seen_at >= idle:
            return None
        if now - session.last_seen_at >= SEEN_EVERY:
            async with self._database.writing(brief=True) as tx:
                await store.change_session(tx, session.id, last_seen_at=now)
        return Signed(account, session)

    def _barred(self, account: Account) -> bool:
        return account.locked or (account.demo and not self._demo)

    async def sign_out(self, signed: Signed) -> None:
        """Ends the session."""
        async with self._database.writing() as tx:
            if await store.end_sessions(tx, signed.account.id, only=signed.session.id):
                await self._audit.record(tx, signed.actor, Action.SIGNED_OUT, f"account:{signed.account.id}")
        await self._bus.wake(topic_of(signed.account.id))
        if self.on_sign_out:
            await self.on_sign_out(signed.actor)

    async def change_password(self, signed: Signed, old: str, new: str, browser: str) -> tuple[str, Session]:
        """Sets a new password and ends every session but a fresh one, which it gives.

        Raises WrongSignIn and TryLater for the old password and WeakPassword for the new one.
        """
        check_password(new, signed.account.name, signed.account.email)
        await self.check_own_password(signed.account, old)
        new_hash = await self._passwords.hash(new)
        async with self._database.writing() as tx:
            await self._set_password(tx, signed.account, new_hash)
            fresh = await self.begin_session(tx, signed.account, browser, self.step_after_new_password(signed.account))
        await self._bus.wake(topic_of(signed.account.id))
        return fresh

    async def check_own_password(self, account: Account, password: str) -> None:
        """Asks somebody who is signed in for the password once more. Raises WrongSignIn and TryLater."""
        who = token_hash(f"email:{account.email}")
        await self.count_try(who)
        async with self._database.reading() as tx:
            stored = (await store.secrets_of(tx, account.id))[0]
        if not await self._passwords.fits(password, stored):
            raise WrongSignIn
        async with self._database.writing() as tx:
            await store.forget_failures(tx, who)

    async def invited(self, link: str) -> Account:
        """Whose one-time link this is. Raises LinkGone."""
        async with self._database.reading() as tx:
            account = await store.link_owner(tx, token_hash(link), self._clock.now())
        if account is None or self._barred(account):
            raise LinkGone
        return account

    async def accept(self, link: str, password: str) -> Account:
        """Sets a password with a one-time link, which is used up. Raises LinkGone and WeakPassword."""
        account = await self.invited(link)
        check_password(password, account.name, account.email)
        new_hash = await self._passwords.hash(password)
        async with self._database.writing() as tx:
            used = await store.use_link(tx, token_hash(link))
            if used:
                await self._set_password(tx, account, new_hash)
                await store.forget_failures(tx, token_hash(f"email:{account.email}"))
        if not used:
            raise LinkGone
        return account

    async def sessions(self, signed: Signed) -> list[Session]:
        """Where somebody is signed in, the latest used first."""
        async with self._database.reading() as tx:
            return await store.sessions_of(tx, signed.account.id, self._clock.now(), timedelta(seconds=self.life.idle))

    async def end_own_session(self, signed: Signed, session_id: str) -> None:
        """Ends one of one's own sessions; one that is not there changes nothing."""
        async with self._database.writing() as tx:
            if await store.end_sessions(tx, signed.account.id, only=session_id or "none"):
                await self._audit.record(tx, signed.actor, Action.SESSION_ENDED, f"account:{signed.account.id}")
        await self._bus.wake(topic_of(signed.account.id))

    async def _set_password(self, tx: AsyncConnection, account: Account, new_hash: str) -> None:
        await store.change_account(tx, account.id, password_hash=new_hash, new_password_needed=False)
        await store.end_sessions(tx, account.id)
        await self._audit.record(tx, account.actor(), Action.PASSWORD_CHANGED, f"account:{account.id}")

    async def count_try(self, who: str) -> None:
        """Counts one try at `who` before it is known to be right or wrong. Raises TryLater while a wait runs."""
        now = self._clock.now()
        async with self._database.writing() as tx:
            failed, wait_until = await store.failures_of(tx, who, now)
            waits = wait_until is not None and wait_until > now
            if not waits:
                wait = wait_after(failed + 1)
                await store.set_failures(tx, who, failed + 1, now + wait if wait else None, now)
        if waits and wait_until:
            raise TryLater(_seconds(wait_until, now))

    async def _failed(self, account: Account | None) -> None:
        if account is None:
            log.info("staff_sign_in_failed", staff_id="unknown")
            return
        async with self._database.writing() as tx:
            await self._audit.record(tx, account.actor(), Action.SIGN_IN_FAILED, f"account:{account.id}")

    async def _step_after_password(self, account: Account) -> Step:
        if account.has_code:
            return Step.CODE
        return Step.NEW_PASSWORD if account.new_password_needed else self.step_after_new_password(account)

    def step_after_new_password(self, account: Account) -> Step:
        """Signed in, unless the person's role asks for a code and none is set up."""
        return Step.ENROL if self._codes_for & set(account.roles) and not account.has_code else Step.SIGNED_IN


def _seconds(until: datetime, now: datetime) -> int:
    return max(1, round((until - now).total_seconds()))
