"""What a turn shows of how well a message was served: one signal or none, about the message that it is really about."""

from datetime import UTC, datetime
from typing import Any

from bot.conversations.model import ASSISTANT, Choice, Context, Conversation, Kind, Message, Reply, Sender
from bot.dialogue.noticing import Noticed, noticed
from bot.dialogue.tasks import Turn
from bot.learning.model import SignalKind

NOW = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)
ANSWERED = Context(topic="ct_pay", article="pay-council-tax", last_reply="answer:pay-council-tax:")


def signal(turn: Turn, context: Context | None = None, choice: str = "") -> Noticed | None:
    """What is noticed of this turn of a conversation."""
    conversation = Conversation("c" * 32, "enfield", ASSISTANT, 1, 3, 3, 1, NOW, NOW, context or Context())
    data = {"choice": choice} if choice else {}
    return noticed(conversation, Message(3, NOW, Sender.RESIDENT, Kind.TEXT, "a question", (), (), data), turn)


def turn(outcome: str, *replies: Reply, **context: Any) -> Turn:
    """A turn with these replies."""
    return Turn(list(replies), Context(**context), outcome)


def test_a_message_that_was_not_understood_is_unanswered():
    assert signal(turn("repair", Reply(Kind.CLARIFY, "Which subject?"))) == Noticed(SignalKind.UNANSWERED)
    third = Reply(Kind.NOTICE, "I am sorry.", data={"reason": "not_understood"})
    assert signal(turn("task", third)) == Noticed(SignalKind.UNANSWERED)


def test_asking_back_is_doubt_about_the_first_reading():
    asked = Reply(Kind.CLARIFY, "Is it one of these?", (Choice("intent:ct_pay", "Pay"), Choice("intent:ct_arrears", "Owe")))
    assert signal(turn("clarify", asked)) == Noticed(SignalKind.DOUBTFUL, "ct_pay")


def test_what_is_turned_away_is_out_of_scope():
    away = Reply(Kind.NOTICE, "Not ours.", data={"reason": "out_of_scope"})
    assert signal(turn("notice", away)) == Noticed(SignalKind.OUT_OF_SCOPE, "out_of_scope")


def test_not_what_i_meant_is_no_to_the_answer_before():
    not_meant = turn("repair", Reply(Kind.CLARIFY, "One of these?"), tried=("ct_pay",))
    assert signal(not_meant, ANSWERED) == Noticed(SignalKind.SAID_NO, "ct_pay", "pay-council-tax", before=True)


def test_a_person_wanted_right_after_an_answer_is_passed_on():
    passed_on = Noticed(SignalKind.PASSED_ON, "ct_pay", "pay-council-tax", before=True)
    begun = turn("task", under_way=({"task": "handoff", "state": {}},))
    assert signal(begun, ANSWERED, choice="talk_to_person") == passed_on
    assert signal(begun, ANSWERED) == passed_on, "typed as well as pressed"
    asked_again = Context(topic="ct_pay", article="pay-council-tax", last_reply="clarify:Is it one of these?:")
    assert signal(begun, asked_again, choice="talk_to_person") is None, "something else was said last"


def test_an_answer_a_button_and_an_engine_that_is_away_show_nothing():
    answer = turn("answer", Reply(Kind.ANSWER, "You can pay online.", data={"intent": "ct_pay"}))
    assert signal(answer) is None
    assert signal(turn("repair", Reply(Kind.CLARIFY, "Which subject?")), choice="menu:bins") is None
    assert signal(turn("degraded", Reply(Kind.NOTICE, "Simple answers only.", data={"reason": "degraded"}))) is None
