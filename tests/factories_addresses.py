"""Makes addresses and gazetteers for tests. Every street is invented, and no real postcode ends in C, K, M or V."""

from collections.abc import Sequence
from pathlib import Path

from bot.addresses.building import Parts, build
from bot.addresses.formats import ADDRESSBASE, CORE, PLUS
from bot.addresses.importing import AddressImport, Request, Summary
from bot.addresses.matching import judged
from bot.addresses.model import Address, Found
from bot.addresses.postcodes import postcode_key
from bot.addresses.writing import read_address
from bot.foundation.csvfiles import Reject
from bot.foundation.database import Database
from tests.factories import FixedClock

HEADER = "UPRN,UNIT,NAME,NUMBER,STREET,TOWN,POSTCODE"


def make_address(uprn: int | str = 990100000001, **parts: str) -> Address:
    """12 Bath Street in Borchester."""
    values = {"number": "12", "street": "Bath Street", "town": "Borchester", "postcode": "EN1 4CK"} | parts
    return build("borchester", Parts(uprn=str(uprn), **values))


def local_file(path: Path, rows: Sequence[str], header: str = HEADER, encoding: str = "utf-8") -> Path:
    """A local gazetteer's file."""
    path.write_bytes("\n".join([header, *rows, ""]).encode(encoding))
    return path


def addressbase_row(columns: Sequence[str], **values: str) -> str:
    """One line of an AddressBase file with these values, the others empty."""
    assert set(values) <= set(columns), set(values) - set(columns)
    return ",".join(f'"{values.get(name, "")}"' for name in columns)


class Gazetteer:
    """A gazetteer in memory that answers like the database, for tests of asking."""

    def __init__(self, addresses: Sequence[Address]) -> None:
        self.addresses = addresses

    async def by_postcode(self, postcode: str) -> tuple[Address, ...]:
        """The addresses of a postcode."""
        key = postcode_key(postcode)
        return tuple(sorted((one for one in self.addresses if one.postcode == key), key=lambda one: one.order))

    async def find(self, text: str, limit: int = 5) -> Found:
        """Everything is a candidate."""
        written = read_address(text)
        same = [one for one in self.addresses if not written.postcode or one.postcode == written.postcode]
        return judged(written, same, limit)

    async def by_uprn(self, uprn: str) -> Address | None:
        """One address."""
        return next((one for one in self.addresses if one.uprn == uprn), None)

    async def has_district(self, outward: str) -> bool:
        """Whether a postcode begins so."""
        return any(one.postcode[:-3] == outward for one in self.addresses)


async def import_file(database: Database, path: Path, **request: object) -> tuple[Summary, list[Reject]]:
    """Imports a file for Borchester; the summary and the rejected lines."""
    rejects: list[Reject] = []
    work = AddressImport(database, FixedClock(), lambda lines: None, rejects.append)
    summary = await work.run(Request(**{"council": "borchester", "path": path, **request}))  # type: ignore[arg-type]
    return summary, rejects


__all__ = ["ADDRESSBASE", "CORE", "PLUS", "Gazetteer", "addressbase_row", "import_file", "local_file", "make_address"]
