"""The languages that the product speaks a few fixed sentences of.

A language's code is what travels in messages and in the API; `other` is one that was recognised but has no sentences.
detecting.py tells them apart, service.py has the sentences.
"""

from dataclasses import dataclass
from enum import StrEnum


class Language(StrEnum):
    """A language other than English, by its ISO 639-1 code."""

    TURKISH = "tr"
    POLISH = "pl"
    ROMANIAN = "ro"
    BULGARIAN = "bg"
    BENGALI = "bn"
    SOMALI = "so"
    ALBANIAN = "sq"
    GREEK = "el"
    URDU = "ur"
    PUNJABI = "pa"
    PORTUGUESE = "pt"
    SPANISH = "es"
    OTHER = "other"


@dataclass(frozen=True)
class Sentences:
    """What is said in one language, and how it is written. `name` is the language's name for itself."""

    name: str
    english_name: str
    direction: str
    answer_follows: str
    nothing_found: str
    danger: str
