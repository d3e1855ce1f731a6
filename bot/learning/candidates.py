"""Candidates: begun by a person, trained by a process of its own, compared with the live model, and kept with their figures.

One trains at a time. Whoever trains reports its stage now and then; one that has not for LOST is given up, so that a process that
was killed does not block the next. The training itself is bot/evaluation/trying.py, since it reads the graded set.
"""

import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from bot.conversations.store import conversations
from bot.learning import candidates_store, store
from bot.learning.examples import says_something
from bot.learning.model import (
    Candidate,
    CandidateState,
    Change,
    NothingHere,
    Promotion,
    Replay,
    UnusableMark,
)
from bot.learning.parts import Parts, person_of
from bot.staff.audit import Action
from bot.staff.model import Actor, Permission

log = structlog.get_logger()

LOST = timedelta(minutes=3)  # without a sign of life
RECENT = timedelta(days=30)
MOST_RECENT = 400  # recent questions that are replayed
FEWEST_WORDS = 3  # of a question; less is a name, a street or a yes
CUT_OFF = "The training was cut off before it ended. Train again."


class AlreadyTraining(Exception):
    """Another candidate is being trained."""

    def __init__(self, other: Candidate | None) -> None:
        who = f" by {other.started_by.name}" if other else ""
        super().__init__(f"A candidate is being trained already, begun{who}. Wait until it is done.")


class Candidates:
    """The candidates of this product. Build one in building.py."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def begin(self, actor: Actor) -> Candidate:
        """Writes down that a training begins. Raises AlreadyTraining, NotAllowed, UnusableMark."""
        actor.needs(Permission.TRAIN_ASSISTANT)
        self._parts.shelf.check_link()
        live = self._parts.shelf.live()
        if not live:
            raise UnusableMark("There is no live model to compare with: run `make train` first.")
        await self.give_up_lost()
        candidate_id = secrets.token_hex(4)
        try:
            async with self._parts.database.writing() as tx:
                await candidates_store.add(tx, candidate_id, person_of(actor), self._parts.clock.now(), live)
                await self._parts.audit.record(tx, actor, Action.TRAINING_BEGUN, f"candidate:{candidate_id}")
        except IntegrityError as problem:
            async with self._parts.database.reading() as tx:
                raise AlreadyTraining(await candidates_store.training(tx)) from problem
        log.info("training_begun", candidate=candidate_id, beside=live)
        return await self.one(actor, candidate_id)

    async def stage(self, candidate_id: str, stage: str, **facts: Any) -> bool:
        """A sign of life: what it is at. Says whether it is still wanted."""
        async with self._parts.database.writing() as tx:
            return await candidates_store.change(tx, candidate_id, stage=stage, stage_at=self._parts.clock.now(), **facts)

    async def finish(self, candidate_id: str, model: str, replay: Replay) -> None:
        """Keeps what came of it."""
        now = self._parts.clock.now()
        ids = {one.conversation_id for one in replay.changes if one.conversation_id}
        async with self._parts.database.writing() as tx:
            there = (
                set(await tx.scalars(select(conversations.c.id).where(conversations.c.id.in_(sorted(ids))))) if ids else set()
            )
            still = await candidates_store.change(
                tx,
                candidate_id,
                state=str(replay.state),
                running=None,
                stage="done",
                stage_at=now,
                ended_at=now,
                model=model,
                groups=[group.as_json() for group in replay.groups],
                graded=replay.graded,
                recent=replay.recent,
                changed=len(replay.changes),
            )
            if still:
                await candidates_store.add_changes(tx, candidate_id, replay.changes, there)
        log.info("training_done", candidate=candidate_id, state=str(replay.state), changed=len(replay.changes))

    async def fail(self, candidate_id: str, problem: str) -> None:
        """Keeps why it failed, unless it has ended already; the live model is as it was."""
        now = self._parts.clock.now()
        values = {"state": str(CandidateState.FAILED), "running": None, "problem": problem[:1000], "ended_at": now}
        async with self._parts.database.writing() as tx:
            if await candidates_store.change(tx, candidate_id, stage_at=now, **values):
                log.warning("training_failed", candidate=candidate_id)

    async def give_up_lost(self) -> None:
        """Gives up a training that has shown no sign of life for LOST."""
        async with self._parts.database.reading() as tx:
            other = await candidates_store.training(tx)
        if other and self._parts.clock.now() - other.stage_at > LOST:
            await self.fail(other.id, CUT_OFF)

    async def newest(self, actor: Actor) -> list[Candidate]:
        """Candidates, the newest first. Raises NotAllowed."""
        actor.needs(Permission.TRAIN_ASSISTANT)
        async with self._parts.database.reading() as tx:
            return await candidates_store.newest(tx)

    async def one(self, actor: Actor, candidate_id: str) -> Candidate:
        """A candidate by its id or the beginning of it. Raises NothingHere, NotAllowed."""
        actor.needs(Permission.TRAIN_ASSISTANT)
        async with self._parts.database.reading() as tx:
            found = await candidates_store.one(tx, candidate_id)
        if found is None:
            raise NothingHere
        return found

    async def changes(self, actor: Actor, candidate_id: str) -> Sequence[Change]:
        """Which answers it would change. Raises NotAllowed."""
        actor.needs(Permission.TRAIN_ASSISTANT)
        async with self._parts.database.reading() as tx:
            return await candidates_store.changes_of(tx, actor, candidate_id)

    async def history(self, actor: Actor) -> list[Promotion]:
        """What was made live, the newest first. Raises NotAllowed."""
        actor.needs(Permission.TRAIN_ASSISTANT)
        async with self._parts.database.reading() as tx:
            return await candidates_store.promotions_so_far(tx)

    async def recent_questions(self) -> list[tuple[str, str, str]]:
        """What residents asked of late, masked: council, conversation and words."""
        async with self._parts.database.reading() as tx:
            found = await store.recent_questions(tx, self._parts.clock.now() - RECENT, MOST_RECENT)
        masked = await self._parts.mask([text for _, _, text in found])
        questions = [(council, conversation, text) for (council, conversation, _), text in zip(found, masked, strict=True)]
        return [question for question in questions if says_something(question[2], FEWEST_WORDS)]
