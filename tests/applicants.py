"""What residents say to the questions of reports and applications, for tests that go through a whole one in conversation.

An answer is found by the question's name, otherwise by its type; the rest has something to press. The words are the ones people
use, not the labels of the buttons.
"""

from typing import Any

from tests.api.desk import Resident

Replies = list[dict[str, Any]]

HOME = "12 Invented Lane, Enfield, EN1 9ZZ"
SAID = {
    "container": "the brown one",
    "day": "yesterday",
    "out_in_time": "yh it was",
    "household": "its just me and my daughter shes 12",
    "items": "a sofa and two matresses",
    "change": "my partner moved in",
    "since": "last tuesday",
    "seen": "last tuesday",
    "date": "yesterday",
    "starts": "1 september 2025",
    "ends": "30 june 2028",
    "begin": "next friday",
    "until": "1 march 2027",
    "adults": "3",
    "students": "3",
    "bins": "one",
    "pay": "£20",
    "time": "in the morning",
    "account": "70012345",
    "claim": "7001234",
}
BY_TYPE = {
    "text": "by the green gate next to the shop",
    "name": "Robert Smith",
    "email": "robert.smith@example.org",
    "telephone": "07700 900123",
    "money": "about £400",
    "number": "2",
    "yes_no": "no",
    "household": "just me",
    "date": "yesterday",
}
MOST_QUESTIONS = 30


async def answer(resident: Resident, question: dict[str, Any]) -> Replies:
    """Answers one question; an address goes the way of one that is not on the list."""
    field, kind = question["data"]["field"], question["data"]["type"]
    if kind == "address":
        replies = await resident.ask("my address is not on the list")
        return await resident.ask(HOME) if replies[-1]["data"].get("field") == field else replies
    if kind == "day_offered":
        return await resident.ask("the first one")
    if field in SAID:
        return await resident.ask(SAID[field])
    if kind in BY_TYPE:
        return await resident.ask(BY_TYPE[kind])
    return await resident.ask(choice=question["choices"][0]["value"])


async def filled_in(resident: Resident, replies: Replies) -> dict[str, Any]:
    """Answers until there is something else than a question; gives that message."""
    for _ in range(MOST_QUESTIONS):
        last = replies[-1]
        if last["kind"] != "question":
            return last
        replies = await answer(resident, last)
    raise AssertionError(f"still asking: {replies}")
