"""Asking for an address in conversation: every way in and every way out."""

from pathlib import Path

import pytest

from bot.addresses.asking import PAGE, Asking, Outcome
from bot.foundation.packs import load_yaml
from tests.factories_addresses import Gazetteer, make_address

WORDS = load_yaml(Path("councils/england/addresses.yml"))
ADDRESSES = [
    *(make_address(100 + number, number=str(number)) for number in range(1, 25)),
    make_address(201, number="30", unit="Flat 1"),
    make_address(202, number="30", unit="Flat 2"),
    make_address(301, number="1", street="Lantern Lane", postcode="EN2 9MC"),
    make_address(302, number="2", street="Lantern Lane", postcode="EN2 9MC"),
    make_address(303, number="", name="Rose Cottage", street="Lantern Lane", postcode="EN2 9MC"),
]


class Talk:
    """Says one thing after another to the asking."""

    def __init__(self):
        self.asking = Asking(WORDS, "Borchester")
        self.lookup = Gazetteer(ADDRESSES)
        self.step = None

    async def begin(self, said=""):
        self.step = await self.asking.begin(self.lookup, said)
        return self.step

    async def say(self, *texts):
        for text in texts:
            self.step = await self.asking.take(self.step.state, self.lookup, said=text)
        return self.step

    async def press(self, *labels):
        for label in labels:
            value = next(choice.value for choice in self.step.choices if choice.label == label)
            self.step = await self.asking.take(self.step.state, self.lookup, choice=value)
        return self.step

    def labels(self):
        return [choice.label for choice in self.step.choices]


@pytest.fixture
def talk():
    return Talk()


async def test_the_postcode_comes_first_and_says_why_it_is_asked(talk):
    step = await talk.begin()
    assert "postcode" in step.say
    assert "this chat only" in step.say
    assert "I would rather not say" in talk.labels()


async def test_a_postcode_gives_a_list_and_a_choice_is_the_address_read_back_once(talk):
    await talk.begin()
    step = await talk.say("en2 9mc")
    assert talk.labels()[:3] == ["Rose Cottage, Lantern Lane", "1 Lantern Lane", "2 Lantern Lane"]
    assert step.outcome is None
    step = await talk.press("2 Lantern Lane")
    assert (step.outcome, step.address.uprn, step.say) == (Outcome.FOUND, "302", "2 Lantern Lane, Borchester, EN2 9MC.")


async def test_a_long_list_has_pages_and_begins_again_after_the_last(talk):
    await talk.begin()
    step = await talk.say("EN1 4CK")
    first = talk.labels()[:PAGE]
    assert "26 addresses" in step.say
    assert "type your house number" in step.say.lower()
    await talk.press("Show more addresses")
    assert not set(first) & set(talk.labels()[:PAGE])
    await talk.press("Show more addresses", "Show more addresses")
    assert talk.labels()[:PAGE] == first


@pytest.mark.parametrize(
    ("number", "uprn"), [("17", "117"), ("number 17", "117"), ("17 bath st", "117"), ("flat 2, 30", "202")]
)
async def test_a_number_is_enough_while_a_list_is_open(talk, number, uprn):
    await talk.begin()
    step = await talk.say("EN1 4CK", number)
    assert step.address.uprn == uprn


async def test_a_house_with_flats_asks_which_flat(talk):
    await talk.begin()
    await talk.say("EN1 4CK", "30")
    assert talk.labels()[:2] == ["Flat 1, 30 Bath Street", "Flat 2, 30 Bath Street"]


async def test_a_number_that_is_not_there_keeps_the_list(talk):
    await talk.begin()
    await talk.say("EN2 9MC")
    before = talk.labels()
    step = await talk.say("77")
    assert "EN2 9MC" in step.say
    assert talk.labels() == before


async def test_a_whole_address_is_taken_at_once(talk):
    await talk.begin()
    step = await talk.say("rose cottage, lantern ln")
    assert step.address.uprn == "303"


@pytest.mark.parametrize("said", ["when is my bin day at 2 Lantern Lane EN2", "2 lantern ln en2 9mc, when do you come"])
async def test_an_address_in_the_opening_message_is_not_asked_for_again(talk, said):
    step = await talk.begin(said)
    assert (step.outcome, step.address.uprn) == (Outcome.FOUND, "302")


