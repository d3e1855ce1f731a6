"""The use cases of applications: which there are, beginning one, what is found out on the way, and sending it.

Sending opens a case inside the caller's transaction, so that the reference and the reply that names it are stored together or
not at all; the form's key makes a second sending give the first case. The chat's task is bot/dialogue/applying.py, the page is
bot/web/resident/apply.py; wording.py says what either of them shows.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.applications import store
from bot.applications.checks import Check, Finding
from bot.applications.filling import Form, answered
from bot.applications.model import Asked, Definition, Field, FieldType
from bot.applications.reading import MissingFact, definition_of, read_definitions
from bot.applications.understanding import find
from bot.applications.understanding.offered import days_with_room
from bot.cases.model import Case, Contact, NewCase
from bot.cases.service import Cases
from bot.cases.store import case_by_key
from bot.conversations.model import Sender
from bot.conversations.store import latest_messages
from bot.foundation.database import Database
from bot.foundation.packs import read_pack_file
from bot.knowledge.model import Fact
from bot.knowledge.service import Knowledge

URGENCY = {"normal": 0, "high": 10}
MESSAGES_BACK = 60  # how far back a button is looked for that was pressed
OFFERED_MOST = 3  # buttons under one answer


class DayGone(Exception):
    """The day that was chosen has no room any more; nothing was sent."""

    def __init__(self, field: Field) -> None:
        super().__init__(field.name)
        self.field = field


@dataclass(frozen=True)
class Packs:
    """What the files say: definitions not yet built, and the words around them, by council."""

    definitions: Mapping[str, Mapping[str, Mapping[str, Any]]]
    words: Mapping[str, Mapping[str, Any]]

    @classmethod
    def read(cls, councils_folder: Path) -> "Packs":
        """The files of all councils. Raises UnreadablePackFile."""
        return cls(read_definitions(councils_folder), read_pack_file(councils_folder, "applications.yml"))


class Applications:
    """The reports and applications of all councils. Build one in app.py."""

    def __init__(
        self, packs: Packs, knowledge: Knowledge, cases: Cases, database: Database, checks: Mapping[str, Check] | None = None
    ) -> None:
        self._packs = packs
        self._knowledge = knowledge
        self._cases = cases
        self._database = database
        self._checks = dict(checks or {})
        self._built: dict[str, tuple[date, Mapping[str, Fact], dict[str, Definition]]] = {}

    # ---- what there is

    def titles(self, council: str) -> dict[str, str]:
        """What staff can send a resident to fill in: the title of each form, by its id."""
        return {name: one.title for name, one in self.all(council).items()}

    def all(self, council: str) -> dict[str, Definition]:
        """The council's definitions that can be used today, by id; one whose facts are missing is not among them."""
        today, facts = self._knowledge.today(), self._knowledge.council(council).facts
        day, known, built = self._built.get(council, (None, None, {}))
        if day != today or known is not facts:
            built = {}
            for name, raw in self._packs.definitions.get(council, {}).items():
                try:
                    built[name] = definition_of(raw, council, facts, today)
                except MissingFact:
                    continue
            self._built[council] = (today, facts, built)
        return built

    def get(self, council: str, name: str) -> Definition | None:
        """One definition, or None."""
        return self.all(council).get(name)

    def started_by(self, council: str, intent: str) -> Definition | None:
        """The one that begins when this is what a resident wants."""
        return next((one for one in self.all(council).values() if intent in one.started_by), None)

    def offered_by(self, council: str, intent: str) -> list[Definition]:
        """Those that are offered under the answer to this intent."""
        fitting = [one for one in self.all(council).values() if intent in (*one.offered_by, *one.started_by)]
        return fitting[:OFFERED_MOST]

    def words(self, council: str) -> Mapping[str, Any]:
        """The words of applications.yml."""
        return self._packs.words[council]

    def all_words(self) -> Mapping[str, Mapping[str, Any]]:
        """The same for every council."""
        return self._packs.words

    def today(self) -> date:
        """The date in London."""
        return self._knowledge.today()

    def follow_page(self, council: str) -> str:
        """Where a resident follows a case."""
        return f"/case/{council}"

    # ---- filling

    def begin(self, definition: Definition) -> Form:
        """A new form with nothing answered yet."""
        return Form(definition, secrets.token_hex(8))

    async def begin_with(self, definition: Definition, said: str) -> Form:
        """A new form, with what the resident's first words say already."""
        form = self.begin(definition)
        for field in definition.fields:
            if said and field in form.applicable and (found := find(field, said, await self._asked_of(form, field))):
                form = answered(form, field.name, found)
        return form

    async def words_before(self, conversation_id: str, choice: str) -> str:
        """What the resident wrote before the button `choice` was offered, at most one button earlier ("is it one of these?")."""
        async with self._database.reading() as tx:
            messages = (await latest_messages(tx, conversation_id, MESSAGES_BACK))[::-1]
        offered = next(
            (place for place, one in enumerate(messages) if choice in {button.value for button in one.choices}), None
        )
        if offered is None:
            return ""
        before = [one for one in messages[offered:] if one.sender == Sender.RESIDENT][:2]
        return next((one.text for one in before if not one.data.get("choice")), "")

    def asked(self, council: str, days: Sequence[date] = ()) -> Asked:
        """What answers are understood with."""
        return Asked(self._knowledge.today(), self.words(council), tuple(days))

    async def asked_for(self, form: Form) -> Asked:
        """The same for the open question, with the days that have room where it asks for one."""
        return await self._asked_of(form, form.open)

    async def _asked_of(self, form: Form, field: Field | None) -> Asked:
        if field is None or field.capacity is None:
            return self.asked(form.definition.council)
        async with self._database.reading() as tx:
            return self.asked(form.definition.council, await self.days_left(tx, form.definition, field))

    async def days_left(self, tx: AsyncConnection, definition: Definition, field: Field) -> tuple[date, ...]:
        """The next days with room for a question that offers days."""
        assert field.capacity is not None
        today = self.today()
        taken = await store.days_taken(tx, definition.council, definition.id, today)
        return days_with_room(field.capacity, today, taken)

    async def look(self, form: Form, just: str = "") -> Finding | None:
        """What the definition's checks find once the question `just` is answered, the first that finds something.

        Without a question every check is made that can be, for a form that the first words filled in.
        """
        for name in form.definition.checks:
            check = self._checks.get(name)
            if check and (not just or just in check.needs) and all(need in form.answers for need in check.needs):
                finding = await check.look(form)
                if finding:
                    return finding
        return None

    # ---- sending

    async def send(self, tx: AsyncConnection, form: Form, conversation_id: str | None) -> Case:
        """Opens the case of a complete form, inside the caller's transaction. Raises DayGone."""
        new = self._new_case(form, conversation_id)
        earlier = await case_by_key(tx, new.council, new.key)
        if earlier is not None:
            return earlier
        for field, answer in form.given:
            if field.type == FieldType.DAY_OFFERED and field.capacity:
                day = date.fromisoformat(answer.value)
                if not await store.take_day(tx, new.council, form.definition.id, day, new.key, field.capacity.places):
                    raise DayGone(field)
                new = replace(new, due=day, promise_days=None)
        return await self._cases.open(tx, new)

    async def send_now(self, form: Form) -> Case:
        """The same in a transaction of its own, for the page. Raises DayGone."""
        async with self._database.writing() as tx:
            return await self.send(tx, form, None)

    async def sent_already(self, council: str, key: str) -> Case | None:
        """The case that a form's key has opened already, or None."""
        async with self._database.reading() as tx:
            return await case_by_key(tx, council, _key(key))

    def _new_case(self, form: Form, conversation_id: str | None) -> NewCase:
        definition = form.definition
        values = {field.name: answer.value for field, answer in form.given}
        contact = {part: str(values.get(name) or "") for part, name in definition.contact.items()}
        uprn = next((str(one["uprn"]) for one in values.values() if isinstance(one, dict) and one.get("uprn")), "")
        return NewCase(
            council=definition.council,
            kind=definition.id,
            title=definition.title,
            team=definition.team,
            key=_key(form.key),
            answers=[(field.label, answer.words) for field, answer in form.given],
            data=values,
            contact=Contact(contact.get("name", ""), contact.get("email", ""), contact.get("telephone", "")),
            promise_days=definition.promise_days,
            next_step=" ".join(definition.next),
            conversation_id=conversation_id,
            urgency=URGENCY[definition.urgency],
            uprn=uprn,
        )


def _key(form_key: str) -> str:
    return f"application:{form_key}"
