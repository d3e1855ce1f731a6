"""What other rooms ask of bins: the next days of a home, its calendar, what was collected last, and disruptions.

One provider a council knows the days (bins.yml says which); disruptions are ours and come first in every answer. Staff post
and end them here, inside the caller's transaction, so that the audit is written with them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.addresses.model import Address
from bot.addresses.writing import normal
from bot.bins import store
from bot.bins.model import Change, Collection, Disruption, Gathered, HomeBins, next_of_each
from bot.bins.providers import Provider
from bot.bins.reading import CouncilBins
from bot.conversations.model import new_id
from bot.conversations.text import clean_text
from bot.foundation.clock import Clock
from bot.foundation.database import Database
from bot.foundation.words import LONDON

AHEAD = timedelta(days=120)  # how far the next day of a container is looked for
CALENDAR = timedelta(days=183)  # how far a printed calendar and a feed go
HOLIDAYS_AHEAD = timedelta(days=62)  # how far changes of single days are told when somebody asks about holidays
CANCELLED_AHEAD = timedelta(days=21)  # a day on which nobody comes is told this long before
LONGEST_TEXT = 500
LONGEST_DISRUPTION = timedelta(days=366)


class UnusableDisruption(Exception):
    """A disruption cannot be posted so; the message is one plain sentence about `field`."""

    def __init__(self, sentence: str, field: str) -> None:
        super().__init__(sentence)
        self.field = field


@dataclass(frozen=True)
class NewDisruption:
    """What staff want to say. `street` as people write it; without a street and a round it is for everybody."""

    council: str
    text: str
    until: date
    begins: date | None = None  # today, when it is not said
    back_on: date | None = None
    street: str = ""
    round: str = ""


class Bins:
    """The bin days of all councils. Build one in app.py."""

    def __init__(
        self, database: Database, clock: Clock, councils: Mapping[str, CouncilBins], providers: Mapping[str, Provider]
    ) -> None:
        self._database = database
        self._clock = clock
        self._councils = councils
        self._providers = providers  # by council

    def of_council(self, council: str) -> CouncilBins:
        """A council's containers and words."""
        return self._councils[council]

    def now(self) -> datetime:
        """The time now, in UTC."""
        return self._clock.now()

    def today(self) -> date:
        """The date in London."""
        return self._clock.now().astimezone(LONDON).date()

    async def knows(self, council: str) -> bool:
        """Whether bin days of this council can be asked for at all."""
        return council in self._providers and await self._providers[council].knows(council)

    async def of_home(self, address: Address) -> HomeBins:
        """What a home is told today. Raises NoBinDays and ProviderFailed."""
        today = self.today()
        gathered = await self._providers[address.council].gather(address, today, today + AHEAD)
        cancelled = [one for one in gathered.collections if one.cancelled and one.day <= today + CANCELLED_AHEAD]
        return HomeBins(
            address=address,
            today=today,
            next=next_of_each(gathered.collections, today),
            disruptions=await self.disruptions_at(address, gathered.rounds),
            cancelled=tuple(cancelled),
            gathered=gathered,
        )

    async def calendar_of(self, address: Address) -> Gathered:
        """Half a year of a home's collections. Raises NoBinDays and ProviderFailed."""
        today = self.today()
        return await self._providers[address.council].gather(address, today, today + CALENDAR)

    async def changes_ahead(self, council: str) -> list[Change]:
        """The changes of single days in the next two months, by day; none where a council has no rounds of its own here."""
        today = self.today()
        async with self._database.reading() as tx:
            found = await store.changes_between(tx, council, today, today + HOLIDAYS_AHEAD)
        return sorted(found, key=lambda one: (one.day, one.exactness))

    async def changes_of_home(self, address: Address) -> tuple[Collection, ...]:
        """A home's collections of that time that are moved or fall out. Raises NoBinDays and ProviderFailed."""
        today = self.today()
        gathered = await self._providers[address.council].gather(address, today, today + HOLIDAYS_AHEAD)
        return tuple(one for one in gathered.collections if one.moved or one.cancelled)

    async def last_collections(self, address: Address, days: int = 14) -> tuple[Collection, ...]:
        """What should have been collected in the last days, today included, the newest first.

        Cancelled days are left out. Raises NoBinDays and ProviderFailed.
        """
        today = self.today()
        gathered = await self._providers[address.council].gather(address, today - timedelta(days=days), today)
        return tuple(one for one in reversed(gathered.collections) if not one.cancelled)

    # ---- disruptions

    async def disruptions_at(self, address: Address, rounds: tuple[str, ...] | None = None) -> tuple[Disruption, ...]:
        """What is disrupted today for a home, the newest first."""
        async with self._database.reading() as tx:
            if rounds is None:
                rounds = await store.rounds_of_home(tx, address.council, address.uprn)
            found = await store.current_disruptions(tx, address.council, self.today())
        return tuple(one for one in found if one.concerns(address.street, rounds))

    async def disruptions(self, council: str) -> list[Disruption]:
        """Everything posted for a council that has not ended, by its first day."""
        async with self._database.reading() as tx:
            return await store.disruptions_to_come(tx, council, self.today())

    async def rounds(self, council: str) -> list[str]:
        """The names of a council's rounds, in order."""
        async with self._database.reading() as tx:
            return sorted(await store.known_rounds(tx, council))

    async def post_disruption(self, tx: AsyncConnection, new: NewDisruption, posted_by: str) -> Disruption:
        """Posts a disruption within the caller's transaction. Raises UnusableDisruption."""
        today = self.today()
        begins = new.begins or today
        text = clean_text(new.text) if new.text.strip() else ""
        if not text or len(text) > LONGEST_TEXT:
            raise UnusableDisruption(f"Say in up to {LONGEST_TEXT} characters what residents need to know.", "text")
        if new.until < max(begins, today):
            raise UnusableDisruption("The last day is over already, or before the first.", "until")
        if new.until - begins > LONGEST_DISRUPTION:
            raise UnusableDisruption("A disruption lasts a year at the most. Change the rounds instead.", "until")
        if new.back_on and new.back_on < begins:
            raise UnusableDisruption("The day we are back is before the first day.", "back_on")
        if new.round and new.round not in await store.known_rounds(tx, new.council):
            raise UnusableDisruption(f"There is no round {new.round}.", "round")
        street = normal(new.street)
        if len(street) > 120 or (new.street.strip() and not street):
            raise UnusableDisruption("That is not the name of a street.", "street")
        posted = Disruption(
            id=new_id(),
            council=new.council,
            street=street,
            round=new.round,
            text=text,
            begins=begins,
            until=new.until,
            back_on=new.back_on,
            posted_at=self._clock.now(),
            posted_by=posted_by,
        )
        await store.add_disruption(tx, posted)
        return posted

    async def end_disruption(self, tx: AsyncConnection, council: str, disruption_id: str) -> Disruption | None:
        """Ends a disruption now, within the caller's transaction; None when there is none of this council."""
        found = await store.disruption(tx, disruption_id)
        if found is None or found.council != council:
            return None
        await store.end_disruption(tx, disruption_id, self._clock.now())
        return found
