"""People who do not exist, for trying the console out: made by `make run` in development.

Their addresses end in .test, the accounts are marked as demonstration, and their password is new at every start and
printed there. In production an account that is marked so opens nothing (signing_in.py, tokens.py).
"""

from bot.staff.model import ALL, NewAccount, Role, command_line_actor
from bot.staff.passwords import new_password
from bot.staff.service import Accounts, NoSuchAccount

PEOPLE = (
    ("Demo Administrator", "administrator@demo.test", (Role.ADMINISTRATOR,)),
    ("Demo Supervisor", "supervisor@demo.test", (Role.SUPERVISOR, Role.TRAINER, Role.EDITOR)),
    ("Demo Adviser", "adviser@demo.test", (Role.ADVISER,)),
)


async def make_demo_people(accounts: Accounts) -> str:
    """Adds them, or gives those who are there a new password; returns it. Call it in development only."""
    actor, password = command_line_actor(), new_password()
    for name, email, roles in PEOPLE:
        try:
            known = await accounts.by_email(actor, email)
            await accounts.set_password(actor, known.id, password, keep_password=True)
        except NoSuchAccount:
            new = NewAccount(name, email, ALL, (ALL,), roles, demo=True)
            await accounts.add(actor, new, password, keep_password=True)
    return password
