"""The fields of an editor's form, and the text in the form of the packs' files that they become.

What is typed is kept as it was typed, right or wrong, so that a draft with mistakes loses nothing. Writing a changed text
keeps every line of the earlier one that says the same: the history then shows what changed and nothing else, and lines that
no field knows stay.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Self

import yaml

from bot.foundation.packs import parse_yaml
from bot.knowledge.editing.model import Kind
from bot.knowledge.model import Article, Fact
from bot.knowledge.texts import FENCE, UnreadableText, article_from, fact_from, front_and_body

_TOP_KEY = re.compile(r"([A-Za-z_]\w*):")
_FACT_KEY = re.compile(r"  [A-Za-z0-9_]+:")
_FACT_VALUE = re.compile(r"    ([A-Za-z_]\w*):")
_UNSEEN = re.compile(
    "[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f\\u200b-\\u200f\\u2028-\\u202e\\u2066-\\u2069\\ufeff\\ufffe\\uffff\\ud800-\\udfff]"
)
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


class _Form:
    """What both forms share: to and from the JSON in which a draft is stored."""

    @classmethod
    def stored(cls, values: Mapping[str, Any]) -> Self:
        """From JSON; a field that is missing is empty, and what nobody can see is left out."""
        known = {one.name for one in fields(cls)}  # type: ignore[arg-type]
        return cls(**{name: _clean(value, lines=name == "body") for name, value in values.items() if name in known})

    def as_json(self) -> dict[str, Any]:
        """For JSON."""
        return json.loads(json.dumps(asdict(self)))  # type: ignore[call-overload, no-any-return]


@dataclass(frozen=True)
class ArticleFields(_Form):
    """An article as a form has it. `sources` are pairs of title and address."""

    id: str = ""
    title: str = ""
    area: str = ""
    lgsl: str = ""
    intents: tuple[str, ...] = ()
    primary: bool = False
    questions: tuple[str, ...] = ()
    owner: str = ""
    sources: tuple[tuple[str, str], ...] = ()
    checked: str = ""
    review_by: str = ""
    valid_from: str = ""
    valid_to: str = ""
    body: str = ""

    @classmethod
    def of(cls, article: Article) -> Self:
        """The fields of an article."""
        return cls(
            id=article.id,
            title=article.title,
            area=article.area,
            lgsl=str(article.lgsl),
            intents=article.intents,
            primary=article.primary,
            questions=article.questions,
            owner=article.owner,
            sources=tuple((page.title, page.url) for page in article.sources),
            checked=f"{article.checked}",
            review_by=f"{article.review_by}",
            valid_from=f"{article.valid_from or ''}",
            valid_to=f"{article.valid_to or ''}",
            body=article.body,
        )

    def named(self, name: str) -> Self:
        """The same under another id."""
        return replace(self, id=name)

    def text(self, over: str = "") -> str:
        """The article's text; `over` is the one whose lines are kept where they say the same."""
        front, body = front_and_body(over) if over else ("", "")
        old = _blocks(front, _TOP_KEY)
        new = {
            "id": _line("id", self.id),
            "title": _line("title", self.title),
            "area": _line("area", self.area),
            "lgsl": _line("lgsl", self.lgsl, plain=self.lgsl.isdigit()),
            "intents": f"intents: [{', '.join(map(_flow, self.intents))}]\n",
            "primary": f"primary: {str(self.primary).lower()}\n",
            "questions": _listed("questions", self.questions, _scalar, old.get("questions", "")),
            "owner": _line("owner", self.owner),
            "sources": _listed("sources", self.sources, _source, old.get("sources", "")),
            **{name: _day_line(name, getattr(self, name)) for name in ("valid_from", "valid_to", "checked", "review_by")},
            "disputed": "",
        }
        kept = self.body == body.strip() and body
        return f"{FENCE}{_joined(old, new)}{FENCE}{kept or self.body.strip() + chr(10)}"


@dataclass(frozen=True)
class FactFields(_Form):
    """A fact as a form has it."""

    key: str = ""
    value: str = ""
    kind: str = "text"
    label: str = ""
    source_title: str = ""
    source_url: str = ""
    checked: str = ""
    status: str = "current"
    valid_from: str = ""
    valid_to: str = ""
    note: str = ""

    @classmethod
    def of(cls, fact: Fact) -> Self:
        """The fields of a fact."""
        return cls(
            key=fact.key,
            value=fact.value,
            kind=fact.kind,
            label=fact.label,
            source_title=fact.source.title,
            source_url=fact.source.url,
            checked=f"{fact.checked}",
            status=fact.status,
            valid_from=f"{fact.valid_from or ''}",
            valid_to=f"{fact.valid_to or ''}",
            note=fact.note,
        )

    def named(self, name: str) -> Self:
        """The same under another key."""
        return replace(self, key=name)

    def text(self, over: str = "") -> str:
        """The fact's lines of facts.yml; `over` as for an article."""
        lines = over.splitlines(keepends=True)
        name = next((place for place, line in enumerate(lines) if _FACT_KEY.match(line)), -1)
        new = {
            "value": f"value: {_quoted(self.value)}\n",
            "kind": _line("kind", self.kind),
            "label": f"label: {_quoted(self.label)}\n",
            "source": f"source: {_source((self.source_title, self.source_url))}\n",
            **{name: _day_line(name, getattr(self, name)) for name in ("checked", "valid_from", "valid_to")},
            "status": _line("status", self.status),
            "note": f"note: {_quoted(self.note)}\n" if self.note else "",
        }
        indented = {name: line and f"    {line}" for name, line in new.items()}
        values = _joined(_blocks("".join(lines[name + 1 :]), _FACT_VALUE), indented)
        return f"{''.join(lines[: max(name, 0)])}  {self.key}:\n{values}"


