"""Builds what the staff room offers, for app.py and for the command line, which needs accounts without a gateway."""

from collections.abc import Iterable
from dataclasses import dataclass

from bot.foundation.bus import Bus
from bot.foundation.clock import Clock
from bot.foundation.database import Database
from bot.staff.audit import Audit
from bot.staff.passwords import Passwords
from bot.staff.service import Accounts
from bot.staff.signing_in import SigningIn
from bot.staff.switches import Switches


@dataclass(frozen=True)
class Staff:
    """The services of this room."""

    audit: Audit
    accounts: Accounts
    signing_in: SigningIn
    switches: Switches

    @classmethod
    def build(cls, database: Database, bus: Bus, clock: Clock, councils: Iterable[str]) -> "Staff":
        """The services on one database."""
        audit, passwords = Audit(database, clock), Passwords()
        accounts = Accounts(database, bus, clock, audit, passwords, councils)
        signing_in = SigningIn(database, bus, clock, audit, passwords)
        return cls(audit, accounts, signing_in, Switches(database, bus, clock, audit, councils))
