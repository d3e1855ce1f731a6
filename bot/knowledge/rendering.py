"""An article as a reader gets it: facts filled in, as plain text for programs and as clean HTML for pages.

The HTML is made from Markdown without raw HTML and then passed through nh3, so nothing an editor or a file contains can
run in a resident's browser. Telephone numbers become links that can be tapped.
"""

import re
from collections.abc import Mapping

import nh3
from markdown_it import MarkdownIt

from bot.knowledge.model import FACT, Fact

_MARKDOWN = MarkdownIt("commonmark", {"html": False})
_LINK = re.compile(r"\[([^\]]+)\]\(([^)\s]+)\)")
_EMPHASIS = re.compile(r"(\*\*|__)(.+?)\1")
_TAGS = {"p", "ul", "ol", "li", "a", "strong", "em", "br"}


def filled(body: str, facts: Mapping[str, Fact]) -> str:
    """Markdown with each {fact:key} replaced; telephone numbers and e-mail addresses as links."""
    return FACT.sub(lambda found: _as_markdown(facts[found[1]]), body)


def plain_text(markdown: str) -> str:
    """Markdown as plain text: links as their words with the address behind, no marks."""
    text = _LINK.sub(_plain_link, markdown)
    return _EMPHASIS.sub(r"\2", text).strip()


def html(markdown: str) -> str:
    """Markdown as clean HTML: paragraphs, lists, links, emphasis and nothing else."""
    return nh3.clean(
        _MARKDOWN.render(markdown),
        tags=_TAGS,
        attributes={"a": {"href"}},
        url_schemes={"https", "http", "tel", "mailto", "sms"},
        link_rel=None,
    ).strip()


def first_paragraph(markdown: str) -> str:
    """What the article says first: the answer itself."""
    return markdown.split("\n\n", 1)[0]


def parts(markdown: str) -> list[str]:
    """The paragraphs of an article; a list belongs to the line that announces it."""
    found: list[str] = []
    for part in filter(None, (one.strip() for one in markdown.split("\n\n"))):
        if found and found[-1].endswith(":"):
            found[-1] += "\n\n" + part
        else:
            found.append(part)
    return found


def _as_markdown(fact: Fact) -> str:
    if fact.kind == "telephone":
        return f"[{fact.value}](tel:{re.sub(r'[^0-9+]', '', fact.value)})"
    if fact.kind == "email":
        return f"[{fact.value}](mailto:{fact.value})"
    if fact.kind == "url" and "](" not in fact.value:
        return fact.value
    return fact.value


def _plain_link(found: re.Match[str]) -> str:
    words, address = found[1], found[2]
    if address.startswith(("tel:", "mailto:", "sms:")):
        return words
    return words if words == address else f"{words} ({address})"
