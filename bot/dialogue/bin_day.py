"""The task "bin_day": asks for an address unless it was said already, and answers with the days of that home.

Every way out of asking ends in something to go on with: the council's article with its link, and a person. The address stays
in the conversation's context, so a second question does not ask again. Days come from bot/bins, asking from bot/addresses.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot.addresses.asking import AddressStep, Asking, LookupOf, Outcome, read_askings
from bot.addresses.model import Address
from bot.addresses.service import Addresses
from bot.addresses.writing import read_address
from bot.bins.building import HomesAndBins
from bot.bins.providers import NoBinDays, ProviderFailed
from bot.bins.service import Bins
from bot.bins.wording import chat_answer
from bot.conversations.model import Choice, Conversation, Kind, Message, Reply
from bot.dialogue.composing import Composer
from bot.dialogue.tasks import Read, TaskStep
from bot.knowledge.rendering import html, plain_text
from bot.knowledge.service import Knowledge

INTENT = "bin_day"
BUTTONS = f"start:{INTENT}:"  # so that an old button of a list of addresses begins the task again
OTHER = "other_address"  # what a button asks for: another address than the one that is known


class BinDay:
    """Build one with `build`. `askings` has the asking of each council."""

    name = INTENT

    def __init__(
        self, addresses: Addresses, bins: Bins, knowledge: Knowledge, composer: Composer, askings: Mapping[str, Asking]
    ) -> None:
        self._addresses = addresses
        self._bins = bins
        self._knowledge = knowledge
        self._composer = composer
        self._askings = askings

    @classmethod
    def build(cls, homes: HomesAndBins, knowledge: Knowledge, councils_folder: Path) -> "BinDay":
        """The task with every council's own words. Raises UnreadablePackFile."""
        askings = read_askings(councils_folder, BUTTONS)
        return cls(homes.addresses, homes.bins, knowledge, Composer(knowledge), askings)

    async def begin(self, conversation: Conversation, request: Mapping[str, Any], said: str) -> TaskStep | None:
        """Answers at once when the address is known; None where no bin days are known, so that the article answers."""
        council = conversation.council
        if not await self._bins.knows(council) or not await self._addresses.known(council):
            return None
        asking, lookup = self._askings[council], LookupOf(self._addresses, council)
        if what := str(request.get("what", "")):
            step = await asking.take({"stage": "postcode"}, lookup, choice=BUTTONS + what)
            return await self._after(conversation, step or await asking.begin(lookup))
        known = str(conversation.context.known.get("uprn", ""))
        if known and not read_address(said).looks_like_an_address:
            address = await self._addresses.by_uprn(council, known)
            if address is not None:
                return await self._with_address(conversation, address)
        return await self._after(conversation, await asking.begin(lookup, said))

    async def take(self, conversation: Conversation, state: Mapping[str, Any], message: Message, read: Read) -> TaskStep | None:
        """The next step of asking; a message that is no address is left to the assistant."""
        council = conversation.council
        choice = str(message.data.get("choice", ""))
        said = "" if choice else message.text
        step = await self._askings[council].take(dict(state), LookupOf(self._addresses, council), said, choice)
        return None if step is None else await self._after(conversation, step)

    def again(self, conversation: Conversation, state: Mapping[str, Any]) -> list[Reply]:
        """The open question once more."""
        return [_question(self._askings[conversation.council].again(dict(state)))]

    async def _after(self, conversation: Conversation, step: AddressStep) -> TaskStep:
        if step.outcome is None:
            return TaskStep([_question(step)], step.state, replaces=True)
        if step.address is not None:
            return await self._with_address(conversation, step.address)
        return self._way_out(conversation.council, step.outcome)

    async def _with_address(self, conversation: Conversation, address: Address) -> TaskStep:
        council = address.council
        known = {"uprn": address.uprn}
        try:
            home = await self._bins.of_home(address)
        except NoBinDays:
            return TaskStep(self._instead(council, "no_days", address=address.line), None, replaces=True, known=known)
        except ProviderFailed as problem:
            name = "working" if problem.reason == "slow" else "failed"
            return TaskStep(self._instead(council, name, address=address.line), None, replaces=True, known=known)
        bins = self._bins.of_council(council)
        markdown = chat_answer(bins, home)
        article = self._article(council)
        words = bins.words["words"]
        choices = (
            Choice(BUTTONS + OTHER, words["other_address"]),
            Choice(f"ask:{words['missed_text']}", words["missed"]),
        )
        data: dict[str, Any] = {
            "intent": INTENT,
            "article": article.id if article else INTENT,
            "title": words["title"],
            "html": html(markdown),
            "fetched_at": home.gathered.fetched_at.isoformat(),
            "bins": [
                {"container": one.container, "day": one.day.isoformat(), "usual": one.usual.isoformat()} for one in home.next
            ],
        }
        sources = self._knowledge.answer(council, article).sources if article else ()
        reply = Reply(Kind.ANSWER, plain_text(markdown), choices, sources, data)
        return TaskStep([reply], None, replaces=True, known=known)

    def _way_out(self, council: str, outcome: Outcome) -> TaskStep:
        """Asking ended without an address of ours."""
        if outcome == Outcome.STOPPED:
            text = self._bins.of_council(council).words["ways_out"]["stopped"]
            return TaskStep([Reply(Kind.TEXT, text, self._composer.wanted(council))], None, replaces=True)
        if outcome == Outcome.OUTSIDE:
            words = self._bins.of_council(council).words["ways_out"]
            markdown = f"{words['outside']} {words['outside_link']}"
            reply = Reply(Kind.TEXT, plain_text(markdown), data={"html": html(markdown)})
            return TaskStep([reply], None, replaces=True)
        return TaskStep(self._instead(council, outcome.value), None, replaces=True)

    def _instead(self, council: str, name: str, **values: str) -> list[Reply]:
        """Why there are no days, then the article with the council's own page."""
        text = self._bins.of_council(council).words["ways_out"][name].format(**values)
        article = self._article(council)
        choices = (self._composer.person(council),)
        notice = Reply(Kind.NOTICE, text, () if article else choices, data={"reason": f"bin_day_{name}"})
        if article is None:
            return [notice]
        answer = self._composer.answer(council, article, INTENT)
        return [notice, Reply(answer.kind, answer.text, choices, answer.sources, answer.data)]

    def _article(self, council: str) -> Any:
        return self._knowledge.best_for_intent(council, INTENT, "")


def _question(step: AddressStep) -> Reply:
    return Reply(Kind.QUESTION, step.say, step.choices, data={"asks": "address", "intent": INTENT})
