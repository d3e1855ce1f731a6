"""Suggestions on the real office (tests/handoff/office.py): every part is the real one but the engine and the language model.

Masking stands in for itself: it takes the invented names of tests out, so that no process with a language model is needed.
tests/assist/test_masking.py runs the real one.
"""

import re
from collections.abc import Collection, Sequence
from pathlib import Path

from bot.app import reads
from bot.assist.building import assist_room
from bot.assist.encoding import Encoding
from bot.assist.formats import ConversationFile
from bot.assist.importing import ConversationImport, Summary
from bot.assist.model import Suggestions
from bot.assist.settings import read_settings
from bot.assist.taking_in import TakingIn
from bot.foundation.csvfiles import Reject
from bot.handoff.views import Chat
from bot.staff.model import Actor, command_line_actor
from tests.conftest import ROOT
from tests.handoff.office import COUNCILS, Office, Resident

ENCODING = Encoding(ROOT / "var" / "cache")
NAMES = re.compile(r"\b(?:Mary Sample|Sam Sample|Mary|Sam)\b")


async def take_names_out(texts: Sequence[str], keep: Collection[str]) -> list[str]:
    """Masking of the names that these tests use."""
    return [NAMES.sub("[name]", text) for text in texts]


class AssistDesk:
    """An office whose advisers get suggestions."""

    def __init__(self, office: Office) -> None:
        self.office = office
        masking, reading = office.shared.masking, reads(office.engine, ENCODING, office.shared.knowledge.encoder)
        knowledge = office.shared.knowledge
        self.room = assist_room(
            office.parts, office.room, knowledge, ENCODING, read_settings(COUNCILS), masking.mask, take_names_out, reading
        )
        self.suggestions, self.learning, self.memory = self.room.suggestions, self.room.learning, self.room.memory
        self._taking_in = TakingIn(knowledge, ENCODING, masking.mask, take_names_out, reading)
        self.rejects: list[Reject] = []

    async def import_file(self, path: Path, council: str = "") -> Summary:
        """Imports past conversations as the command does."""
        importing = ConversationImport(
            self.office.database, self.memory, self._taking_in, self.office.audit, lambda _: None, self.rejects.append
        )
        return await importing.run(command_line_actor(), ConversationFile(path), council)

    async def reply(self, actor: Actor, chat: Chat, text: str, shown: Suggestions | None = None, inserted: str = "") -> None:
        """An adviser answers, with suggestions beside the field when `shown` says which."""
        await self.suggestions.reply(
            actor, chat.conversation_id, f"m{hash(text)}", text, chat.epoch,
            suggested_for=shown.seq if shown else 0, inserted=[inserted] if inserted else [],
        )  # fmt: skip

    async def whole_chat(self, actor: Actor, question: str, answer: str) -> Resident:
        """A chat from the question to its end, and learnt from."""
        resident, chat = await self.office.chat(actor)
        await resident.say(question)
        await self.reply(actor, chat, answer)
        await self.office.room.passing.end(actor, resident.id, "answered")
        await self.office.later(minutes=2)
        await self.learning.once()
        return resident
