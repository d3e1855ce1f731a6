"""What a council says of suggestions in assist.yml: whether chats are learnt from, how long pairs are kept, the words of notes."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.foundation.packs import UnreadablePackFile, read_pack_file

FILE = "assist.yml"


@dataclass(frozen=True)
class AssistSettings:
    """One council's assist.yml."""

    learn_from_chats: bool
    keep_days: int
    wrap_up: Mapping[str, str]  # the words of drafted notes


def read_settings(councils_folder: Path) -> dict[str, AssistSettings]:
    """The settings of every council. Raises UnreadablePackFile."""
    found = {}
    for council, said in read_pack_file(councils_folder, FILE).items():
        place = f"{councils_folder / council / FILE}"
        if type(said.get("keep_days")) is not int or said["keep_days"] < 1:
            raise UnreadablePackFile(f"{place}: keep_days must be a number of days.")
        if type(said.get("learn_from_chats")) is not bool:
            raise UnreadablePackFile(f"{place}: learn_from_chats must be yes or no.")
        found[council] = AssistSettings(said["learn_from_chats"], said["keep_days"], _words(said.get("wrap_up"), place))
    return found


def _words(said: Any, place: str) -> Mapping[str, str]:
    if not isinstance(said, dict):
        raise UnreadablePackFile(f"{place}: wrap_up must be a list of names with words.")
    return {str(name): str(words) for name, words in said.items()}
