"""What is said to a resident who writes in another language.

The sentences are fixed and reviewed (languages.yml): that the answer follows in English, that none was found, that 999 is
the number in danger. Each reply names its language and writing direction, so that a page can mark it up. detecting.py
recognises the language.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from bot.conversations.model import PERSON_CHOICE, Choice, Kind, Reply
from bot.foundation.packs import UnreadablePackFile, load_yaml, merged
from bot.languages.detecting import Detector
from bot.languages.model import Language, Sentences

FILE = "languages.yml"


@dataclass(frozen=True)
class LanguageWords:
    """One council's sentences, who answers for them and until when."""

    owner: str
    review_by: date
    person: str
    sentences: Mapping[Language, Sentences]


class Languages:
    """Recognises languages and speaks the fixed sentences. Build it in app.py."""

    def __init__(self, detector: Detector, words: Mapping[str, LanguageWords]) -> None:
        self._detector = detector
        self._words = words

    @classmethod
    def read(cls, folder: Path) -> "Languages":
        """The sentences of every council of the folder councils/. Raises UnreadablePackFile."""
        packs = {path.parent.name: load_yaml(path) for path in sorted(folder.glob("*/council.yml"))}
        words: dict[str, LanguageWords] = {}
        detectors: list[Detector] = []
        for council, pack in packs.items():
            if not pack.get("base"):
                continue
            base, own = folder / str(pack["base"]) / FILE, folder / council / FILE
            national = load_yaml(base)
            content = merged(national, load_yaml(own)) if own.exists() else national
            words[council] = words_from(content, own if own.exists() else base)
            if not detectors:  # a language is the same in every council
                detectors.append(detector_from(national, base))
        if not detectors:
            raise UnreadablePackFile(f"{folder}: no council there has a base.")
        return cls(detectors[0], words)

    def detect(self, text: str) -> Language | None:
        """The language of a message; None when it is English, or too short or too mixed to say."""
        return self._detector.detect(text)

    def answer_follows(self, council: str, code: str) -> Reply:
        """In that language: the answer follows in English, and how to get an interpreter."""
        return self._say(council, code, "answer_follows")

    def nothing_found(self, council: str, code: str) -> Reply:
        """In that language: no answer was found, a person can help."""
        person = Choice(PERSON_CHOICE, self._words[council].person)
        return self._say(council, code, "nothing_found", (person,))

    def danger(self, council: str, code: str) -> Reply:
        """In that language: the number to call in danger."""
        return self._say(council, code, "danger")

    def _say(self, council: str, code: str, name: str, choices: tuple[Choice, ...] = ()) -> Reply:
        known = self._words[council].sentences
        language = Language(code) if code in known else Language.OTHER
        sentences, english = known[language], known[Language.OTHER]
        data: dict[str, Any] = {
            "reason": "language",
            "said": name,
            "language": language.value,
            "language_name": sentences.english_name,
            "lang": "en" if language == Language.OTHER else language.value,  # what the sentence itself is written in
            "dir": sentences.direction,
            "english": getattr(english, name),  # for staff who read the conversation
        }
        return Reply(Kind.NOTICE, getattr(sentences, name), choices, data=data)


def words_from(content: dict[str, Any], path: Path) -> LanguageWords:
    """The sentences of content already read; `path` is for messages. Raises UnreadablePackFile."""
    try:
        sentences = {Language(code): _sentences(entry) for code, entry in content["languages"].items()}
        missing = set(Language) - set(sentences)
        if missing:
            raise ValueError(f"there are no sentences in {', '.join(sorted(missing))}")
        return LanguageWords(content["owner"], date.fromisoformat(str(content["review_by"])), content["person"], sentences)
    except KeyError as missing_key:
        raise UnreadablePackFile(f"{path}: {missing_key.args[0]} is missing.") from missing_key
    except (AttributeError, TypeError, ValueError) as problem:
        raise UnreadablePackFile(f"{path}: {problem}.") from problem


def detector_from(content: dict[str, Any], path: Path) -> Detector:
    """The detector of content already read; `path` is for messages. Raises UnreadablePackFile."""
    try:
        return Detector(content["cues"], content["shahmukhi"], content["borrowed"], content["english"])
    except KeyError as missing:
        raise UnreadablePackFile(f"{path}: {missing.args[0]} is missing.") from missing
    except (AttributeError, TypeError, ValueError) as problem:
        raise UnreadablePackFile(f"{path}: {problem}.") from problem


def _sentences(entry: dict[str, str]) -> Sentences:
    return Sentences(
        name=entry["name"],
        english_name=entry["english_name"],
        direction=entry["direction"],
        answer_follows=entry["answer_follows"],
        nothing_found=entry["nothing_found"],
        danger=entry["danger"],
    )
