"""Builds what the staff room offers, for app.py and for the command line, which needs accounts without a gateway."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from bot.foundation.bus import Bus
from bot.foundation.clock import Clock
from bot.foundation.database import Database
from bot.staff.audit import Audit
from bot.staff.codes import Codes
from bot.staff.model import Life, Role
from bot.staff.outside import Outside
from bot.staff.outside_model import OutsideSettings
from bot.staff.passwords import Passwords
from bot.staff.service import Accounts
from bot.staff.signing_in import SigningIn
from bot.staff.switches import Switches
from bot.staff.tokens import Tokens


@dataclass(frozen=True)
class Staff:
    """The services of this room."""

    audit: Audit
    accounts: Accounts
    signing_in: SigningIn
    codes: Codes
    tokens: Tokens
    switches: Switches
    outside: Outside | None = None

    @classmethod
    def build(
        cls,
        database: Database,
        bus: Bus,
        clock: Clock,
        councils: Iterable[str],
        codes_for: Collection[Role] = (),
        life: Life | None = None,
        outside: OutsideSettings | None = None,
        *,
        demo: bool = True,
    ) -> "Staff":
        """The services on one database. `codes_for` are the roles that must sign in with a code as well.

        `demo` says whether demonstration accounts open anything; in production they do not.
        """
        audit, passwords = Audit(database, clock), Passwords()
        accounts = Accounts(database, bus, clock, audit, passwords, councils)
        signing_in = SigningIn(database, bus, clock, audit, passwords, life, codes_for, demo=demo)
        return cls(
            audit,
            accounts,
            signing_in,
            Codes(database, bus, clock, audit, signing_in),
            Tokens(database, clock, audit, demo=demo),
            Switches(database, bus, clock, audit, councils),
            Outside(outside, database, bus, clock, audit, signing_in) if outside else None,
        )
