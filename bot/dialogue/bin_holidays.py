"""What the imported calendars say of days that move or fall out, told before the article on bins at holidays.

For the home that this conversation is about, where one is known, otherwise what holds for every round. Where nothing was imported
the article speaks alone. The words are in bins.yml under `holidays`; how changes are imported is in bot/bins.
"""

from collections.abc import Sequence

from bot.bins.building import HomesAndBins
from bot.bins.providers import NoBinDays, ProviderFailed
from bot.bins.wording import home_changes, round_changes
from bot.conversations.model import Choice, Conversation, Kind, Reply
from bot.dialogue.bin_day import BUTTONS
from bot.knowledge.rendering import html, plain_text

INTENT = "bin_holiday_changes"


class BinHolidays:
    """Build one in app.py."""

    def __init__(self, homes: HomesAndBins) -> None:
        self._addresses = homes.addresses
        self._bins = homes.bins

    async def news(self, conversation: Conversation, intent: str) -> Sequence[Reply]:
        """What is said before the answer to an intent: nothing, but for bins at holidays where a calendar knows of changes."""
        if intent != INTENT:
            return []
        council = conversation.council
        of_council = self._bins.of_council(council)
        said = await self._of_home(conversation) or round_changes(
            of_council, await self._bins.changes_ahead(council), self._bins.today()
        )
        if not said:
            return []
        label = of_council.words["holidays"]["own_days"]
        data = {"intent": INTENT, "html": html(said)}
        return [Reply(Kind.TEXT, plain_text(said), (Choice(BUTTONS, label),), data=data)]

    async def _of_home(self, conversation: Conversation) -> str:
        """The changes of the home that is known, or nothing."""
        uprn = str(conversation.context.known.get("uprn", ""))
        address = await self._addresses.by_uprn(conversation.council, uprn) if uprn else None
        if address is None or not await self._bins.knows(conversation.council):
            return ""
        try:
            gathered = await self._bins.changes_of_home(address)
        except (NoBinDays, ProviderFailed):
            return ""
        return home_changes(self._bins.of_council(conversation.council), address, gathered, self._bins.today())
