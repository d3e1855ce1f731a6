"""Makes fields, definitions and forms of applications, so that a test names only what it is about."""

from datetime import date
from pathlib import Path
from typing import Any

from bot.applications.filling import Form
from bot.applications.model import Asked, Definition, Field, FieldType, Option
from bot.foundation.packs import load_yaml

ROOT = Path(__file__).resolve().parents[1]
THURSDAY = date(2026, 11, 26)
WORDS = load_yaml(ROOT / "councils" / "england" / "applications.yml")
BINS = (
    Option("rubbish", "Grey rubbish bin", ("grey", "gray", "black", "rubbish", "general")),
    Option("recycling", "Blue recycling bin", ("blue", "recycling")),
    Option("food", "Brown food bin", ("brown", "food", "caddy")),
    Option("garden", "Green garden bin", ("green", "garden")),
)


def make_asked(today: date = THURSDAY, days: tuple[date, ...] = ()) -> Asked:
    """Thursday 26 November 2026 and the shipped words."""
    return Asked(today, WORDS, days)


def make_field(kind: str = "text", name: str = "field", **changes: Any) -> Field:
    """A question of a type."""
    values: dict[str, Any] = {"label": name.capitalize(), "ask": f"What is the {name}?"}
    return Field(name=name, type=FieldType(kind), **{**values, **changes})


def make_definition(*fields: Field, **changes: Any) -> Definition:
    """A report of an invented council: a bin and a day, unless told otherwise."""
    values: dict[str, Any] = {
        "id": "missed",
        "council": "borchester",
        "title": "Report a missed bin",
        "button": "Report a missed bin",
        "said": "your report",
        "team": "waste",
        "area": "bins",
        "owner": "Waste team",
        "fields": fields or (make_field("choice", "bin", options=BINS), make_field("date", "day", latest="today")),
    }
    return Definition(**{**values, **changes})


def make_form(*fields: Field, **answers: Any) -> Form:
    """A form with nothing answered yet."""
    return Form(make_definition(*fields), "key")
