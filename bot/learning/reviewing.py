"""Suggestions and their review: what one person suggests, a second one accepts or refuses, and nobody decides alone.

An example that contradicts another is shown with it. The very same words under another meaning are refused, until the other
one is withdrawn or taken out of its file; nearly the same words need a plain "both are right" of the reviewer.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any

import structlog

from bot.conversations.text import clean_text
from bot.learning import store
from bot.learning.examples import as_training_file, contradictions, the_same
from bot.learning.model import (
    AlreadyDecided,
    Contradiction,
    Known,
    NothingHere,
    Review,
    Suggestion,
    SuggestionKind,
    SuggestionState,
    UnusableMark,
    cleaned_example,
)
from bot.learning.parts import Parts, person_of
from bot.staff.audit import Action
from bot.staff.model import ALL, Actor, Permission

log = structlog.get_logger()
LONGEST_REASON = 300
MOST_QUESTIONS = 20

Reads = Callable[[str], Awaitable[tuple[str, float] | None]]


class Contradicts(Exception):
    """The example says otherwise than another one. `both_right` may be said when the words are not the very same."""

    def __init__(self, found: Sequence[Contradiction]) -> None:
        other = found[0].other
        words = "The same words are" if found[0].same else "Nearly the same words are"
        ending = "Withdraw or change that one first." if found[0].same else "Accept it only if both are right."
        super().__init__(f"{words} an example of {other.intent} already ({other.where}). {ending}")
        self.found = found


class Reviewing:
    """Suggestions of this product. Build one in building.py. `reads` says how the live model reads a text."""

    def __init__(self, parts: Parts, reads: Reads | None = None) -> None:
        self._parts = parts
        self._reads = reads

    # ---- suggesting

    async def suggest_example(
        self, actor: Actor, council: str, text: str, intent: str, *, masked: bool = False, **source: Any
    ) -> Suggestion:
        """Suggests a text as an example of an intent; names and addresses in it are taken out, unless that is done.

        `source` may name conversation_id and seq, or theme_id. Raises UnusableMark, NotAllowed.
        """
        self._may(actor, council)
        cleaned_example(text)  # a text that cannot be used is not worth masking
        self._check_intent(intent)
        [without_names] = [text] if masked else await self._parts.mask([text])
        one = self._new(actor, council, SuggestionKind.EXAMPLE, cleaned_example(without_names), intent=intent, **source)
        if superfluous := the_same(one.text, intent, await self._known()):
            raise UnusableMark(f"This is an example of it already: {superfluous.where}.")
        return await self._add(actor, one)

    async def suggest_article(
        self, actor: Actor, council: str, title: str, questions: Sequence[str], body: str = "", **source: Any
    ) -> Suggestion:
        """Suggests that an article be written. Raises UnusableMark, UnusableText, NotAllowed."""
        self._may(actor, council)
        if not title.strip():
            raise UnusableMark("Say what the article should be about.")
        asked = [" ".join(question.split())[:LONGEST_REASON] for question in questions if question.strip()][:MOST_QUESTIONS]
        masked = await self._parts.mask([" ".join(title.split())[:200], clean_text(body) if body.strip() else "", *asked])
        one = self._new(
            actor, council, SuggestionKind.ARTICLE, masked[0], questions=tuple(masked[2:]), body=masked[1], **source
        )
        return await self._add(actor, one)

    # ---- reviewing

    async def waiting_count(self, actor: Actor) -> int:
        """How much waits for a decision. Raises NotAllowed."""
        actor.needs(Permission.TRAIN_ASSISTANT)
        async with self._parts.database.reading() as tx:
            return await store.count_in(tx, actor, SuggestionState.WAITING)

    async def waiting(self, actor: Actor) -> list[Review]:
        """What waits for a second person, the oldest first, with what a reviewer needs to know. Raises NotAllowed."""
        actor.needs(Permission.TRAIN_ASSISTANT)
        async with self._parts.database.reading() as tx:
            found = await store.suggestions_in(tx, actor, SuggestionState.WAITING)
        known = await self._known()
        return [await self._review(actor, one, known) for one in found]

    async def decided(self, actor: Actor, state: SuggestionState) -> list[Suggestion]:
        """What was decided, the newest first. Raises NotAllowed."""
        actor.needs(Permission.TRAIN_ASSISTANT)
        async with self._parts.database.reading() as tx:
            return await store.suggestions_in(tx, actor, state, newest=True)

    async def accept(self, actor: Actor, suggestion_id: str, *, both_right: bool = False) -> Suggestion:
        """Accepts it: an example is learnt by the next candidate, an article is asked for.

        Raises NothingHere, AlreadyDecided, OwnSuggestion, NotAllowed, UnusableMark, and Contradicts.
        """
        actor.needs(Permission.TRAIN_ASSISTANT)
        known = await self._known()
        async with self._parts.database.reading() as tx:
            one = _found(await store.suggestion(tx, actor, suggestion_id))
        one.must_be_decided_by(person_of(actor))
        draft = ""
        if one.kind == SuggestionKind.EXAMPLE:
            self._check_intent(one.intent)
            found = await asyncio.to_thread(contradictions, one.text, one.intent, known)
            if found and (found[0].same or not both_right):
                raise Contradicts(found)
        elif self._parts.drafts:
            origin = f"theme:{one.theme_id}" if one.theme_id else f"suggestion:{one.id}"
            draft = await self._parts.drafts.ask_for(actor, one, origin)
        return await self._decide(actor, one, SuggestionState.ACCEPTED, "", draft)

    async def refuse(self, actor: Actor, suggestion_id: str, reason: str) -> Suggestion:
        """Refuses it with a reason. Raises as `accept` does."""
        actor.needs(Permission.TRAIN_ASSISTANT)
        if not reason.strip():
            raise UnusableMark("Say why, so that the person who suggested it can learn from it.")
        async with self._parts.database.reading() as tx:
            one = _found(await store.suggestion(tx, actor, suggestion_id))
        return await self._decide(actor, one, SuggestionState.REFUSED, reason)

    async def withdraw(self, actor: Actor, suggestion_id: str, reason: str) -> Suggestion:
        """Takes an accepted example out again, for the next candidate. Raises NothingHere, AlreadyDecided, UnusableMark."""
        actor.needs(Permission.TRAIN_ASSISTANT)
        if not reason.strip():
            raise UnusableMark("Say why it is taken out.")
        async with self._parts.database.writing() as tx:
            one = _found(await store.suggestion(tx, actor, suggestion_id, lock=True))
            if one.state != SuggestionState.ACCEPTED or one.kind != SuggestionKind.EXAMPLE:
                raise AlreadyDecided
            values = {"state": str(SuggestionState.WITHDRAWN), "reason": reason.strip()[:LONGEST_REASON]}
            await store.change_suggestion(tx, one.id, **values)
            await self._record(tx, actor, Action.EXAMPLE_WITHDRAWN, one)
        return replace(one, state=SuggestionState.WITHDRAWN, reason=values["reason"])

    # ---- what is learnt

    async def training_file(self) -> tuple[str, int]:
        """The accepted examples as a file for training, and how many they are."""
        async with self._parts.database.reading() as tx:
            accepted = await store.accepted_examples(tx)
        intents = set(await asyncio.to_thread(self._parts.known.intents))
        usable = [one for one in accepted if one.intent in intents]
        return as_training_file(usable), len({(one.intent, one.text) for one in usable})

    def intents(self) -> list[str]:
        """Every intent that an example can have."""
        return self._parts.known.intents()

    # ---- inside

    async def _decide(self, actor: Actor, seen: Suggestion, state: SuggestionState, reason: str, draft: str = "") -> Suggestion:
        person, now = person_of(actor), self._parts.clock.now()
        async with self._parts.database.writing() as tx:
            one = _found(await store.suggestion(tx, actor, seen.id, lock=True))
            one.must_be_decided_by(person)
            decided = replace(
                one, state=state, decided_by=person, decided_at=now, reason=reason.strip()[:LONGEST_REASON], draft=draft
            )
            await store.change_suggestion(
                tx,
                one.id,
                state=str(state),
                decided_by=person.id,
                decided_name=person.name,
                decided_at=now,
                reason=decided.reason,
                draft=draft,
            )
            action = Action.SUGGESTION_ACCEPTED if state == SuggestionState.ACCEPTED else Action.SUGGESTION_REFUSED
            await self._record(tx, actor, action, one)
        log.info("suggestion_decided", suggestion=one.id, kind=str(one.kind), state=str(state))
        return decided

    async def _add(self, actor: Actor, one: Suggestion) -> Suggestion:
        async with self._parts.database.writing() as tx:
            await store.add_suggestion(tx, one)
            await self._record(tx, actor, Action.SUGGESTION_MADE, one)
        log.info("suggestion_made", suggestion=one.id, kind=str(one.kind), intent=one.intent)
        return one

    async def _record(self, tx: Any, actor: Actor, action: Action, one: Suggestion) -> None:
        detail = {"kind": str(one.kind), **({"intent": one.intent} if one.intent else {})}
        await self._parts.audit.record(tx, actor, action, f"suggestion:{one.id}", detail, one.council)

    def _new(self, actor: Actor, council: str, kind: SuggestionKind, text: str, **also: Any) -> Suggestion:
        return Suggestion(
            id=secrets.token_hex(8),
            council=council,
            kind=kind,
            state=SuggestionState.WAITING,
            text=text,
            suggested_by=person_of(actor),
            suggested_at=self._parts.clock.now(),
            **{"intent": "", **also},
        )

    async def _review(self, actor: Actor, one: Suggestion, known: Sequence[Known]) -> Review:
        own = one.suggested_by.id == actor.staff_id
        if one.kind == SuggestionKind.ARTICLE:
            return Review(one, own=own)
        found = await asyncio.to_thread(contradictions, one.text, one.intent, known)
        read = await self._reads(one.text) if self._reads else None
        return Review(one, found, own, read, the_same(one.text, one.intent, known))

    async def _known(self) -> list[Known]:
        """Every example there is: of data/nlu, and accepted here."""
        of_files = await asyncio.to_thread(self._parts.known.all)
        async with self._parts.database.reading() as tx:
            accepted = await store.accepted_examples(tx)
        of_ours = [
            Known(one.text, one.intent, f"accepted from {one.suggested_by.name}", suggestion_id=one.id) for one in accepted
        ]
        return [*of_files, *of_ours]

    def _check_intent(self, intent: str) -> None:
        if intent not in self._parts.known.intents():
            raise UnusableMark("Choose one of the listed meanings.")

    @staticmethod
    def _may(actor: Actor, council: str) -> None:
        actor.needs(Permission.TRAIN_ASSISTANT)
        if council == ALL or not actor.sees_council(council):
            raise NothingHere


def _found(one: Suggestion | None) -> Suggestion:
    if one is None:
        raise NothingHere
    return one
