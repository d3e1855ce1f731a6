"""Puts the services of learning together. app.py and the commands call it, the web rooms get the result."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.foundation.clock import Clock
from bot.foundation.database import Database
from bot.knowledge.service import Knowledge
from bot.learning.candidates import Candidates
from bot.learning.examples import KnownExamples
from bot.learning.launching import Launcher
from bot.learning.marking import Marking, TeamsAllow
from bot.learning.noting import Noting
from bot.learning.parts import Mask, Parts
from bot.learning.promoting import Promoting, Server
from bot.learning.reviewing import Reads, Reviewing
from bot.learning.shelf import Shelf
from bot.learning.theming import Theming
from bot.staff.audit import Audit

EXAMPLES = Path("data/nlu")
TRAINING_LOG = Path("var/log/training.log")

Launch = Callable[[str], Awaitable[None]]


@dataclass(frozen=True)
class LearningRoom:
    """Everything that trainers do. The console, the staff API and the commands call these and nothing below them."""

    parts: Parts
    reviewing: Reviewing  # suggestions and their review
    candidates: Candidates  # trainings and what came of them
    promoting: Promoting  # which model is live


@dataclass(frozen=True)
class WholeLearningRoom(LearningRoom):
    """The same in a gateway, where residents talk and trainers read."""

    noting: Noting  # signals of turns and of feedback
    marking: Marking  # marks in transcripts
    theming: Theming  # what people ask for and do not get
    launch: Launch  # starts the process that trains a candidate which was begun


def learning_room(parts: Parts, server: Server) -> LearningRoom:
    """What commands need. `server` can exchange the engine's model."""
    return LearningRoom(parts, Reviewing(parts), Candidates(parts), Promoting(parts, server))


def learning_parts_of(database: Database, clock: Clock, audit: Audit, mask: Mask, model: Path) -> Parts:
    """What every service works with, where the project has it. `model` is the link to the live model."""
    return Parts(database, clock, audit, mask, KnownExamples(EXAMPLES), Shelf(model))


@asynccontextmanager
async def running_learning(
    parts: Parts,
    knowledge: Knowledge,
    server: Server,
    reads: Reads,
    teams_allow: TeamsAllow,
    environment: Mapping[str, str],
) -> AsyncIterator[WholeLearningRoom]:
    """What a gateway needs, with its rounds. `reads` asks the live model, `environment` is for a process that trains."""
    reviewing, candidates = Reviewing(parts, reads), Candidates(parts)
    launcher = Launcher(candidates, environment, TRAINING_LOG)
    room = WholeLearningRoom(
        parts=parts,
        reviewing=reviewing,
        candidates=candidates,
        promoting=Promoting(parts, server),
        noting=Noting(parts.clock),
        marking=Marking(parts, reviewing, teams_allow),
        theming=Theming(parts, knowledge.council_ids, knowledge.embed),
        launch=launcher,
    )
    await room.theming.start()
    try:
        yield room
    finally:
        await room.theming.close_down()
        await launcher.close()
