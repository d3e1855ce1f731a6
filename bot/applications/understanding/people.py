"""Names, e-mail addresses and telephone numbers, as people type them.

E-mail addresses are checked with email-validator and telephone numbers with phonenumbers, so a foreign number is as good as
one from here. Nothing is looked up: a well-formed address is taken.
"""

import re

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from bot.applications.model import LINE_MOST, Answer, Asked, Field, Problem
from bot.applications.understanding.plain import is_one_of, plain

_NAME_LEAD = re.compile(
    r"^(?:hi |hello )?(?:my (?:full )?name(?:'s| is)?|name is|im|i'm|i am|it's|its|this is|call me|name)[\s:,]+", re.IGNORECASE
)
_EMAIL = re.compile(r"[^\s<>()\[\],;:]+@[^\s<>()\[\],;]+")
_SPELT_OUT = re.compile(r"\s+(?:at|\(at\)|\[at\])\s+", re.IGNORECASE)
_SPELT_DOT = re.compile(r"\s+(?:dot|\(dot\))\s+", re.IGNORECASE)
_FOR_DRAMA = re.compile(
    r"7700900\d{3}|2079460\d{3}|1632960\d{3}|8081570\d{3}"
)  # Ofcom keeps these for films; people try things out with them
_PHONE = re.compile(r"\+?\(?\d[\d\s().\-]{5,22}\d")


def name(field: Field, text: str, asked: Asked) -> Answer | Problem:
    """A name, in any script; what it may not be is a number, only marks, or longer than a name can be."""
    said = " ".join(_NAME_LEAD.sub("", text.strip()).split()).strip(" .,!")
    if len(said) > LINE_MOST:
        return Problem("too_long", {"most": LINE_MOST, "length": len(said)})
    if not any(mark.isalpha() for mark in said) or "@" in said or is_one_of(said, (*asked.words["yes"], *asked.words["no"])):
        return Problem("no_name")
    if re.search(r"\d", said):
        return Problem("no_name")
    if said.endswith("?") or len(said.split()) > 8:
        return Problem("no_name", like_an_answer=False)
    return Answer(said, said, said)


def email(field: Field, text: str, asked: Asked) -> Answer | Problem:
    """An e-mail address, anywhere in the message."""
    spelt = _SPELT_DOT.sub(".", _SPELT_OUT.sub("@", text)) if "@" not in text else text
    found = _EMAIL.search(spelt)
    if not found:
        tried = bool(re.search(r"@|\.(?:com|co|org|net|uk)\b|gmail|hotmail|outlook", text.lower()))
        return Problem("no_email", like_an_answer=tried)
    try:
        checked = validate_email(found[0].strip(".,;:!?'\""), check_deliverability=False)
    except EmailNotValidError:
        return Problem("wrong_email", {"said": found[0]})
    return Answer(checked.normalized, checked.normalized, checked.normalized)


def telephone(field: Field, text: str, asked: Asked) -> Answer | Problem:
    """A telephone number of this or another country; one from here without its country code."""
    found = _PHONE.search(text)
    if not found:
        return Problem("no_telephone", like_an_answer=bool(re.search(r"\d{3}", text)))
    digits = re.sub(r"^\s*00(?=\d)", "+", found[0])
    for region in ("GB", None):
        try:
            number = phonenumbers.parse(digits, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number) or (
            number.country_code == 44 and _FOR_DRAMA.fullmatch(str(number.national_number))
        ):
            here = number.country_code == 44
            kind = phonenumbers.PhoneNumberFormat.NATIONAL if here else phonenumbers.PhoneNumberFormat.INTERNATIONAL
            stored = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
            return Answer(stored, phonenumbers.format_number(number, kind), stored)
    return Problem("wrong_telephone", {"said": found[0].strip()})


def text(field: Field, text: str, asked: Asked) -> Answer | Problem:
    """Words of the resident's own."""
    said = text.strip()
    most = int(field.most or 1000)
    if len(said) > most:
        return Problem("too_long", {"most": most, "length": len(said)})
    if not any(mark.isalnum() for mark in said):
        return Problem("no_words")
    if field.least and len(plain(said)) < field.least:
        return Problem("too_short")
    return Answer(said, said, said)
