"""The gateway's own channel into Rasa, named in credentials.yml: it reads texts, and says what an intent leads to.

Three routes. `/webhooks/desk/read` reads several texts in one request and gives with each reading the vectors that were
made for it, so that search need not make them again. `/webhooks/desk/respond` is Rasa's whole dialogue turn for one
intent; it also says whether the messages are `lasting`: when every action of the turn was a fixed response, the same intent
leads to the same messages as long as this model is served. `/webhooks/desk/serve` exchanges the model: the new one is loaded
beside the old on another thread, has to read a sentence, and then takes the next request, while turns under way finish on the
old one. docs/decisions/0007-what-the-engine-is-asked.md has the reasons.
"""

from __future__ import annotations

import asyncio
import base64
from http import HTTPStatus
from pathlib import Path
from typing import Any, Awaitable, Callable, Dict, List, Text

from rasa.core.agent import Agent
from rasa.core.channels.channel import CollectingOutputChannel, InputChannel, UserMessage
from rasa.engine.constants import PLACEHOLDER_MESSAGE, PLACEHOLDER_TRACKER
from rasa.shared.constants import INTENT_MESSAGE_PREFIX
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.events import ActionExecuted, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.training_data.message import Message
from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, json

from desk_engine.classifier import KNOWN, VECTORS
from desk_engine.train import SMOKE_SENTENCE

MOST_TEXTS = 8


class DeskChannel(InputChannel):
    """What the gateway asks of the engine."""

    @classmethod
    def name(cls) -> Text:
        """The channel's part of its addresses."""
        return "desk"

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The routes, for Rasa's server."""
        routes = Blueprint("desk_channel")

        @routes.post("/read")
        async def read(request: Request) -> HTTPResponse:
            texts = (request.json or {}).get("texts")
            agent = request.app.ctx.agent
            if not _are_texts(texts):
                return json({"detail": "texts must be one to eight texts, none of them a command."}, HTTPStatus.BAD_REQUEST)
            if not (agent and agent.is_ready()):
                return json({"detail": "There is no model."}, HTTPStatus.CONFLICT)
            wanted = request.json.get("vectors") or []
            return json({"model": agent.model_id, "readings": [_reading(one, wanted) for one in read_texts(agent, texts)]})

        @routes.post("/respond")
        async def respond(request: Request) -> HTTPResponse:
            sender, intent = request.json["sender"], request.json["intent"]
            agent, collected = request.app.ctx.agent, CollectingOutputChannel()
            message = UserMessage(
                INTENT_MESSAGE_PREFIX + intent, collected, sender, input_channel="desk", metadata=request.json.get("metadata")
            )
            await agent.handle_message(message)
            lasting = is_lasting(await agent.tracker_store.retrieve(sender), agent.domain.responses)
            return json({"model": agent.model_id, "messages": collected.messages, "lasting": lasting})

        @routes.post("/serve")
        async def serve(request: Request) -> HTTPResponse:
            file, agent = Path((request.json or {}).get("file") or ""), request.app.ctx.agent
            if not (file.name.endswith(".tar.gz") and file.is_file()):
                return json({"detail": f"There is no model {file.name} where the engine runs."}, HTTPStatus.NOT_FOUND)
            try:
                fresh = await asyncio.get_running_loop().run_in_executor(None, loaded_beside, agent, file)
            except Exception as problem:
                return json({"detail": f"The model cannot be loaded ({type(problem).__name__})."}, HTTPStatus.CONFLICT)
            request.app.ctx.agent = fresh
            return json({"model": fresh.model_id})

        return routes


def loaded_beside(agent: Agent, file: Path) -> Agent:
    """Another model, ready to take over with the conversations of the one that is served. Raises when it cannot read."""
    fresh = Agent.load(file, lock_store=agent.lock_store, action_endpoint=agent.action_endpoint)
    [smoke] = read_texts(fresh, [SMOKE_SENTENCE])
    if len(smoke.get("intent_ranking") or ()) < 2:
        raise ValueError("no ranking")
    fresh.tracker_store = fresh.processor.tracker_store = agent.tracker_store
    return fresh


def read_texts(agent: Agent, texts: List[Text]) -> List[Message]:
    """The texts, read by the model's own pipeline in one go."""
    processor = agent.processor
    nobody = DialogueStateTracker.from_events("reading", [])
    inputs = {PLACEHOLDER_MESSAGE: [UserMessage(text) for text in texts], PLACEHOLDER_TRACKER: nobody}
    target = processor.model_metadata.nlu_target
    return processor.graph_runner.run(inputs=inputs, targets=[target])[target]


def is_lasting(tracker: DialogueStateTracker | None, responses: Dict[Text, Any]) -> bool:
    """Whether the last turn of a conversation was made of fixed responses alone: no action, no slot, no variation."""
    if tracker is None or any(slot.value is not None for slot in tracker.slots.values()):
        return False
    actions: List[Text] = []
    for event in reversed(tracker.events):
        if isinstance(event, UserUttered):
            break
        if isinstance(event, ActionExecuted) and event.action_name != ACTION_LISTEN_NAME:
            actions.append(event.action_name)
    return bool(actions) and all(len(responses.get(action, ())) == 1 for action in actions)


def _are_texts(texts: Any) -> bool:
    return (
        isinstance(texts, list)
        and 0 < len(texts) <= MOST_TEXTS
        and all(isinstance(text, str) and not text.startswith(INTENT_MESSAGE_PREFIX) for text in texts)
    )


def _reading(message: Message, wanted: List[Text]) -> Dict[Text, Any]:
    ranking = [[one["name"], one["confidence"]] for one in message.get("intent_ranking")]
    made = message.get(VECTORS)
    packed = {mark: base64.b64encode(made[mark].tobytes()).decode() for mark in wanted if mark in made}
    return {"ranking": ranking, "vectors": packed, "known": message.get(KNOWN)}
