"""The address of an application: asks with bot/addresses/asking.py and turns what comes of it into an answer.

The answer has the UPRN where the address is in the gazetteer, and the resident's own words where it is not (a new home, one that
is not listed, one elsewhere when the question allows it). How far the asking has come is kept in the form.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.addresses.asking import AddressStep, Asking, LookupOf, Outcome, State
from bot.addresses.service import Addresses
from bot.addresses.writing import read_address
from bot.applications.filling import Form, answered
from bot.applications.model import Answer, Field, FieldType, Problem
from bot.applications.understanding.dates import without_dates

LONGEST = 250  # characters of an address in the resident's own words
LISTED = 200  # addresses of one postcode on a page; real ones have at most about a hundred
CHOICE = "address:"  # how the buttons of asking.py begin


class Addressing:
    """Addresses for the questions of every council. Build one in app.py."""

    def __init__(self, addresses: Addresses, askings: Mapping[str, Asking], words: Mapping[str, Mapping[str, Any]]) -> None:
        self._addresses = addresses
        self._askings = askings
        self._words = words

    async def from_opening(self, form: Form, said: str) -> Form:
        """The form with the address that the resident's first words name, or with the list to pick it from."""
        field = next((one for one in form.applicable if one.type == FieldType.ADDRESS and one.from_opening), None)
        said = without_dates(said)
        if field is None or not read_address(said).looks_like_an_address:
            return form
        step = await self._asking(form).begin(self._lookup(form), said)
        understood = self._understood(form, field, step)
        if isinstance(understood, Answer):
            return answered(form, field.name, understood)
        return _kept(form, step) if form.open is field else form

    async def from_known(self, form: Form, uprn: str) -> Form:
        """The form with the home that the resident named earlier in this conversation."""
        field = next((one for one in form.applicable if one.type == FieldType.ADDRESS and one.from_opening), None)
        if field is None or not uprn or field.name in form.answers or form.inner is not None:
            return form
        _, understood = await self.take(form, field, f"uprn:{uprn}")
        return answered(form, field.name, understood) if isinstance(understood, Answer) else form

    async def ready(self, form: Form) -> Form:
        """The form with the asking for its open question begun, unless it is under way."""
        if form.inner is not None and "state" in form.inner:
            return form
        return _kept(form, await self._asking(form).begin(self._lookup(form)))

    async def take(self, form: Form, field: Field, text: str = "", choice: str = "") -> tuple[Form, Answer | Problem]:
        """What words or a button come to: the answer, or what is to be said with the asking still open."""
        if text.startswith("uprn:"):
            choice = CHOICE + text
        state: State = dict((form.inner or {}).get("state") or {"stage": "postcode"})
        step = await self._asking(form).take(state, self._lookup(form), text, choice)
        if step is None:
            return form, Problem("no_address", like_an_answer=False)
        understood = self._understood(form, field, step)
        if isinstance(understood, Answer):
            return form, understood
        if field.anywhere and _is_elsewhere(step):
            if _is_whole(text):
                return form, _in_own_words(text)
            step = await self._asking(form).take(step.state or state, self._lookup(form), choice=f"{CHOICE}type_it") or step
            return _kept(form, step), Problem("", sentence=step.say)
        return (_kept(form, step) if step.state else form), understood

    async def take_from_page(self, form: Form, field: Field, text: str, pick: str) -> tuple[Form, Answer | Problem]:
        """What one page's inputs come to. A whole address that is not in the gazetteer is taken as it stands once it was looked for."""
        if pick:
            return await self.take(form, field, choice=pick)
        form, understood = await self.take(replace(form, inner=None), field, text)
        if isinstance(understood, Problem) and _is_whole(text) and not picks(form):
            return form, _in_own_words(text)
        return await self._whole_list(form), understood

    async def _whole_list(self, form: Form) -> Form:
        """The form with every address of the postcode to pick from: a page is long enough for all that the chat shows in parts."""
        inner = dict(form.inner or {})
        postcode = (inner.get("state") or {}).get("postcode")
        if not postcode or f"{CHOICE}more" not in {value for value, _ in inner.get("choices", ())}:
            return form
        listed = await self._lookup(form).by_postcode(postcode)
        return replace(form, inner={**inner, "choices": [[f"{CHOICE}uprn:{one.uprn}", one.short] for one in listed[:LISTED]]})

    async def from_raw(self, form: Form, field: Field, raw: str) -> Answer | None:
        """An answer that a page carried along, looked up anew."""
        if raw.startswith("uprn:"):
            _, understood = await self.take(form, field, raw)
            return understood if isinstance(understood, Answer) else None
        if raw.startswith("typed:") and len(raw) <= LONGEST + len("typed:"):
            return _in_own_words(raw.removeprefix("typed:"))
        return (
            Answer(None, self._words[form.definition.council]["labels"]["not_given"], "")
            if field.optional and not raw
            else None
        )

    def _understood(self, form: Form, field: Field, step: AddressStep) -> Answer | Problem:
        words = self._words[form.definition.council]
        match step.outcome:
            case Outcome.FOUND if step.address is not None:
                uprn, line = step.address.uprn, step.address.line
                return Answer({"uprn": uprn, "address": line}, line, f"uprn:{uprn}")
            case Outcome.NOT_LISTED | Outcome.NEW_BUILD:
                new = f" ({words['labels']['new_home']})" if step.outcome == Outcome.NEW_BUILD else ""
                return _in_own_words(step.text + new)
            case Outcome.NOT_SAID if field.optional:
                return Answer(None, words["labels"]["not_given"], "")
            case Outcome.NOT_SAID | Outcome.STOPPED:
                return Problem("address_needed")
            case Outcome.OUTSIDE:
                return Problem("outside_the_area", {"postcode": step.text})
        return Problem("", sentence=step.say)

    def _asking(self, form: Form) -> Asking:
        return self._askings[form.definition.council]

    def _lookup(self, form: Form) -> LookupOf:
        return LookupOf(self._addresses, form.definition.council)


def picks(form: Form) -> list[tuple[str, str]]:
    """The addresses that there are to pick from, as value and words."""
    return [(value, label) for value, label in (form.inner or {}).get("choices", ()) if str(value).startswith(f"{CHOICE}uprn:")]


def _is_elsewhere(step: AddressStep) -> bool:
    """Whether the postcode is another council's, said so or asked about."""
    return step.outcome == Outcome.OUTSIDE or f"{CHOICE}outside" in {choice.value for choice in step.choices}


def _is_whole(text: str) -> bool:
    """Whether a text has all that an address needs: a number, a street and a postcode."""
    words = read_address(text) if 0 < len(text) <= LONGEST else None
    return words is not None and bool(words.words and words.number.first and words.postcode)


def _in_own_words(text: str) -> Answer:
    """An address that is not in the gazetteer."""
    return Answer({"uprn": "", "address": text}, text, f"typed:{text}")


def _kept(form: Form, step: AddressStep) -> Form:
    """The form with how far the asking has come, and its buttons."""
    choices = [[choice.value, choice.label] for choice in step.choices]
    return replace(form, inner={"state": step.state, "say": step.say, "choices": choices})
