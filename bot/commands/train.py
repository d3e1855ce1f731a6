"""`python -m bot train`: a candidate beside the live model, its promotion, and the way back.

Without an option it says how things stand. `--candidate` trains with what trainers have accepted and compares it with the live
model; `--promote ID` makes it live without dropping a message; `--rollback` goes back. The console does the same
(/console/learning/models); a training that is begun there runs this command. `make train` is another thing: it trains what the
repository itself holds.
"""

import argparse
import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from bot.app import clock_of, knowledge_of
from bot.commands.errors import CommandFailed
from bot.commands.importing import opened_database
from bot.dialogue.engine import RasaEngine
from bot.evaluation.refitting import TrainingPlaces
from bot.evaluation.replaying import Replaying
from bot.evaluation.trying import Trying
from bot.foundation.logs import set_up_logs
from bot.foundation.metrics import Metrics
from bot.foundation.words import LONDON
from bot.languages.service import Languages
from bot.learning.building import LearningRoom, learning_parts_of, learning_room
from bot.learning.candidates import AlreadyTraining
from bot.learning.model import (
    Candidate,
    CandidateState,
    Change,
    Got,
    ModelRefused,
    NothingHere,
    UnusableMark,
)
from bot.privacy.pseudonyms_process import PseudonymsProcess
from bot.safety.reading import read_screens
from bot.safety.service import UrgentScreens
from bot.settings import Settings
from bot.staff.audit import Audit
from bot.staff.model import command_line_actor

LOW_PRIORITY = 10  # added to the niceness: residents come first
SHOWN = 40  # changed answers in the terminal; the console shows all
Work = Callable[[LearningRoom, Settings, argparse.Namespace], Coroutine[Any, Any, int]]


def add(subparsers: Any) -> None:
    """Adds the command."""
    parser = subparsers.add_parser("train", help="train a candidate beside the live model, promote it, go back")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--candidate", action="store_true", help="train with what was accepted, and compare with the live model")
    what.add_argument("--promote", metavar="ID", help="make a candidate the live model")
    what.add_argument("--rollback", action="store_true", help="go back to the model that was live before")
    parser.add_argument("--begun", metavar="ID", help=argparse.SUPPRESS)  # a training that the console has begun
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Does one of them."""
    set_up_logs(settings.log_format, quiet=not arguments.begun)
    work: Work = _show
    if arguments.candidate:
        work = _candidate
    elif arguments.promote:
        work = _promote
    elif arguments.rollback:
        work = _roll_back
    return asyncio.run(_with_room(work, arguments, settings))


async def _with_room(work: Work, arguments: argparse.Namespace, settings: Settings) -> int:
    try:
        async with opened_room(settings) as room:
            return await work(room, settings, arguments)
    except NothingHere:
        raise CommandFailed(
            f"There is no candidate {arguments.promote or arguments.begun}: see `python -m bot train`."
        ) from None
    except (UnusableMark, ModelRefused, AlreadyTraining) as problem:
        raise CommandFailed(str(problem)) from problem


@asynccontextmanager
async def opened_room(settings: Settings) -> AsyncIterator[LearningRoom]:
    """The learning room without a gateway around it."""
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(opened_database(settings))
        clock, masking = clock_of(settings), PseudonymsProcess()
        stack.push_async_callback(masking.close)
        engine = await stack.enter_async_context(RasaEngine(settings.engine, settings.engine_timeout, Metrics()))
        parts = learning_parts_of(database, clock, Audit(database, clock), masking.replace_all, settings.model)
        yield learning_room(parts, engine)


async def _show(room: LearningRoom, settings: Settings, arguments: argparse.Namespace) -> int:
    previous = await room.promoting.previous()
    print(f"Live: {room.parts.shelf.live() or 'no model'}{f'; before it: {previous}' if previous else ''}")
    for one in await room.candidates.newest(command_line_actor()):
        print(f"  {one.id}  {one.started_at.astimezone(LONDON):%d %b %Y %H:%M}  {_standing(one)}")
    return 0


async def _candidate(room: LearningRoom, settings: Settings, arguments: argparse.Namespace) -> int:
    os.nice(LOW_PRIORITY)
    actor = command_line_actor()
    begun = await (room.candidates.one(actor, arguments.begun) if arguments.begun else room.candidates.begin(actor))
    print(f"Training candidate {begun.id} beside the live model {begun.beside} …", flush=True)
    places = TrainingPlaces(settings.encoders_folder, settings.model.parent, settings.cache_folder)
    trying = asyncio.create_task(Trying(room, places, lambda: _replaying(settings)).run(begun.id))
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, trying.cancel)
    await asyncio.wait([trying])
    done = await room.candidates.one(actor, begun.id)
    if done.state == CandidateState.FAILED:
        raise CommandFailed(done.problem)
    _print_candidate(done, list(await room.candidates.changes(actor, done.id)))
    return 0 if done.state == CandidateState.READY else 1


async def _promote(room: LearningRoom, settings: Settings, arguments: argparse.Namespace) -> int:
    done = await room.promoting.promote(command_line_actor(), arguments.promote)
    print(f"Live now: {done.model}. Before: {done.previous}. `python -m bot train --rollback` goes back.")
    return 0


async def _roll_back(room: LearningRoom, settings: Settings, arguments: argparse.Namespace) -> int:
    done = await room.promoting.roll_back(command_line_actor())
    print(f"Live again: {done.model}. Before: {done.previous}.")
    return 0


def _replaying(settings: Settings) -> Replaying:
    knowledge = knowledge_of(settings, clock_of(settings))
    screens = UrgentScreens(read_screens(settings.councils_folder))
    return Replaying(knowledge, screens, Languages.read(settings.councils_folder))


def _print_candidate(one: Candidate, changes: list[Change]) -> None:
    width = max(len(group.name) for group in one.groups)
    print(f"{'right of the graded messages':{width}}  live  candidate  of  points")
    for group in one.groups:
        note = "  WORSE" if group.worse else ""
        print(f"{group.name:{width}}  {group.before:4}  {group.after:9}  {group.of:4}  {group.points:+5.1f}{note}")
    print(f"{len(changes)} of {one.graded:,} graded messages and {one.recent:,} recent questions get something else:")
    for change in changes[:SHOWN]:
        meant = f"  (meant: {' or '.join(change.meant)})" if change.meant else ""
        print(f"  “{change.text[:100]}”{meant}\n      {_got(change.before)}  →  {_got(change.after)}")
    if len(changes) > SHOWN:
        print(f"  … and {len(changes) - SHOWN} more, listed in the console.")
    print(f"Candidate {one.id}: {_standing(one)}")


def _got(got: Got) -> str:
    what = ", ".join(got.intents) + (f" [{', '.join(got.articles)}]" if got.articles else "")
    return f"{got.way.replace('_', ' ')}{': ' if what else ''}{what}"


def _standing(one: Candidate) -> str:
    match one.state:
        case CandidateState.TRAINING:
            return f"is being trained ({one.stage})"
        case CandidateState.FAILED:
            return f"failed: {one.problem}"
        case CandidateState.REFUSED:
            return f"refused, since it would read these worse: {', '.join(group.name for group in one.worse)}"
        case _:
            return f"ready: `python -m bot train --promote {one.id}` makes it live"
