"""Suggestions for staff: what could be replied to a resident, and what became of it when a reply was sent.

`suggest` reads the chat, asks the engine how it reads the message, ranks past replies, articles and ready replies together in
a thread, and fills the wording in. `reply` sends and then notes for each suggestion whether it was used, edited or ignored,
which changes the ranking from the next message on. learning.py takes pairs in when a chat ends.
"""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from bot.assist import store, wrap_up
from bot.assist.encoding import Encoding
from bot.assist.gathering import Gathering, Question
from bot.assist.memory import Memory
from bot.assist.model import (
    SHOWN,
    Band,
    From,
    Suggestion,
    Suggestions,
    Used,
    asked_in,
    bands,
    became,
    filled,
    holes,
    pairs_of,
    title_of,
    unique,
)
from bot.assist.ranking import LEAST, Candidate, Weights, ranked, was_said
from bot.assist.settings import AssistSettings
from bot.assist.taking_in import Heard, ReadsMessages
from bot.assist.words import terms
from bot.conversations import store as conversations
from bot.conversations.model import Conversation, Kind, Sender
from bot.conversations.service import NotFound
from bot.conversations.text import UnusableText
from bot.foundation.words import LONDON
from bot.handoff.access import NEWEST
from bot.handoff.answers import Filled, Ready
from bot.handoff.building import HandoffRoom
from bot.handoff.model import Handoff
from bot.handoff.views import Sent
from bot.knowledge.service import Knowledge
from bot.staff.model import Actor, Permission

log = structlog.get_logger()

LISTED = 8  # suggestions in all
HARDLY = 0.2  # a chance below which what was asked before and not answered is looked at too
EARLIER = 4  # messages that are looked at when hardly anything fits the newest
CONTEXT = 6  # messages before that count
LAST_SAID = 4  # replies of staff that are not suggested again
REMEMBERED = 2000  # chats whose suggestions are not worked out again while nothing changes


@dataclass(frozen=True)
class _Asked:
    """A message that suggestions are wanted for, and what is known of its chat."""

    conversation: Conversation
    handoff: Handoff
    text: str
    seq: int
    said: tuple[str, ...]  # what staff have said in it before
    before: tuple[str, ...]  # what the resident had asked when they did
    newest: bool


