"""Every report and application from the first words to the reference, through the public API with the real engine."""

import pytest

from bot.applications.reading import read_definitions
from tests.api.desk import Resident
from tests.applicants import HOME, filled_in
from tests.conftest import ROOT

NAMES = sorted(name for name, raw in read_definitions(ROOT / "councils")["enfield"].items() if raw.get("ends") != "result")


async def begin(resident, name):
    """Presses the button that begins an application, which every form page and answer offers."""
    opening = {
        "call_back": "how can i contact the council",
        "garden_waste": "how do i get a garden waste bin collection",
        "assisted_collection": "i am disabled and cannot move my bins",
        "single_person_discount": "can i get the single person discount",
        "moving_in": "i am moving house what about council tax",
        "moving_out": "i am moving house what about council tax",
        "moving_within": "i am moving house what about council tax",
        "council_tax_reduction": "how do i apply for council tax reduction on a low income",
        "student_exemption": "do students pay council tax",
        "payment_arrangement": "im behind with my council tax what happens now",
        "change_of_circumstances": "how do i report a change of circumstances for my housing benefit",
        "discretionary_housing_payment": "how do i apply for a discretionary housing payment",
        "hardship": "what help is there with food and heating from the hardship fund",
        "complaint": "how do i make a complaint about the council",
        "bin_missed": "my bin was not collected",
        "container": "i need a new bin mine is broken",
        "bulky_waste": "i want to book a bulky waste collection",
        "fly_tip": "i want to report fly tipping in my road",
        "rough_sleeper": "i saw a man sleeping rough in a doorway",
    }[name]
    replies = await resident.ask(opening)
    if replies[-1]["kind"] == "question":
        return replies
    button = {choice["value"] for reply in replies for choice in reply["choices"]}
    assert f"start:application:{name}" in button, replies
    return await resident.ask(choice=f"start:application:{name}")


# What a council's residents can report and apply for here; each is tried below.
WANTED = {
    *("bin_missed", "container", "bulky_waste", "garden_waste", "assisted_collection", "fly_tip"),
    *("single_person_discount", "moving_in", "moving_out", "moving_within", "student_exemption", "payment_arrangement"),
    *("council_tax_reduction", "change_of_circumstances", "discretionary_housing_payment", "hardship"),
    *("rough_sleeper", "complaint", "call_back"),
}


def test_every_shipped_application_is_tried_here():
    assert set(NAMES) == WANTED


@pytest.mark.parametrize(
    ("opening", "name", "said", "text"),
    [
        (
            "how do i apply for council tax reduction on a low income",
            "check_reduction",
            ("yes", "no", "yes", "no"),
            "all of your",
        ),
        ("my house is empty what about council tax", "check_exemption", ("no", "she moved into a care home"), "nothing to pay"),
        ("can i get the single person discount", "check_discount", ("2", "my son is a student", "1"), "25% off"),
    ],
)
async def test_a_check_of_entitlement_is_offered_and_says_its_rule_and_its_source(resident, opening, name, said, text):
    replies = await resident.ask(opening)
    assert f"start:application:{name}" in {choice["value"] for reply in replies for choice in reply["choices"]}, replies
    await resident.ask(choice=f"start:application:{name}")
    for words in said:
        replies = await resident.ask(words)
    assert text in replies[-1]["text"]
    assert "The rule: " in replies[-1]["text"]
    assert replies[-1]["sources"][0]["url"].startswith("https://www.legislation.gov.uk/")


@pytest.mark.parametrize("name", NAMES)
async def test_an_application_ends_with_a_reference(resident, name):
    check = await filled_in(resident, await begin(resident, name))
    assert check["kind"] == "check_answers", check
    assert check["data"]["application"] == name
    [case] = await resident.ask("yes")
    assert case["kind"] == "case"
    assert case["data"]["reference"]
    assert case["data"]["lines"]


async def test_an_interruption_a_correction_a_stop_and_a_resume(resident):
    await resident.ask("my brown bin was not emptied yesterday")
    question = (await resident.ask("my address is not on the list"))[-1]
    assert question["data"]["field"] == "address"
    question = (await resident.ask(HOME))[-1]
    assert question["data"]["field"] == "out_in_time", "the bin and the day were in the first words"
    answered, again = (await resident.ask("what goes in the blue bin?"))[-2:]
    assert answered["kind"] == "answer"
    assert again["data"]["field"] == "out_in_time"
    changed = (await resident.ask("change the date"))[-1]
    assert changed["data"]["field"] == "day"
    assert (await resident.ask("31 february"))[-1]["data"]["problem"]
    assert (await resident.ask("last tuesday"))[-1]["data"]["field"] == "out_in_time"
    [stopped] = await resident.ask("stop")
    assert "Nothing was sent" in stopped["text"]
    first = await resident.ask("my brown bin was not emptied yesterday")
    assert first[-1]["data"]["field"] == "address"


async def test_a_form_that_was_left_goes_on_where_it_was_and_ends_with_a_reference(resident):
    """The page is closed in the middle and opened again: the same conversation, the same open question."""
    begun = await begin(resident, "call_back")
    question = (await resident.ask("my council tax bill is wrong"))[-1]
    assert question["data"]["field"] == "name"
    later = Resident(resident.http)
    later.id, later.headers = resident.id, resident.headers
    page = await later.read(0)
    assert page["messages"][-1]["data"]["field"] == "name"
    assert begun[-1]["data"]["progress"]["place"] == 1
    answered = await later.ask("how do i pay my council tax?")
    assert answered[0]["kind"] == "answer"
    assert answered[-1]["data"]["field"] == "name", "asked again after the answer"
    check = await filled_in(later, await later.ask("Robert Smith"))
    [case] = await later.ask("yes")
    assert check["data"]["lines"][1]["answer"] == "Robert Smith"
    assert case["data"]["reference"]


async def test_a_dated_receipt_says_what_was_told(resident):
    check = await filled_in(resident, await begin(resident, "change_of_circumstances"))
    assert check["kind"] == "check_answers"
    [case] = await resident.ask("yes")
    assert any(line.startswith("You told us on ") and "your partner moved in" in line for line in case["data"]["lines"])


async def test_danger_is_answered_before_a_form_about_a_rough_sleeper(resident):
    replies = await begin(resident, "rough_sleeper")
    assert "999" in replies[0]["text"]
    assert replies[-1]["data"]["field"] == "place"


@pytest.mark.parametrize(
    ("said", "button", "noted"),
    [
        ("can you take away an old sofa and 2 matresses", "", "Things to collect: Sofa, 2 × Mattress"),
        (
            "theres a man sleeping in the doorway of the old bank on Church Street, saw him at 7 this morning",
            "",
            "in the doorway of the old bank on Church Street; When you saw them: at 7 this morning",
        ),
        ("im moving out on the 12th how do i tell the council", "moving_out", "Day you move out: "),
        (
            "can i get single person discount its just me and my daughter shes 19",
            "single_person_discount",
            "Who lives there: 2 adults (you and your daughter, 19)",
        ),
    ],
)
async def test_what_the_first_words_say_is_noted_and_not_asked(resident, said, button, noted):
    replies = await resident.ask(said)
    if button:
        replies = await resident.ask(choice=f"start:application:{button}")
    assert noted in "\n".join(reply["text"] for reply in replies)
    assert replies[-1]["kind"] == "question"


async def test_what_happens_next_is_told_in_a_form_and_raises_no_alarm(resident):
    await begin(resident, "bin_missed")
    told, question = await resident.ask("what happens next?")
    assert "We tell the crew" in told["text"]
    assert question["kind"] == "question"
