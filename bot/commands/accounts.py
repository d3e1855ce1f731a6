"""The accounts of staff for commands, on the product's database and without a gateway; and the demonstration people of `up`."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.settings import Settings
from bot.staff.service import Accounts


@asynccontextmanager
async def opened_accounts(settings: Settings) -> AsyncIterator[Accounts]:
    """The accounts, for as long as the `async with` lasts; the database is brought to its newest form first."""
    from bot.foundation.bus import Bus
    from bot.foundation.clock import SystemClock
    from bot.foundation.database import Database
    from bot.foundation.migrations import migrate
    from bot.foundation.packs import read_pack_file
    from bot.staff.building import Staff

    await asyncio.to_thread(migrate, settings.database_url)
    database = Database(settings.database_url)
    try:
        councils = read_pack_file(settings.councils_folder, "council.yml")
        yield Staff.build(database, Bus(), SystemClock(), councils).accounts
    finally:
        await database.close()


async def demo_lines(settings: Settings, base: str) -> list[str]:
    """Makes the demonstration people of development and says how to sign in as them; nothing in production."""
    from bot.staff.demo import PEOPLE, make_demo_people

    if settings.production:
        return []
    async with opened_accounts(settings) as accounts:
        password = await make_demo_people(accounts)
    addresses = ", ".join(email for _, email, _ in PEOPLE)
    return [f"  The staff console  {base}/console", f"  Sign in as {addresses}", f"  Password of this start  {password}"]