Fields = ArticleFields | FactFields


def fields_from(kind: Kind, values: Mapping[str, Any]) -> Fields:
    """The fields of a stored draft."""
    return ArticleFields.stored(values) if kind == Kind.ARTICLE else FactFields.stored(values)


def fields_of_text(kind: Kind, text: str, pack: str) -> Fields:
    """The fields that a text has. Raises UnreadableText."""
    return ArticleFields.of(article_from(text, pack)) if kind == Kind.ARTICLE else FactFields.of(fact_from(text, pack))


def withdrawn_text(kind: Kind, text: str) -> str:
    """The text of the same article or fact, marked as one that may not be given."""
    if kind == Kind.FACT:
        return re.sub(r"^    status:.*$", "    status: unverified", text, count=1, flags=re.M)
    front, body = front_and_body(text)
    front = "".join(block for key, block in _blocks(front, _TOP_KEY).items() if key != "disputed")
    return f"{FENCE}{front}disputed: true\n{FENCE}{body}"


def is_withdrawn(kind: Kind, text: str, pack: str) -> bool:
    """Whether a text is marked as one that may not be given."""
    try:
        return article_from(text, pack).disputed if kind == Kind.ARTICLE else fact_from(text, pack).status != "current"
    except UnreadableText:
        return False


def _blocks(text: str, key: re.Pattern[str]) -> dict[str, str]:
    """A text of YAML in its entries, each with the lines that belong to it; joined they are the text again."""
    found: dict[str, str] = {}
    name = ""
    for line in text.splitlines(keepends=True):
        if begun := key.match(line):
            name = begun[1]
        found[name] = found.get(name, "") + line
    return found


def _joined(old: Mapping[str, str], new: Mapping[str, str]) -> str:
    """The new entries in the order of the old ones, each as it was where it says the same; what is new comes where it usually stands."""
    order = list(old)
    for place, name in enumerate(new):
        if name not in order:
            before = [order.index(one) for one in list(new)[:place] if one in order]
            order.insert(max(before) + 1 if before else len(order), name)
    return "".join(_same_or(old.get(name, ""), new[name]) if name in new else old[name] for name in order)


def _same_or(old: str, new: str) -> str:
    return old if old and (old == new or _loaded(old) == _loaded(new)) else new


def _loaded(text: str) -> Any:
    try:
        return parse_yaml(text)
    except yaml.YAMLError:
        return text


def _line(name: str, value: str, *, plain: bool = False) -> str:
    return f"{name}: {value if plain else _scalar(value)}\n"


def _day_line(name: str, value: str) -> str:
    """The line of a day; none where a day that may be missing is empty."""
    return _line(name, value, plain=bool(_DAY.fullmatch(value))) if value or name in ("checked", "review_by") else ""


def _listed(name: str, items: Sequence[Any], write: Callable[[Any], str], old: str) -> str:
    """A list, one item a line, with the old lines of items that stay."""
    kept = {_hashed(_loaded(line)): line for line in old.splitlines(keepends=True)[1:]}
    quoted = next(iter(kept.values()), "").startswith('  - "')
    lines = []
    for item in items:
        line = f"  - {_quoted(item) if quoted and isinstance(item, str) else write(item)}\n"
        lines.append(kept.get(_hashed(_loaded(line)), line))
    return f"{name}:\n{''.join(lines)}" if lines else f"{name}: []\n"


def _hashed(value: object) -> str:
    return repr(value)


def _source(pair: Sequence[str]) -> str:
    return f"{{title: {_quoted(pair[0])}, url: {_quoted(pair[1])}}}"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _scalar(text: str) -> str:
    """A text as YAML reads it back: plain where it can be, in quotes where it must be."""
    return text if text and "\n" not in text and _loaded(f"k: {text}\n") == {"k": text} else _quoted(text)


def _flow(text: str) -> str:
    """The same inside brackets."""
    return text if re.fullmatch(r"[A-Za-z_]\w*", text) and _scalar(text) == text else _quoted(text)


def _clean(value: Any, *, lines: bool = False) -> Any:
    """What was typed without what nobody can see; lists of JSON as tuples. Only a body has several lines."""
    if isinstance(value, str):
        seen = _UNSEEN.sub("", value.replace("\r\n", "\n").replace("\r", "\n"))
        return "\n".join(line.rstrip() for line in seen.split("\n")).strip() if lines else " ".join(seen.split())
    if isinstance(value, list | tuple):
        return tuple(_clean(one) for one in value)
    return value
