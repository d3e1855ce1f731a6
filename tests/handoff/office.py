"""A council's office for tests of handing over: residents who talk to the assistant, staff at their desks, and a clock.

Everything is the real thing on a real database, but for the engine, which is scripted, and the time, which tests move.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.addresses.service import Addresses
from bot.cases.service import Cases
from bot.cases.wording import read_case_words
from bot.conversations.model import Context, Conversation, Message, Reply
from bot.conversations.service import Conversations, Said, Together
from bot.dialogue.assistant import Assistant
from bot.dialogue.handing_over import HandingOver
from bot.dialogue.turns import TurnRunner
from bot.foundation.bus import Bus
from bot.foundation.database import Database
from bot.foundation.limits import Limits
from bot.foundation.metrics import Metrics
from bot.handoff.answers import read_canned
from bot.handoff.building import HandoffRoom, handoff_room
from bot.handoff.model import Card, Presence
from bot.handoff.parts import Parts
from bot.handoff.plan import read_plans
from bot.handoff.views import Chat
from bot.handoff.wording import Wording
from bot.hours.reading import read_hours
from bot.knowledge.service import Knowledge
from bot.languages.service import Languages
from bot.privacy.keeping import read_keep_days
from bot.privacy.masking import Masking
from bot.safety.service import UrgentScreens
from bot.staff.audit import Audit
from bot.staff.model import ROLES, Actor, Role
from tests.conftest import ROOT
from tests.factories import FixedClock, ScriptedEngine

OPEN = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)  # a Tuesday at 11am
NIGHT = datetime(2026, 11, 24, 21, 0, tzinfo=UTC)
CHRISTMAS = datetime(2026, 12, 25, 11, 0, tzinfo=UTC)
COUNCILS = ROOT / "councils"
FORMS = {"enfield": {"no_such_form": "Report a missed bin"}}  # this office has no room of applications


@dataclass(frozen=True)
class Shared:
    """What takes a while to read and never changes."""

    knowledge: Knowledge
    screens: UrgentScreens
    languages: Languages
    masking: Masking


def make_actor(name: str = "Asha Patel", teams: str = "*", council: str = "enfield", role: Role = Role.ADVISER) -> Actor:
    """A member of staff."""
    staff_id = uuid.uuid5(uuid.NAMESPACE_DNS, f"{council}.{name}").hex
    return Actor(staff_id, name, council, frozenset(teams.split()), ROLES[role])


@dataclass
class Resident:
    """One resident's conversation, as the resident drives it."""

    office: "Office"
    conversation: Conversation
    token: str
    seq: int = 0

    @property
    def id(self) -> str:
        """The conversation."""
        return self.conversation.id

    async def say(self, text: str, client_message_id: str = "") -> Said:
        """Types."""
        return await self.office.conversations.say(self.conversation, client_message_id or uuid.uuid4().hex, text)

    async def press(self, choice: str) -> Said:
        """Presses a button."""
        return await self.office.conversations.choose(self.conversation, uuid.uuid4().hex, choice)

    async def news(self) -> list[Message]:
        """What the resident has not read yet, once the assistant is done."""
        found: list[Message] = []
        for _ in range(200):
            page = await self.office.conversations.read_or_wait(self.id, self.seq, 5)
            found += page.messages
            self.seq = max([self.seq, *(one.seq for one in page.messages)])
            if not page.state.thinking and not (await self.office.conversations.read(self.id, self.seq)).messages:
                break
        return [one for one in found if one.sender != "resident"]

    async def ask(self, text: str = "", choice: str = "") -> list[Message]:
        """Types or presses, and reads what comes of it."""
        await (self.press(choice) if choice else self.say(text))
        return await self.news()

    async def owner(self) -> str:
        """Who has the conversation."""
        return (await self.office.conversations.read(self.id, 0)).state.owner

    async def queue(self) -> "Resident":
        """Goes all the way into the queue."""
        await self.ask("i can not pay my council tax bill this month")
        await self.ask(choice="talk_to_person")
        await self.ask(choice="handoff:send")
        assert await self.owner() == "queue"
        return self


