"""Codes from an app as a second step of signing in (TOTP, RFC 6238), and recovery codes for a lost telephone.

The secret is shown once, as a QR code and in letters, and counts only after a code made from it was typed. Each code works
once. Recovery codes are kept as hashes and used up. Wrong codes count as tries and make one wait, like wrong passwords.
"""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO

import pyotp
import segno

from bot.conversations.model import token_hash
from bot.foundation.bus import Bus
from bot.foundation.clock import Clock
from bot.foundation.database import Database
from bot.staff import store
from bot.staff.audit import Action, Audit
from bot.staff.model import Session, Signed, Step
from bot.staff.signing_in import SigningIn, WrongSignIn, topic_of

PRODUCT = "Resident Desk"
SECONDS = 30  # how long a code is shown
EITHER_SIDE = 1  # codes before and after the present one that count too, for clocks that differ
RECOVERY_CODES = 10
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


@dataclass(frozen=True)
class Enrolment:
    """What an app needs to make codes for an account."""

    secret: str
    uri: str

    @property
    def in_groups(self) -> str:
        """The secret in groups of four, to be typed."""
        return " ".join(self.secret[at : at + 4] for at in range(0, len(self.secret), 4))

    def svg(self) -> str:
        """The QR code as a picture without styles."""
        drawn = BytesIO()
        segno.make(self.uri, error="m").save(drawn, kind="svg", xmldecl=False, scale=4, border=2, omitsize=True)
        return drawn.getvalue().decode()


def fitting_step(secret: str, code: str, now: datetime, after: int) -> int | None:
    """The time step whose code this is, if it is later than the last one used and near enough; None otherwise."""
    present = int(now.timestamp()) // SECONDS
    maker = pyotp.TOTP(secret, interval=SECONDS)
    for step in range(present - EITHER_SIDE, present + EITHER_SIDE + 1):
        if step > after and hmac.compare_digest(maker.generate_otp(step).encode(), code.encode()):
            return step
    return None


def plain(code: str) -> str:
    """A code as it is compared: without spaces and hyphens, in small letters."""
    return "".join(mark for mark in code.lower() if mark.isalnum())[:64]


class Codes:
    """Second steps of this product. Build one in app.py."""

    def __init__(self, database: Database, bus: Bus, clock: Clock, audit: Audit, signing_in: SigningIn) -> None:
        self._database = database
        self._bus = bus
        self._clock = clock
        self._audit = audit
        self._signing_in = signing_in

    async def check(self, signed: Signed, code: str, browser: str) -> tuple[str, Session]:
        """Takes somebody at Step.CODE further with a code or a recovery code. Raises WrongSignIn and TryLater."""
        account, who = signed.account, _who(signed)
        await self._signing_in.count_try(who)
        typed = plain(code)
        async with self._database.writing() as tx:
            _, secret, used = await store.secrets_of(tx, account.id, lock=True)
            step = fitting_step(secret, typed, self._clock.now(), used) if secret else None
            recovered = step is None and await store.use_recovery_code(tx, account.id, token_hash(typed))
            if step is None and not recovered:
                failed = {"step": Step.CODE.value}
                await self._audit.record(tx, account.actor(), Action.SIGN_IN_FAILED, f"account:{account.id}", failed)
                fresh = None
            else:
                if step is not None:
                    await store.change_account(tx, account.id, code_counter=step)
                else:
                    await self._audit.record(tx, account.actor(), Action.RECOVERY_CODE_USED, f"account:{account.id}")
                await store.forget_failures(tx, who)
                await store.end_sessions(tx, account.id, only=signed.session.id)
                further = Step.NEW_PASSWORD if account.new_password_needed else Step.SIGNED_IN
                fresh = await self._signing_in.begin_session(tx, account, browser, further)
        if fresh is None:
            raise WrongSignIn
        return fresh

    async def enrolment(self, signed: Signed) -> Enrolment:
        """The secret that this session is setting up; the same until it is finished."""
        secret = signed.session.pending_secret
        if not secret:
            secret = pyotp.random_base32()
            async with self._database.writing() as tx:
                await store.change_session(tx, signed.session.id, pending_secret=secret)
        uri = pyotp.TOTP(secret, interval=SECONDS).provisioning_uri(name=signed.account.email, issuer_name=PRODUCT)
        return Enrolment(secret, uri)

    async def finish(self, signed: Signed, code: str, browser: str) -> tuple[str, Session, list[str]]:
        """Ends setting up with a code from the app: a fresh session, and recovery codes to be shown once.

        Raises WrongSignIn and TryLater.
        """
        account, secret, who = signed.account, signed.session.pending_secret, _who(signed)
        await self._signing_in.count_try(who)
        step = fitting_step(secret, plain(code), self._clock.now(), 0) if secret else None
        if step is None:
            raise WrongSignIn
        made = new_recovery_codes()
        async with self._database.writing() as tx:
            await store.forget_failures(tx, who)
            await store.change_account(tx, account.id, code_secret=secret, code_counter=step)
            await store.replace_recovery_codes(tx, account.id, [token_hash(plain(one)) for one in made])
            await self._audit.record(tx, account.actor(), Action.CODE_SET_UP, f"account:{account.id}")
            await store.end_sessions(tx, account.id)
            token, session = await self._signing_in.begin_session(tx, account, browser, Step.SIGNED_IN)
        await self._bus.wake(topic_of(account.id))
        return token, session, made

    async def renew_recovery_codes(self, signed: Signed, password: str) -> list[str]:
        """New recovery codes in place of the earlier ones. Raises WrongSignIn and TryLater for the password."""
        await self._signing_in.check_own_password(signed.account, password)
        made = new_recovery_codes()
        async with self._database.writing() as tx:
            await store.replace_recovery_codes(tx, signed.account.id, [token_hash(plain(one)) for one in made])
            await self._audit.record(tx, signed.actor, Action.CODE_SET_UP, f"account:{signed.account.id}", {"only": "recovery"})
        return made

    async def recovery_codes_left(self, signed: Signed) -> int:
        """How many recovery codes are unused."""
        async with self._database.reading() as tx:
            return await store.recovery_codes_left(tx, signed.account.id)


def new_recovery_codes() -> list[str]:
    """Codes of about 59 random bits each, in groups of four."""
    return ["-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(3)) for _ in range(RECOVERY_CODES)]


def _who(signed: Signed) -> str:
    return token_hash(f"code:{signed.account.id}")