async def test_an_opening_message_without_an_address_just_asks(talk):
    step = await talk.begin("when are my 2 bins collected")
    assert step.state == {"stage": "postcode"}


async def test_a_slip_offers_the_likeliest(talk):
    await talk.begin()
    await talk.say("2 lanten lne")
    assert talk.labels()[0].startswith("2 Lantern Lane")
    assert (await talk.press(talk.labels()[0])).address.uprn == "302"


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        ("I'd rather not say", Outcome.NOT_SAID),
        ("Prefer not to say.", Outcome.NOT_SAID),
        ("stop", Outcome.STOPPED),
        ("never mind", Outcome.STOPPED),
    ],
)
async def test_nobody_has_to_say(talk, said, outcome):
    await talk.begin()
    assert (await talk.say(said)).outcome == outcome


async def test_an_address_that_is_not_on_the_list_can_be_typed(talk):
    await talk.begin()
    await talk.say("EN2 9MC")
    await talk.press("My address is not here")
    step = await talk.say("9 Lantern Lane")
    assert (step.outcome, step.text) == (Outcome.NOT_LISTED, "9 Lantern Lane, EN2 9MC")


async def test_a_new_home_can_be_typed(talk):
    await talk.begin()
    await talk.say("EN2 9MC", "not on the list", "it's a new build")
    step = await talk.say("Plot 3, Lantern Lane")
    assert (step.outcome, step.text) == (Outcome.NEW_BUILD, "Plot 3, Lantern Lane, EN2 9MC")


async def test_too_little_of_an_address_gets_one_plain_correction(talk):
    await talk.begin()
    await talk.say("EN2 9MC", "none of these")
    step = await talk.say("here")
    assert step.outcome is None
    assert step.say == "Type the whole address, like 14 Bath Street, EN1 4CK."


async def test_a_postcode_elsewhere_is_asked_about_before_it_is_taken(talk):
    await talk.begin()
    step = await talk.say("M1 1AE")
    assert "does not look like one in Borchester" in step.say
    step = await talk.press("That is right, I live somewhere else")
    assert (step.outcome, step.text) == (Outcome.OUTSIDE, "M11AE")


async def test_an_unknown_postcode_here_may_be_a_slip_or_a_new_home(talk):
    await talk.begin()
    step = await talk.say("EN2 9ZZ")
    assert step.say.startswith("I do not find the postcode EN2 9ZZ.")
    assert "My home is new" in talk.labels()
    assert (await talk.say("EN2 9MC")).state["postcode"] == "EN29MC"


async def test_half_a_postcode_asks_for_the_whole(talk):
    await talk.begin()
    assert (await talk.say("EN1")).say.startswith("I need the whole postcode")


async def test_a_change_of_mind_begins_again(talk):
    await talk.begin()
    await talk.say("EN2 9MC")
    step = await talk.say("wrong postcode")
    assert step.state == {"stage": "postcode"}
    step = await talk.say("EN1 4CK")
    assert step.state["postcode"] == "EN14CK"


@pytest.mark.parametrize("said", ["how much is a garden bin", "🙂", "asdf", "I want to speak to someone"])
async def test_what_is_no_address_is_left_to_the_assistant_and_asked_again(talk, said):
    await talk.begin()
    before = talk.step
    assert await talk.asking.take(before.state, talk.lookup, said=said) is None
    again = talk.asking.again(before.state)
    assert again.state == before.state
    assert again.choices


@pytest.mark.parametrize("said", ["why do you need that?", "Why are you asking for my address", "why do u want to know"])
async def test_who_asks_why_is_told_and_asked_again(talk, said):
    await talk.begin()
    before = talk.step
    step = await talk.say(said)
    assert step.say.startswith("We ask so that we can tell you about your own home.")
    assert (step.state, step.choices) == (before.state, before.choices)


async def test_what_is_asked_again_in_a_list_is_the_same_list(talk):
    await talk.begin()
    step = await talk.say("EN2 9MC")
    assert talk.asking.again(step.state).choices == step.choices


async def test_a_person_who_does_not_know_the_postcode_types_the_street(talk):
    await talk.begin()
    await talk.press("I do not know the postcode")
    assert (await talk.say("2 lantern lane")).address.uprn == "302"


async def test_an_unknown_choice_is_left_to_the_assistant(talk):
    step = await talk.begin()
    assert await talk.asking.take(step.state, talk.lookup, choice="talk_to_person") is None
