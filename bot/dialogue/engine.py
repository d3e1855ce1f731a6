"""The client of the dialogue engine (Rasa), an internal server that classifies and says what happens next.

Three calls to the engine's channel (engine/desk_engine/channel.py): `read` classifies a text, `respond` gives the engine an
intent and gets its typed messages, `serve` exchanges the model. What the engine calls lasting is asked once for each model and then remembered. Rasa
answers 200 with an empty list when an action failed, so empty is an error here. A resident's text goes only to `read`, and
never with a leading "/", which is Rasa's command syntax.
"""

import asyncio
import base64
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import aiohttp
import numpy as np
import numpy.typing as npt

from bot.foundation.metrics import Metrics
from bot.learning.model import ModelRefused

_COMMAND = re.compile(r"^[\s/]+")
REPAIRED = " (repaired)"  # as engine/desk_engine/reader.py has it; the two have no Python in common
SECONDS_TO_LOAD = 120.0  # a model, while the old one is served
REST_SECONDS = 2.0  # after a failed connection the engine is not asked again for this long


class EngineUnavailable(Exception):
    """The engine gave no usable answer: it is down, slow, or its action failed. `reason` is a name for metrics."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Reading:
    """How the engine reads one text: every intent with its calibrated probability, likeliest first.

    `vectors` are the text's vectors that the engine has made for the reading, by the mark of their encoder, with REPAIRED behind
    it where the text's spelling was repaired first. `known` is whether the text has any word that the engine has learnt, or a
    number: a reading of letters alone means nothing.
    """

    ranking: tuple[tuple[str, float], ...]
    vectors: Mapping[str, npt.NDArray[np.float32]] = field(default_factory=dict, compare=False, repr=False)
    known: bool = True

    @property
    def intent(self) -> str:
        """The likeliest intent."""
        return self.ranking[0][0]

    @property
    def confidence(self) -> float:
        """Its probability."""
        return self.ranking[0][1]

    def probability(self, intent: str) -> float:
        """The probability of one intent."""
        return dict(self.ranking).get(intent, 0.0)


class DialogueEngine(Protocol):
    """What the gateway needs of an engine."""

    async def read(self, text: str) -> Reading:
        """Classifies a text; raises EngineUnavailable."""

    async def respond(self, conversation_id: str, intent: str, metadata: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The engine's typed messages for an intent; raises EngineUnavailable."""

    async def ready(self) -> bool:
        """Whether it answers now."""


class RasaEngine:
    """The engine over HTTP. Open it in app.py with `async with`.

    `vectors_of` are the marks of the encoders whose vectors are of use here.
    """

    def __init__(self, url: str, timeout: float, metrics: Metrics, vectors_of: Sequence[str] = ()) -> None:
        self._url = url
        self._vectors_of = list(vectors_of)
        self._model = ""  # which model answered last, and what it always says to an intent
        self._lasting: dict[str, list[dict[str, Any]]] = {}
        self._timeout = aiohttp.ClientTimeout(total=timeout, connect=1.0)
        self._metrics = metrics
        self._session: aiohttp.ClientSession | None = None
        self._rest_until = 0.0

    async def __aenter__(self) -> "RasaEngine":
        self._session = aiohttp.ClientSession(timeout=self._timeout)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session:
            await self._session.close()

    async def read(self, text: str) -> Reading:
        """Classifies a text; raises EngineUnavailable."""
        asked = _COMMAND.sub("", text) or "…"
        found = await self._post("/webhooks/desk/read", {"texts": [asked], "vectors": self._vectors_of})
        try:
            [one] = found["readings"]
            ranking = tuple((str(intent), float(probability)) for intent, probability in one["ranking"])
            vectors = {mark: _unpacked(made) for mark, made in one["vectors"].items()} if asked == text else {}
            known = bool(one["known"])
            self._served_by(found["model"])
        except (AttributeError, KeyError, TypeError, ValueError):
            ranking = ()
        if not ranking:
            raise self._failure("no_reading")
        return Reading(ranking, vectors, known)

    async def respond(self, conversation_id: str, intent: str, metadata: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The engine's typed messages for an intent; raises EngineUnavailable."""
        if intent in self._lasting:
            return self._lasting[intent]
        body = {"sender": conversation_id, "intent": intent, "metadata": dict(metadata)}
        found = await self._post("/webhooks/desk/respond", body)
        try:
            messages = [one["custom"] for one in found["messages"] if "custom" in one]
            self._served_by(found["model"])
            lasting = bool(found["lasting"])
        except (KeyError, TypeError):
            messages, lasting = [], False
        if not messages:
            raise self._failure("empty_reply")
        if lasting:
            self._lasting[intent] = messages
        return messages

    def _served_by(self, model: str) -> None:
        """Forgets what an earlier model always said."""
        if model != self._model:
            self._model = model
            self._lasting.clear()

    async def ready(self) -> bool:
        """Whether it answers now and has a model."""
        assert self._session is not None
        try:
            async with self._session.get(f"{self._url}/status", timeout=aiohttp.ClientTimeout(total=2)) as response:
                return response.status == 200
        except (aiohttp.ClientError, TimeoutError):
            return False

    async def serve(self, file: Path) -> bool:
        """Has the engine serve another model from the next request on; turns under way finish on the old one.

        False when no engine is running. Raises ModelRefused, and then it goes on with the old one.
        """
        assert self._session is not None
        patience = aiohttp.ClientTimeout(total=SECONDS_TO_LOAD, connect=1.0)
        try:
            async with self._session.post(
                f"{self._url}/webhooks/desk/serve", json={"file": str(file)}, timeout=patience
            ) as response:
                if response.status == 200:
                    return True
                raise ModelRefused(str((await response.json())["detail"]))
        except aiohttp.ClientConnectorError:
            return False
        except TimeoutError as problem:
            raise ModelRefused("The engine did not load the model in time.") from problem
        except (aiohttp.ClientError, ValueError, KeyError) as problem:
            raise ModelRefused("The engine did not understand that it should load a model: restart it.") from problem

    async def _post(self, path: str, body: dict[str, Any]) -> Any:
        assert self._session is not None
        now = asyncio.get_running_loop().time()
        if now < self._rest_until:
            raise self._failure("resting")
        try:
            async with self._session.post(self._url + path, json=body) as response:
                if response.status != 200:
                    raise self._failure("refused")
                return await response.json()
        except aiohttp.ClientConnectionError as problem:
            self._rest_until = now + REST_SECONDS
            raise self._failure("away") from problem
        except TimeoutError as problem:
            self._rest_until = now + REST_SECONDS
            raise self._failure("slow") from problem
        except (aiohttp.ClientError, ValueError) as problem:
            raise self._failure("broken_reply") from problem

    def _failure(self, reason: str) -> EngineUnavailable:
        self._metrics.engine_failures.labels(reason).inc()
        return EngineUnavailable(reason)


def _unpacked(vector: str) -> npt.NDArray[np.float32]:
    return np.frombuffer(base64.b64decode(vector, validate=True), np.float32)


async def likeliest(engine: DialogueEngine, text: str) -> tuple[str, float] | None:
    """How the live model reads a text, and how sure it is; None while the engine is away."""
    try:
        reading = await engine.read(text)
    except EngineUnavailable:
        return None
    return reading.intent, reading.confidence
