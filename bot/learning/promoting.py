"""Makes a candidate the live model, and goes back to the one before, without dropping a message.

The engine loads the other model beside the one that it serves and exchanges them between two requests; turns under way finish on
the old one. Only when it serves the new one is `current` changed and the promotion written down. An engine that is not running is
no obstacle: it starts with what is current.
"""

import asyncio
from pathlib import Path
from typing import Protocol

import structlog

from bot.learning import candidates_store
from bot.learning.model import CandidateState, NothingHere, Promotion, UnusableMark
from bot.learning.parts import Parts, person_of
from bot.staff.audit import Action
from bot.staff.model import Actor, Permission

log = structlog.get_logger()


class Server(Protocol):
    """The engine, as far as it can exchange its model."""

    async def serve(self, file: Path) -> bool:
        """Exchanges the model; False when no engine is running. Raises ModelRefused."""


class Promoting:
    """Changes the live model. Build one in building.py."""

    def __init__(self, parts: Parts, server: Server) -> None:
        self._parts = parts
        self._server = server
        self._one_at_a_time = asyncio.Lock()

    async def promote(self, actor: Actor, candidate_id: str) -> Promotion:
        """Makes a candidate the live model. Raises NothingHere, UnusableMark, ModelRefused, NotAllowed."""
        actor.needs(Permission.TRAIN_ASSISTANT)
        async with self._one_at_a_time:
            return await self._promote(actor, candidate_id)

    async def _promote(self, actor: Actor, candidate_id: str) -> Promotion:
        async with self._parts.database.reading() as tx:
            candidate = await candidates_store.one(tx, candidate_id)
        if candidate is None:
            raise NothingHere
        live = self._parts.shelf.live()
        if candidate.state == CandidateState.REFUSED:
            names = ", ".join(group.name for group in candidate.worse)
            raise UnusableMark(f"This candidate is refused, because it would read these worse: {names}.")
        if candidate.state != CandidateState.READY:
            raise UnusableMark("Only a candidate that was trained and compared can be made live.")
        if candidate.model == live:
            raise UnusableMark("This candidate is the live model already.")
        if candidate.beside != live:
            raise UnusableMark("The live model has changed since this candidate was compared with it. Train a new candidate.")
        return await self._make_live(actor, candidate.model, live, "promoted", candidate.id)

    async def roll_back(self, actor: Actor) -> Promotion:
        """Goes back to the model that was live before. Raises UnusableMark, ModelRefused, NotAllowed."""
        actor.needs(Permission.TRAIN_ASSISTANT)
        async with self._one_at_a_time:
            previous = await self.previous()
            if not previous:
                raise UnusableMark("There is no earlier model to go back to.")
            return await self._make_live(actor, previous, self._parts.shelf.live(), "rolled_back")

    async def previous(self) -> str:
        """The model that a roll-back would make live; empty when there is none."""
        async with self._parts.database.reading() as tx:
            promoted = await candidates_store.promoted_last(tx, self._parts.shelf.live())
        return promoted.previous if promoted and self._parts.shelf.has(promoted.previous) else ""

    async def made_live(self) -> Promotion | None:
        """How the live model came to be live; None for one that set-up made."""
        async with self._parts.database.reading() as tx:
            found = await candidates_store.promotions_so_far(tx, 1)
        return found[0] if found and found[0].model == self._parts.shelf.live() else None

    async def _make_live(self, actor: Actor, model: str, live: str, kind: str, candidate_id: str = "") -> Promotion:
        shelf = self._parts.shelf
        shelf.check_link()
        if not shelf.has(model):
            raise UnusableMark("The file of this model is no longer there. Train a new candidate.")
        served = await self._server.serve(shelf.adopt(model).absolute())
        shelf.make_live(model)
        promotion = Promotion(self._parts.clock.now(), person_of(actor), kind, model, live, candidate_id)
        action = Action.MODEL_PROMOTED if kind == "promoted" else Action.MODEL_ROLLED_BACK
        async with self._parts.database.writing() as tx:
            await candidates_store.add_promotion(tx, promotion)
            detail = {"before": live, "candidate": candidate_id} if candidate_id else {"before": live}
            await self._parts.audit.record(tx, actor, action, f"model:{model}", detail)
        log.info("model_made_live", model=model, before=live, how=kind, served=served)
        return promotion
