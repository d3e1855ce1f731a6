"""The kinds of file that addresses come in, recognised by their header or, without one, by their number of columns.

AddressBase and AddressBase Plus are sold with the header in a file of its own, AddressBase Core has a header, and a council's
own gazetteer has headers of its own choosing: usual names are known, others are given with `--columns`. Each line becomes the
same few parts; building.py makes an address of them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bot.addresses.building import Parts
from bot.foundation.csvfiles import UnusableFile, column_name

ADDRESSBASE = [
    "UPRN",
    "OS_ADDRESS_TOID",
    "UDPRN",
    "ORGANISATION_NAME",
    "DEPARTMENT_NAME",
    "PO_BOX_NUMBER",
    "SUB_BUILDING_NAME",
    "BUILDING_NAME",
    "BUILDING_NUMBER",
    "DEPENDENT_THOROUGHFARE",
    "THOROUGHFARE",
    "POST_TOWN",
    "DOUBLE_DEPENDENT_LOCALITY",
    "DEPENDENT_LOCALITY",
    "POSTCODE",
    "POSTCODE_TYPE",
    "X_COORDINATE",
    "Y_COORDINATE",
    "LATITUDE",
    "LONGITUDE",
    "RPC",
    "COUNTRY",
    "CHANGE_TYPE",
    "LA_START_DATE",
    "RM_START_DATE",
    "LAST_UPDATE_DATE",
    "CLASS",
]
PLUS = [
    "UPRN",
    "UDPRN",
    "CHANGE_TYPE",
    "STATE",
    "STATE_DATE",
    "CLASS",
    "PARENT_UPRN",
    "X_COORDINATE",
    "Y_COORDINATE",
    "LATITUDE",
    "LONGITUDE",
    "RPC",
    "LOCAL_CUSTODIAN_CODE",
    "COUNTRY",
    "LA_START_DATE",
    "LAST_UPDATE_DATE",
    "ENTRY_DATE",
    "RM_ORGANISATION_NAME",
    "LA_ORGANISATION",
    "DEPARTMENT_NAME",
    "LEGAL_NAME",
    "SUB_BUILDING_NAME",
    "BUILDING_NAME",
    "BUILDING_NUMBER",
    "SAO_START_NUMBER",
    "SAO_START_SUFFIX",
    "SAO_END_NUMBER",
    "SAO_END_SUFFIX",
    "SAO_TEXT",
    "ALT_LANGUAGE_SAO_TEXT",
    "PAO_START_NUMBER",
    "PAO_START_SUFFIX",
    "PAO_END_NUMBER",
    "PAO_END_SUFFIX",
    "PAO_TEXT",
    "ALT_LANGUAGE_PAO_TEXT",
    "USRN",
    "USRN_MATCH_INDICATOR",
    "AREA_NAME",
    "LEVEL",
    "OFFICIAL_FLAG",
    "OS_ADDRESS_TOID",
    "OS_ADDRESS_TOID_VERSION",
    "OS_ROADLINK_TOID",
    "OS_ROADLINK_TOID_VERSION",
    "OS_TOPO_TOID",
    "OS_TOPO_TOID_VERSION",
    "VOA_CT_RECORD",
    "VOA_NDR_RECORD",
    "STREET_DESCRIPTION",
    "ALT_LANGUAGE_STREET_DESCRIPTION",
    "DEPENDENT_THOROUGHFARE",
    "THOROUGHFARE",
    "WELSH_DEPENDENT_THOROUGHFARE",
    "WELSH_THOROUGHFARE",
    "DOUBLE_DEPENDENT_LOCALITY",
    "DEPENDENT_LOCALITY",
    "LOCALITY",
    "WELSH_DEPENDENT_LOCALITY",
    "WELSH_DOUBLE_DEPENDENT_LOCALITY",
    "TOWN_NAME",
    "ADMINISTRATIVE_AREA",
    "POST_TOWN",
    "WELSH_POST_TOWN",
    "POSTCODE",
    "POSTCODE_LOCATOR",
    "POSTCODE_TYPE",
    "DELIVERY_POINT_SUFFIX",
    "ADDRESSBASE_POSTAL",
    "PO_BOX_NUMBER",
    "WARD_CODE",
    "PARISH_CODE",
    "RM_START_DATE",
    "MULTI_OCC_COUNT",
    "VOA_NDR_P_DESC_CODE",
    "VOA_NDR_SCAT_CODE",
    "ALT_LANGUAGE",
]
CORE = [
    "UPRN",
    "PARENT_UPRN",
    "UDPRN",
    "USRN",
    "TOID",
    "CLASSIFICATION_CODE",
    "EASTING",
    "NORTHING",
    "LATITUDE",
    "LONGITUDE",
    "RPC",
    "LAST_UPDATE_DATE",
    "SINGLE_LINE_ADDRESS",
    "PO_BOX",
    "ORGANISATION",
    "SUB_BUILDING",
    "BUILDING_NAME",
    "BUILDING_NUMBER",
    "STREET_NAME",
    "LOCALITY",
    "TOWN_NAME",
    "POST_TOWN",
    "ISLAND",
    "POSTCODE",
    "DELIVERY_POINT_SUFFIX",
    "GSS_CODE",
    "CHANGE_CODE",
]

# Part of an address → the names that councils' own gazetteers give its column.
LOCAL: dict[str, tuple[str, ...]] = {
    "uprn": ("UPRN",),
    "line": ("ADDRESS", "FULL_ADDRESS", "ADDRESS_LINE", "SINGLE_LINE_ADDRESS", "FULLADDRESS", "ADDRESS_STRING"),
    "organisation": ("ORGANISATION", "ORGANISATION_NAME", "COMPANY"),
    "unit": ("UNIT", "FLAT", "SUB_BUILDING", "SUB_BUILDING_NAME", "SAO"),
    "name": ("BUILDING_NAME", "HOUSE_NAME", "NAME", "PROPERTY_NAME"),
    "number": ("NUMBER", "BUILDING_NUMBER", "HOUSE_NUMBER", "PROPERTY_NUMBER", "PAO"),
    "street": ("STREET", "STREET_NAME", "STREET_DESCRIPTION", "THOROUGHFARE", "ROAD"),
    "locality": ("LOCALITY", "AREA", "LOCALITY_NAME"),
    "town": ("TOWN", "POST_TOWN", "TOWN_NAME", "CITY"),
    "postcode": ("POSTCODE", "POST_CODE", "PCODE"),
    "change": ("CHANGE_TYPE", "CHANGE_CODE", "CHANGE"),
}


@dataclass(frozen=True)
class Format:
    """One kind of file: its name for people, its columns in order, and what makes parts of a line."""

    name: str
    columns: tuple[str, ...]
    read: Callable[[Mapping[str, str]], Parts]


def recognise(first: Sequence[str], given: Mapping[str, str] | None = None) -> tuple[Format, bool]:
    """The format of a file by its first line, and whether that line is a header.

    `given` maps parts of an address to column names. Raises UnusableFile with what was expected.
    """
    header = tuple(column_name(value) for value in first)
    if given:
        return _mapped(header, given), True
    for name, columns, read in (
        ("AddressBase Core", CORE, _core),
        ("AddressBase Plus", PLUS, _plus),
        ("AddressBase", ADDRESSBASE, _addressbase),
    ):
        if set(columns) <= set(header):
            return Format(name, header, read), True
        if len(first) == len(columns) and first[0].strip().isdigit() and name != "AddressBase Core":
            return Format(f"{name} without a header", tuple(columns), read), False
    if header[:1] == ("10",) or first[0].strip() in ("11", "15", "21", "23", "24", "28", "29", "99"):
        raise UnusableFile(
            "This is AddressBase Premium, several kinds of line in one file, which is not read here. Order AddressBase Core or Plus "
            "for your area as CSV from Ordnance Survey, or export a CSV with the columns UPRN, ADDRESS and POSTCODE from your gazetteer."
        )
    found = {part: name for part, names in LOCAL.items() for name in names if name in header}
    if "uprn" in found and "postcode" in found and ("line" in found or "street" in found):
        return _mapped(header, found), True
    raise UnusableFile(
        "The first line names no columns that are known. A local gazetteer needs UPRN, POSTCODE and ADDRESS (or STREET with "
        f"NUMBER). Found: {', '.join(header[:12]) or 'nothing'}. Name the columns with --columns uprn=…,line=…,postcode=…"
    )


def _mapped(header: tuple[str, ...], given: Mapping[str, str]) -> Format:
    columns = {part: column_name(name) for part, name in given.items()}
    if unknown := set(columns) - set(LOCAL):
        raise UnusableFile(f"--columns names {', '.join(sorted(unknown))}; it can name {', '.join(LOCAL)}.")
    if missing := [name for name in columns.values() if name not in header]:
        raise UnusableFile(f"The file has no column {', '.join(missing)}. It has {', '.join(header)}.")
    if "uprn" not in columns or not ("line" in columns or "street" in columns):
        raise UnusableFile("--columns must name at least uprn and line, or uprn and street.")

    def read(row: Mapping[str, str]) -> Parts:
        return Parts(**{part: row[name] for part, name in columns.items()})

    return Format("a local gazetteer", header, read)


def _addressbase(row: Mapping[str, str]) -> Parts:
    return Parts(
        uprn=row["UPRN"],
        organisation=row["ORGANISATION_NAME"],
        unit=row["SUB_BUILDING_NAME"],
        name=row["BUILDING_NAME"],
        number=row["BUILDING_NUMBER"],
        street=row["DEPENDENT_THOROUGHFARE"] or row["THOROUGHFARE"],
        locality=row["DEPENDENT_LOCALITY"],
        town=row["POST_TOWN"],
        postcode=row["POSTCODE"],
        change=row["CHANGE_TYPE"],
        kind=row["CLASS"],
    )


def _core(row: Mapping[str, str]) -> Parts:
    return Parts(
        uprn=row["UPRN"],
        organisation=row["ORGANISATION"],
        unit=row["SUB_BUILDING"],
        name=row["BUILDING_NAME"],
        number=row["BUILDING_NUMBER"],
        street=row["STREET_NAME"],
        locality=row["LOCALITY"],
        town=row["POST_TOWN"] or row["TOWN_NAME"],
        postcode=row["POSTCODE"],
        line=row["SINGLE_LINE_ADDRESS"] if not row["STREET_NAME"] else "",
        change=row["CHANGE_CODE"],
        kind=row["CLASSIFICATION_CODE"],
        authority=row["GSS_CODE"],
    )


def _plus(row: Mapping[str, str]) -> Parts:
    """BS 7666 first (the council's own naming, with flats as numbers), the Royal Mail's where that is empty."""
    unit = row["SAO_TEXT"] or _span(row, "SAO")
    number = _span(row, "PAO")
    return Parts(
        uprn=row["UPRN"],
        organisation=row["LA_ORGANISATION"] or row["RM_ORGANISATION_NAME"],
        unit=(f"Flat {unit}" if unit[:1].isdigit() else unit) or row["SUB_BUILDING_NAME"],
        name=row["PAO_TEXT"] or ("" if number else row["BUILDING_NAME"]),
        number=number or row["BUILDING_NUMBER"],
        street=row["STREET_DESCRIPTION"] or row["DEPENDENT_THOROUGHFARE"] or row["THOROUGHFARE"],
        locality=row["LOCALITY"] or row["DEPENDENT_LOCALITY"],
        town=row["POST_TOWN"] or row["TOWN_NAME"],
        postcode=row["POSTCODE"] or row["POSTCODE_LOCATOR"],
        change=row["CHANGE_TYPE"],
        kind=row["CLASS"],
        authority=row["LOCAL_CUSTODIAN_CODE"],
    )


def _span(row: Mapping[str, str], kind: str) -> str:
    """A start and an end as "14", "14B" or "14-16"."""
    start = row[f"{kind}_START_NUMBER"] + row[f"{kind}_START_SUFFIX"]
    end = row[f"{kind}_END_NUMBER"] + row[f"{kind}_END_SUFFIX"]
    return f"{start}-{end}" if start and end else start
