"""Drafts of articles and facts: begin one, write, send it to a second person, take it back, send it back, throw it away.

A draft is kept with every mistake in it, but goes to be checked only without. Nobody checks what they wrote themselves, and
that is refused here, whatever a page offers. What happens after the check is in publishing.py.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.conversations.model import new_id
from bot.foundation.clock import Clock
from bot.foundation.database import Database
from bot.knowledge.editing import store
from bot.knowledge.editing.fields import ArticleFields, FactFields, Fields, fields_from, fields_of_text
from bot.knowledge.editing.library import Rules, live_text, own_text
from bot.knowledge.editing.model import (
    LONGEST_NAME,
    LONGEST_NOTE,
    Draft,
    HasMistakes,
    Kind,
    NoSuchEntry,
    NotPossible,
    OwnWriting,
    Place,
    SavedMeanwhile,
    State,
    UnusableEntry,
    name_from,
)
from bot.knowledge.mistakes import Mistake
from bot.knowledge.service import Knowledge
from bot.staff.audit import Action, Audit
from bot.staff.model import Actor, Permission

LONGEST_COMMENT = 2000
RESIDENTS = "Residents' questions"  # who asked for a draft that no member of staff began


class Drafts:
    """The drafts of this product. Build one in app.py."""

    def __init__(self, database: Database, clock: Clock, audit: Audit, knowledge: Knowledge, intents: frozenset[str]) -> None:
        self._database = database
        self._clock = clock
        self._audit = audit
        self._knowledge = knowledge
        self._intents = intents

    # ---- looking

    @property
    def intents(self) -> frozenset[str]:
        """The intents that an article may answer."""
        return self._intents

    async def one(self, actor: Actor, draft_id: str) -> Draft:
        """One draft, whatever has become of it. Raises NotAllowed and NoSuchEntry."""
        actor.needs(Permission.EDIT_KNOWLEDGE)
        async with self._database.reading() as tx:
            found = await store.draft(tx, draft_id)
        if found is None or not actor.sees_council(found.place.pack):
            raise NoSuchEntry
        return found

    async def open_ones(self, actor: Actor, packs: Sequence[str]) -> list[Draft]:
        """The open drafts of some packs, those that wait for a check first. Raises NotAllowed."""
        actor.needs(Permission.EDIT_KNOWLEDGE)
        async with self._database.reading() as tx:
            return await store.open_drafts(tx, [pack for pack in packs if actor.sees_council(pack)])

    def text_of(self, draft: Draft) -> str:
        """The draft in the form of the packs' files, with every line of the live text that it does not change."""
        fields = fields_from(draft.place.kind, draft.fields)
        return fields.text(live_text(self._knowledge.packs, draft.place))

    def mistakes_of(self, draft: Draft) -> list[Mistake]:
        """What is wrong with a draft, by line."""
        rules = Rules(self._intents, self._knowledge.today())
        return rules.mistakes(self._knowledge.packs, draft.place, self.text_of(draft))

    # ---- writing

    async def change(self, actor: Actor, place: Place) -> Draft:
        """The draft that changes a live article or fact: the open one, or a new one with what is live in it.

        Of a national article a council gets its own, which then takes the national one's place. Raises NotAllowed and
        NoSuchEntry.
        """
        self._check(actor, place.pack)
        text = live_text(self._knowledge.packs, place)
        if not text:
            raise NoSuchEntry
        fields = fields_of_text(place.kind, text, place.pack)
        async with self._database.writing() as tx:
            begun = await store.open_draft(tx, place)
            if begun is None:
                newest = await store.newest(tx, place)
                draft = self._new(place, fields, actor.name, based_on=newest.number if newest else 0)
                begun = draft if await store.add_draft(tx, draft) else await store.open_draft(tx, place)
        if begun is None:
            raise NotPossible("Somebody published this at the same moment. Open it again.")
        return begun

    async def create(self, actor: Actor, pack: str, kind: Kind, values: Mapping[str, Any], note: str = "") -> Draft:
        """A draft of something new. Its id is made of its title where none is given.

        Twice the same by the same person is one draft. Raises NotAllowed, NoSuchEntry and UnusableEntry.
        """
        self._check(actor, pack)
        fields = self._named(kind, fields_from(kind, values))
        place = Place(pack, kind, self._name_of(fields))
        if own_text(self._knowledge.packs, place):
            raise UnusableEntry(_name_field(kind), f"There is one with the name {place.name} already. Change that one.")
        draft = replace(self._new(place, fields, actor.name), writers=(actor.staff_id,), names=(actor.name,), note=_note(note))
        async with self._database.writing() as tx:
            if not await store.add_draft(tx, draft):
                there = await store.open_draft(tx, place)
                if there and there.fields == draft.fields and there.writers == draft.writers:
                    return there
                raise UnusableEntry(_name_field(kind), f"There is a draft with the name {place.name} already.")
            await self._record(tx, actor, Action.DRAFT_SAVED, draft)
        return draft

    async def save(self, actor: Actor, draft_id: str, seen: int, values: Mapping[str, Any], note: str = "") -> Draft:
        """Keeps what was written, right or wrong. `seen` is the version that the writer had before them.

        The name of something that is live already stays. Raises NotAllowed, NoSuchEntry, UnusableEntry, NotPossible when the
        draft is not being written, and SavedMeanwhile when somebody else saved it.
        """
        async with self._database.writing() as tx:
            draft = await self._found(tx, actor, draft_id)
            draft.must_be(State.WRITING)
            fields = self._kept_name(draft, self._named(draft.place.kind, fields_from(draft.place.kind, values)))
            place = replace(draft.place, name=self._name_of(fields))
            saved = replace(
                draft,
                place=place,
                fields=fields.as_json(),
                note=_note(note),
                changed_at=self._clock.now(),
                changed_by=actor.name,
                writers=_with(draft.writers, actor.staff_id),
                names=_with(draft.names, actor.name),
            )
            if (saved.fields, saved.note) == (draft.fields, draft.note):
                return draft
            if draft.version != seen:
                raise SavedMeanwhile(draft)
            if place != draft.place and (own_text(self._knowledge.packs, place) or await store.open_draft(tx, place)):
                raise UnusableEntry(_name_field(place.kind), f"There is one with the name {place.name} already.")
            await self._store(tx, saved, seen)
            await self._record(tx, actor, Action.DRAFT_SAVED, saved)
        return replace(saved, version=seen + 1)

    # ---- a second person

    async def send(self, actor: Actor, draft_id: str, seen: int) -> Draft:
        """Sends a draft to be checked; twice changes nothing. Raises HasMistakes, SavedMeanwhile and as `save`."""
        async with self._database.writing() as tx:
            draft = await self._found(tx, actor, draft_id)
            if draft.state == State.WAITING:
                return draft
            draft.must_be(State.WRITING)
            if draft.version != seen:
                raise SavedMeanwhile(draft)
            if mistakes := self.mistakes_of(draft):
                raise HasMistakes(mistakes)
            if self.text_of(draft) == own_text(self._knowledge.packs, draft.place):
                raise NotPossible("This draft says just what is live already. Change something first.")
            writers, names = draft.writers or (actor.staff_id,), draft.names or (actor.name,)  # who sends it stands for it
            sent = self._moved(actor, draft, State.WAITING, comment="", comment_by="", writers=writers, names=names)
            await self._store(tx, sent, seen)
            await self._record(tx, actor, Action.DRAFT_SENT, sent)
        return replace(sent, version=seen + 1)

    async def take_back(self, actor: Actor, draft_id: str) -> Draft:
        """Lets a draft that waits be written in again. Raises NotPossible when it does not wait."""
        async with self._database.writing() as tx:
            draft = await self._found(tx, actor, draft_id)
            draft.must_be(State.WAITING)
            back = self._moved(actor, draft, State.WRITING)
            await self._store(tx, back, draft.version)
            await self._record(tx, actor, Action.DRAFT_TAKEN_BACK, back)
        return replace(back, version=draft.version + 1)

    async def send_back(self, actor: Actor, draft_id: str, comment: str) -> Draft:
        """Gives a draft back to its writers with what to change. Raises OwnWriting, UnusableEntry and as `take_back`."""
        actor.needs(Permission.PUBLISH_KNOWLEDGE)
        comment = comment.strip()
        if not comment or len(comment) > LONGEST_COMMENT:
            raise UnusableEntry("comment", f"Write what should change, in at most {LONGEST_COMMENT} characters.")
        async with self._database.writing() as tx:
            draft = await self._found(tx, actor, draft_id)
            draft.must_be(State.WAITING)
            if not draft.may_be_checked_by(actor.staff_id):
                raise OwnWriting("You wrote in this draft yourself. Take it back if you want to change it.")
            back = self._moved(actor, draft, State.WRITING, comment=comment, comment_by=actor.name)
            await self._store(tx, back, draft.version)
            await self._record(tx, actor, Action.DRAFT_SENT_BACK, back)
        return replace(back, version=draft.version + 1)

    async def discard(self, actor: Actor, draft_id: str) -> None:
        """Throws an open draft away; twice changes nothing. What is live stays. Raises NotPossible when it was published."""
        async with self._database.writing() as tx:
            draft = await self._found(tx, actor, draft_id)
            if draft.state == State.DISCARDED:
                return
            if not draft.is_open:
                raise NotPossible("This draft has been published already. Withdraw the article instead.")
            gone = self._moved(actor, draft, State.DISCARDED)
            await self._store(tx, gone, draft.version)
            await self._record(tx, actor, Action.DRAFT_DISCARDED, gone)

    # ---- drafts that somebody's questions ask for

    async def request(
        self, actor: Actor, council: str, title: str, questions: Sequence[str], origin: str, body: str = ""
    ) -> Draft:
        """A draft that somebody should write, because residents asked and nothing answered; its author is nobody yet.

        `body` is a reply that staff gave, to begin with. `origin` names what asks, such as "theme:" with its id; the same
        origin has one open draft. `questions` are masked already. Raises NoSuchEntry for a council that is not the actor's.
        """
        origin = origin[:80]
        if council not in self._knowledge.packs or not actor.sees_council(council):
            raise NoSuchEntry
        asked = tuple(dict.fromkeys(" ".join(one.split())[:300] for one in questions if one.strip()))[:20]
        fields = ArticleFields.stored({"title": title[:120], "questions": asked[:8], "body": body})
        async with self._database.writing() as tx:
            there = await store.draft_of_origin(tx, council, origin)
            if there is not None:
                return there
            name = name_from(title)[: LONGEST_NAME - 4] or "new-article"
            for number in range(1, 100):
                place = Place(council, Kind.ARTICLE, name if number == 1 else f"{name}-{number}")
                if own_text(self._knowledge.packs, place) or await store.open_draft(tx, place):
                    continue
                new = replace(self._new(place, fields.named(place.name), RESIDENTS), origin=origin, asked=asked)
                if await store.add_draft(tx, new):
                    await self._record(tx, actor, Action.DRAFT_REQUESTED, new)
                    return new
        raise NotPossible("There are a hundred drafts of this name already.")

    # ---- parts

    def _check(self, actor: Actor, pack: str) -> None:
        actor.needs(Permission.EDIT_KNOWLEDGE)
        if pack not in self._knowledge.packs or not actor.sees_council(pack):
            raise NoSuchEntry

    async def _found(self, tx: Any, actor: Actor, draft_id: str) -> Draft:
        actor.needs(Permission.EDIT_KNOWLEDGE)
        draft = await store.draft(tx, draft_id)
        if draft is None or not actor.sees_council(draft.place.pack):
            raise NoSuchEntry
        return draft

    def _new(self, place: Place, fields: Fields, by: str, based_on: int = 0) -> Draft:
        now = self._clock.now()
        return Draft(new_id(), place, fields.as_json(), State.WRITING, 1, based_on, now, by, now, by)

    def _moved(self, actor: Actor, draft: Draft, state: State, **changes: Any) -> Draft:
        return replace(draft, state=state, changed_at=self._clock.now(), changed_by=actor.name, **changes)

    async def _store(self, tx: Any, draft: Draft, seen: int) -> None:
        if not await store.save_draft(tx, draft, seen):
            raise NotPossible("Somebody changed this draft at the same moment. Open it again.")

    async def _record(self, tx: Any, actor: Actor, action: Action, draft: Draft) -> None:
        detail = {"draft": draft.id, "name": draft.place.name}
        await self._audit.record(tx, actor, action, f"{draft.place}"[:120], detail, draft.place.pack)

    def _named(self, kind: Kind, fields: Fields) -> Fields:
        """The fields with a name, made of the title or label where none was typed."""
        if isinstance(fields, ArticleFields):
            return fields if fields.id else fields.named(name_from(fields.title))
        return fields if fields.key else fields.named(name_from(fields.label, "_"))

    def _kept_name(self, draft: Draft, fields: Fields) -> Fields:
        """What is live keeps its name, whatever was sent."""
        return fields.named(draft.place.name) if live_text(self._knowledge.packs, draft.place) else fields

    def _name_of(self, fields: Fields) -> str:
        name = fields.key if isinstance(fields, FactFields) else fields.id
        if not name:
            raise UnusableEntry("label" if isinstance(fields, FactFields) else "title", "Give it a title.")
        if len(name) > LONGEST_NAME or name != name_from(name, "_" if isinstance(fields, FactFields) else "-"):
            field = "key" if isinstance(fields, FactFields) else "id"
            raise UnusableEntry(field, f"Use small letters, digits and hyphens, {LONGEST_NAME} at most.")
        return name


def _note(note: str) -> str:
    return " ".join(note.split())[:LONGEST_NOTE]


def _name_field(kind: Kind) -> str:
    return "id" if kind == Kind.ARTICLE else "key"


def _with(known: tuple[str, ...], one: str) -> tuple[str, ...]:
    return known if one in known else (*known, one)
