"""Checks of answers after GeoReport v2: its text (https://wiki.open311.org/GeoReport_v2/) and the published JSON schemas.

The schemas are in https://github.com/open311/schema-validation (schema/georeport-v2: request, service, service-definition), which has no
licence of its own; so the shapes here are written anew with the same fields, kinds, limits and what is required. They are
stricter in one thing: no other fields are allowed. XML is checked by the same shapes.
"""

import json
import re
from typing import Any

from defusedxml import ElementTree
from jsonschema import Draft202012Validator

MOMENT = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$"
TEXT = {"type": ["string", "null"]}
WHEN = {"anyOf": [{"type": "string", "pattern": MOMENT}, {"type": "null"}]}
FULL = {"type": "string", "minLength": 1}
DEGREES = {"type": ["number", "null"]}
URI = {"anyOf": [{"type": "string", "pattern": r"^https?://\S+$"}, {"type": "null"}]}
LONG = {"anyOf": [{"type": "string", "maxLength": 4000}, {"type": "null"}]}


def record(required: dict[str, Any], optional: dict[str, Any] | None = None) -> dict[str, Any]:
    """The shape of an object with exactly these fields."""
    return {
        "type": "object",
        "properties": {**required, **(optional or {})},
        "required": list(required),
        "additionalProperties": False,
    }


def many(shape: dict[str, Any], least: int = 0) -> dict[str, Any]:
    """The shape of a list."""
    return {"type": "array", "items": shape, "minItems": least}


VALUE = record({"key": FULL, "name": FULL})
ATTRIBUTE = record(
    {
        "variable": {"type": "boolean"},
        "code": FULL,
        "datatype": {"enum": ["string", "number", "datetime", "text", "singlevaluelist", "multivaluelist"]},
        "required": {"type": "boolean"},
        "datatype_description": TEXT,
        "order": {"type": "integer", "minimum": 1},
        "description": FULL,
    },
    {"values": many(VALUE, 1)},
)
SHAPES = {
    "discovery": record(
        {
            "changeset": {"type": "string", "pattern": MOMENT},
            "contact": FULL,
            "key_service": FULL,
            "endpoints": many(
                record(
                    {
                        "specification": {"const": "http://wiki.open311.org/GeoReport_v2"},
                        "url": {"type": "string", "pattern": "^https?://"},
                        "changeset": {"type": "string", "pattern": MOMENT},
                        "type": {"enum": ["production", "test", "acceptation"]},
                        "formats": many({"enum": ["text/xml", "application/json"]}, 1),
                    }
                ),
                1,
            ),
        }
    ),
    "services": many(
        record(
            {
                "service_code": FULL,
                "service_name": FULL,
                "description": TEXT,
                "metadata": {"type": "boolean"},
                "type": {"enum": ["realtime", "batch", "blackbox"]},
                "keywords": TEXT,
                "group": TEXT,
            }
        )
    ),
    "service_definition": record({"service_code": FULL, "attributes": many(ATTRIBUTE)}),
    "posted": many(record({"service_request_id": FULL}, {"service_notice": TEXT, "account_id": TEXT}), 1),
    "tokens": many(record({"service_request_id": FULL, "token": FULL}), 1),
    "requests": many(
        record(
            {
                "service_request_id": FULL,
                "status": {"enum": ["open", "closed"]},
                "service_name": FULL,
                "service_code": FULL,
                "requested_datetime": {"type": "string", "pattern": MOMENT},
            },
            {
                "status_notes": TEXT,
                "description": LONG,
                "agency_responsible": TEXT,
                "service_notice": TEXT,
                "updated_datetime": WHEN,
                "expected_datetime": WHEN,
                "address": TEXT,
                "address_id": TEXT,
                "zipcode": TEXT,
                "lat": DEGREES,
                "long": DEGREES,
                "media_url": URI,
            },
        )
    ),
    "errors": many(record({"code": {"type": "integer", "minimum": 400}, "description": FULL}), 1),
}
ROOTS = {"posted": "service_requests", "tokens": "service_requests", "requests": "service_requests"}
ITEMS = {
    "services": "service",
    "service_requests": "request",
    "errors": "error",
    "attributes": "attribute",
    "values": "value",
    "endpoints": "endpoint",
    "formats": "format",
}


def check(shape: str, form: str, body: str) -> Any:
    """The content of an answer, after it was found to have this shape."""
    content = json.loads(body) if form == "json" else from_xml(shape, body)
    errors = [f"{list(error.path)}: {error.message}" for error in Draft202012Validator(SHAPES[shape]).iter_errors(content)]
    assert errors == [], body
    return content


def from_xml(shape: str, body: str) -> Any:
    """The same content that JSON would have. Only tags that the specification names are known."""
    root = ElementTree.fromstring(body.encode())
    assert root.tag == ROOTS.get(shape, shape)
    return _content(root)


def _content(element: Any) -> Any:
    if element.tag in ITEMS:
        assert all(child.tag == ITEMS[element.tag] for child in element), ElementTree.tostring(element)
        return [_content(child) for child in element]
    if len(element):
        return {child.tag: _content(child) for child in element}
    text = element.text
    if element.tag in ("metadata", "variable", "required") and text in ("true", "false"):
        return text == "true"
    if element.tag in ("lat", "long") and text:
        return float(text)
    if element.tag in ("order", "code") and text and re.fullmatch(r"\d+", text):
        return int(text)
    return text
