"""Tasks that take several turns: a stack of them, interrupted and gone on with."""

from dataclasses import replace

import pytest

from bot.conversations.model import ASSISTANT, Context, Conversation, Kind, Message, Reply, Sender
from bot.dialogue.tasks import TASK, Tasks, TaskStep, Turn
from tests.factories import NOON


class Counting:
    """A task that asks for so many messages beginning with "yes" and leaves any other to the assistant."""

    def __init__(self, name, messages):
        self.name = name
        self.messages = messages

    async def begin(self, conversation, request, said):
        return TaskStep([Reply(Kind.QUESTION, f"{self.name}?")], {"left": self.messages})

    async def take(self, conversation, state, message, read):
        if not message.text.startswith("yes"):
            return None
        left = state["left"] - 1
        return TaskStep([Reply(Kind.QUESTION, f"{self.name} {left}")], {"left": left} if left else None)

    def again(self, conversation, state):
        return [Reply(Kind.QUESTION, f"{self.name} again")]


def make_conversation(**context):
    return Conversation("c1", "borchester", ASSISTANT, 1, 1, 1, 0, NOON, NOON, Context(**context))


def make_message(text):
    return Message(1, NOON, Sender.RESIDENT, Kind.TEXT, text, (), (), {})


async def nobody_reads():
    return None


@pytest.fixture
def tasks():
    return Tasks([Counting("one", 2), Counting("two", 1)])


def after(conversation, turn):
    return replace(conversation, context=turn.context)


def texts(turn):
    return [reply.text for reply in turn.replies]


async def test_a_task_begins_with_its_question_and_ends_with_the_last_answer(tasks):
    conversation = make_conversation()
    turn = await tasks.begin(conversation, {"kind": "start", "task": "one"}, "")
    assert texts(turn) == ["one?"]
    conversation = after(conversation, turn)
    for expected in ("one 1", "one 0"):
        turn = await tasks.take(conversation, make_message("yes"), nobody_reads)
        assert texts(turn) == [expected]
        conversation = after(conversation, turn)
    assert conversation.context.under_way == ()
    assert await tasks.take(conversation, make_message("yes"), nobody_reads) is None


async def test_what_the_task_leaves_is_answered_and_the_question_asked_again(tasks):
    conversation = after(make_conversation(), await tasks.begin(make_conversation(), {"task": "one"}, ""))
    assert await tasks.take(conversation, make_message("but why"), nobody_reads) is None
    answered = Turn([Reply(Kind.ANSWER, "because")], conversation.context, "answer")
    assert texts(tasks.ask_again(conversation, answered)) == ["because", "one again"]


async def test_a_task_begun_during_another_comes_first_and_the_earlier_goes_on_after_it(tasks):
    conversation = after(make_conversation(), await tasks.begin(make_conversation(), {"task": "one"}, ""))
    conversation = after(conversation, await tasks.begin(conversation, {"task": "two"}, ""))
    turn = await tasks.take(conversation, make_message("yes"), nobody_reads)
    assert texts(turn) == ["two 0", "one again"]
    assert turn.outcome == TASK
    assert [one["task"] for one in turn.context.under_way] == ["one"]


async def test_danger_is_not_followed_by_a_question(tasks):
    conversation = after(make_conversation(), await tasks.begin(make_conversation(), {"task": "one"}, ""))
    urgent = Turn([Reply(Kind.URGENT, "call 999")], conversation.context, "urgent")
    assert texts(tasks.ask_again(conversation, urgent)) == ["call 999"]


async def test_nothing_begins_for_a_task_that_nobody_knows(tasks):
    assert await tasks.begin(make_conversation(), {"kind": "answer", "intent": "ct_pay"}, "") is None


def test_what_is_under_way_survives_the_database():
    context = Context(under_way=({"task": "one", "state": {"left": 2}},))
    assert Context.from_json(context.as_json()) == context
