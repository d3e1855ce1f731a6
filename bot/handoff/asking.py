"""The conversation about the card: what a button or words of the resident make of it, in plain Python.

One step is open at a time. The card itself is the usual one: whatever the resident types is added to it, so that nobody has
to know how to use it. service.py looks what can be offered and passes it on; wording.py has the sentences.
"""

import re
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from bot.handoff.model import Card, Way

CHECK_HERE = "check_here"  # in place of a contact: the resident looks it up by reference
_SEND = frozenset(
    {"yes", "yes please", "send", "send it", "ok", "okay", "ok send it", "yes send it", "go on", "please do", "do it"}
)
_STOP = frozenset(
    {"no", "no thanks", "no thank you", "stop", "cancel", "never mind", "nevermind", "forget it", "go back", "back"}
)


class Step(StrEnum):
    """What is open."""

    CARD = "card"
    CHANGE = "change"
    CONTACT = "contact"
    TIME = "time"


class Then(StrEnum):
    """What follows from what the resident said."""

    SHOW = "show"  # show the open step
    WRONG = "wrong"  # the contact cannot be used: say why and ask again
    SEND = "send"
    STOP = "stop"


@dataclass(frozen=True)
class Asking:
    """The state of the card's conversation."""

    card: Card
    reason: str
    way: Way = Way.QUEUE
    step: Step = Step.CARD
    line: str = ""  # the line that is being changed
    reach: str = ""  # CHECK_HERE when the resident wants no call and no letter
    then: Then = field(default=Then.SHOW, compare=False)

    def as_json(self) -> dict[str, Any]:
        """A plain form for the conversation's context."""
        plain = {"reason": self.reason, "way": str(self.way), "step": str(self.step), "line": self.line, "reach": self.reach}
        return {**plain, "card": self.card.as_json()}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "Asking":
        """The state back from its plain form."""
        return cls(
            Card.from_json(stored["card"]),
            stored["reason"],
            Way(stored["way"]),
            Step(stored["step"]),
            stored["line"],
            stored["reach"],
        )

    @property
    def reachable(self) -> bool:
        """Whether it is known how to answer: always in the queue."""
        return self.way == Way.QUEUE or bool(self.card.contact or self.reach)


def pressed(asking: Asking, value: str) -> Asking | None:
    """What a button of the card makes of it; None for a button that is not the card's."""
    name, _, rest = value.removeprefix("handoff:").partition(":")
    if not value.startswith("handoff:"):
        return None
    match name:
        case "send":
            return _send(asking)
        case "stop":
            return replace(asking, then=Then.STOP)
        case "queue":
            return replace(asking, way=Way.QUEUE, step=Step.CARD, then=Then.SHOW)
        case "call_back" | "message":
            way = Way(name)
            card = asking.card if way == asking.way else replace(asking.card, contact="", time="")
            return _next(replace(asking, way=way, card=card, reach="", then=Then.SHOW))
        case "change":
            step = Step.CONTACT if rest == "contact" else Step.TIME if rest == "time" else Step.CHANGE
            return replace(asking, step=step, line=rest, then=Then.SHOW)
        case "topic" | "time":
            return _next(replace(asking, card=asking.card.changed(name, rest)))
        case "check_here":
            return _next(replace(asking, reach=CHECK_HERE, card=replace(asking.card, contact="")))
        case _:
            return replace(asking, step=Step.CARD, then=Then.SHOW)


def said(asking: Asking, text: str) -> Asking:
    """What words of the resident make of it: an answer to the open step, consent, a stop, or more for the card."""
    bare = " ".join(re.sub(r"[^\w\s]", "", text.lower()).split())
    if bare in _STOP:
        back = asking.step != Step.CARD and bare not in ("stop", "cancel", "never mind", "nevermind", "forget it")
        return replace(asking, step=Step.CARD, then=Then.SHOW) if back else replace(asking, then=Then.STOP)
    match asking.step:
        case Step.CONTACT:
            contact = telephone(text) if asking.way == Way.CALL_BACK else telephone(text) or email(text)
            if not contact:
                return replace(asking, then=Then.WRONG)
            return _next(replace(asking, card=replace(asking.card, contact=contact), reach=""))
        case Step.TIME:
            return _next(replace(asking, card=replace(asking.card, time=text.strip()[:120])))
        case Step.CHANGE:
            return _next(replace(asking, card=asking.card.changed(asking.line, text.strip())))
        case _:
            return _send(asking) if bare in _SEND else replace(asking, card=asking.card.changed("more", text.strip()))


def telephone(text: str) -> str:
    """A full UK telephone number as people write it, found in what was typed; nothing when there is none."""
    for match in phonenumbers.PhoneNumberMatcher(text, "GB", leniency=phonenumbers.Leniency.POSSIBLE):
        number = match.number
        full = phonenumbers.is_possible_number_with_reason(number) == phonenumbers.ValidationResult.IS_POSSIBLE
        if full and len(str(number.national_number)) >= 9:
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
    return ""


def email(text: str) -> str:
    """An e-mail address found in what was typed; nothing when there is none."""
    for word in text.split():
        try:
            return validate_email(word.strip("<>,;()."), check_deliverability=False).normalized
        except EmailNotValidError:
            continue
    return ""


def _send(asking: Asking) -> Asking:
    if asking.way == Way.MESSAGE and not asking.card.want:  # a message needs words
        return replace(asking, step=Step.CHANGE, line="want", then=Then.SHOW)
    return replace(asking, then=Then.SEND) if asking.reachable else _next(asking)


def _next(asking: Asking) -> Asking:
    """The next step that is still open, the card when none is."""
    if asking.way != Way.QUEUE and not asking.reachable:
        return replace(asking, step=Step.CONTACT, line="", then=Then.SHOW)
    if asking.way == Way.CALL_BACK and not asking.card.time:
        return replace(asking, step=Step.TIME, line="", then=Then.SHOW)
    return replace(asking, step=Step.CARD, line="", then=Then.SHOW)
