"""Answers of GeoReport v2 in both of its forms. Field names and nesting follow https://wiki.open311.org/GeoReport_v2/.

A list is a list of plain records here; XML gives each record a tag, JSON leaves it as it is. Nothing of XML is ever read.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree import ElementTree

from aiohttp import web

Record = Mapping[str, Any]
# The tag around each record of a list, and around the records of a list inside a record.
ITEM_TAGS = {
    "services": "service",
    "service_requests": "request",
    "errors": "error",
    "attributes": "attribute",
    "values": "value",
    "endpoints": "endpoint",
    "formats": "format",
}
_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def answer(form: str, root: str, content: Record | Sequence[Record], status: int = 200) -> web.Response:
    """The answer as xml or json."""
    if form == "json":
        return web.json_response(content, status=status)
    body = ElementTree.tostring(_element(root, content), encoding="utf-8", xml_declaration=True)
    return web.Response(body=body, status=status, content_type="text/xml", charset="utf-8")


def errors(form: str, found: Sequence[tuple[int, str]]) -> web.Response:
    """What is wrong; the status is the first code's."""
    records = [{"code": code, "description": description} for code, description in found]
    return answer(form, "errors", records, found[0][0])


def _element(tag: str, content: Any) -> ElementTree.Element:
    element = ElementTree.Element(tag)
    match content:
        case Mapping():
            element.extend(_element(name, value) for name, value in content.items())
        case list() | tuple():
            element.extend(_element(ITEM_TAGS[tag], one) for one in content)
        case bool():
            element.text = "true" if content else "false"
        case None:
            pass
        case _:
            element.text = _NOT_IN_XML.sub("", str(content))
    return element
