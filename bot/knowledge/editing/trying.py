"""The library with a draft in it, for looking and asking before anything is published.

`with_text_tried` gives knowledge of its own that differs from the live one in this one article or fact. Pages draw a
preview from it with the residents' own templates; bot/dialogue/trial.py asks it what the assistant would answer.
"""

from dataclasses import dataclass, replace

from bot.knowledge.editing.library import own_text, with_text
from bot.knowledge.editing.model import Place
from bot.knowledge.service import Knowledge


@dataclass(frozen=True)
class Tried:
    """Knowledge with a text in it, and the council whose residents would meet it."""

    knowledge: Knowledge
    council: str


def with_text_tried(knowledge: Knowledge, place: Place, text: str) -> Tried:
    """What would be if this text were live. A national one is tried at the first council. Raises UnreadableText."""
    packs = dict(knowledge.packs)
    packs[place.pack] = with_text(packs[place.pack], place, text)
    council = council_of(knowledge, place.pack)
    if council != place.pack and own_text(packs, replace(place, pack=council)):
        packs[council] = with_text(packs[council], replace(place, pack=council), "")
    return Tried(knowledge.over(packs), council)


def council_of(knowledge: Knowledge, pack: str) -> str:
    """The council itself, or the first that has this pack as its base."""
    return (
        pack if knowledge.packs[pack].base else next(one for one in knowledge.council_ids if knowledge.packs[one].base == pack)
    )
