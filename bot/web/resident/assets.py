"""The style sheets, scripts and pictures of the pages, held in memory and served under /static/.

One hash of everything stands in the address, so that a browser keeps a file for a year and yet never mixes two
versions, and so that script modules can name each other by plain relative paths. GOV.UK Frontend's style sheet is taken
from node_modules without its two licensed fonts. pages.py asks here for addresses; loader.js has an address of its own.
"""

import gzip
import hashlib
import mimetypes
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import structlog
from aiohttp import web

log = structlog.get_logger()

LOADER = "loader.js"
GOVUK_CSS = Path("govuk-frontend/dist/govuk/govuk-frontend.min.css")
MORPHDOM = Path("morphdom/dist/morphdom-esm.js")  # puts new HTML in the place of old, for the console
FOR_A_YEAR = "public, max-age=31536000, immutable"
FOR_AN_HOUR = "public, max-age=3600"
_LICENSED_FONTS = re.compile(r"@font-face\{[^}]*\}")
_TEXT = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".txt": "text/plain"}


@dataclass(frozen=True)
class Asset:
    """One file as it is sent, plain and packed."""

    content: bytes
    packed: bytes
    content_type: str

    @property
    def tag(self) -> str:
        """Its ETag."""
        return f'"{hashlib.sha256(self.content).hexdigest()[:20]}"'


class Assets:
    """All files of the pages. Built once at the start."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._assets = {name: _asset(name, content) for name, content in files.items()}
        everything = hashlib.sha256()
        for name in sorted(files):
            everything.update(name.encode() + b"\0" + files[name] + b"\0")
        self.version = everything.hexdigest()[:16]
        self.loader_version = hashlib.sha256(files.get(LOADER, b"")).hexdigest()[:16]

    @classmethod
    def read(cls, static_folder: Path, node_modules: Path, made: Mapping[str, str]) -> "Assets":
        """The files of a folder, GOV.UK's style sheet, and what was made (name and content)."""
        files = {
            path.relative_to(static_folder).as_posix(): path.read_bytes()
            for path in sorted(static_folder.rglob("*"))
            if path.is_file()
        }
        files |= {name: content.encode() for name, content in made.items()}
        try:
            files["css/govuk.css"] = without_fonts((node_modules / GOVUK_CSS).read_text(encoding="utf-8")).encode()
        except OSError:
            log.warning("govuk_frontend_missing", advice="run make setup; the pages work, but look plain")
            files["css/govuk.css"] = b""
        try:
            files["vendor/morphdom.js"] = (node_modules / MORPHDOM).read_bytes()
        except OSError:
            log.warning("morphdom_missing", advice="run make setup; the console works, but does not update by itself")
        return cls(files)

    def address(self, name: str) -> str:
        """Where a page finds a file."""
        if name not in self._assets:
            raise KeyError(name)
        return f"/static/{self.version}/{name}"

    def modules(self) -> list[str]:
        """The names of all script modules, for the browser to fetch at once."""
        return sorted(name for name in self._assets if name.startswith("js/"))

    def loader_address(self) -> str:
        """Where a council's page finds this very version of the loader."""
        return f"/loader-{self.loader_version}.js"

    def response(self, request: web.Request, name: str, cache: str, headers: Mapping[str, str] | None = None) -> web.Response:
        """A file, or 304 when the browser has it already. Raises web.HTTPNotFound."""
        asset = self._assets.get(name)
        if asset is None:
            raise web.HTTPNotFound
        sent = {"Cache-Control": cache, "ETag": asset.tag, "Vary": "Accept-Encoding", **(headers or {})}
        if asset.tag in request.headers.get("If-None-Match", ""):
            return web.Response(status=304, headers=sent)
        sent["Content-Type"] = asset.content_type
        if "gzip" in request.headers.get("Accept-Encoding", "") and len(asset.packed) < len(asset.content):
            return web.Response(body=asset.packed, headers={**sent, "Content-Encoding": "gzip"})
        return web.Response(body=asset.content, headers=sent)


def without_fonts(css: str) -> str:
    """GOV.UK Frontend's style sheet without the fonts that only gov.uk may use; Arial is next in its list."""
    return _LICENSED_FONTS.sub("", css).replace("GDS Transport,", "")


def _asset(name: str, content: bytes) -> Asset:
    suffix = Path(name).suffix
    kind = _TEXT.get(suffix)
    content_type = f"{kind}; charset=utf-8" if kind else mimetypes.guess_type(name)[0] or "application/octet-stream"
    return Asset(content, gzip.compress(content, 9, mtime=0) if kind else content, content_type)
