"""`python -m bot serve`: the gateway alone, for machines where something else looks after the processes.

`python -m bot up` starts it together with the engine. What the gateway is made of is imported when it runs, so that other
commands start quickly.
"""

import argparse
import asyncio
import errno
import signal
from typing import Any

from bot.commands.errors import CommandFailed
from bot.foundation.logs import set_up_logs
from bot.settings import Settings


def add(subparsers: Any) -> None:
    """Adds the command."""
    parser = subparsers.add_parser("serve", help="run the gateway alone")
    parser.add_argument("--samples", action="store_true", help="first load the packs' invented addresses, to try it out")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Serves until SIGINT or SIGTERM."""
    from bot.app import UNUSABLE

    set_up_logs(settings.log_format)
    try:
        asyncio.run(_until_told_to_stop(settings, samples=arguments.samples and not settings.production))
    except OSError as problem:
        if problem.errno != errno.EADDRINUSE:
            raise
        raise CommandFailed(
            f"Port {settings.port} or {settings.actions_port} is in use: stop the other program or set DESK_PORT and"
            " DESK_ACTIONS_PORT to other numbers."
        ) from problem
    except UNUSABLE as problem:
        raise CommandFailed(str(problem)) from problem
    return 0


async def _until_told_to_stop(settings: Settings, *, samples: bool) -> None:
    from bot.app import serve

    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await serve(settings, stop, samples=samples)
