"""What staff give a resident with a button: an article of the library, a case with a reference, a promised call or answer.

An article goes out as the assistant would give it, with its sources and the date it was checked. A case and a promise are
opened in the same transaction as the message that names them, once for each press.
"""

from collections.abc import Sequence

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.cases.model import Contact, NewCase
from bot.conversations import store as conversations
from bot.conversations.model import Conversation, Kind, Reply
from bot.handoff import store
from bot.handoff.access import Access
from bot.handoff.asking import email, telephone
from bot.handoff.model import Handoff, Way
from bot.handoff.promising import promised
from bot.handoff.refusals import UnusableRequest
from bot.handoff.views import Sent
from bot.handoff.wording import short_day
from bot.knowledge.service import Knowledge
from bot.staff.audit import Action
from bot.staff.model import Actor, Permission

log = structlog.get_logger()


class Sending:
    """Articles, cases and promises from a chat. Build one in app.py."""

    def __init__(self, access: Access, knowledge: Knowledge) -> None:
        self._access = access
        self._database = access.parts.database
        self._knowledge = knowledge

    async def article(self, actor: Actor, conversation_id: str, client_message_id: str, article_id: str, epoch: int) -> Sent:
        """Sends an article, once. Raises UnusableRequest for one that may not be given today, NotYours and NotFound."""
        actor.needs(Permission.ANSWER_CHATS)
        now = self._access.now()
        async with self._database.writing() as tx:
            conversation, handoff = await self._access.locked(tx, actor, conversation_id)
            earlier = await conversations.message_by_client_id(tx, conversation_id, client_message_id)
            if earlier is not None:
                return Sent(earlier, repeat=True)
            self._access.must_own(actor, conversation, epoch)
            reply = self._article(conversation.council, article_id)
            reply = self._access.spoken(conversation.council, handoff, actor.name, reply)
            seq = await self._access.deliver(tx, conversation, handoff, reply, now, client_message_id)
            await self._access.record(tx, actor, Action.REQUEST_SENT, conversation, kind="article", article=article_id, seq=seq)
        await self._access.wake(conversation, actor.staff_id)
        return Sent(seq)

    async def open_case(
        self,
        actor: Actor,
        conversation_id: str,
        client_message_id: str,
        epoch: int,
        *,
        title: str,
        kind: str = "chat",
        team: str = "",
        answers: Sequence[tuple[str, str]] = (),
        days: int | None = None,
    ) -> Sent:
        """Opens a case for the resident and tells them its reference, once. The card's lines belong to it.

        `days` are the working days until it is dealt with; the team's usual promise when left out. Raises UnusableRequest,
        NotYours and NotFound.
        """
        actor.needs(Permission.ANSWER_CHATS)
        if not title.strip():
            raise UnusableRequest("Give the case a title.")
        now = self._access.now()
        async with self._database.writing() as tx:
            conversation, handoff = await self._access.locked(tx, actor, conversation_id)
            earlier = await conversations.message_by_client_id(tx, conversation_id, client_message_id)
            if earlier is not None:
                return Sent(earlier, repeat=True)
            self._access.must_own(actor, conversation, epoch)
            new = self._case(conversation, handoff, client_message_id, title, kind, team, answers, days)
            reply = await self._opened(tx, conversation.council, new)
            reply = self._access.spoken(conversation.council, handoff, actor.name, reply)
            seq = await self._access.deliver(tx, conversation, handoff, reply, now, client_message_id)
            await self._access.record(tx, actor, Action.PROMISE_MADE, conversation, reference=reply.data["reference"])
        await self._access.wake(conversation, actor.staff_id)
        return Sent(seq)

    async def promise(
        self, actor: Actor, conversation_id: str, client_message_id: str, epoch: int, *, contact: str, time: str = ""
    ) -> Sent:
        """Promises a call, or an answer by e-mail, to a contact that is known already. Raises UnusableRequest, NotYours."""
        actor.needs(Permission.ANSWER_CHATS)
        reach = telephone(contact) or email(contact)
        if not reach:
            raise UnusableRequest("Give a full UK phone number or an email address.")
        now = self._access.now()
        async with self._database.writing() as tx:
            conversation, handoff = await self._access.locked(tx, actor, conversation_id)
            earlier = await conversations.message_by_client_id(tx, conversation_id, client_message_id)
            if earlier is not None:
                return Sent(earlier, repeat=True)
            self._access.must_own(actor, conversation, epoch)
            card = handoff.card.changed("contact", reach).changed("time", time)
            await store.change(tx, handoff.id, card=card.as_json())
            way = Way.MESSAGE if "@" in reach else Way.CALL_BACK
            [reply] = await promised(self._access.parts, tx, conversation, card, way, key=client_message_id)
            reply = self._access.spoken(conversation.council, handoff, actor.name, reply)
            seq = await self._access.deliver(tx, conversation, handoff, reply, now, client_message_id)
            await self._access.record(tx, actor, Action.PROMISE_MADE, conversation, reference=reply.data["reference"])
        await self._access.wake(conversation, actor.staff_id)
        return Sent(seq)

    def _article(self, council: str, article_id: str) -> Reply:
        article = self._knowledge.article(council, article_id)
        if article is None:
            raise UnusableRequest("This article cannot be given today. Choose another one.")
        answer = self._knowledge.answer(council, article)
        data = {"article": article.id, "intent": article.intents[0], "title": article.title, "html": answer.html}
        return Reply(Kind.ANSWER, answer.text, sources=answer.sources, data=data)

    def _case(
        self,
        conversation: Conversation,
        handoff: Handoff,
        key: str,
        title: str,
        kind: str,
        team: str,
        answers: Sequence[tuple[str, str]],
        days: int | None,
    ) -> NewCase:
        plan, card = self._access.plan(conversation.council), handoff.card
        lines = [(line.label, line.value) for line in self._access.parts.wording.lines(conversation.council, card)]
        owner = plan.team(team or handoff.team)
        phone, mail = telephone(card.contact), email(card.contact)
        return NewCase(
            council=conversation.council,
            kind=kind,
            title=title.strip(),
            team=owner.id,
            key=f"chat:{conversation.id}:{key}",
            answers=[*answers, *lines],
            data={"card": card.as_json()},
            contact=Contact(phone=phone, email=mail),
            promise_days=days or owner.promise_days or plan.settings.promise_days,
            conversation_id=conversation.id,
            urgency=card.urgency,
        )

    async def _opened(self, tx: AsyncConnection, council: str, new: NewCase) -> Reply:
        case = await self._access.parts.cases.open(tx, new)
        words = self._access.plan(council).words["requests"]
        due = str(words["case_due"]).format(due=short_day(case.due)) if case.due else ""
        text = str(words["case_opened"]).format(title=case.title, reference=case.reference, due=due).strip()
        code = str(words["case_code"]).format(code=case.code)
        data = {"reference": case.reference, "code": case.code, "due": case.due.isoformat() if case.due else None}
        return Reply(Kind.CASE, f"{text}\n\n{code}", data=data)
