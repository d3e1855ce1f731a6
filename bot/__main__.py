"""The command line: `python -m bot COMMAND`. Each module of bot/commands adds its commands.

Errors that a person can mend end in one plain sentence and exit code 1, never in a traceback.
"""

import signal

signal.signal(signal.SIGINT, signal.SIG_DFL)  # until a command sets its own, Ctrl-C ends without a traceback

import argparse
import os
import sys

from bot.commands import COMMANDS, CommandFailed
from bot.foundation.leaving import leave
from bot.settings import BadSetting, read_settings


def main(arguments: list[str] | None = None) -> int:
    """Runs one command; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m bot", description="Resident Desk: a conversational assistant for councils."
    )
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for module in COMMANDS:
        module.add(subparsers)
    parsed = parser.parse_args(arguments)
    try:
        return int(parsed.run(parsed, read_settings(os.environ)))
    except (BadSetting, CommandFailed) as problem:
        print(problem, file=sys.stderr)
        return 1


if __name__ == "__main__":
    leave(main())
