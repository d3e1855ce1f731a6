"""The task "application": a report or application asked in conversation, one question at a time.

A message that answers the open question is taken without the engine. What does not is looked at for a command (stop, go back,
change the date), and only then the engine's reading decides whether it is a question, a call for a person or an answer that
has to be put right. Nothing is sent without Yes; sending opens the case in the same transaction as the reply that names it.
The rules are in bot/applications, what the messages look like in applying_replies.py.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.applications import commands, filling
from bot.applications.addressing import CHOICE as ADDRESS_CHOICE
from bot.applications.addressing import Addressing
from bot.applications.commands import Command
from bot.applications.entitlement import likely
from bot.applications.filling import Form
from bot.applications.model import Answer, Definition, Field, FieldType, Problem
from bot.applications.service import Applications, DayGone
from bot.applications.understanding import understand
from bot.applications.understanding.plain import has_phrase, is_one_of, plain
from bot.conversations import store as conversation_store
from bot.conversations.model import Choice, Conversation, Message, Reply
from bot.conversations.service import Together
from bot.dialogue.applying_replies import Pressed, Replies
from bot.dialogue.model import CONVERSATIONAL, Bands
from bot.dialogue.tasks import Read, TaskStep

PERSON = 0.5  # from this probability on a message is a call for a person
QUESTION = 0.5  # and from this one a question of its own
META = 0.75  # and from this one a greeting, thanks or the like
FREE = (FieldType.TEXT, FieldType.NAME)  # anything can be an answer to these


class ApplicationTask:
    """Reports and applications in conversation. Build one in app.py."""

    name = "application"

    def __init__(self, applications: Applications, addressing: Addressing, bands: Bands | None = None) -> None:
        self._applications = applications
        self._addressing = addressing
        self._bands = bands or Bands()

    def offers(self, council: str, intent: str) -> Sequence[Choice]:
        """The buttons under the answer to an intent."""
        found = self._applications.offered_by(council, intent)
        return [Choice(f"start:{self.name}:{one.id}", one.button) for one in found]

    # ---- beginning

    async def begin(self, conversation: Conversation, request: Mapping[str, Any], said: str) -> TaskStep | None:
        """The first question, after what it is about and what is known already from the resident's words."""
        if pressed := request.get("pressed"):
            return await self._pressed_late(conversation, str(pressed))
        definition = self._applications.get(conversation.council, str(request.get("what")))
        if definition is None or (
            request.get("kind") == "start" and commands.is_question(said) and not commands.is_request(said)
        ):
            return None
        said = said or await self._applications.words_before(conversation.id, f"start:{self.name}:{definition.id}")
        form = await self._applications.begin_with(definition, said)
        form = await self._addressing.from_opening(form, said)
        form = await self._addressing.from_known(form, str(conversation.context.known.get("uprn", "")))
        return await self._looked_at(form, "", self._replies(definition).beginning(form))

    async def _pressed_late(self, conversation: Conversation, pressed: str) -> TaskStep:
        """A button of a form that is no longer under way: sent already, or ended."""
        key = pressed.partition(":")[0]
        case = await self._applications.sent_already(conversation.council, key)
        return TaskStep([Replies.late(self._applications.words(conversation.council), case)], None)

    # ---- taking a message

    async def take(self, conversation: Conversation, state: Mapping[str, Any], message: Message, read: Read) -> TaskStep | None:
        """The next step, or None to leave the message to the assistant."""
        definition = self._applications.get(conversation.council, str(state.get("what")))
        if definition is None:
            words = self._applications.words(conversation.council)
            return TaskStep([Replies.gone(words)], None)
        form = filling.form_from_json(definition, state)
        choice = str(message.data.get("choice", ""))
        if choice.startswith(ADDRESS_CHOICE) and form.open and form.open.type == FieldType.ADDRESS:
            return await self._answer(form, form.open, "", None, choice)
        if choice:
            pressed = Pressed.read(choice)
            return await self._press(form, pressed) if pressed and pressed.key == form.key else None
        return await self._hear(form, message.text, read)

    def again(self, conversation: Conversation, state: Mapping[str, Any]) -> list[Reply]:
        """The open question once more."""
        definition = self._applications.get(conversation.council, str(state.get("what")))
        if definition is None:
            return []
        form = filling.form_from_json(definition, state)
        return [self._replies(definition).open(form)]

    async def _press(self, form: Form, pressed: Pressed) -> TaskStep | None:
        match pressed.verb:
            case "set" if field := form.definition.field(pressed.field):
                return await self._answer(filling.change(form, field.name), field, pressed.value, None)
            case "change" if form.definition.field(pressed.field):
                return await self._change(form, pressed.field)
            case "back":
                return await self._back(form)
            case "stop":
                return self._stop(form)
            case "send":
                return await self._send(form)
        return await self._ask(form)

    async def _hear(self, form: Form, text: str, read: Read) -> TaskStep | None:
        words = self._applications.words(form.definition.council)
        said = commands.command_in(text, form, words)
        if said is not None:
            match said.command:
                case Command.STOP:
                    return self._stop(form)
                case Command.BACK:
                    return await self._back(form)
                case Command.WHY:
                    return await self._ask(form, self._replies(form.definition).why(form))
                case Command.WHAT_NEXT:
                    return await self._ask(form, self._replies(form.definition).what_next())
                case Command.REVIEW:
                    return self._what_to_change(form)
                case Command.CHANGE:
                    return await self._change(form, said.field, said.rest)
        field = form.open
        if field is not None:
            return await self._answer(form, field, text, read)
        if is_one_of(text, words["send"]):
            return await self._send(form)
        if is_one_of(text, words["no"]):
            return self._what_to_change(form)
        if await self._is_for_the_assistant(form, text, read):
            return None
        return TaskStep([self._replies(form.definition).check(form, again=True)], form.as_json())

    # ---- answers

    async def _answer(self, form: Form, field: Field, text: str, read: Read | None, choice: str = "") -> TaskStep | None:
        """The step after an answer to a question; `read` is None for a button, which is never anything else."""
        if field.type == FieldType.ADDRESS:
            form, understood = await self._addressing.take(form, field, text, choice)
        else:
            understood = understand(field, text, await self._applications.asked_for(form), form.pending)
        doubtful = isinstance(understood, Problem) and not understood.like_an_answer
        words = self._applications.words(form.definition.council)
        open_to_all = field.type in FREE and any(has_phrase(plain(text), one) for one in words["aside"])
        if (
            read is not None
            and (doubtful or open_to_all or commands.is_question(text))
            and await self._is_for_the_assistant(
                form, text, read, answered=isinstance(understood, Answer), free=field.type in FREE
            )
        ):
            return None
        if isinstance(understood, Answer):
            read_back = field.type == FieldType.ADDRESS and not choice and bool(understood.value)
            before = [self._replies(form.definition).plainly(f"{understood.words}.")] if read_back else []
            insisted = form.answers.get(field.name) == understood
            step = await self._go_on(filling.answered(form, field.name, understood), field.name, before, insisted)
            uprn = understood.value.get("uprn") if isinstance(understood.value, dict) and not field.anywhere else ""
            return replace(step, known={"uprn": uprn}) if uprn else step
        form = filling.missed(form, understood.pending)
        return await self._ask(form, problem=understood)

    async def _go_on(self, form: Form, just: str, before: Sequence[Reply], insisted: bool) -> TaskStep:
        """What the answer brings about: notes, what is looked up, and then the next question.

        An answer that is given once more after it was questioned stands.
        """
        replies = self._replies(form.definition)
        before = list(before)
        for note in filling.notes_due(form, just):
            if note.ends:
                return TaskStep([*before, replies.ended(note.text)], None)
            before.append(replies.plainly(note.text))
        return await self._looked_at(form, just, before, insisted)

    async def _looked_at(self, form: Form, just: str, before: Sequence[Reply], insisted: bool = False) -> TaskStep:
        """What is found out about the answers so far, and then the next question."""
        replies, before = self._replies(form.definition), list(before)
        finding = await self._applications.look(form, just)
        if finding is not None and finding.ends:
            return TaskStep([*(before if just else ()), replies.ended(finding.text)], None)
        if finding is not None and not (finding.reopen and insisted):
            before.append(replies.plainly(finding.text))
            form = filling.change(form, finding.reopen) if finding.reopen else form
        return await self._ask(form, before)

    async def _ask(self, form: Form, before: Sequence[Reply] = (), problem: Problem | None = None) -> TaskStep:
        """The open question, or the answers to check."""
        field = form.open
        if field is not None and field.type == FieldType.DATE:
            form = replace(form, inner={"today": self._applications.today().isoformat()})
        if field is not None and field.capacity is not None:
            asked = await self._applications.asked_for(form)
            form = replace(form, inner={"days": [day.isoformat() for day in asked.days]})
        if field is not None and field.type == FieldType.ADDRESS:
            form = await self._addressing.ready(form)
        replies = self._replies(form.definition)
        if field is None and form.definition.ends == "result":
            found = likely(form.definition, form.answers, self._applications.today())
            then = self._applications.get(form.definition.council, found.result.then) if found else None
            return TaskStep([*before, replies.result(form, found, then)], None)
        return TaskStep([*before, replies.open(form, problem)], form.as_json())

    # ---- what is said about the form

    async def _change(self, form: Form, name: str, rest: str = "") -> TaskStep | None:
        field = form.definition.field(name)
        assert field is not None
        changed = filling.change(form, name)
        if rest:
            step = await self._answer(changed, field, rest, None)
            if step is not None:
                return step
        before = self._replies(form.definition).changing(form, field)
        return await self._ask(changed, before)

    async def _back(self, form: Form) -> TaskStep:
        earlier = filling.back(form)
        if earlier is None:
            return await self._ask(form, [self._replies(form.definition).first()])
        return await self._ask(earlier)

    def _stop(self, form: Form) -> TaskStep:
        return TaskStep([self._replies(form.definition).stopped()], None)

    def _what_to_change(self, form: Form) -> TaskStep:
        return TaskStep([self._replies(form.definition).check(form, changing=True)], form.as_json())

    async def _is_for_the_assistant(
        self, form: Form, text: str, read: Read, *, answered: bool = False, free: bool = False
    ) -> bool:
        """Whether the message is a question of its own, a call for a person, or danger.

        `free` is a question that is answered in own words: a longer answer that speaks of what the form is about is no question.
        """
        reading = await read()
        if reading is None:
            return False
        if reading.probability("urgent_risk") >= self._bands.urgent or reading.probability("talk_to_human") >= PERSON:
            return True
        if reading.intent in CONVERSATIONAL:
            return reading.confidence >= META and not answered and reading.intent not in ("affirm", "deny")
        own = reading.intent in (*form.definition.started_by, *form.definition.offered_by)
        told = free and answered and own and "?" not in text  # "how i was treated", in a complaint
        asks = commands.is_question(text) and not told
        return reading.confidence >= QUESTION and (asks or not (own or answered)) and (asks or not _short(text))

    # ---- sending

    async def _send(self, form: Form) -> TaskStep:
        if not form.complete:
            return await self._ask(replace(form, chosen=""))

        async def within(tx: AsyncConnection, conversation: Conversation) -> Sequence[Reply]:
            try:
                case = await self._applications.send(tx, form, conversation.id)
            except DayGone as gone:
                return await self._another_day(tx, conversation, form, gone.field)
            return [self._replies(form.definition).case(form, case, self._applications.today())]

        return TaskStep([], None, (Together(within),))

    async def _another_day(self, tx: AsyncConnection, conversation: Conversation, form: Form, field: Field) -> list[Reply]:
        """Somebody else took the last place of the day meanwhile: the form goes on with that question open."""
        days = await self._applications.days_left(tx, form.definition, field)
        lost = form.answers[field.name].words
        answers = {name: answer for name, answer in form.answers.items() if name != field.name}
        form = replace(form, answers=answers, chosen="", inner={"days": [day.isoformat() for day in days]})
        context = conversation.context
        under_way = (*context.under_way, {"task": self.name, "state": form.as_json()})
        await conversation_store.change_conversation(
            tx, conversation.id, context=replace(context, under_way=under_way).as_json()
        )
        replies = self._replies(form.definition)
        return [replies.day_gone(lost), replies.open(form)]

    def _replies(self, definition: Definition) -> Replies:
        return Replies(
            definition, self._applications.words(definition.council), self._applications.follow_page(definition.council)
        )


def _short(text: str) -> bool:
    """Whether a message is too short to tell by itself what it is about."""
    return len(text.split()) <= 2
