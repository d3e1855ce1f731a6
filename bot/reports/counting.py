"""How one conversation is counted, in plain Python: from what the other rooms recorded of it to a day's summary.

Nothing here reads a resident's words. What is recorded are kinds of messages, intents, moments, what residents said of an
answer, and what happened to a handoff. sources.py fetches it; the tests count the same by hand.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.conversations.model import Kind, Sender
from bot.knowledge.model import AREAS, area_of
from bot.reports.model import SETTLED, UNKNOWN, DaySummary, Promises, Tally, Waits, step_of
from bot.reports.periods import hour_of

PAUSE = timedelta(hours=1)  # a resident who writes again after so long has come back
# Intents that are no question about a service: the conversation itself, danger, what is not for a council.
NO_QUESTION = frozenset(
    {
        "greet", "goodbye", "thank", "affirm", "deny", "help", "bot_challenge", "start_over", "stop_form",
        "talk_to_human", "urgent_risk", "out_of_scope",
    }
)  # fmt: skip
ANSWERS = (Kind.ANSWER, Kind.CASE)
ANSWERED_TOO = "entitlement"  # the likely discount, which is a text with this reason
TROUBLE = ("degraded", "failed")
LEFT_QUEUE = ("abandoned", "left_leave", "resident_ended")  # events of a handoff: gone before a person answered


@dataclass(frozen=True, slots=True)
class Line:
    """One message without its words."""

    at: datetime
    sender: str
    kind: str
    intent: str = ""
    reason: str = ""
    application: str = ""


@dataclass(frozen=True, slots=True)
class Move:
    """One event of a handoff: what happened, and for a first reply how many seconds the resident had waited."""

    handoff_id: str
    what: str
    waited: float | None = None


@dataclass(frozen=True)
class Happened:
    """One conversation, as far as it is counted."""

    began: datetime
    lines: tuple[Line, ...] = ()
    helpful: str = ""  # what the resident said last of an answer: yes, partly or no
    topic: str = ""  # of the card that was passed on
    moves: tuple[Move, ...] = ()
    asked_again: bool = False  # a case of it was asked about in another conversation in time


@dataclass(frozen=True, slots=True)
class Promised:
    """One case that was promised for a day: what kind of case, what its card is about, and whether it ended in time."""

    kind: str
    topic: str
    kept: bool


@dataclass
class Counting:
    """Adds up the conversations of one day. `services` has the service of each application by its name."""

    services: Mapping[str, str]
    summary: DaySummary = field(default_factory=DaySummary)

    def add(self, one: Happened) -> None:
        """Counts one conversation."""
        questions = _questions(one)
        service = self._service(one, questions)
        key = (hour_of(one.began), service)
        self.summary.tallies[key] = self.summary.tallies.get(key, Tally()) + _tally(one)
        queued = {move.handoff_id for move in one.moves if move.what == "queued"}  # nobody waited for staff who stepped in
        for move in one.moves:
            if move.waited is not None and move.handoff_id in queued:
                self.summary.waits.setdefault(key, Waits())[step_of(move.waited)] += 1
        for intent in questions:
            self.summary.questions[area_of(intent), intent] += 1

    def promised(self, one: Promised) -> None:
        """Counts one promise whose date is this day."""
        by_kind = self.services.get(one.kind) or service_of_topic(one.kind)
        service = service_of_topic(one.topic) if one.topic else by_kind
        self.summary.promises[service] = self.summary.promises.get(service, Promises()) + Promises(1, int(one.kept))

    def _service(self, one: Happened, questions: Iterable[str]) -> str:
        """The service of the first question that was recognised; else of the first form; else of what was passed on."""
        for intent in questions:
            return area_of(intent)
        for line in one.lines:
            if line.application in self.services:
                return self.services[line.application]
        return service_of_topic(one.topic)


def service_of_topic(topic: str) -> str:
    """The service of a card's topic, which is an intent or a service; UNKNOWN without one."""
    if topic in AREAS:
        return topic
    return area_of(topic) if topic and topic not in NO_QUESTION else UNKNOWN


def _questions(one: Happened) -> dict[str, None]:
    """The intents that were recognised, each once, in order."""
    found = (line.intent for line in one.lines if line.sender != Sender.RESIDENT)
    return dict.fromkeys(intent for intent in found if intent and intent not in NO_QUESTION)


def _tally(one: Happened) -> Tally:
    kinds = {line.kind for line in one.lines if line.sender == Sender.ASSISTANT}
    reasons = {line.reason for line in one.lines if line.sender != Sender.RESIDENT}
    happened = {move.what for move in one.moves}
    answered = not kinds.isdisjoint(ANSWERS) or ANSWERED_TOO in reasons
    queued = "queued" in happened
    reached = "first_reply" in happened
    promised = any(line.kind == Kind.PROMISE for line in one.lines)
    passed_on = queued or reached or promised
    return Tally(
        conversations=1,
        answered=answered,
        said_yes=one.helpful == "yes",
        said_partly=one.helpful == "partly",
        said_no=one.helpful == "no",
        came_back=one.asked_again or _wrote_again(one),
        passed_on=passed_on,
        queued=queued,
        abandoned=queued and not reached and not happened.isdisjoint(LEFT_QUEUE),
        reached=reached,
        promised=promised,
        unanswered=not answered and not passed_on,
        troubled=not reasons.isdisjoint(TROUBLE),
        urgent=Kind.URGENT in kinds,
    )


def _wrote_again(one: Happened) -> bool:
    """Whether the resident wrote after a pause in which nobody did, within the days that count."""
    before: datetime | None = None
    for line in one.lines:
        if line.at > one.began + SETTLED:
            return False
        if line.sender == Sender.RESIDENT and before is not None and line.at - before >= PAUSE:
            return True
        before = line.at
    return False