@dataclass
class Office:
    """The whole of it. `room` has every service of handing over."""

    database: Database
    shared: Shared
    offered: bool = True
    clock: FixedClock = field(default_factory=lambda: FixedClock(OPEN))
    engine: ScriptedEngine = field(default_factory=ScriptedEngine)
    room: HandoffRoom = field(init=False)

    def __post_init__(self) -> None:
        metrics, self.bus = Metrics(), Bus()
        limits = Limits(metrics, enforced=False)
        hours, wording = read_hours(COUNCILS), Wording(read_plans(COUNCILS), self.shared.knowledge)
        self.cases = Cases(self.database, self.clock, hours, read_case_words(COUNCILS), limits, self.shared.masking.mask)
        self.audit = Audit(self.database, self.clock)
        offered, forms = self._is_offered, self._forms
        parts = self.parts = Parts(self.database, self.bus, self.clock, wording, hours, self.cases, offered, forms)
        self.addresses = Addresses(self.database)
        knowledge, canned, keep_days = self.shared.knowledge, read_canned(COUNCILS), read_keep_days(COUNCILS)
        self.room = handoff_room(parts, self.audit, self.addresses, knowledge, canned, keep_days)
        self.conversations = Conversations(self.database, self.bus, self.clock, self.shared.masking.mask)
        self.conversations.people = self.room.residents
        assistant = Assistant(
            self.engine,
            self.shared.knowledge,
            self.shared.screens,
            self.shared.languages,
            tasks=[HandingOver(self.room.residents)],
            danger=self.room.residents.danger,
        )
        self.composer = assistant.composer
        self.turns = TurnRunner(self.conversations, assistant, metrics)
        self.conversations.on_resident_message = self.turns.resident_spoke

    def _forms(self, council: str) -> dict[str, str]:
        return FORMS.get(council, {})

    async def _is_offered(self, council: str) -> bool:
        return self.offered

    async def resident(self, council: str = "enfield") -> Resident:
        """A resident who has just begun."""
        conversation, token, messages = await self.conversations.begin(council, [self.composer.greeting(council)])
        return Resident(self, conversation, token, messages[-1].seq)

    async def sign_in(self, *actors: Actor) -> None:
        """People sit down at their desks."""
        for actor in actors:
            await self.room.presences.set(actor, Presence.AVAILABLE)

    async def waiting(self, *actors: Actor) -> Resident:
        """A resident in the queue, with these people at their desks."""
        await self.sign_in(*(actors or (make_actor(),)))
        return await (await self.resident()).queue()

    async def taken_at_once(self, actor: Actor) -> tuple[Resident, int]:
        """A resident with this person without a word of the assistant's, and the epoch; for tests with many of them."""
        resident, card = await self.resident(), Card(want="help with my bill", topic="ct_pay")

        async def within(tx: AsyncConnection, conversation: Conversation) -> Sequence[Reply]:
            return await self.room.residents.enter(tx, conversation, card, "asked")

        await self.conversations.replies_ready(resident.conversation, [], Context(), 0, [Together(within)])
        return resident, (await self.room.desks.claim(actor, resident.id)).epoch

    async def chat(self, actor: Actor) -> tuple[Resident, Chat]:
        """A resident with this person."""
        resident = await self.waiting(actor)
        chat = await self.room.desks.claim(actor, resident.id)
        await resident.news()
        return resident, chat

    async def later(self, **gone: float) -> None:
        """Time passes, and upkeep makes its round. Nobody reports meanwhile."""
        self.clock.time += timedelta(**gone)
        await self.room.upkeep.once()


def texts(messages: list[Message]) -> str:
    """All words of messages."""
    return "\n".join(one.text for one in messages)


def reasons(messages: list[Message]) -> list[str]:
    """What the notices among messages are about."""
    return [str(one.data.get("reason", "")) for one in messages if one.data.get("reason")]


def values(message: Message) -> list[str]:
    """The buttons of a message."""
    return [choice.value for choice in message.choices]
