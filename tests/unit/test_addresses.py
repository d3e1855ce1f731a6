"""Addresses as people write them, and as files have them."""

import pytest

from bot.addresses.building import Parts, Rejected, build
from bot.addresses.formats import ADDRESSBASE, CORE, PLUS, recognise
from bot.addresses.matching import StreetNames, judged
from bot.addresses.model import Number, in_case
from bot.addresses.postcodes import postcode_in, postcode_key, shown
from bot.addresses.writing import normal, read_address
from bot.foundation.csvfiles import CsvFile, UnusableFile
from tests.factories_addresses import make_address


@pytest.mark.parametrize(
    "written", ["EN1 4CK", "en14ck", " En1  4cK ", "e n 1 4 c k", "EN1-4CK", "ENI 4CK", "EN1 4CK.", "en l 4 c k"]
)
def test_a_postcode_is_known_with_any_spacing_case_and_usual_slips(written):
    assert postcode_key(written) == "EN14CK"


@pytest.mark.parametrize(
    ("written", "key"), [("N9 OAC", "N90AC"), ("SW1A 1AA", "SW1A1AA"), ("w1a 0ax", "W1A0AX"), ("M1 1AE", "M11AE")]
)
def test_postcodes_of_every_shape(written, key):
    assert postcode_key(written) == key
    assert shown(key).replace(" ", "") == key


@pytest.mark.parametrize(
    "text", ["", "hello", "12345", "14 2nd avenue", "12 oak house", "ground floor or first", "EN1", "1 2 3 4 5"]
)
def test_what_is_no_postcode_is_left_alone(text):
    assert postcode_in(text) is None


STREETS = ("bath street", "bath road", "birch grove", "high road", "broomfield lane", "the broomfield lane estate road")


@pytest.mark.parametrize(
    ("said", "first"),
    [
        ("bathe street", "bath street"),
        ("bath", "bath road"),
        ("i live in bromfeild lane", "broomfield lane"),
        ("brich grove", "birch grove"),
    ],
)
def test_a_misspelt_street_is_found_among_the_names(said, first):
    assert StreetNames(STREETS).like(said.split())[0] == first


def test_what_is_like_no_street_finds_none():
    assert StreetNames(STREETS).like(["warehouse"]) == []
    assert StreetNames(()).like(["bath", "street"]) == []


@pytest.mark.parametrize(
    ("text", "unit", "number", "words"),
    [
        ("14 Bath St EN1", "", "14", "bath street"),
        ("12 Fern Close EN10", "", "12", "fern close"),
        ("flat 3, 14 bath street", "3", "14", "bath street"),
        ("apt 3 14 bath street", "3", "14", "bath street"),
        ("3/14 Bath St", "3", "14", "bath street"),
        ("14b Bath Rd.", "", "14b", "bath road"),
        ("14 B, bath rd", "", "14b", "bath road"),
        ("12-14 High Rd", "", "12-14", "high road"),
        ("12 Oak House, 14 Bath Street", "12", "14", "oak house bath street"),
        ("Ground floor flat, 14 Bath Street", "ground floor", "14", "bath street"),
        ("Rose Cottage, Mill Ln", "", "", "rose cottage mill lane"),
        ("14 St. Mark's Rd", "", "14", "st marks road"),
        ("14 Saint Marks Road", "", "14", "st marks road"),
        ("number 14 great st helens", "", "14", "great street helens"),
        ("its 14 Bath Gdns, EN1 4CK", "", "14", "bath gardens"),
        ("14 2nd Ave", "", "14", "2nd avenue"),
    ],
)
def test_a_written_address_is_taken_apart(text, unit, number, words):
    written = read_address(text)
    assert (written.unit, str(written.number), " ".join(written.words)) == (unit, number, words)


@pytest.mark.parametrize("text", ["🏠", "'" * 300, "a" * 2000, "14 " * 500, "-", "/", "flat", "\x00"])
def test_nothing_that_is_written_makes_it_fail(text):
    read_address(text)
    judged(read_address(text), [make_address()], 5)


STREET = [
    make_address(1, number="12"),
    make_address(2, number="14", unit="Flat 1"),
    make_address(3, number="14", unit="Flat 2"),
    make_address(4, number="16A"),
    make_address(5, number="18", unit="Flat B"),
    make_address(6, number="20-24"),
    make_address(7, number="", name="Rose Cottage"),
    make_address(8, number="12", street="Bath Street", postcode="EN3 8VC", town="Ambridge"),
    make_address(9, number="12", street="Bath Road", postcode="EN2 9MC"),
    make_address(10, unit="Flat 5", name="Marrow Court", number="2", street="Wherry Way", postcode="N9 5KM"),
]


@pytest.mark.parametrize(
    ("text", "uprn"),
    [
        ("12 Bath St EN1", "1"),
        ("12 bath street en3", "8"),
        ("12 bath street ambridge", "8"),
        ("12 EN1 4CK", "1"),
        ("flat 2, 14 bath street", "3"),
        ("16a bath st", "4"),
        ("18b bath street", "5"),
        ("22 Bath Street", "6"),
        ("20-24 bath st", "6"),
        ("rose cottage, bath street", "7"),
        ("flat 5 marrow court", "10"),
        ("when is my bin day at 12 Bath Rd please", "9"),
    ],
)
def test_what_fits_one_address_means_that_address(text, uprn):
    found = judged(read_address(text), STREET, 5)
    assert found.exact is not None
    assert found.exact.uprn == uprn


