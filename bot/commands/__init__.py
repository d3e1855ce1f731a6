"""The commands of `python -m bot`, one module a subject. Each has `add(subparsers)`, which names a `run` function."""

from bot.commands import (
    applications,
    assist,
    cases,
    chats,
    disruption,
    evaluate,
    importing,
    knowledge,
    learning,
    reports,
    safety,
    serve,
    staff,
    train,
    up,
)
from bot.commands.errors import CommandFailed

COMMANDS = (
    up,
    serve,
    knowledge,
    staff,
    applications,
    cases,
    chats,
    importing,
    disruption,
    evaluate,
    train,
    learning,
    reports,
    assist,
    safety,
)

__all__ = ["COMMANDS", "CommandFailed"]
