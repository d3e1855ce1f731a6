"""Trains a candidate from beginning to end: the accepted examples, the training, the comparison, the verdict.

Every way out is written down, so that whoever waits for it is told in a plain sentence; the live model is never touched.
bot/commands/train.py runs it in a process of its own, whoever asked for it.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

import structlog

from bot.dialogue.model import bare
from bot.evaluation.engine import CannotRead, Readings
from bot.evaluation.model import UnreadableHeldOut
from bot.evaluation.refitting import CannotTrain, TrainingPlaces, refit
from bot.evaluation.replaying import Recent, Replaying
from bot.learning.building import LearningRoom
from bot.learning.examples import examples_of
from bot.learning.model import Replay
from bot.privacy.pseudonyms_process import MaskingFailed

log = structlog.get_logger()

SIGN_OF_LIFE = 20.0  # seconds
NOTHING_NEW = "Nothing was accepted since the live model was trained, so there is nothing to train."
UNEXPECTED = "The training ended with a fault that nobody expected: see var/log/training.log. The live model is as it was."


@dataclass(frozen=True)
class Trying:
    """Tries candidates. `replaying` is asked for late, since reading the packs takes seconds."""

    room: LearningRoom
    places: TrainingPlaces
    replaying: Callable[[], Replaying]

    async def run(self, candidate_id: str) -> None:
        """Trains and compares the candidate that was begun, and writes down what came of it."""
        candidates = self.room.candidates
        try:
            await self._run(candidate_id)
        except (CannotTrain, CannotRead, UnreadableHeldOut) as problem:
            await candidates.fail(candidate_id, str(problem))
        except MaskingFailed:
            await candidates.fail(candidate_id, "Names could not be taken out of recent questions, so they were not replayed.")
        except asyncio.CancelledError:
            await candidates.fail(candidate_id, "The training was stopped.")
            raise
        except Exception:
            log.exception("training_broke", candidate=candidate_id)
            await candidates.fail(candidate_id, UNEXPECTED)

    async def _run(self, candidate_id: str) -> None:
        shelf = self.room.parts.shelf
        text, count = await self.room.reviewing.training_file()
        before = shelf.learnt()
        if text == before:
            raise CannotTrain(NOTHING_NEW)
        new = len(set(examples_of(text)) - set(examples_of(before)))
        async with self._at(candidate_id, "training", learnt=count, new=new) as tell:
            shelf.keep_learnt(candidate_id, text)
            learnt = shelf.candidates / f"{candidate_id}.yml"
            model = await refit(self.places, learnt, tell)
            shelf.keep_learnt(model, text)
            learnt.unlink()
        async with self._at(candidate_id, "replaying", model=model):
            replay = await self._replay(model, {bare(one) for one in examples_of(text)})
        await self.room.candidates.finish(candidate_id, model, replay)
        shelf.tidy({model, shelf.live()})

    async def _replay(self, model: str, learnt: set[str]) -> Replay:
        shelf = self.room.parts.shelf
        recent = [Recent(*question) for question in await self.room.candidates.recent_questions()]
        places = self.places
        live, candidate = (
            Readings(places.encoders, places.models, places.cache, archive=shelf.file(name)) for name in (shelf.live(), model)
        )
        replaying = await asyncio.to_thread(self.replaying)
        return await asyncio.to_thread(replaying.replay, live, candidate, recent, learnt)

    @asynccontextmanager
    async def _at(self, candidate_id: str, stage: str, **facts: object) -> AsyncIterator[Callable[[str], Awaitable[None]]]:
        """While it is at a stage: a sign of life now and then. What is told is for the log."""
        await self._alive(candidate_id, stage, **facts)
        task = asyncio.create_task(self._signs_of_life(candidate_id, stage))

        async def tell(line: str) -> None:
            log.info("training", candidate=candidate_id, at=line)

        try:
            yield tell
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _signs_of_life(self, candidate_id: str, stage: str) -> None:
        while True:
            await asyncio.sleep(SIGN_OF_LIFE)
            with suppress(CannotTrain):
                await self._alive(candidate_id, stage)

    async def _alive(self, candidate_id: str, stage: str, **facts: object) -> None:
        if not await self.room.candidates.stage(candidate_id, stage, **facts):
            raise CannotTrain("The training was given up meanwhile.")
