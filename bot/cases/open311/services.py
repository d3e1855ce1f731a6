"""Reads open311.yml: the kinds of case that a council opens to other systems.

A mistake stops the start with one sentence, since another council's system would be told of a service that cannot be used.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bot.cases.open311.model import DATATYPES, Attribute, Service
from bot.foundation.packs import UnreadablePackFile, read_pack_file

FILE = "open311.yml"
_CODE = re.compile(r"[A-Za-z0-9_-]{1,64}")


class PackServices:
    """The services that the packs name."""

    def __init__(self, services: Mapping[str, Sequence[Service]]) -> None:
        self._services = services

    @classmethod
    def read(cls, councils_folder: Path) -> "PackServices":
        """The services of every council. Raises UnreadablePackFile."""
        found = {}
        for council, said in read_pack_file(councils_folder, FILE).items():
            try:
                found[council] = [_service(str(code), one) for code, one in (said.get("services") or {}).items() if one]
            except (ValueError, TypeError, AttributeError) as problem:
                raise UnreadablePackFile(f"{councils_folder / council / FILE}: {problem}.") from problem
        return cls(found)

    def services(self, council: str) -> Sequence[Service]:
        """The services of a council."""
        return self._services.get(council, ())


def _service(code: str, said: Mapping[str, Any]) -> Service:
    missing = {"name", "description", "kind", "team", "promise_days"} - set(said)
    if missing or not _CODE.fullmatch(code):
        raise ValueError(f"the service {code} needs {', '.join(sorted(missing)) or 'a code of letters, digits, _ and -'}")
    return Service(
        code=code,
        name=str(said["name"]),
        description=str(said["description"]),
        kind=str(said["kind"]),
        team=str(said["team"]),
        promise_days=int(said["promise_days"]),
        next_step=str(said.get("next_step", "")),
        group=str(said.get("group", "")),
        keywords=tuple(map(str, said.get("keywords") or ())),
        attributes=tuple(_attribute(code, str(name), one) for name, one in (said.get("attributes") or {}).items()),
        needs_place=said.get("needs_place", True) is not False,
    )


def _attribute(service: str, code: str, said: Mapping[str, Any]) -> Attribute:
    datatype = said.get("datatype", "string")
    if datatype not in DATATYPES or not said.get("description") or not _CODE.fullmatch(code):
        raise ValueError(f"the attribute {code} of {service} needs a description and a datatype of {', '.join(DATATYPES)}")
    attribute = Attribute(
        code=code,
        description=str(said["description"]),
        datatype=str(datatype),
        required=said.get("required") is True,
        help=str(said.get("help", "")),
        values={str(key): str(name) for key, name in (said.get("values") or {}).items()},
    )
    if attribute.is_list != bool(attribute.values):
        raise ValueError(f"the attribute {code} of {service} needs values if it is a list, and only then")
    return attribute
