"""Puts the services of learning together. app.py and the commands call it, the web rooms get the result."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.foundation.clock import Clock
from bot.foundation.database import Database
from bot.knowledge.editing.service import Drafts
from bot.knowledge.service import Knowledge
from bot.learning.candidates import Candidates
from bot.learning.examples import KnownExamples, examples_of
from bot.learning.launching import Launcher
from bot.learning.marking import Marking, TeamsAllow
from bot.learning.meaning import Meaning
from bot.learning.model import Promotion
from bot.learning.noting import Noting
from bot.learning.parts import ArticleDrafts, Mask, Parts
from bot.learning.promoting import Promoting, Server
from bot.learning.reviewing import Reads, Reviewing
from bot.learning.shelf import Shelf
from bot.learning.suggesting import Suggesting
from bot.learning.theming import Theming
from bot.staff.audit import Audit

EXAMPLES = Path("data/nlu")
TRAINING_LOG = Path("var/log/training.log")

Launch = Callable[[str], Awaitable[None]]


@dataclass(frozen=True)
class Standing:
    """The live model, how it came to be live, what a roll-back would bring, and what a candidate would learn."""

    live: str
    since: Promotion | None  # None for one that set-up made
    previous: str
    learnt: int
    new: int  # accepted since, or taken out


@dataclass(frozen=True)
class LearningRoom:
    """Everything that trainers do. The console, the staff API and the commands call these and nothing below them."""

    parts: Parts
    reviewing: Reviewing  # suggestions and their review
    candidates: Candidates  # trainings and what came of them
    promoting: Promoting  # which model is live

    async def standing(self) -> Standing:
        """How it stands with the live model."""
        shelf = self.parts.shelf
        text, _ = await self.reviewing.training_file()
        learnt = set(examples_of(shelf.learnt()))
        new = len(set(examples_of(text)) ^ learnt)
        return Standing(shelf.live(), await self.promoting.made_live(), await self.promoting.previous(), len(learnt), new)


@dataclass(frozen=True)
class WholeLearningRoom(LearningRoom):
    """The same in a gateway, where residents talk and trainers read."""

    noting: Noting  # signals of turns and of feedback
    marking: Marking  # marks in transcripts
    theming: Theming  # what people ask for and do not get
    suggesting: Suggesting  # suggestions out of themes
    launch: Launch  # starts the process that trains a candidate which was begun


def learning_room(parts: Parts, server: Server) -> LearningRoom:
    """What commands need. `server` can exchange the engine's model."""
    return LearningRoom(parts, Reviewing(parts), Candidates(parts), Promoting(parts, server))


def learning_parts_of(
    database: Database, clock: Clock, audit: Audit, mask: Mask, model: Path, drafts: Drafts | None = None
) -> Parts:
    """What every service works with, where the project has it. `model` is the link to the live model."""
    asking = ArticleDrafts(drafts) if drafts else None
    return Parts(database, clock, audit, mask, KnownExamples(EXAMPLES), Shelf(model), asking)


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
        suggesting=Suggesting(parts, reviewing),
        theming=Theming(parts, knowledge.council_ids, Meaning(knowledge.embed, knowledge.encoder)),
        launch=launcher,
    )
    await room.theming.start()
    try:
        yield room
    finally:
        await room.theming.close_down()
        await launcher.close()