class Assist:
    """Suggested replies, in every council. Build one in app.py."""

    def __init__(
        self,
        handoff: HandoffRoom,
        knowledge: Knowledge,
        encoding: Encoding,
        memory: Memory,
        settings: Mapping[str, AssistSettings],
        reads: ReadsMessages,
        weights: Weights,
    ) -> None:
        self._handoff = handoff
        self._access = handoff.access
        self._database = handoff.access.parts.database
        self._answers = handoff.answers
        self._knowledge = knowledge
        self._memory = memory
        self._settings = settings
        self._reads = reads
        self._weights = weights
        self._encoding = encoding
        self._gathering = Gathering(knowledge, encoding, weights)
        self._worked_out: dict[tuple[str, int, str], Suggestions] = {}
        self._edition = memory.edition
        self._preparing: set[asyncio.Task[object]] = set()

    async def suggest(self, actor: Actor, conversation_id: str, seq: int | None = None) -> Suggestions:
        """What could be replied to a message of the resident, their newest when none is named. Raises NotFound.

        Only for whoever may answer the chat. With nothing asked yet there is nothing to suggest. Where hardly anything
        fits their newest ("are you there?"), what they asked before and nobody has answered still wants a reply, so that is taken.
        """
        actor.needs(Permission.ANSWER_CHATS)
        asked = await self._asked(actor, conversation_id, seq)
        found = await self._suggested(actor, asked)
        if seq is None and found.best < HARDLY:
            earlier = await self._of_earlier(actor, asked)
            if earlier is not None and earlier.best > found.best:
                return earlier
        return replace(found, newest=asked.newest)

    async def _of_earlier(self, actor: Actor, newest: _Asked) -> Suggestions | None:
        """What could be replied to what was asked before, as far back as no person has answered it."""
        asked = newest
        for _ in range(EARLIER):
            asked = await self._asked(actor, newest.conversation.id, None, until=asked.seq - 1)
            if not asked.text or asked.said != newest.said:
                return None
            part_of_it = newest.text.startswith(f"{asked.text}\n")  # said in the same breath, so it was looked at already
            if not part_of_it and (found := await self._suggested(actor, asked)).items:
                return found
        return None

    async def _suggested(self, actor: Actor, asked: _Asked) -> Suggestions:
        """What could be replied to one message, worked out once while nothing changes."""
        if not asked.text:
            return Suggestions()
        key = (asked.conversation.id, asked.seq, f"{actor.staff_id} {len(asked.said)}")
        if len(self._worked_out) > REMEMBERED or self._edition != self._memory.edition:
            self._worked_out, self._edition = {}, self._memory.edition
        if key not in self._worked_out:
            self._worked_out[key] = await self._work_out(actor, asked)
        return self._worked_out[key]

    async def search(self, actor: Actor, conversation_id: str, words: str) -> Suggestions:
        """Ready replies, articles and past replies for what staff type themselves, the likeliest first. Raises NotFound."""
        actor.needs(Permission.ANSWER_CHATS)
        asked = replace(await self._asked(actor, conversation_id, None), text=words, said=(), before=())
        ready = [_of_ready(one) for one in await self._answers.search(actor, conversation_id, words)]
        found = await self._work_out(actor, asked)
        others = [one for one in found.items if one.source != From.CANNED]
        items = sorted((*ready, *others), key=lambda one: -one.chance)[:LISTED]
        return Suggestions(tuple(items), asked.seq, words)

    async def reply(
        self,
        actor: Actor,
        conversation_id: str,
        client_message_id: str,
        text: str,
        epoch: int,
        *,
        suggested_for: int = 0,
        inserted: Collection[str] = (),
    ) -> Sent:
        """Says something to the resident as Desks.reply does, and notes what became of the suggestions that stood beside it.

        `suggested_for` is the message that they were for, 0 when none were shown; `inserted` are the keys of those that were
        put into the field. Raises what Desks.reply raises, and UnusableText for words like [address] that stand for something.
        """
        if left := holes(text):
            raise UnusableText("unfilled_words", f"Your reply still says {left[0]}. Write what belongs there, or take it out.")
        shown = await self._shown(actor, conversation_id, suggested_for)
        sent = await self._handoff.desks.reply(actor, conversation_id, client_message_id, text, epoch)
        self._prepare(text)
        if shown.items and not sent.repeat:
            await self._note(conversation_id, sent, shown, lambda one: became(one.text, text, inserted=one.key in inserted))
        return sent

    async def send_article(
        self, actor: Actor, conversation_id: str, client_message_id: str, article: str, epoch: int, *, suggested_for: int = 0
    ) -> Sent:
        """Sends an article as Sending.article does; as a suggestion it was used as it is."""
        shown = await self._shown(actor, conversation_id, suggested_for)
        sent = await self._handoff.sending.article(actor, conversation_id, client_message_id, article, epoch)
        if shown.items and not sent.repeat:
            key = f"{From.ARTICLE}:{article}"
            await self._note(conversation_id, sent, shown, lambda one: Used.AS_IT_IS if one.key == key else Used.IGNORED)
        return sent

    async def wrap_up(self, actor: Actor, conversation_id: str) -> str:
        """A drafted note for ending a chat. Raises NotFound."""
        actor.needs(Permission.ANSWER_CHATS)
        async with self._database.reading() as tx:
            conversation, handoff = await self._access.readable(tx, actor, conversation_id)
            messages = await conversations.latest_messages(tx, conversation_id, NEWEST)
        cases = await self._access.parts.cases.of_conversation(conversation_id)
        words = self._settings[conversation.council].wrap_up
        return wrap_up.draft(messages, handoff.card.want, cases, words)

    async def end(self, actor: Actor, conversation_id: str, outcome: str, note: str = "") -> None:
        """Ends a chat as Passing.end does; its outcome is added to the note. Raises what Passing.end raises."""
        actor.needs(Permission.ANSWER_CHATS)
        async with self._database.reading() as tx:
            conversation, _ = await self._access.readable(tx, actor, conversation_id)
        known = {one.name: one.label for one in self._handoff.desks.outcomes(conversation.council)}
        words = self._settings[conversation.council].wrap_up
        kept = wrap_up.with_outcome(note, known.get(outcome, outcome), words)
        await self._handoff.passing.end(actor, conversation_id, outcome, kept)

    async def outcomes(self, actor: Actor, council: str, since: datetime) -> list[Band]:
        """What became of suggestions since a moment, by the percentage that was stated. Raises NotAllowed."""
        actor.needs(Permission.READ_REPORTS)
        if not actor.sees_council(council) or council not in self._settings:
            raise NotFound
        async with self._database.reading() as tx:
            rows = await store.outcome_bands(tx, council, since)
        return bands(rows)

    # ---- inside

    async def _asked(self, actor: Actor, conversation_id: str, seq: int | None, until: int | None = None) -> _Asked:
        async with self._database.reading(brief=True) as tx:
            conversation, handoff = await self._access.readable(tx, actor, conversation_id)
            messages = await conversations.latest_messages(tx, conversation_id, NEWEST)
        text, asked_at = asked_in(messages, seq if until is None else until)
        if seq is not None and asked_at != seq:
            raise NotFound
        earlier = [one for one in messages if one.seq < asked_at]
        said = tuple(one.text for one in earlier if one.sender == Sender.STAFF and one.kind == Kind.TEXT)
        before = tuple(one.asked for one in pairs_of(earlier))
        newest = seq is None or asked_in(messages)[1] == asked_at
        return _Asked(conversation, handoff, text, asked_at, said, before, newest)

    async def _shown(self, actor: Actor, conversation_id: str, seq: int) -> Suggestions:
        """The suggestions that stood beside a message; worked out again when another process had done it."""
        try:
            return await self.suggest(actor, conversation_id, seq) if seq > 0 else Suggestions()
        except NotFound:
            return Suggestions()

    async def _work_out(self, actor: Actor, asked: _Asked) -> Suggestions:
        council = asked.conversation.council
        # Two processors work at once: the engine reads, and makes the message's own vectors, while the others are made here.
        heard, _ = await asyncio.gather(self._reads(asked.text), asyncio.to_thread(self._make_vectors, asked))
        canned = self._answers.own(council, asked.handoff, actor)
        chosen = await asyncio.to_thread(self._rank, asked, heard, canned)
        replies = [one for one in chosen if one.source == From.REPLY]
        async with self._database.reading(brief=True) as tx:
            wordings = await store.newest_of_groups(tx, council, [one.id for one in replies])
            earlier = await store.asked_of(tx, [pair for one in replies for pair in one.pairs])
        asked_terms = terms(asked.text)
        name = self._answers.name_of(asked.handoff)
        items = []
        for one in chosen:
            match one.source:
                case From.REPLY if one.id in wordings:
                    text, at = wordings[one.id]
                    before = unique(term for pair in one.pairs if pair in earlier for term in terms(earlier[pair]))
                    items.append(
                        Suggestion(
                            one.source, one.id, title_of(text), filled(text, name), one.chance,
                            _matched(asked_terms, before), at.astimezone(LONDON).date(), one.times,
                        )
                    )  # fmt: skip
                case From.ARTICLE:
                    items.append(self._article(council, one, asked_terms))
                case From.CANNED:
                    items.extend(_canned(one, found, asked_terms) for found in canned if found.canned.id == one.id)
        return Suggestions(tuple(items[:LISTED]), asked.seq)

    def _rank(self, asked: _Asked, heard: Heard | None, canned: Sequence[Filled]) -> list[Candidate]:
        """The candidates worth showing, in a thread: some ten milliseconds of processor."""
        council = asked.conversation.council
        read = (heard.intents, heard.vector) if heard else ()
        question = Question(council, asked.text, not asked.said, (*asked.before, *asked.said)[-CONTEXT:], *read)
        candidates = self._gathering.candidates(question, self._memory.indexes[council], [one.canned for one in canned])
        best = ranked(candidates, self._memory.outcomes(council), self._knowledge.today(), self._weights)
        if asked.said:
            said = self._encoding.embed_chat(asked.said[-LAST_SAID:])
            best = [one for one in best if not was_said(one.vector, said)]
        return [one for one in best if one.chance >= LEAST][: LISTED + SHOWN]

    def _prepare(self, text: str) -> None:
        """Has the vector of what staff just said made beside everything else, since their next suggestions want it."""
        task = asyncio.create_task(asyncio.to_thread(self._encoding.embed_chat, [text]))
        self._preparing.add(task)
        task.add_done_callback(self._preparing.discard)

    def _make_vectors(self, asked: _Asked) -> None:
        """Makes the vectors that ranking is going to ask for beside the message's own, which come with its reading."""
        if asked.said:
            self._encoding.embed_chat([*(*asked.before, *asked.said)[-CONTEXT:], *asked.said[-LAST_SAID:]])

    def _article(self, council: str, one: Candidate, asked_terms: Mapping[str, str]) -> Suggestion:
        article = self._knowledge.article(council, one.id)
        assert article is not None  # search found it a moment ago
        answer = self._knowledge.answer(council, article)
        matched = _matched(asked_terms, terms(f"{article.title} {' '.join(article.questions)} {answer.text}"))
        return Suggestion(
            From.ARTICLE, one.id, article.title, answer.text, one.chance, matched, article.checked, sources=answer.sources
        )

    async def _note(self, conversation_id: str, sent: Sent, shown: Suggestions, outcome: Callable[[Suggestion], Used]) -> None:
        """Keeps what became of what was shown. The first three were seen; of the others only those that were taken."""
        judged = [(one, place, outcome(one)) for place, one in enumerate(shown.items, 1)]
        rows = [
            (one.source, one.id, place, one.percent, used)
            for one, place, used in judged
            if place <= SHOWN or used != Used.IGNORED
        ]
        async with self._database.writing(brief=True) as tx:
            found = await conversations.conversation_with_token(tx, conversation_id)
            if found is None:
                return
            council = found[0].council
            await store.add_outcomes(tx, council, conversation_id, sent.seq, self._access.now(), rows)
        log.info("suggestions_judged", conversation_id=conversation_id, outcomes=[str(row[4]) for row in rows])
        await self._memory.changed(council)


def _canned(one: Candidate, found: Filled, asked_terms: Mapping[str, str]) -> Suggestion:
    canned = found.canned
    matched = _matched(asked_terms, terms(f"{canned.title} {canned.words} {canned.text}"))
    return Suggestion(From.CANNED, one.id, canned.title, found.text, one.chance, matched, None)


def _of_ready(ready: Ready) -> Suggestion:
    return Suggestion(From.CANNED, ready.id, ready.title, ready.text, ready.score, (), None)


def _matched(asked: Mapping[str, str], other: Collection[str]) -> tuple[str, ...]:
    """The resident's words that the other text has too, as the resident wrote them."""
    return tuple(word for term, word in asked.items() if term in other)[:6]
