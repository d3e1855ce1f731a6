"""How long each council keeps chats: `keep_days` of privacy.yml, so many days after the last word that was said in one.

It is content of the council, beside what else its data protection officer decides. bot/handoff/keeping.py deletes what is
over, and the residents' page says the number. Cases have times of their own in cases.yml, past replies in assist.yml.
"""

from pathlib import Path

from bot.foundation.packs import UnreadablePackFile, read_pack_file
from bot.privacy.masking import FILE

LONGEST = 36_500  # a hundred years: more is a slip of the finger, and soon no date any more


def read_keep_days(councils_folder: Path) -> dict[str, int]:
    """The days of every council. Raises UnreadablePackFile."""
    found = {}
    for council, said in read_pack_file(councils_folder, FILE).items():
        days = said.get("keep_days")
        if type(days) is not int or not 1 <= days <= LONGEST:
            raise UnreadablePackFile(
                f"{councils_folder / council / FILE}, or its base's: keep_days must be a whole number of days from 1 to {LONGEST}."
            )
        found[council] = days
    return found
