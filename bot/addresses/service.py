"""Finding an address as people write it, in the gazetteer of one council.

`by_postcode` gives the list to pick from, `find` the one address that was meant or the best five. Whatever is compared was
found by an index first (postcode, street and number, or name), so that a million addresses are searched in milliseconds. The names
of streets, which are few, are kept in memory for finding misspelt ones, and read anew after an import. asking.py asks for an address in conversation; importing.py fills the gazetteer.
"""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.addresses import store
from bot.addresses.matching import StreetNames, judged, spans
from bot.addresses.model import Address, Found, uprn_key
from bot.addresses.postcodes import postcode_key
from bot.addresses.writing import Written, read_address
from bot.foundation.database import Database


class Addresses:
    """The gazetteers of all councils. Build one in app.py."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._streets: dict[str, tuple[int, StreetNames]] = {}  # by council, with the edition they are of

    async def known(self, council: str) -> bool:
        """Whether there are any addresses of this council to search."""
        async with self._database.reading() as tx:
            found = await store.gazetteer(tx, council)
        return found is not None and found.addresses > 0

    async def invented(self, council: str) -> bool:
        """Whether the addresses of this council are the sample's, made up to try the product with."""
        async with self._database.reading() as tx:
            found = await store.gazetteer(tx, council)
        return found is not None and found.invented

    async def by_postcode(self, council: str, postcode: str) -> tuple[Address, ...]:
        """The addresses of a postcode, however it is written, in the order of the street. Empty when there are none."""
        key = postcode_key(postcode)
        if key is None:
            return ()
        async with self._database.reading() as tx:
            found = await store.by_postcode(tx, council, key)
        return tuple(sorted(found, key=lambda address: address.order))

    async def by_uprn(self, council: str, uprn: str) -> Address | None:
        """The address with this number, or None."""
        key = uprn_key(uprn)
        if key is None:
            return None
        async with self._database.reading() as tx:
            return await store.by_uprn(tx, council, key)

    async def find(self, council: str, text: str, limit: int = 5) -> Found:
        """The address that a text means, or the best few. Nothing is found in a text that names no place."""
        written = read_address(text)
        if not (written.postcode or written.words):
            return Found(None, ())
        async with self._database.reading() as tx:
            candidates = await self._candidates(tx, council, written)
        return judged(written, candidates, limit)

    async def has_district(self, council: str, outward: str) -> bool:
        """Whether addresses whose postcode begins so ("EN1") belong to this council at all."""
        async with self._database.reading() as tx:
            return await store.has_district(tx, council, outward)

    async def _candidates(self, tx: AsyncConnection, council: str, written: Written) -> list[Address]:
        """What an index finds for a written address, the surest way first."""
        if written.postcode:
            found = await store.by_postcode(tx, council, written.postcode)
            if found or not written.words:
                return found
        runs = spans(written.words)
        streets = _longest(await store.known_streets(tx, council, runs))
        candidates = await _on(tx, council, streets, written)
        if not candidates:
            names = await self._street_names(tx, council)
            candidates = await _on(tx, council, names.like(written.words), written)
        if not written.number.first:
            candidates += await store.named(tx, council, runs)
        return candidates

    async def _street_names(self, tx: AsyncConnection, council: str) -> StreetNames:
        """The streets of the current edition, read once after each import."""
        current = await store.gazetteer(tx, council)
        edition = current.edition if current else 0
        kept, names = self._streets.get(council, (None, StreetNames(())))
        if kept != edition:
            names = StreetNames(await store.all_streets(tx, council))
            self._streets[council] = (edition, names)
        return names


async def _on(tx: AsyncConnection, council: str, streets: Sequence[str], written: Written) -> list[Address]:
    """Addresses on these streets: those with the number, or any if the number is not there."""
    if not streets:
        return []
    found = await store.on_streets(tx, council, streets, written.number) if written.number.first else []
    return found or await store.on_streets(tx, council, streets)


def _longest(names: Sequence[str]) -> list[str]:
    """Names that are no part of a longer one that was found too: "bath street" rather than "street"."""
    return [name for name in names if not any(name != other and f" {name} " in f" {other} " for other in names)]
