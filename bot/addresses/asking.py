"""Asks for an address in conversation: postcode first, then a list to pick from; a whole address is taken at once.

`Asking` has no memory of its own: each step gets the state (a plain dict) and what was said or pressed, and gives the next
state, the words, the buttons and, at the end, an outcome. The gazetteer is handed in as `Lookup`. Every way out is an outcome
that the caller must deal with: not on the list, a new home, rather not say, outside the council's area, stop. A message that is
no address gives None, so that a question in the middle can be answered first. Words are in councils/*/addresses.yml.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from bot.addresses.model import Address, Found
from bot.addresses.postcodes import outward, postcode_in, shown
from bot.addresses.service import Addresses
from bot.addresses.writing import Written, read_address
from bot.conversations.model import Choice
from bot.foundation.packs import read_pack_file

_WHY = re.compile(r"\bwhy\b.*\b(?:need|ask|asking|want|know|postcode|post code|address)\b")
PAGE = 10  # addresses on one page of a list
CHOICE = "address:"  # the beginning of every choice, where the caller has no other
State = dict[str, Any]


class Lookup(Protocol):
    """What asking needs of the gazetteer of one council."""

    async def by_postcode(self, postcode: str) -> tuple[Address, ...]:
        """The addresses of a postcode, in order."""

    async def find(self, text: str, limit: int = 5) -> Found:
        """The address that a text means, or the best few."""

    async def by_uprn(self, uprn: str) -> Address | None:
        """The address with this number."""

    async def has_district(self, outward: str) -> bool:
        """Whether the council has addresses whose postcode begins so."""


class LookupOf:
    """The gazetteer of one council, for asking."""

    def __init__(self, addresses: Addresses, council: str) -> None:
        self._addresses = addresses
        self._council = council

    async def by_postcode(self, postcode: str) -> tuple[Address, ...]:
        """The addresses of a postcode, in order."""
        return await self._addresses.by_postcode(self._council, postcode)

    async def find(self, text: str, limit: int = 5) -> Found:
        """The address that a text means, or the best few."""
        return await self._addresses.find(self._council, text, limit)

    async def by_uprn(self, uprn: str) -> Address | None:
        """The address with this number."""
        return await self._addresses.by_uprn(self._council, uprn)

    async def has_district(self, outward: str) -> bool:
        """Whether the council has addresses whose postcode begins so."""
        return await self._addresses.has_district(self._council, outward)


def read_askings(councils_folder: Path, prefix: str = CHOICE) -> dict[str, "Asking"]:
    """The asking of every council that is served, with its own words. Raises UnreadablePackFile.

    `prefix` begins every choice. With "start:<task>:" a button that is pressed when the task is over begins it again.
    """
    words = read_pack_file(councils_folder, "addresses.yml")
    councils = read_pack_file(councils_folder, "council.yml")
    return {council: Asking(words[council], str(councils[council].get("place", council)), prefix) for council in councils}


class Outcome(StrEnum):
    """How asking ended."""

    FOUND = "found"  # `address` is the one
    NOT_LISTED = "not_listed"  # `text` is the address in the resident's words
    NEW_BUILD = "new_build"  # the same, and the home is new
    NOT_SAID = "not_said"  # the resident would rather not say
    OUTSIDE = "outside"  # the resident says that the postcode is right and outside the area; `text` is the postcode
    STOPPED = "stopped"  # the resident does not want to go on


@dataclass(frozen=True)
class AddressStep:
    """One step: what to say, the buttons, and either the state to keep or the outcome."""

    say: str
    choices: tuple[Choice, ...] = ()
    state: State | None = None
    outcome: Outcome | None = None
    address: Address | None = None
    text: str = ""


class Asking:
    """Asks for addresses in one council. `words` is its addresses.yml, `place` the name of its area."""

    def __init__(self, words: Mapping[str, Any], place: str, prefix: str = CHOICE) -> None:
        self._words = words
        self._place = place
        self._prefix = prefix

    async def begin(self, lookup: Lookup, said: str = "") -> AddressStep:
        """The first step; an address or a postcode in what was said already is used."""
        if said and read_address(said).looks_like_an_address:
            step = await self._take_text({"stage": "postcode"}, said, lookup, opening=True)
            if step is not None:
                return step
        return self._ask_postcode()

    def again(self, state: State) -> AddressStep:
        """The open question once more."""
        stage = state["stage"]
        if stage == "pick":
            choices = tuple(Choice(*one) for one in state["choices"])
            return AddressStep(state["say"], choices, state)
        if stage == "typing":
            return self._type_it(state)
        return self._ask_postcode("again")

    async def take(self, state: State, lookup: Lookup, said: str = "", choice: str = "") -> AddressStep | None:
        """The next step after words or a button; None when the words are no address and no answer to the question."""
        if choice:
            name = choice.removeprefix(self._prefix) if choice.startswith(self._prefix) else ""
            return await self._take_choice(state, name, lookup)
        phrase = _plain(said)
        for name in ("not_say", "stop", "other_address", "not_listed", "new_build", "more", "no_postcode"):
            if phrase in self._words["phrases"][name]:
                return await self._take_choice(state, name, lookup)
        if _WHY.search(phrase):
            again = self.again(state)
            return AddressStep(f"{self._text('ask', 'why')} {again.say}", again.choices, state)
        if state["stage"] == "typing":
            return self._typed(state, said)
        return await self._take_text(state, said, lookup)

    # ---- buttons, and phrases that say the same

    async def _take_choice(self, state: State, name: str, lookup: Lookup) -> AddressStep | None:
        kind, _, value = name.partition(":")
        match kind:
            case "uprn":
                address = await lookup.by_uprn(value)
                return self._found(address) if address else self._ask_postcode("again")
            case "not_say":
                return AddressStep("", outcome=Outcome.NOT_SAID)
            case "stop":
                return AddressStep("", outcome=Outcome.STOPPED)
            case "other_address":
                return self._ask_postcode()
            case "no_postcode":
                return self._street(state)
            case "not_listed":
                return self._not_listed(state)
            case "new_build" | "type_it":
                return self._type_it({**state, "new": kind == "new_build" or state.get("new", False)})
            case "outside":
                return AddressStep("", outcome=Outcome.OUTSIDE, text=state.get("postcode", ""))
            case "more":
                return await self._more(state, lookup)
        return None

    async def _more(self, state: State, lookup: Lookup) -> AddressStep | None:
        if state["stage"] != "pick" or not state.get("postcode"):
            return None
        return self._page(await lookup.by_postcode(state["postcode"]), state["postcode"], state.get("page", 0) + 1)

    # ---- words

    async def _take_text(self, state: State, said: str, lookup: Lookup, *, opening: bool = False) -> AddressStep | None:
        """An address, a postcode, or a number that narrows the list; None when it is nothing of these."""
        written = read_address(said)
        known = state.get("postcode", "") if state["stage"] == "pick" else ""
        if known and not written.postcode and (written.number.first or written.unit):
            return await self._narrow(state, written, said, known, lookup)
        if written.postcode:
            return await self._with_postcode(written, said, lookup)
        if not written.words:
            return self._say("ask", "whole_postcode", state) if written.outward or written.number.first else None
        found = await lookup.find(said)
        if found.exact:
            return self._found(found.exact)
        if found.best and (written.number.first or len(said.split()) <= 6):
            return self._pick(found.best, self._text("pick", "likely"), state.get("postcode", ""))
        if written.number.first and not opening and len(said.split()) <= 12:
            return self._say("trouble", "address_not_found", state)
        return None

    async def _with_postcode(self, written: Written, said: str, lookup: Lookup) -> AddressStep:
        listed = await lookup.by_postcode(written.postcode)
        if not listed:
            return await self._unknown_postcode(written, said, lookup)
        if written.number.first or written.unit or written.words:
            found = await lookup.find(said)
            if found.exact:
                return self._found(found.exact)
            if found.best and (written.number.first or written.unit) and len(found.best) < len(listed):
                say = self._text("pick", "likely")
                return self._pick(found.best, say, written.postcode)
        if len(listed) == 1 and not (written.number.first or written.unit or written.words):
            return self._pick(listed, self._text("pick", "likely"), written.postcode)
        return self._page(listed, written.postcode, 0)

    async def _unknown_postcode(self, written: Written, said: str, lookup: Lookup) -> AddressStep:
        """No address has the postcode: a slip, a new home, or another council's area."""
        if written.number.first and written.words and (there := postcode_in(said)) is not None:
            found = await lookup.find(there.rest)  # the postcode may be the slip
            if found.exact or found.best:
                return self._pick((found.exact,) if found.exact else found.best, self._text("pick", "likely"), "")
        here = await lookup.has_district(outward(written.postcode))
        say = self._text("trouble", "postcode_not_found" if here else "outside", postcode=shown(written.postcode))
        names = ("new_build", "type_it", "no_postcode") if here else ("outside", "no_postcode")
        state = {"stage": "postcode", "postcode": written.postcode}
        return AddressStep(say, (*self._buttons(*names), *self._buttons("not_say")), state)

    async def _narrow(self, state: State, written: Written, said: str, known: str, lookup: Lookup) -> AddressStep:
        """A number or a flat, said while a list is open."""
        found = await lookup.find(f"{said} {shown(known)}")
        if found.exact:
            return self._found(found.exact)
        if written.words and (elsewhere := await lookup.find(said)).exact is not None:
            return self._found(elsewhere.exact)
        same = tuple(address for address in await lookup.by_postcode(known) if address.number.covers(written.number))
        if same:
            return self._pick(same[:PAGE], self._text("pick", "likely"), known)
        again = self.again(state)
        return AddressStep(self._text("pick", "no_such_number", postcode=shown(known)), again.choices, state)

    # ---- what to say

    def _found(self, address: Address) -> AddressStep:
        return AddressStep(self._text("found", address=address.line), outcome=Outcome.FOUND, address=address)

    def _ask_postcode(self, name: str = "postcode") -> AddressStep:
        say = self._text("ask", name)
        if name == "postcode":
            say = f"{say} {self._text('ask', 'why')}"
        return AddressStep(say, self._buttons("no_postcode", "not_say"), {"stage": "postcode"})

    def _street(self, state: State) -> AddressStep:
        return AddressStep(self._text("ask", "street"), self._buttons("not_say"), {**_kept(state), "stage": "postcode"})

    def _page(self, listed: Sequence[Address], postcode: str, page: int) -> AddressStep:
        """One page of the addresses of a postcode; after the last comes the first again."""
        first = page * PAGE if page * PAGE < len(listed) else 0
        name = "which_many" if len(listed) > PAGE else "which"
        say = self._text("pick", name, count=len(listed), postcode=shown(postcode))
        step = self._pick(listed[first : first + PAGE], say, postcode, more=len(listed) > PAGE)
        assert step.state is not None
        return AddressStep(step.say, step.choices, {**step.state, "page": first // PAGE})

    def _pick(self, listed: Sequence[Address], say: str, postcode: str, *, more: bool = False) -> AddressStep:
        one_place = len({address.postcode for address in listed}) == 1 and bool(postcode)
        picks = [Choice(f"{self._prefix}uprn:{one.uprn}", one.short if one_place else one.line) for one in listed]
        names = ["more"] if more else []
        choices = (*picks, *self._buttons(*names, "not_listed", "other_postcode", "not_say"))
        state = {"stage": "pick", "postcode": postcode, "say": say, "choices": [[one.value, one.label] for one in choices]}
        return AddressStep(say, choices, state)

    def _not_listed(self, state: State) -> AddressStep:
        choices = self._buttons("type_it", "new_build", "other_postcode", "not_say")
        return AddressStep(self._text("not_listed", "ask"), choices, {**_kept(state), "stage": "typing"})

    def _type_it(self, state: State) -> AddressStep:
        choices = self._buttons("other_postcode", "not_say")
        return AddressStep(self._text("not_listed", "type_it"), choices, {**_kept(state), "stage": "typing"})

    def _typed(self, state: State, said: str) -> AddressStep:
        """An address that is not in the gazetteer, in the resident's words."""
        written = read_address(said)
        if len(said) > 200 or not written.words or not (written.number.first or written.postcode or len(written.words) > 2):
            return self._say("not_listed", "too_short", state)
        place = f", {shown(state['postcode'])}" if state.get("postcode") and not written.postcode else ""
        outcome = Outcome.NEW_BUILD if state.get("new") else Outcome.NOT_LISTED
        return AddressStep("", outcome=outcome, text=" ".join(said.split()) + place)

    def _say(self, group: str, name: str, state: State) -> AddressStep:
        """A plain correction, with the buttons that were there."""
        return AddressStep(self._text(group, name), self.again(state).choices, state)

    def _buttons(self, *names: str) -> tuple[Choice, ...]:
        values = {"other_postcode": "other_address"}
        return tuple(Choice(self._prefix + values.get(name, name), self._words["buttons"][name]) for name in names)

    def _text(self, *path: str, **values: Any) -> str:
        found: Any = self._words
        for name in path:
            found = found[name]
        return str(found).format(place=self._place, example="EN1 4CK", **values)


def _kept(state: State) -> State:
    """What a state hands on to the next: the postcode, and that the home is new."""
    return {name: state[name] for name in ("postcode", "new") if state.get(name)}


def _plain(said: str) -> str:
    return " ".join(re.sub(r"[^a-z0-9 ]", "", said.lower().replace("’", "")).split())
