"""The kinds of case that other systems can open by Open311, and how an answer of GeoReport v2 is read.

The specification is https://wiki.open311.org/GeoReport_v2/. Services come from whoever knows the council's public reports,
through the small protocol `PublicServices`: bot/applications/outside.py makes them of applications, services.py reads open311.yml.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"
DATATYPES = ("string", "number", "datetime", "text", "singlevaluelist", "multivaluelist")


class UnreadableAnswer(Exception):
    """What the other side sent is not GeoReport v2."""


@dataclass(frozen=True)
class Attribute:
    """One extra question of a service."""

    code: str
    description: str
    datatype: str = "string"
    required: bool = False
    help: str = ""
    values: Mapping[str, str] = field(default_factory=dict)  # key and name of a list

    @property
    def is_list(self) -> bool:
        """Whether an answer must be one of `values`."""
        return self.datatype in ("singlevaluelist", "multivaluelist")


@dataclass(frozen=True)
class Service:
    """One kind of case that other systems may open."""

    code: str
    name: str
    description: str
    kind: str  # of the case
    team: str
    promise_days: int | None  # working days; None promises no day
    next_step: str = ""
    group: str = ""
    keywords: tuple[str, ...] = ()
    attributes: tuple[Attribute, ...] = ()
    needs_place: bool = True


class PublicServices(Protocol):
    """Knows which kinds of case a council opens to other systems."""

    def services(self, council: str) -> Sequence[Service]:
        """The services of a council, in the order in which they are listed."""


def requests_in(body: bytes) -> list[dict[str, str]]:
    """The requests of an answer in XML, each as its fields. Raises UnreadableAnswer."""
    root = _root(body)
    if root.tag not in ("service_requests", "requests"):
        raise UnreadableAnswer(f"<{root.tag}> where <service_requests> was expected")
    return [{str(field.tag): (field.text or "").strip() for field in request} for request in root if request.tag == "request"]


def errors_in(body: bytes) -> str:
    """The codes of an answer that says what is wrong; its descriptions may quote a resident, so they are left out."""
    try:
        return ", ".join(str(one.findtext("code") or "?") for one in _root(body) if one.tag == "error")
    except UnreadableAnswer:
        return ""


def _root(body: bytes) -> Any:
    try:
        return ElementTree.fromstring(body, forbid_dtd=True)
    except (ElementTree.ParseError, DefusedXmlException, ValueError) as error:
        raise UnreadableAnswer(type(error).__name__) from error
