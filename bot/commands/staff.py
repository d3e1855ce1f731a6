"""`python -m bot staff …`: accounts from the command line: the first administrator, a list, locking, a way back in.

Whoever may run this has the machine, so nothing more is asked; the audit names the command line. Passwords that are made here
are printed once and must be changed at the first sign-in. The console has the same for everyday use.
"""

import argparse
import asyncio
import getpass
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from bot.commands.accounts import opened_accounts
from bot.commands.errors import CommandFailed
from bot.foundation.logs import set_up_logs
from bot.settings import Settings
from bot.staff.model import ALL, Account, NewAccount, NotAllowed, Role, command_line_actor
from bot.staff.passwords import WeakPassword, new_password
from bot.staff.service import Accounts, NoSuchAccount, UnusableAccount

Deed = Callable[[argparse.Namespace, Accounts], Awaitable[None]]


def add(subparsers: Any) -> None:
    """Adds the commands."""
    parser = subparsers.add_parser("staff", help="accounts of staff: add, list, lock, unlock, reset")
    deeds = parser.add_subparsers(dest="deed", required=True, metavar="DEED")

    adding = deeds.add_parser("add", help="add somebody; the first administrator comes to be like this")
    adding.add_argument("email", help="address to sign in with")
    adding.add_argument("--name", required=True, help="name, such as 'Ann Admin'")
    adding.add_argument("--role", action="append", choices=[role.value for role in Role], required=True, help="may be repeated")
    adding.add_argument("--council", default=ALL, help="the council they belong to; all of them without it")
    adding.add_argument("--team", action="append", default=[], help="a team of theirs, or * for all; may be repeated")
    adding.add_argument("--ask-password", action="store_true", help="ask for a password instead of making one")
    adding.set_defaults(run=_running(_add))

    deeds.add_parser("list", help="list everybody").set_defaults(run=_running(_list))

    locking = deeds.add_parser("lock", help="lock an account and end its sessions")
    locking.add_argument("email")
    locking.add_argument("--reason", required=True, help="stands in the record of who did what")
    locking.set_defaults(run=_running(_lock))

    unlocking = deeds.add_parser("unlock", help="unlock an account")
    unlocking.add_argument("email")
    unlocking.set_defaults(run=_running(_unlock))

    resetting = deeds.add_parser("reset", help="make a new password, and take codes from an app off the account")
    resetting.add_argument("email")
    resetting.set_defaults(run=_running(_reset))


def _running(deed: Deed) -> Callable[[argparse.Namespace, Settings], int]:
    """The command that does one deed on the product's database."""

    def run(arguments: argparse.Namespace, settings: Settings) -> int:
        try:
            asyncio.run(_with_accounts(arguments, settings, deed))
        except NoSuchAccount as problem:
            raise CommandFailed("There is no account with that address: `python -m bot staff list` shows them.") from problem
        except (UnusableAccount, WeakPassword) as problem:
            raise CommandFailed(str(problem)) from problem
        except NotAllowed as problem:
            raise CommandFailed("That is not allowed.") from problem
        return 0

    return run


async def _with_accounts(arguments: argparse.Namespace, settings: Settings, deed: Deed) -> None:
    set_up_logs(settings.log_format, quiet=True)
    async with opened_accounts(settings) as accounts:
        await deed(arguments, accounts)


async def _add(arguments: argparse.Namespace, accounts: Accounts) -> None:
    roles = tuple(Role(role) for role in arguments.role)
    new = NewAccount(arguments.name, arguments.email, arguments.council, tuple(arguments.team), roles)
    password = _asked_password() if arguments.ask_password else new_password()
    account = await accounts.add(command_line_actor(), new, password, keep_password=arguments.ask_password)
    print(f"Added {account.name}, {account.email}: {', '.join(account.roles)}.")
    if not arguments.ask_password:
        print(f"Password, to be changed at the first sign-in: {password}")


def _asked_password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    password = getpass.getpass("Password: ")
    if getpass.getpass("Again: ") != password:
        raise CommandFailed("The two passwords are not the same.")
    return password


async def _list(arguments: argparse.Namespace, accounts: Accounts) -> None:
    for one in await accounts.of_council(command_line_actor()):
        print(_line(one))


def _line(one: Account) -> str:
    council = "all councils" if one.council == ALL else one.council
    state = "locked" if one.locked else "demonstration" if one.demo else "active"
    last = f"last signed in {one.last_sign_in_at:%Y-%m-%d %H:%M} UTC" if one.last_sign_in_at else "never signed in"
    return f"{one.email}  {one.name}  {council}  {', '.join(one.roles) or 'no role'}  {state}, {last}"


async def _lock(arguments: argparse.Namespace, accounts: Accounts) -> None:
    actor = command_line_actor()
    account = await accounts.by_email(actor, arguments.email)
    await accounts.lock(actor, account.id, arguments.reason)
    print(f"Locked {account.email}. Every session has ended.")


async def _unlock(arguments: argparse.Namespace, accounts: Accounts) -> None:
    actor = command_line_actor()
    account = await accounts.by_email(actor, arguments.email)
    await accounts.unlock(actor, account.id)
    print(f"Unlocked {account.email}.")


async def _reset(arguments: argparse.Namespace, accounts: Accounts) -> None:
    actor, password = command_line_actor(), new_password()
    account = await accounts.by_email(actor, arguments.email)
    if account.has_code:
        await accounts.remove_code(actor, account.id)
    await accounts.set_password(actor, account.id, password)
    print(f"Reset {account.email}. Every session has ended.")
    print(f"Password, to be changed at the first sign-in: {password}")