@pytest.mark.parametrize(
    ("text", "offered"),
    [("12 Bath Street", {"1", "8"}), ("14 Bath St EN1", {"2", "3"}), ("12 bth stret", {"1", "8"}), ("rose cotage", {"7"})],
)
def test_what_fits_several_or_nothing_exactly_offers_the_likeliest(text, offered):
    found = judged(read_address(text), STREET, 5)
    assert found.exact is None
    assert offered <= {address.uprn for address in found.best}
    assert len(found.best) <= 5


def test_a_postcode_of_another_street_is_never_taken_as_exact():
    assert judged(read_address("12 Wood Lane EN1 4CK"), STREET, 5).exact is None


def test_a_gazetteer_in_capitals_is_shown_as_people_write():
    assert in_case("FLAT 3, 14B ST OSRIC'S ROAD") == "Flat 3, 14B St Osric's Road"
    assert in_case("The de Vere Rooms") == "The de Vere Rooms"


def test_a_list_leaves_out_what_all_its_addresses_share():
    assert make_address().line == "12 Bath Street, Borchester, EN1 4CK"
    assert make_address().short == "12 Bath Street"


def test_the_royal_mail_s_numbers_with_letters_are_numbers():
    address = make_address(number="", name="14A")
    assert (address.number, address.name) == (Number(14, "a", 14), "")


@pytest.mark.parametrize(
    ("line", "street", "number", "unit", "town"),
    [
        ("FLAT 3, 14 BATH STREET, BORCHESTER, EN1 4CK", "bath street", "14", "3", "Borchester"),
        ("14 Bath Street Borchester EN1 4CK", "bath street", "14", "", ""),
        ("Rose Cottage, Mill Lane, Borchester EN1 4CK", "mill lane", "", "", "Borchester"),
    ],
)
def test_one_line_of_text_is_taken_apart_too(line, street, number, unit, town):
    address = build("borchester", Parts(uprn="7", line=line))
    assert (address.street, str(address.number), address.unit, address.town) == (street, number, unit, town)


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        ({"uprn": "12x"}, "the UPRN is not a number of 1 to 12 digits"),
        ({"uprn": ""}, "there is no UPRN"),
        ({"uprn": "1234567890123"}, "the UPRN is not a number of 1 to 12 digits"),
        ({"postcode": "nowhere"}, "the postcode is not one"),
        ({"postcode": ""}, "there is no postcode"),
        ({"street": "", "line": ""}, "there is no address"),
        ({"street": "x" * 500}, "the address is too long to be one"),
    ],
)
def test_a_line_that_cannot_be_used_says_why(parts, reason):
    with pytest.raises(Rejected, match=reason):
        build("borchester", Parts(**{"uprn": "7", "number": "1", "street": "Bath Street", "postcode": "EN1 4CK"} | parts))


def test_formats_are_recognised_by_their_header_or_by_their_columns():
    assert recognise([name.lower() for name in CORE])[0].name == "AddressBase Core"
    assert recognise(PLUS) == (recognise(PLUS)[0], True)
    kind, is_header = recognise(["990100000001", *[""] * (len(ADDRESSBASE) - 1)])
    assert (kind.name, is_header) == ("AddressBase without a header", False)
    assert recognise(["990100000001", *[""] * (len(PLUS) - 1)])[0].name == "AddressBase Plus without a header"
    assert recognise(["Uprn", "Full Address", "Post Code"])[0].name == "a local gazetteer"
    assert recognise(["ref", "where", "pc"], {"uprn": "ref", "line": "where", "postcode": "PC"})[0].name == "a local gazetteer"


@pytest.mark.parametrize(
    ("header", "given", "says"),
    [
        (["name", "colour"], None, "names no columns that are known"),
        (["10", "council", "x"], None, "AddressBase Premium"),
        (["uprn", "address"], {"uprn": "ref"}, "no column REF"),
        (["uprn", "address"], {"uprn": "uprn"}, "at least uprn and line"),
        (["uprn", "address"], {"colour": "uprn"}, "--columns names colour"),
    ],
)
def test_a_wrong_header_is_refused_in_one_sentence(header, given, says):
    with pytest.raises(UnusableFile, match=says):
        recognise(header, given)


def test_csv_files_are_read_whatever_their_encoding_and_separator(tmp_path):
    path = tmp_path / "file.csv"
    path.write_bytes(b"# Invented\nname;town\n" + "Zoë;Ambridge\n".encode() + "Chloë;Ambridge\n".encode("cp1252") + b"\n;\n")
    file = CsvFile(path)
    assert [row.values for row in file.rows()] == [["name", "town"], ["Zoë", "Ambridge"], ["Chloë", "Ambridge"]]
    assert (file.remarks, file.old_lines) == (["Invented"], 1)
    for encoding in ("utf-8-sig", "utf-16"):
        path.write_bytes("name,town\nZoë,Ambridge\n".encode(encoding))
        assert [(row.line, row.values) for row in CsvFile(path).rows()] == [(1, ["name", "town"]), (2, ["Zoë", "Ambridge"])]


def test_lines_that_cannot_be_read_come_out_with_their_number(tmp_path):
    path = tmp_path / "file.csv"
    path.write_text('# remark\na,b\n1,2\n"x"y,3\n4,5\n', encoding="utf-8")
    rows = list(CsvFile(path).rows())
    assert [(row.line, bool(row.problem)) for row in rows] == [(2, False), (3, False), (4, True), (5, False)]
    path.write_bytes(b"")
    with pytest.raises(UnusableFile, match="is empty"):
        list(CsvFile(path).rows())
    with pytest.raises(UnusableFile, match="no such file"):
        list(CsvFile(tmp_path / "none.csv").rows())


def test_the_normal_form_knows_street_from_saint():
    assert normal("St Mary's St") == "st marys street"
    assert normal("HIGH ST.") == "high street"
    assert normal("Upper St") == "upper street"
