"""Has the engine's own Python train a candidate: engine/desk_engine/refit.py, in a process of low priority.

What it prints is what it is at. trying.py calls it.
"""

import asyncio
import os
from asyncio.subprocess import PIPE
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from bot.evaluation.engine import INTERPRETER

LINE = 1024 * 1024


class CannotTrain(Exception):
    """There is no candidate; the message is one plain sentence."""


@dataclass(frozen=True)
class TrainingPlaces:
    """Where the encoders, the models and what can be made again are."""

    encoders: Path
    models: Path
    cache: Path


async def refit(places: TrainingPlaces, learnt: Path, tell: Callable[[str], Awaitable[None]]) -> str:
    """Trains a candidate of the project and these examples; gives its name. Raises CannotTrain."""
    if not INTERPRETER.exists():
        raise CannotTrain("The engine's Python is not there: run `make setup` from the top of the project.")
    out = places.models / "candidates"
    command = [
        str(INTERPRETER.absolute()),
        "-W",
        "ignore",
        "-m",
        "desk_engine.refit",
        "--learnt",
        str(learnt),
        "--out",
        str(out),
    ]
    command += ["--models", str(places.models), "--cache", str(places.cache)]
    environment = {**os.environ, "DESK_ENCODERS_FOLDER": str(places.encoders.absolute()), "PYTHONWARNINGS": "ignore"}
    environment.setdefault("OMP_NUM_THREADS", "1")
    process = await asyncio.create_subprocess_exec(*command, env=environment, stdout=PIPE, stderr=PIPE, limit=LINE)
    assert process.stdout
    assert process.stderr
    errors = asyncio.create_task(process.stderr.read())
    latest = ""
    try:
        async for line in process.stdout:
            latest = line.decode("utf-8", "replace").strip() or latest
            await tell(latest)
        await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    said = (await errors).decode("utf-8", "replace").strip().splitlines()
    if process.returncode:
        raise CannotTrain(said[-1] if said else "The training ended without a reason. The live model is as it was.")
    return latest
