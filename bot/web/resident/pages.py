"""What every page handler needs: words, colours, templates, files and the headers of each kind of page.

Built once at the start. Pages set their own security headers here; server.py gives the common ones to whatever has none.
A page in a frame names exactly the sites that may frame it, and the script hears only those; in production a council
with an empty list is framed by nobody.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.knowledge.model import CouncilKnowledge
from bot.knowledge.service import Knowledge
from bot.web.resident.assets import Assets
from bot.web.resident.colours import council_css
from bot.web.resident.words import PageWords

_ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:[0-9]{1,5}|:\*)?")
_DEVELOPMENT_SITES = ("http://localhost:*", "http://127.0.0.1:*")
_POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'"


class UnusableSite(Exception):
    """A site of embed_sites is not an origin; the message says which."""


@dataclass(frozen=True)
class CouncilPage:
    """One council as the templates see it."""

    id: str
    name: str
    website: str
    contact_page: str
    css: str
    words: dict[str, Any]
    embed_sites: tuple[str, ...]


class Pages:
    """The residents' pages. app.py hands in the folder and whether this is production; routes.py completes it."""

    def __init__(self, words: PageWords, *, production: bool) -> None:
        self._words = words
        self.production = production

    @classmethod
    def read(cls, councils_folder: Path, *, production: bool) -> "Pages":
        """The words of the pages. Raises UnreadableWords and UnreadablePackFile."""
        return cls(PageWords.read(councils_folder), production=production)

    def prepare(self, knowledge: Knowledge, static_folder: Path, node_modules: Path) -> None:
        """Reads files and templates. Raises UnusableColour and UnusableSite."""
        councils = {council_id: knowledge.council(council_id) for council_id in knowledge.council_ids}
        made = {_css_name(council.id): council_css(council.council["colour"]) for council in councils.values()}
        self.assets = Assets.read(static_folder, node_modules, made)
        self.councils = {council.id: self._council_page(council) for council in councils.values()}
        self._templates = Environment(
            loader=FileSystemLoader(static_folder.parent / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.globals.update(
            asset=self.assets.address, loader=self.assets.loader_address, modules=self.assets.modules()
        )

    def common_words(self) -> dict[str, Any]:
        """Words of pages that belong to no council."""
        return self._words.common()

    def render(
        self, template: str, *, status: int = 200, frame_sites: Sequence[str] = (), cache: str = "no-store", **values: Any
    ) -> web.Response:
        """A page with its headers; `frame_sites` are the sources that may frame it.

        Only pages without a resident's words and token are packed, so that the packed size tells nothing about them.
        """
        framed_by = " ".join(frame_sites) or "'none'"
        headers = {
            "Content-Security-Policy": f"{_POLICY}; frame-src 'self'; frame-ancestors {framed_by}",
            "Cache-Control": cache,
            "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
            "Referrer-Policy": "same-origin",
            "X-Content-Type-Options": "nosniff",
        }
        if not frame_sites:
            headers["Cross-Origin-Opener-Policy"] = "same-origin"
        text = self._templates.get_template(template).render(values)
        response = web.Response(text=text, status=status, content_type="text/html", headers=headers)
        if not values.get("secret"):
            response.headers["Vary"] = "Accept-Encoding"
            response.enable_compression()
        return response

    def frame_sites(self, council: CouncilPage) -> tuple[str, ...]:
        """The sources of frame-ancestors for a council's widget."""
        return council.embed_sites if self.production else ("'self'", *council.embed_sites)

    def _council_page(self, council: CouncilKnowledge) -> CouncilPage:
        sites = tuple(str(site).rstrip("/").lower() for site in council.council.get("embed_sites") or ())
        for site in sites:
            if not _ORIGIN.fullmatch(site):
                raise UnusableSite(f"{council.id}: embed_sites has {site!r}; write a site like https://www.example.gov.uk.")
        return CouncilPage(
            id=council.id,
            name=council.name,
            website=council.council["website"],
            contact_page=council.council["contact_page"],
            css=_css_name(council.id),
            words=self._words.of(council.id, council.name),
            embed_sites=sites if self.production else (*sites, *_DEVELOPMENT_SITES),
        )


def _css_name(council_id: str) -> str:
    return f"css/council-{council_id}.css"


PAGES = web.AppKey("pages", Pages)
