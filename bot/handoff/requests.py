"""What staff ask of a resident with a button, and the typed answers that come back.

A request reaches the resident as a real question: kind `question` with `data.form`, or a button for a form of the council.
Each has an outcome of its own: answered, declined, or left open. An application is filled in with the assistant, which has
the conversation for so long and gives it back to the same person. Articles, cases and call-backs are in sending.py.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.addresses.service import Addresses
from bot.conversations import store as conversations
from bot.conversations.model import Choice, Conversation, Kind, Reply, Sender, new_id
from bot.conversations.service import NotFound, UnknownChoice
from bot.handoff import moves, requests_store, store
from bot.handoff.access import Access
from bot.handoff.forms import FormField, Given, RequestKind, checked, fields_of
from bot.handoff.model import Handoff, Stage, Way
from bot.handoff.promising import promised
from bot.handoff.refusals import UnusableRequest
from bot.handoff.views import Sent
from bot.staff.audit import Action
from bot.staff.model import Actor, Permission

log = structlog.get_logger()

MOST_ADDRESSES = 40  # of one postcode, to choose from


class Requests:
    """Typed questions of staff. Build one in app.py."""

    def __init__(self, access: Access, addresses: Addresses) -> None:
        self._access = access
        self._addresses = addresses
        self._database = access.parts.database
        self._wording = access.parts.wording

    # ---- staff ask

    async def ask(
        self,
        actor: Actor,
        conversation_id: str,
        client_message_id: str,
        kind: RequestKind,
        epoch: int,
        *,
        application: str = "",
    ) -> Sent:
        """Sends a typed question, once. `application` is the form that the resident should fill in, by its id.

        Raises UnusableRequest, NotYours and NotFound.
        """
        actor.needs(Permission.ANSWER_CHATS)
        now, request_id = self._access.now(), new_id()
        async with self._database.writing() as tx:
            conversation, handoff = await self._access.locked(tx, actor, conversation_id)
            earlier = await conversations.message_by_client_id(tx, conversation_id, client_message_id)
            if earlier is not None:
                return Sent(earlier, repeat=True)
            self._access.must_own(actor, conversation, epoch)
            title = self.forms(conversation.council).get(application, "")
            if kind == RequestKind.APPLICATION and not title:
                raise UnusableRequest("Choose the form that the resident should fill in.")
            question, fields = self._question(conversation.council, handoff, actor, request_id, kind, application, title)
            await requests_store.add(
                tx,
                id=request_id,
                conversation_id=conversation_id,
                handoff_id=handoff.id,
                kind=str(kind),
                asked_by=actor.staff_id,
                at=now,
                details={"fields": [one.as_json() for one in fields], "application": application, "title": title},
            )
            seq = await self._access.deliver(tx, conversation, handoff, question, now, client_message_id)
            await self._access.record(tx, actor, Action.REQUEST_SENT, conversation, kind=str(kind), seq=seq)
        await self._access.wake(conversation, actor.staff_id)
        return Sent(seq)

    def _question(
        self,
        council: str,
        handoff: Handoff,
        actor: Actor,
        request_id: str,
        kind: RequestKind,
        application: str,
        title: str,
    ) -> tuple[Reply, tuple[FormField, ...]]:
        words = self._access.plan(council).words["requests"]
        said = words[str(kind)]
        team = self._access.plan(council).team(handoff.team)
        names = {"name": self._access.shown(council, handoff, actor.name), "team": team.name, "title": title}
        text = f"{said['asks']} {said['why']}".format(**names)
        fields = fields_of(kind, words)
        choices = [Choice(f"request:{request_id}:decline", words["decline"])]
        data: dict[str, Any] = {"request": request_id, "request_kind": str(kind)}
        if fields:
            data["form"] = {"fields": [one.as_json() for one in fields], "submit": words["submit"]}
        else:
            choices.insert(0, Choice(f"start:application:{application}", str(words["start"]).format(title=title)))
        reply = Reply(Kind.QUESTION, text, tuple(choices), data=data)
        return self._access.spoken(council, handoff, actor.name, reply), fields

    # ---- residents answer

    async def check(
        self, conversation: Conversation, request_id: str, answers: Mapping[str, str]
    ) -> tuple[list[Given], dict[str, Any]]:
        """The answers to a request as they are kept, and what else belongs to the message.

        Raises UnknownChoice for a request that is not open in this conversation, and UnusableAnswers.
        """
        async with self._database.reading() as tx:
            request = await requests_store.find(tx, conversation.id, request_id)
        if request is None or request["state"] != "open":
            raise UnknownChoice
        fields = [FormField.from_json(one) for one in request["details"]["fields"]]
        words = self._access.plan(conversation.council).words["requests"]
        given = checked(fields, answers, words)
        more: dict[str, Any] = {}
        if request["kind"] == RequestKind.ADDRESS:
            more = await self._found(conversation.council, {one.name: one.value for one in given})
        return given, more

    async def _found(self, council: str, answers: Mapping[str, str]) -> dict[str, Any]:
        found = await self._addresses.find(council, f"{answers['number']} {answers['postcode']}")
        if found.exact is not None:
            return {"address": {"uprn": found.exact.uprn, "line": found.exact.line}}
        near = await self._addresses.by_postcode(council, answers["postcode"])
        return {"addresses": [{"uprn": one.uprn, "line": one.line} for one in near[:MOST_ADDRESSES]]}

    async def answered(
        self, tx: AsyncConnection, conversation: Conversation, handoff: Handoff, message: Reply
    ) -> Sequence[Reply]:
        """What follows from a resident's message to staff: the outcome of a request, when it is about one."""
        choice = str(message.data.get("choice", ""))
        if choice.startswith("request:"):
            return await self._chosen(tx, conversation, handoff, choice)
        if choice.startswith("start:application:"):
            return await self._lend(tx, conversation, handoff, choice)
        request_id = str(message.data.get("request", ""))
        request = await requests_store.find(tx, conversation.id, request_id) if request_id else None
        if request is None:
            return ()
        answers = {str(name): str(value) for name, value in message.data["answers"].items()}
        if request["kind"] == RequestKind.ADDRESS and "address" not in message.data and message.data.get("addresses"):
            return [self._which(conversation.council, request_id, message.data["addresses"])]
        now = self._access.now()
        if not await requests_store.close(tx, request_id, "answered", answers | message.data.get("address", {}), now):
            return ()
        return await self._taken(tx, conversation, handoff, request, answers, message.data)

    async def _taken(
        self,
        tx: AsyncConnection,
        conversation: Conversation,
        handoff: Handoff,
        request: Mapping[str, Any],
        answers: Mapping[str, str],
        data: Mapping[str, Any],
    ) -> Sequence[Reply]:
        """The answers on the card, and whatever a kind of request brings about."""
        card = handoff.card
        match request["kind"]:
            case RequestKind.CONTACT_DETAILS:
                parts = [answers[name] for name in ("name", "telephone", "email") if answers.get(name)]
                card = replace(card, contact=", ".join(parts))
            case RequestKind.ADDRESS:
                line = data.get("address", {}).get("line") or f"{answers['number']}, {answers['postcode']}"
                card = replace(card, address=str(line))
            case RequestKind.CALL_BACK:
                card = replace(card, contact=answers["telephone"], time=answers["time"])
                await store.change(tx, handoff.id, card=card.as_json())
                return await promised(self._access.parts, tx, conversation, card, Way.CALL_BACK, key=str(request["id"]))
        await store.change(tx, handoff.id, card=card.as_json())
        return ()

    def _which(self, council: str, request_id: str, addresses: Sequence[Mapping[str, str]]) -> Reply:
        words = self._access.plan(council).words["requests"]
        choices = [Choice(f"request:{request_id}:uprn:{one['uprn']}", one["line"]) for one in addresses]
        choices.append(Choice(f"request:{request_id}:not_listed", words["not_listed"]))
        return Reply(Kind.QUESTION, words["which"], tuple(choices), data={"request": request_id}, sender=Sender.SYSTEM)

    async def _chosen(self, tx: AsyncConnection, conversation: Conversation, handoff: Handoff, choice: str) -> Sequence[Reply]:
        """A button of a request: declined, an address of the list, or none of them."""
        _, request_id, what, *rest = choice.split(":")
        request = await requests_store.find(tx, conversation.id, request_id)
        if request is None or request["state"] != "open":
            return ()
        now = self._access.now()
        if what == "decline":
            await requests_store.close(tx, request_id, "declined", {}, now)
            return ()
        typed = await self._typed(tx, conversation, request_id)
        if what == "uprn" and rest:
            offered = {one["uprn"]: one["line"] for one in typed.get("addresses", ())}
            address = {"uprn": rest[0], "line": offered.get(rest[0], "")}
            answers = {**typed.get("answers", {}), **address}
            await requests_store.close(tx, request_id, "answered", answers, now)
            return await self._taken(tx, conversation, handoff, request, typed.get("answers", {}), {"address": address})
        await requests_store.close(tx, request_id, "answered", dict(typed.get("answers", {})), now)
        return await self._taken(tx, conversation, handoff, request, typed.get("answers", {}), {})

    @staticmethod
    async def _typed(tx: AsyncConnection, conversation: Conversation, request_id: str) -> Mapping[str, Any]:
        """What the resident last typed into the form of a request."""
        for message in reversed(await conversations.latest_messages(tx, conversation.id, 100)):
            if message.sender == Sender.RESIDENT and message.data.get("request") == request_id:
                return message.data
        return {}

    # ---- a form with the assistant

    async def _lend(self, tx: AsyncConnection, conversation: Conversation, handoff: Handoff, choice: str) -> Sequence[Reply]:
        """The resident starts a form that staff sent: the assistant has the conversation until it is done."""
        if handoff.stage != Stage.WITH_STAFF:
            return ()
        application = choice.removeprefix("start:application:")
        asked = await requests_store.of_conversation(tx, conversation.id)
        request = next((one for one in asked[::-1] if one["details"].get("application") == application), None)
        if request is None:
            return ()
        now = self._access.now()
        await requests_store.close(tx, request["id"], "answered", {"started": application}, now)
        await moves.lend(tx, conversation, handoff, now)
        name = self._access.shown(conversation.council, handoff)
        return [self._wording.person(conversation.council, "lent", name=name)]

    async def back_from_form(self, tx: AsyncConnection, conversation: Conversation, handoff: Handoff) -> list[Reply]:
        """The form is done or given up: the same person goes on, or whoever is next when they are gone."""
        if handoff.stage != Stage.LENT:
            return []
        now, council = self._access.now(), conversation.council
        desk = await store.desk_of(tx, handoff.staff_id)
        name = self._access.shown(council, handoff)
        context = replace(conversation.context, lent=False)
        await conversations.change_conversation(
            tx, conversation.id, context=context.as_json(), answered_seq=conversation.resident_seq
        )
        if desk is not None and desk.seen(now):
            values = {"claimed_at": handoff.claimed_at}
            await moves.to_staff(tx, conversation, handoff, handoff.staff_id, handoff.staff_name, "form_over", now, **values)
            return [self._wording.person(council, "lent_back", name=name)]
        await moves.back_to_queue(tx, conversation, handoff, "vanished", now, by=handoff.staff_id)
        return [self._wording.person(council, "vanished", name=name)]

    async def recall(self, actor: Actor, conversation_id: str) -> None:
        """Takes a chat back from the assistant before its form is done. Raises NotFound when it is not lent."""
        actor.needs(Permission.ANSWER_CHATS)
        async with self._database.writing() as tx:
            conversation, handoff = await self._access.locked(tx, actor, conversation_id)
            if handoff.stage != Stage.LENT or handoff.staff_id != actor.staff_id:
                raise NotFound
            said = await self.back_from_form(tx, conversation, handoff)
            await self._access.say(tx, conversation_id, said, self._access.now())
            await self._access.record(tx, actor, Action.CHAT_RECALLED, conversation)
        await self._access.wake(conversation, actor.staff_id)

    def forms(self, council: str) -> Mapping[str, str]:
        """The forms that a resident can be asked to fill in, id to title."""
        return self._access.parts.forms(council)

    def kinds(self, council: str) -> list[tuple[RequestKind, str]]:
        """What can be asked for, with its label."""
        words = self._access.plan(council).words["requests"]
        return [(kind, str(words[str(kind)]["label"])) for kind in RequestKind]
