"""Members of staff for tests, with sensible defaults. The people here are invented."""

from collections.abc import Iterable

from argon2 import PasswordHasher

from bot.foundation.bus import Bus
from bot.foundation.clock import Clock
from bot.foundation.database import Database
from bot.staff.audit import Audit
from bot.staff.building import Staff
from bot.staff.codes import Codes
from bot.staff.model import ALL, Account, Actor, NewAccount, Permission, Role, command_line_actor
from bot.staff.passwords import Passwords
from bot.staff.service import Accounts
from bot.staff.signing_in import SigningIn
from bot.staff.switches import Switches
from bot.staff.tokens import Tokens
from tests.factories import FixedClock

PASSWORD = "three random words"


class StaffRoom:
    """The staff room on a database of its own, with a clock that stands and a hasher that is quick."""

    def __init__(self, url: str, codes_for: Iterable[Role] = (), clock: Clock | None = None) -> None:
        self.clock = clock or FixedClock()
        self.database = Database(url)
        self.bus = Bus()
        self.audit = Audit(self.database, self.clock)
        self.passwords = quick_passwords()
        self.accounts = Accounts(
            self.database, self.bus, self.clock, self.audit, self.passwords, ("enfield", "buckinghamshire")
        )
        self.signing_in = SigningIn(self.database, self.bus, self.clock, self.audit, self.passwords, codes_for=tuple(codes_for))

        self.switches = Switches(self.database, self.bus, self.clock, self.audit, self.accounts.councils)

        self.codes = Codes(self.database, self.bus, self.clock, self.audit, self.signing_in)
        self.tokens = Tokens(self.database, self.clock, self.audit)
        self.staff = Staff(self.audit, self.accounts, self.signing_in, self.codes, self.tokens, self.switches)

    async def add(self, name: str = "Ada Adviser", *, password: str = PASSWORD, by: Actor | None = None, **changes) -> Account:
        """An account with its password already chosen."""
        new = make_new_account(name, **changes)
        return await self.accounts.add(by or command_line_actor(), new, password, keep_password=True)


def quick_passwords() -> Passwords:
    """Hashes that cost next to nothing."""
    return Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


def make_new_account(name: str = "Ada Adviser", **changes) -> NewAccount:
    """An adviser of Enfield for every team."""
    email = f"{name.split(maxsplit=1)[0].lower()}@example.gov.uk"
    values = {"email": email, "council": "enfield", "teams": (ALL,), "roles": (Role.ADVISER,)}
    return NewAccount(name, **{**values, **changes})


def make_actor(*permissions: Permission, **changes) -> Actor:
    """Somebody of Enfield with these permissions."""
    values = {"staff_id": "s1", "name": "Ada Adviser", "council": "enfield", "teams": frozenset({ALL})}
    return Actor(permissions=frozenset(permissions), **{**values, **changes})
