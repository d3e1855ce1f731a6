"""What a resident gets for each message: the real assistant answers it, with the engine replayed from readings.

A good reading is not yet a good reply: danger is screened before it, bare words get a menu, a message may be split, and
decide() may ask rather than answer. The assistant itself is asked, so that nothing of that is imitated here. Each message
is the first of a conversation; repair over several turns is tested in tests/dialogue.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.conversations.model import ASSISTANT, Context, Conversation, Kind, Message, Sender
from bot.conversations.text import clean_text
from bot.dialogue.assistant import Assistant, Languages, UrgentScreen
from bot.dialogue.engine import Reading
from bot.dialogue.model import Bands, weighed
from bot.dialogue.tasks import Turn
from bot.evaluation.engine import CannotRead, Readings, ReplayedEngine
from bot.evaluation.measuring import Figures
from bot.evaluation.model import OUT_OF_SCOPE, URGENT, Example, Judged, Rate
from bot.knowledge.search import Encoder, Vectors
from bot.knowledge.search import Kind as TextKind
from bot.knowledge.service import Knowledge
from bot.knowledge.vectors import RememberingEncoder
from bot.safety.service import UrgentScreens

ROUNDS = 4  # of reading what the assistant asks for besides the messages themselves: their parts
CERTAIN_WORDS = 0.93  # of 161 messages whose words were certain about danger, in both sets, 150 were of danger
NEVER = datetime(2000, 1, 1, tzinfo=UTC)
OUTCOMES = {
    "answered_right": "answered, and rightly",
    "answered_partly": "several answers, one of them right",
    "asked_right": "asked “is it one of these?”, with the right reading among them",
    "repair": "told that it was not understood, and offered the subjects and a person",
    "asked_wrong": "asked “is it one of these?”, without the right reading",
    "answered_wrong": "answered, but not what was asked",
}


class EncoderOfQuestions:
    """An encoder that keeps the vectors of questions too; only for messages of an evaluation, never for residents'."""

    def __init__(self, encoder: Encoder, passages: RememberingEncoder, file: Path) -> None:
        self.mark = encoder.mark
        self._passages = passages
        self._questions = RememberingEncoder(_AsQuestions(encoder), file)

    def embed(self, texts: Sequence[str], kind: TextKind = "query") -> Vectors:
        """One unit vector a text."""
        return (self._questions if kind == "query" else self._passages).embed(texts, "passage")

    def keep(self) -> None:
        """Writes what is new."""
        self._passages.keep()
        self._questions.keep()


class _AsQuestions:
    def __init__(self, encoder: Encoder) -> None:
        self.mark = encoder.mark
        self._encoder = encoder

    def embed(self, texts: Sequence[str], kind: TextKind = "query") -> Vectors:
        return self._encoder.embed(texts, "query")


@dataclass(frozen=True)
class Served:
    """What a resident got: which intents were answered or offered, and what came with it."""

    example: Example
    outcome: str  # a name of OUTCOMES
    way: str  # the assistant's own name for the turn
    answered: tuple[str, ...]
    urgent: bool
    mentions_danger: bool
    offered: tuple[str, ...] = ()

    @property
    def turned_away(self) -> bool:
        """Whether it was told that this is no matter for a council."""
        return self.answered == (OUT_OF_SCOPE,)


def beside_search(
    judged: Sequence[Judged], dangerous: Sequence[tuple[bool, bool]], knowledge: Knowledge, council: str, bands: Bands
) -> list[Judged]:
    """The same messages as the assistant decides: danger first (`dangerous` is of `danger`), then the reader with search beside it.

    What is answered as danger is not searched for, whatever else the reader takes it for.
    """
    together = []
    for one, (certain, at_once) in zip(judged, dangerous, strict=True):
        if at_once:
            together.append(Judged(one.example, _danger_first(one.reading, certain)))
            continue
        near = knowledge.nearness(council, clean_text(one.example.text))
        together.append(Judged(one.example, weighed(one.reading, near, bands)))
    return together


def _danger_first(reading: Reading, certain: bool) -> Reading:
    probability = max(reading.probability(URGENT), CERTAIN_WORDS if certain else 0.0)
    return Reading(((URGENT, probability), *(one for one in reading.ranking if one[0] != URGENT)))


def serve_all(
    council: str,
    examples: Sequence[Example],
    readings: Readings,
    knowledge: Knowledge,
    screen: UrgentScreen,
    languages: Languages,
) -> list[Served]:
    """What each resident gets. Raises CannotRead."""
    readings.of(example.text for example in examples)
    engine = ReplayedEngine(readings)
    assistant = Assistant(engine, knowledge, screen, languages)
    served: dict[Example, Served] = {}
    for _ in range(ROUNDS):
        waiting = [example for example in examples if example not in served]
        unread = asyncio.run(_serve(council, waiting, assistant, engine, served))
        if not unread:
            return [served[example] for example in examples]
        readings.of(unread)
    raise CannotRead("The assistant went on asking for the reading of further texts; bot/evaluation/residents.py gave up.")


