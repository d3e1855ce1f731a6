"""Passwords: which ones are good enough, and how they are kept (argon2id).

The rules follow the National Cyber Security Centre: long, not easily guessed, nothing about capitals or signs. Hashing takes
tens of milliseconds of processor time on purpose, so it runs in a thread and never inside a transaction.
"""

import asyncio
import re
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST = 12
LONGEST = 200
FEWEST_DIFFERENT = 5
# What people choose when twelve characters are asked for; compared without capitals, signs and digits at the end.
COMMON = frozenset(
    [
        "password",
        "passwordpassword",
        "passwort",
        "qwertyuiop",
        "qwertyuiopasdf",
        "asdfghjkl",
        "letmein",
        "letmeinplease",
        "letmeinnow",
        "welcome",
        "welcomewelcome",
        "changeme",
        "changemenow",
        "pleasechangeme",
        "iloveyou",
        "administrator",
        "adminadmin",
        "adminpassword",
        "council",
        "councilcouncil",
        "residentdesk",
        "supersecret",
        "secretpassword",
        "mypassword",
        "thisismypassword",
        "football",
        "liverpool",
        "arsenal",
        "manchester",
        "correcthorse",
        "correcthorsebatterystaple",
        "trustno",
        "sunshine",
        "princess",
        "monkeymonkey",
        "abcdefghijkl",
        "abcdefgh",
        "testtest",
        "testpassword",
        "temppassword",
        "defaultpassword",
        "newpassword",
    ]
)

_SIGNS_FOR_LETTERS = str.maketrans("0134578@$", "oleastbas")


class WeakPassword(Exception):
    """The password is too easy to guess; the message says why, `code` names the reason for programs."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


def check_password(password: str, name: str, email: str) -> None:
    """Raises WeakPassword for one that is short, long, common, or made of the person's own name or address."""
    if len(password) < SHORTEST:
        raise WeakPassword("short", f"Choose a password with {SHORTEST} characters or more. Three random words are good.")
    if len(password) > LONGEST:
        raise WeakPassword("long", f"Choose a password with {LONGEST} characters or fewer.")
    plain = password.casefold()
    own = {part for part in re.split(r"[^\w]+", f"{name} {email}".casefold()) if len(part) >= 4}
    left = plain
    for part in sorted(own, key=len, reverse=True):
        left = left.replace(part, "")
    if own and left != plain and len(left) < SHORTEST - 4:
        raise WeakPassword("name", "Choose a password that is not your name or e-mail address.")
    word = re.sub(r"[\W\d_]+$", "", plain)
    readings = {re.sub(r"[\W\d_]+", "", one) for one in (word, word.translate(_SIGNS_FOR_LETTERS))}
    if len(set(plain)) < FEWEST_DIFFERENT or plain.isdigit() or readings & COMMON:
        raise WeakPassword("common", "That password is one of the first that others would try. Three random words are good.")


def new_password() -> str:
    """A random password that can be read out: four groups of four letters and digits without look-alikes."""
    alphabet = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(alphabet) for _ in range(4)) for _ in range(4))


class Passwords:
    """Makes and checks hashes. Tests hand in a cheaper hasher."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._nobodys = ""  # made with the first password that is checked, whoever's it is: a hash takes a while

    async def hash(self, password: str) -> str:
        """What is stored of a password."""
        return await asyncio.to_thread(self._hasher.hash, password)

    async def fits(self, password: str, stored: str) -> bool:
        """Whether this is the password; with nothing stored it takes as long and says no."""
        fits = await asyncio.to_thread(self._verify, password[: LONGEST * 4], stored)
        return fits and bool(stored)

    def _verify(self, password: str, stored: str) -> bool:
        self._nobodys = self._nobodys or self._hasher.hash(secrets.token_urlsafe(16))
        try:
            return self._hasher.verify(stored or self._nobodys, password)
        except (VerificationError, InvalidHashError):
            return False
