"""Asking how a report is going, in many wordings, with the real engine."""

import pytest


@pytest.mark.parametrize(
    "words",
    [
        "how is my report going",
        "i want to track my report",
        "can you look up my reference number",
        "i reported something last week, any news",
    ],
)
async def test_the_reference_is_asked_for_in_any_wording(resident, words):
    replies = await resident.ask(words)
    assert "What is your reference?" in replies[-1]["text"], replies


async def test_a_question_in_the_middle_is_answered_and_then_the_reference_asked_for_again(resident):
    await resident.ask("how is my report going")
    replies = await resident.ask("what goes in the blue bin")
    assert replies[0]["kind"] == "answer"
    assert "What is your reference?" in replies[-1]["text"]
    replies = await resident.ask("I don't have it")
    assert "A person can find it for you" in replies[-1]["text"]