async def _serve(
    council: str, examples: Sequence[Example], assistant: Assistant, engine: ReplayedEngine, served: dict[Example, Served]
) -> list[str]:
    """Adds what each resident got; returns the texts that are to be read first, for those that could not be served."""
    unread: list[str] = []
    for example in examples:
        engine.begin()
        text = clean_text(example.text)
        conversation = Conversation("evaluation", council, ASSISTANT, 1, 1, 1, 0, NEVER, NEVER, Context())
        message = Message(1, NEVER, Sender.RESIDENT, Kind.TEXT, text, (), (), {})
        turn = await assistant.reply(conversation, message)
        if engine.unread:
            unread += engine.unread
        else:
            served[example] = _served(example, turn, tuple(engine.answered))
    return unread


def _served(example: Example, turn: Turn, asked: tuple[str, ...]) -> Served:
    urgent = any(reply.kind == Kind.URGENT for reply in turn.replies)
    given = tuple(str(reply.data["intent"]) for reply in turn.replies if reply.kind == Kind.ANSWER)
    answered = (URGENT,) if urgent else asked or given
    values = [choice.value for reply in turn.replies for choice in reply.choices]
    offered = [value.removeprefix("intent:") for value in values if value.startswith("intent:")]
    mentions = any(reply.data.get("reason") == "danger" for reply in turn.replies)
    outcome = _outcome(example, answered, offered)
    return Served(example, outcome, turn.outcome, answered, urgent, urgent or mentions, tuple(offered))


def _outcome(example: Example, answered: Sequence[str], offered: Sequence[str]) -> str:
    right = set(example.intents)
    if answered and right >= set(answered):
        return "answered_right"
    if answered:
        return "answered_partly" if right & {*answered, *offered} else "answered_wrong"
    if offered:
        return "asked_right" if right & set(offered) else "asked_wrong"
    return "repair"


def outcomes(served: Sequence[Served]) -> Figures:
    """What residents got, all together and by style, and how questions that are not for a council fared."""
    foreign = [one for one in served if OUT_OF_SCOPE in one.example.intents]
    real = [one for one in served if OUT_OF_SCOPE not in one.example.intents]
    styles = sorted({one.example.style for one in served})
    return {
        "messages": len(served),
        "outcomes": _shares(served),
        "by_style": {style: _shares([one for one in served if one.example.style == style]) for style in styles if style},
        "ways": dict(Counter(one.way for one in served).most_common()),
        "turned_away": {
            "rightly": Rate.over(one.turned_away for one in foreign).as_json(),
            "wrongly": Rate.over(one.turned_away for one in real).as_json(),
        },
        "urgent": {
            "recognised": Rate.over(one.urgent for one in served if URGENT in one.example.intents).as_json(),
            "mistaken": Rate.over(one.urgent for one in served if URGENT not in one.example.intents).as_json(),
            "at_least_told_999": Rate.over(one.mentions_danger for one in served if URGENT in one.example.intents).as_json(),
        },
    }


def _shares(served: Sequence[Served]) -> dict[str, Any]:
    return {name: Rate.over(one.outcome == name for one in served).as_json() for name in OUTCOMES}


def danger(judged: Sequence[Judged], screens: UrgentScreens, council: str, bands: Bands) -> list[tuple[bool, bool]]:
    """For each message, whether it is taken as urgent by certain words alone, and by words and reading together.

    The rule of bot/dialogue/assistant.py: certain words, or a high probability, or a lower one beside a hint.
    """
    found = []
    for one in judged:
        concern = screens.concern(council, clean_text(one.example.text))
        enough = bands.urgent_with_hint if concern else bands.urgent
        certain = concern is not None and concern.certain
        found.append((certain, certain or one.reading.probability(URGENT) >= enough))
    return found


def danger_alone(judged: Sequence[Judged], screens: UrgentScreens, council: str) -> Figures:
    """The same while the engine is away: messages that get the vetted words, alone or beside what search found."""
    suspected = [screens.suspects(council, clean_text(one.example.text)) for one in judged]
    found: Figures = danger_figures(judged, [(one, one) for one in suspected])["screen_alone"]
    return found


def danger_figures(judged: Sequence[Judged], found: Sequence[tuple[bool, bool]]) -> Figures:
    """Urgent messages recognised and others taken for urgent, by the screen alone and together with the reading."""

    def rates(place: int) -> Figures:
        pairs = [(URGENT in one.example.intents, both[place]) for one, both in zip(judged, found, strict=True)]
        return {
            "recognised": Rate.over(seen for is_urgent, seen in pairs if is_urgent).as_json(),
            "mistaken": Rate.over(seen for is_urgent, seen in pairs if not is_urgent).as_json(),
        }

    return {"screen_alone": rates(0), "together": rates(1)}
