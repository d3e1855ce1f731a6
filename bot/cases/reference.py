"""References and follow codes: short enough to read out on the telephone, and checked, so that a slip is noticed at once.

The alphabet leaves out vowels, so no word can appear, and of signs that are taken for each other (0 O, 1 I L, 2 Z, 5 S, 6 G,
8 B, U V) at least one: 23 signs are left. 23 is a prime, so the check is the one of ISBN-10 (a weighted sum, here modulo 23,
each place with a weight of its own): it notices every single wrong sign and every swap of any two signs. A test proves both.
"""

import hmac
import re
import secrets

ALPHABET = "23456789CDFHJKMNPQRTWXY"
PREFIX = "RD"
BODY = 8
CODE = 8
# What people read, hear or type in place of a sign of the alphabet. A wrong guess is caught by the check.
_LOOKALIKES = str.maketrans(
    {"B": "8", "S": "5", "Z": "2", "G": "6", "O": "Q", "0": "Q", "I": "7", "1": "7", "L": "7", "V": "Y", "U": "Y"}
)
_IN_TEXT = re.compile(r"\bRD[\s–-]?[0-9A-Z]{4}[\s–-]?[0-9A-Z]{4}[\s–-]?[0-9A-Z]\b", re.IGNORECASE)

# A look-ahead, so that "code 4KPT 7WXM" is tried from each word and not only as "code 4KPT".
_CODE_IN_TEXT = re.compile(r"(?<![0-9A-Z-])(?=([0-9A-Z]{4}[\s–-]?[0-9A-Z]{4})(?![0-9A-Z-]))", re.IGNORECASE)
_LEAST_TYPED = 6


def new_reference() -> str:
    """A new reference like RD-7K3M-9Q2X-T."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(BODY))
    return _written(body + check_sign(body))


def new_code() -> str:
    """A new follow code like 4KPT-7WXM: 78 thousand million possible ones, asked for with a limit on tries."""
    code = "".join(secrets.choice(ALPHABET) for _ in range(CODE))
    return f"{code[:4]}-{code[4:]}"


def check_sign(body: str) -> str:
    """The sign that makes the weighted sum of the whole a multiple of 23."""
    total = sum(weight * ALPHABET.index(sign) for weight, sign in enumerate(body, 2))
    return ALPHABET[-total % len(ALPHABET)]


def read_reference(typed: str) -> str | None:
    """The reference that somebody typed, whatever its spaces, dashes and capitals; None when its check fails."""
    signs = _signs(typed)
    if len(signs) == BODY + 1 + len(PREFIX) and signs.startswith(PREFIX):
        signs = signs[len(PREFIX) :]
    signs = signs.translate(_LOOKALIKES)
    if len(signs) != BODY + 1 or set(signs) - set(ALPHABET) or check_sign(signs[:BODY]) != signs[BODY]:
        return None
    return _written(signs)


def read_code(typed: str) -> str:
    """A follow code as it is stored, from what somebody typed."""
    signs = _signs(typed).translate(_LOOKALIKES)
    return f"{signs[:4]}-{signs[4:]}"


def same_code(typed: str, stored: str) -> bool:
    """Whether this is the code, compared in constant time."""
    return hmac.compare_digest(read_code(typed).encode(), stored.encode())


def reference_in(text: str) -> str | None:
    """The first valid reference written somewhere in a text, or None."""
    for match in _IN_TEXT.finditer(text):
        if reference := read_reference(match[0]):
            return reference
    return None


def code_in(text: str) -> str | None:
    """The follow code written in a text, apart from a reference in it; None when there is none, or more than one word fits.

    A code may be of letters only. Words of a sentence that read as a code only through lookalikes ("with bugs") must therefore
    have a digit; what is written in the signs of our alphabet alone, which has no vowels, is never a word and comes first.
    """
    rest = _IN_TEXT.sub(" ", text).strip()
    whole = _signs(rest)
    if len(whole) == CODE and len(rest) <= CODE + 8 and _fits(whole):
        return read_code(rest)
    written = [_signs(match[1]) for match in _CODE_IN_TEXT.finditer(rest)]
    exact = [one for one in written if not set(one) - set(ALPHABET)]
    likely = [one for one in written if _fits(one) and any(sign.isdigit() for sign in one)]
    for found in (exact, likely):
        if len(found) == 1:
            return read_code(found[0])
    return None


def looks_typed(text: str) -> bool:
    """Whether a text is meant as a reference or a code, right or wrong: short, with a digit in it or no vowel at all."""
    if len(text.split()) > 4 or len(text) > 30:
        return False
    signs = _signs(text)
    return any(sign.isdigit() for sign in signs) or (len(signs) >= _LEAST_TYPED and not set(signs) & set("AEIOU"))


def _fits(signs: str) -> bool:
    return not set(signs.translate(_LOOKALIKES)) - set(ALPHABET)


def _signs(typed: str) -> str:
    return "".join(sign for sign in typed.upper() if sign.isascii() and sign.isalnum())[:20]


def _written(signs: str) -> str:
    return f"{PREFIX}-{signs[:4]}-{signs[4:BODY]}-{signs[BODY]}"
