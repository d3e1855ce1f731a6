"""The client of the dialogue engine (Rasa), an internal server that classifies and says what happens next.

Two calls: `read` classifies a text (`/model/parse`), `respond` gives the engine an intent and gets its typed messages
(`/webhooks/rest/webhook`). Rasa answers 200 with an empty list when an action failed, so empty is an error here. A
resident's text goes only to `read`, and never with a leading "/", which is Rasa's command syntax.
"""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import aiohttp

from bot.foundation.metrics import Metrics

_COMMAND = re.compile(r"^[\s/]+")
REST_SECONDS = 2.0  # after a failed connection the engine is not asked again for this long


class EngineUnavailable(Exception):
    """The engine gave no usable answer: it is down, slow, or its action failed. `reason` is a name for metrics."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Reading:
    """How the engine reads one text: every intent with its calibrated probability, likeliest first."""

    ranking: tuple[tuple[str, float], ...]

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
    """The engine over HTTP. Open it in app.py with `async with`."""

    def __init__(self, url: str, timeout: float, metrics: Metrics) -> None:
        self._url = url
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
        found = await self._post("/model/parse", {"text": _COMMAND.sub("", text) or "…"})
        try:
            ranking = tuple((str(one["name"]), float(one["confidence"])) for one in found["intent_ranking"])
        except (KeyError, TypeError, ValueError):
            ranking = ()
        if not ranking:
            raise self._failure("no_reading")
        return Reading(ranking)

    async def respond(self, conversation_id: str, intent: str, metadata: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The engine's typed messages for an intent; raises EngineUnavailable."""
        body = {"sender": conversation_id, "message": f"/{intent}", "metadata": dict(metadata)}
        found = await self._post("/webhooks/rest/webhook", body)
        messages = (
            [one["custom"] for one in found if isinstance(one, dict) and "custom" in one] if isinstance(found, list) else []
        )
        if not messages:
            raise self._failure("empty_reply")
        return messages

    async def ready(self) -> bool:
        """Whether it answers now and has a model."""
        assert self._session is not None
        try:
            async with self._session.get(f"{self._url}/status", timeout=aiohttp.ClientTimeout(total=2)) as response:
                return response.status == 200
        except (aiohttp.ClientError, TimeoutError):
            return False

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
