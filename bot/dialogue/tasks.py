"""What takes several turns: an application, a handover card, the address of a bin day.

A task is begun by a typed message of the engine (`{"kind": "start", "task": …}`, or the kind of that name) or by a button
(`start:<task>:<what>`), and from then on has each message first. It answers it, or leaves it to the assistant, which gives
an ordinary answer and then asks the task's open question again. Tasks are kept in a stack in the conversation's context:
one that is begun during another comes first, and the earlier one goes on after it.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from bot.conversations.model import Context, Conversation, Message, Reply
from bot.conversations.service import Together
from bot.dialogue.engine import Reading

TASK = "task"  # outcome of a turn that a task took, and of one that ended it
TASK_OVER = "task_over"
LONGEST_NAME = 5  # words of a name or an address that may look like another language
Read = Callable[[], Awaitable[Reading | None]]


@dataclass(frozen=True)
class Turn:
    """What one turn produced, and what has to be committed together with its replies."""

    replies: list[Reply]
    context: Context
    outcome: str  # name for metrics: answer, clarify, repair, urgent, …
    together: tuple[Together, ...] = ()


@dataclass(frozen=True)
class TaskStep:
    """What a task makes of a message: replies, its state afterwards (None when it is over), what to commit with them.

    With `hands_over` somebody else has the conversation from then on, so that no earlier question is asked again.
    """

    replies: list[Reply]
    state: dict[str, Any] | None
    together: tuple[Together, ...] = field(default=())
    hands_over: bool = False
    replaces: bool = False  # an earlier run of the same task is given up for this one
    known: Mapping[str, Any] = field(default_factory=dict)  # what the resident said, for the rest of the conversation


class Task(Protocol):
    """Something that takes several turns. `name` is how the context and buttons call it."""

    name: str

    async def begin(self, conversation: Conversation, request: Mapping[str, Any], said: str) -> TaskStep | None:
        """Starts it. `request` has what the engine or the button said ("what"), `said` the resident's words, if any.

        None when there is nothing to do here, and the assistant goes on without it.
        """

    async def take(self, conversation: Conversation, state: Mapping[str, Any], message: Message, read: Read) -> TaskStep | None:
        """The next step, or None to leave the message to the assistant. `read` asks the engine, None while it is away."""

    def again(self, conversation: Conversation, state: Mapping[str, Any]) -> list[Reply]:
        """The open question once more, after the assistant has answered something else."""


class Tasks:
    """The tasks of the assistant, and the stack of those under way in a conversation."""

    def __init__(self, tasks: Sequence[Task]) -> None:
        self._tasks = {task.name: task for task in tasks}

    async def begin(self, conversation: Conversation, request: Mapping[str, Any], said: str) -> Turn | None:
        """The first turn of the task that is asked for, or None when no task answers to it."""
        task = self._tasks.get(str(request.get("task") or request.get("kind")))
        if task and (going_on := self._going_on(conversation, task, request)):
            return going_on
        step = await task.begin(conversation, request, said) if task else None
        if task is None or step is None:
            return None
        turn = _turn(conversation.context, task.name, step, conversation.context.under_way)
        ended_within_another = step.state is None and not step.hands_over and turn.context.under_way
        return replace(turn, outcome=TASK_OVER) if ended_within_another else turn

    def first(self, conversation: Conversation, text: str, *, foreign: bool) -> bool:
        """Whether a task has this message first. A longer one in another language goes to the assistant at once; a short one may
        be a name or a street."""
        return bool(conversation.context.under_way) and (not foreign or len(text.split()) <= LONGEST_NAME)

    async def take(self, conversation: Conversation, message: Message, read: Read) -> Turn | None:
        """The turn of the task under way, or None when there is none or it leaves the message to the assistant."""
        under_way = conversation.context.under_way
        task = self._tasks.get(under_way[-1]["task"]) if under_way else None
        if task is None:
            return None
        step = await task.take(conversation, under_way[-1]["state"], message, read)
        if step is None:
            return None
        turn = _turn(conversation.context, task.name, step, under_way[:-1])
        if step.state is not None or step.hands_over:
            return turn
        return self.ask_again(conversation, replace(turn, outcome=TASK_OVER))

    def _going_on(self, conversation: Conversation, task: Task, request: Mapping[str, Any]) -> Turn | None:
        """The open question again when the very same (`what` of the state) is under way already: it is not begun twice."""
        for under_way in conversation.context.under_way:
            what = under_way["state"].get("what")
            if what and under_way["task"] == task.name and what == request.get("what"):
                others = tuple(one for one in conversation.context.under_way if one is not under_way)
                step = TaskStep(task.again(conversation, under_way["state"]), under_way["state"])
                return _turn(conversation.context, task.name, step, others)
        return None

    def ask_again(self, conversation: Conversation, turn: Turn) -> Turn:
        """The turn, with the open question of what is still under way after it."""
        under_way = turn.context.under_way
        task = self._tasks.get(under_way[-1]["task"]) if under_way else None
        if task is None or turn.outcome in (TASK, "urgent", "start_over"):
            return turn
        now = replace(conversation, context=turn.context)
        again = task.again(now, under_way[-1]["state"])
        return replace(turn, replies=[*turn.replies, *again], outcome=TASK if turn.outcome == TASK_OVER else turn.outcome)


def _turn(context: Context, name: str, step: TaskStep, below: tuple[dict[str, Any], ...]) -> Turn:
    """The turn of a step: its state goes on top of the stack, unless it is over."""
    if step.replaces:
        below = tuple(one for one in below if one["task"] != name)
    stack = below if step.state is None else (*below, {"task": name, "state": step.state})
    known = {**context.known, **step.known}
    return Turn(step.replies, replace(context, under_way=stack, known=known, misses=0), TASK, step.together)
