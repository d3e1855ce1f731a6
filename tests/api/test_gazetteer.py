"""Importing and searching addresses on both databases: repeatable, all or nothing, and every rejected line reported."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text

from bot.addresses import store
from bot.addresses.service import Addresses
from bot.foundation.csvfiles import UnusableFile
from bot.foundation.database import Database
from bot.foundation.migrations import migrate
from tests.factories import NOON
from tests.factories_addresses import ADDRESSBASE, CORE, PLUS, addressbase_row, import_file, local_file

ROWS = [
    "1,,,12,Bath Street,Borchester,EN1 4CK",
    "2,Flat 1,,14,Bath Street,Borchester,EN1 4CK",
    "3,,Rose Cottage,,Mill Lane,,EN2 9MC",
]


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """An empty database in its newest form."""
    await asyncio.to_thread(migrate, database_url)
    database = Database(database_url)
    yield database
    await database.close()


async def lines(database, postcode="EN1 4CK"):
    return [address.line for address in await Addresses(database).by_postcode("borchester", postcode)]


async def rows_kept(database):
    async with database.reading() as tx:
        return len((await tx.execute(store.addresses.select())).all())


async def test_a_second_import_updates_and_leaves_the_rest(database, tmp_path):
    first, _ = await import_file(database, local_file(tmp_path / "a.csv", ROWS))
    assert (first.added, first.addresses) == (3, 3)
    changed = [ROWS[0].replace("12,", "12A,"), ROWS[1], "4,,,16,Bath Street,Borchester,EN1 4CK"]
    second, _ = await import_file(database, local_file(tmp_path / "b.csv", changed))
    assert (second.added, second.changed, second.same, second.withdrawn, second.addresses) == (1, 1, 1, 0, 4)
    assert await lines(database) == [
        "12A Bath Street, Borchester, EN1 4CK",
        "Flat 1, 14 Bath Street, Borchester, EN1 4CK",
        "16 Bath Street, Borchester, EN1 4CK",
    ]
    assert await rows_kept(database) == 4


async def test_a_complete_file_withdraws_what_it_does_not_have(database, tmp_path):
    await import_file(database, local_file(tmp_path / "a.csv", ROWS))
    summary, _ = await import_file(database, local_file(tmp_path / "b.csv", ROWS[:1]), complete=True)
    assert (summary.withdrawn, summary.addresses) == (2, 1)
    assert await lines(database, "EN2 9MC") == []
    assert await rows_kept(database) == 1


async def test_changes_of_addressbase_delete_update_and_insert(database, tmp_path):
    await import_file(database, local_file(tmp_path / "a.csv", ROWS))
    common = {"THOROUGHFARE": "BATH STREET", "POST_TOWN": "BORCHESTER", "POSTCODE": "EN1 4CK", "CLASS": "R"}
    path = local_file(
        tmp_path / "b.csv",
        [
            addressbase_row(ADDRESSBASE, UPRN="1", CHANGE_TYPE="D", **common),
            addressbase_row(ADDRESSBASE, UPRN="2", CHANGE_TYPE="U", SUB_BUILDING_NAME="FLAT 2", BUILDING_NUMBER="14", **common),
            addressbase_row(ADDRESSBASE, UPRN="9", CHANGE_TYPE="I", BUILDING_NAME="18-20", **common),
            addressbase_row(ADDRESSBASE, UPRN="77", CHANGE_TYPE="D"),
        ],
        header=",".join(ADDRESSBASE),
    )
    summary, rejects = await import_file(database, path)
    assert (summary.added, summary.changed, summary.withdrawn, rejects) == (1, 1, 1, [])
    assert await lines(database) == ["Flat 2, 14 Bath Street, Borchester, EN1 4CK", "18-20 Bath Street, Borchester, EN1 4CK"]


async def test_plus_without_a_header_takes_the_council_s_own_naming_and_only_its_own_homes(database, tmp_path):
    flat = {"SAO_START_NUMBER": "3", "SAO_START_SUFFIX": "A", "PAO_START_NUMBER": "14", "PAO_END_NUMBER": "16"}
    street = {"STREET_DESCRIPTION": "ST OSRIC'S ROAD", "TOWN_NAME": "BORCHESTER", "POSTCODE_LOCATOR": "EN1 4CK"}
    path = local_file(
        tmp_path / "plus.csv",
        [
            addressbase_row(PLUS, UPRN="10", LOCAL_CUSTODIAN_CODE="5300", CLASS="RD06", **flat, **street),
            addressbase_row(PLUS, UPRN="11", LOCAL_CUSTODIAN_CODE="9999", CLASS="RD06", PAO_START_NUMBER="1", **street),
            addressbase_row(PLUS, UPRN="12", LOCAL_CUSTODIAN_CODE="5300", CLASS="LO", PAO_TEXT="FIELD", **street),
        ][1:],
        header=addressbase_row(PLUS, UPRN="10", LOCAL_CUSTODIAN_CODE="5300", CLASS="RD06", **flat, **street),
    )
    summary, _ = await import_file(database, path, authorities=frozenset({"5300"}))
    assert (summary.format, summary.added, summary.left_out) == ("AddressBase Plus without a header", 1, 2)
    assert await lines(database) == ["Flat 3A, 14-16 St Osric's Road, Borchester, EN1 4CK"]
    assert (await Addresses(database).find("borchester", "flat 3a 16 saint osrics rd")).exact.uprn == "10"


async def test_core_is_read_by_its_header(database, tmp_path):
    row = addressbase_row(
        CORE, UPRN="21", BUILDING_NUMBER="14", STREET_NAME="BATH STREET", POST_TOWN="BORCHESTER", POSTCODE="EN1 4CK"
    )
    await import_file(database, local_file(tmp_path / "core.csv", [row], header=",".join(CORE).lower()))
    assert await lines(database) == ["14 Bath Street, Borchester, EN1 4CK"]


async def test_every_line_that_cannot_be_used_is_reported_with_its_reason(database, tmp_path):
    rows = [*ROWS, "x,,,1,Bath Street,,EN1 4CK", "1,,,99,Bath Street,,EN1 4CK", "5,,,1,Bath Street,,nowhere", "6,too,few"]
    good = [f"{uprn},,,{uprn},Long Lane,,EN3 8VC" for uprn in range(100, 110)]
    summary, rejects = await import_file(database, local_file(tmp_path / "a.csv", [*rows, *good]))
    assert [(one.line, one.reason) for one in rejects] == [
        (5, "the UPRN is not a number of 1 to 12 digits"),
        (6, "UPRN 1 is on line 2 already"),
        (7, "the postcode is not one"),
        (8, "it has 3 values where 7 were expected"),
    ]
    assert (summary.rejected, summary.addresses) == (4, 13)


async def test_mixed_encodings_and_a_mark_at_the_beginning_do_no_harm(database, tmp_path):
    path = tmp_path / "a.csv"
    begin = "﻿UPRN,ADDRESS,POSTCODE\n1,1 Café Row,EN1 4CK\n".encode()
    path.write_bytes(begin + "2,2 Café Row,EN1 4CK\n".encode("cp1252"))
    summary, _ = await import_file(database, path)
    assert summary.old_lines == 1
    assert await lines(database) == ["1 Café Row, EN1 4CK", "2 Café Row, EN1 4CK"]


async def test_a_file_that_was_misread_changes_nothing(database, tmp_path):
    await import_file(database, local_file(tmp_path / "a.csv", ROWS))
    wrong = [f"{uprn},,,1,Bath Street,,no postcode" for uprn in range(1, 6)]
    with pytest.raises(UnusableFile, match="5 of 6 lines cannot be used"):
        await import_file(database, local_file(tmp_path / "b.csv", [ROWS[0].replace("12,", "99,"), *wrong]))
    assert (await lines(database))[0] == "12 Bath Street, Borchester, EN1 4CK"
    assert await rows_kept(database) == 3


async def test_an_import_that_breaks_in_the_middle_leaves_nothing_behind(database, tmp_path, monkeypatch):
    monkeypatch.setattr("bot.addresses.importing.BATCH", 1)
    await import_file(database, local_file(tmp_path / "a.csv", ROWS))
    real, calls = store.add_versions, []

    async def fails_the_second_time(*arguments):
        calls.append(1)
        if len(calls) == 2:
            raise OSError("the disk is full")
        await real(*arguments)

    monkeypatch.setattr(store, "add_versions", fails_the_second_time)
    changed = [row.replace("Bath", "Wash") for row in ROWS]
    with pytest.raises(OSError, match="disk is full"):
        await import_file(database, local_file(tmp_path / "b.csv", changed))
    assert (await lines(database))[0] == "12 Bath Street, Borchester, EN1 4CK"
    monkeypatch.setattr(store, "add_versions", real)
    summary, _ = await import_file(database, local_file(tmp_path / "b.csv", changed))
    assert (summary.changed, await rows_kept(database)) == (2, 3)


async def test_invented_addresses_never_mix_with_real_ones(database, tmp_path):
    invented = local_file(tmp_path / "sample.csv", ROWS, header="# Invented\nUPRN,UNIT,NAME,NUMBER,STREET,TOWN,POSTCODE")
    await import_file(database, invented)
    real, _ = await import_file(database, local_file(tmp_path / "real.csv", ["50,,,1,High Road,,EN1 4CK"]))
    assert (real.added, real.withdrawn, real.addresses) == (1, 3, 1)
    with pytest.raises(UnusableFile, match="invented addresses"):
        await import_file(database, invented)


async def test_two_imports_for_one_council_do_not_run_at_once(database, tmp_path):
    path = local_file(tmp_path / "a.csv", ROWS)
    await import_file(database, path)
    async with database.writing() as tx:
        await tx.execute(store.gazetteers.update().values(import_until=store.gazetteers.c.changed_at))
        assert not await store.claim_import(tx, "borchester", NOON.replace(hour=1), NOON)
        await tx.execute(store.gazetteers.update().values(import_until=NOON.replace(hour=13)))
    with pytest.raises(UnusableFile, match="is running"):
        await import_file(database, path)


async def test_misspelt_streets_and_half_postcodes_are_found(database, tmp_path):
    rows = [f"{number},,,{number},Quillfeather Road,Borchester,EN1 7KV" for number in range(1, 40)]
    rows += [f"{100 + number},,,{number},Oak Road,Borchester,EN2 9MK" for number in range(1, 10)]
    await import_file(database, local_file(tmp_path / "a.csv", [*rows, *[row for row in ROWS if row[0] == "x"]]))
    addresses = Addresses(database)
    assert (await addresses.find("borchester", "7 quilfether rd")).best[0].line.startswith("7 Quillfeather Road")
    assert (await addresses.find("borchester", "4 oka road")).best[0].uprn == "104"
    assert (await addresses.find("borchester", "4 Oak Rd EN2")).exact.uprn == "104"
    assert (await addresses.find("borchester", "4 Oak Rd EN9")).exact is None
    assert (await addresses.find("elsewhere", "4 Oak Rd EN2")).best == ()
    assert await addresses.has_district("borchester", "EN1")
    assert not await addresses.has_district("borchester", "EN11")
    assert (await addresses.by_uprn("borchester", "000000000104")).line == "4 Oak Road, Borchester, EN2 9MK"
    assert await addresses.by_uprn("borchester", "x") is None
    assert (await addresses.find("borchester", "3 Tanglewick Clsoe")).best == ()
    await import_file(database, local_file(tmp_path / "b.csv", ["201,,,3,Tanglewick Close,Borchester,EN1 7KM"]))
    assert (await addresses.find("borchester", "3 Tanglewick Clsoe")).best[0].uprn == "201", "a new import is known at once"
    assert (await addresses.find("borchester", "3 Tanglewick Close EN1")).exact.uprn == "201"


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_postgresql_has_looked_at_what_was_imported_so_that_it_plans_by_it(database, tmp_path):
    """Without it a server reads the whole gazetteer for each batch and each search, until it looks by itself."""
    await import_file(database, local_file(tmp_path / "a.csv", ROWS))
    async with database.reading() as tx:
        found = await tx.execute(
            text("SELECT relname, reltuples FROM pg_class WHERE relname IN ('addresses', 'address_streets')")
        )
    assert {row.relname: int(row.reltuples) for row in found} == {"addresses": 3, "address_streets": 2}
