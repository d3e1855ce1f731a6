"""The task "track_case": says how a report is going, by reference and code, or at once for one made in this conversation.

It keeps the reference only while it waits for the code, and nothing afterwards; the code is never kept and never said again.
Anything else that is said meanwhile is left to the assistant, which then asks the open question again.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.cases.model import Case, EntryKind
from bot.cases.reference import code_in, looks_typed, read_reference, reference_in
from bot.cases.service import CaseNotFound, Cases
from bot.conversations.model import PERSON_CHOICE, Choice, Conversation, Kind, Message, Reply
from bot.conversations.service import Together
from bot.dialogue.model import bare
from bot.dialogue.tasks import Read, TaskStep
from bot.foundation.limits import TooOften
from bot.foundation.words import LONDON, day_in_words
from bot.knowledge.service import Knowledge

NAME = "track_case"
ANOTHER = f"start:{NAME}:another"
MOST_TRIES = 3
MOST_SHOWN = 3
SURE = 0.6


class TrackCase:
    """Looks up reports in conversation. Build one in app.py."""

    name = NAME

    def __init__(self, cases: Cases, person_label: Mapping[str, str]) -> None:
        self._cases = cases
        self._person_label = person_label

    @classmethod
    def build(cls, cases: Cases, knowledge: Knowledge) -> "TrackCase":
        """With the councils' own words for the offer of a person."""
        return cls(cases, {council: str(knowledge.words(council)["buttons"]["person"]) for council in knowledge.council_ids})

    async def begin(self, conversation: Conversation, request: Mapping[str, Any], said: str) -> TaskStep | None:
        """Answers at once when it can, otherwise asks for the reference."""
        reference = reference_in(said)
        own = await self._cases.of_conversation(conversation.id)
        if reference is None and own and request.get("what") != "another":
            shown = [self._progress(conversation, case) for case in own[-MOST_SHOWN:]]
            last = shown[-1]
            another = Choice(ANOTHER, self._words(conversation)["another"])
            return TaskStep([*shown[:-1], Reply(last.kind, last.text, (*last.choices, another), data=last.data)], None)
        if reference is None:
            return self._ask(conversation, "ask_reference", {"step": "reference", "tries": 0})
        return await self._with_reference(conversation, reference, said, 0)

    async def take(self, conversation: Conversation, state: Mapping[str, Any], message: Message, read: Read) -> TaskStep | None:
        """A reference, a code, or a word to stop; anything else is not for this task."""
        choice = message.data.get("choice")
        if choice == ANOTHER:
            return self._ask(conversation, "ask_reference", {"step": "reference", "tries": 0})
        if choice:
            return None
        phrases = self._words(conversation)["phrases"]
        if bare(message.text) in phrases["stop"]:
            return TaskStep([self._say(conversation, "stopped")], None)
        if bare(message.text) in phrases["lost"]:
            return TaskStep([self._say(conversation, "lost", person=True)], None)
        reference = reference_in(message.text) or read_reference(message.text)
        if reference:
            return await self._with_reference(conversation, reference, message.text, state["tries"])
        if state["step"] == "code" and (code := code_in(message.text)):
            return await self._look_up(conversation, state["reference"], code, state["tries"])
        reading = await read()
        if reading and reading.intent == "stop_form" and reading.confidence >= SURE:
            return TaskStep([self._say(conversation, "stopped")], None)
        if looks_typed(message.text):
            tries = state["tries"] + 1
            if tries >= MOST_TRIES:
                return TaskStep([self._say(conversation, "give_up", person=True)], None)
            name = "bad_reference" if state["step"] == "reference" else "ask_code"
            return self._ask(conversation, name, {**state, "tries": tries})
        return None

    def again(self, conversation: Conversation, state: Mapping[str, Any]) -> list[Reply]:
        """The open question once more."""
        return self._ask(conversation, f"ask_{state['step']}", state).replies

    async def _with_reference(self, conversation: Conversation, reference: str, text: str, tries: int) -> TaskStep:
        for case in await self._cases.of_conversation(conversation.id):
            if case.reference == reference:
                return TaskStep([self._progress(conversation, case)], None)
        if code := code_in(text):
            return await self._look_up(conversation, reference, code, tries)
        return self._ask(conversation, "ask_code", {"step": "code", "reference": reference, "tries": tries})

    async def _look_up(self, conversation: Conversation, reference: str, code: str, tries: int) -> TaskStep:
        try:
            case = await self._cases.find(reference, code, conversation.id)
        except TooOften:
            return TaskStep([self._say(conversation, "too_often", person=True)], None)
        except CaseNotFound:
            if tries + 1 >= MOST_TRIES:
                return TaskStep([self._say(conversation, "give_up", person=True)], None)
            return self._ask(conversation, "not_found", {"step": "reference", "tries": tries + 1})
        return TaskStep([self._progress(conversation, case)], None, (self._visit(case),))

    def _visit(self, case: Case) -> Together:
        """The record that a case was asked about, committed with the reply."""

        async def within(tx: AsyncConnection, conversation: Conversation) -> Sequence[Reply]:
            await self._cases.asked_about(tx, case, conversation.id)
            return ()

        return Together(within)

    def _progress(self, conversation: Conversation, case: Case) -> Reply:
        """How far the case is and what was promised; nothing that was told in confidence."""
        words = self._words(conversation, case.council)
        status = self._cases.status(case.council, case.residents_status)
        overdue = case.overdue(self._cases.today())
        values = {"title": case.title, "reference": case.reference, "label": status.label, "meaning": status.meaning}
        parts = [words["status"].format(**values)]
        notes = [entry.text for entry in case.residents_history if entry.text and entry.kind != EntryKind.UPDATE]
        if notes:
            parts.append(words["note"].format(text=notes[-1]))
        if case.ended_at:
            parts.append(words["ended"].format(day=day_in_words(case.ended_at.astimezone(LONDON).date())))
        elif case.due:
            parts.append(words["late" if overdue else "due"].format(day=day_in_words(case.due)))
        elif case.next_step:
            parts.append(case.next_step)
        data = {
            "reference": case.reference,
            "title": case.title,
            "status": status.name,
            "status_label": status.label,
            "due": case.due.isoformat() if case.due else None,
            "overdue": overdue,
        }
        return Reply(Kind.CASE, "\n\n".join(parts), self._person(conversation) if overdue else (), data=data)

    def _ask(self, conversation: Conversation, name: str, state: Mapping[str, Any]) -> TaskStep:
        reply = Reply(Kind.QUESTION, self._words(conversation)[name], data={"task": NAME, "field": state["step"]})
        return TaskStep([reply], dict(state))

    def _say(self, conversation: Conversation, name: str, *, person: bool = False) -> Reply:
        return Reply(Kind.TEXT, self._words(conversation)[name], self._person(conversation) if person else ())

    def _person(self, conversation: Conversation) -> tuple[Choice, ...]:
        return (Choice(PERSON_CHOICE, self._person_label[conversation.council]),)

    def _words(self, conversation: Conversation, council: str = "") -> dict[str, Any]:
        return dict(self._cases.words(council or conversation.council)["chat"])
