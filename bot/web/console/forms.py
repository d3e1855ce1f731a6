"""What forms of the console send, and small things that their handlers share."""

import re
from typing import Any
from urllib.parse import quote

from aiohttp import web
from multidict import MultiDict

LONGEST_FIELD = 5000
_BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrom", "Chromium"), ("Safari", "Safari"))
_SYSTEMS = (
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)


async def read_form(request: web.Request, longest: int = LONGEST_FIELD) -> MultiDict[str]:
    """The fields of a form, each cut at a length that nobody needs; files are left out."""
    found = await request.post()
    return MultiDict((name, value[:longest]) for name, value in found.items() if isinstance(value, str))


def see_other(address: str) -> web.Response:
    """An answer that sends the browser to a page of ours with GET."""
    return web.Response(status=303, headers={"Location": address})


def way_back(wanted: str) -> str:
    """The page of the console to go back to; only addresses of our own are followed."""
    return quote(wanted, safe="/?&=%:-._~") if re.fullmatch(r"/console(/[^\\\s]*|\?[^\\\s]*)?", wanted) else "/console"


def browser_of(request: web.Request) -> str:
    """The browser in words that its owner recognises in a list of sessions."""
    agent = request.headers.get("User-Agent", "")
    browser = next((name for mark, name in _BROWSERS if mark in agent), "Another browser")
    system = next((name for mark, name in _SYSTEMS if mark in agent), "")
    return f"{browser} on {system}" if system else browser


def later_in_words(words: dict[str, Any], seconds: int) -> str:
    """That too much was tried, and how long to wait: "30 seconds" or "4 minutes"."""
    count, unit = (seconds, "seconds") if seconds < 120 else (-(-seconds // 60), "minutes")
    sign_in = words["sign_in"]
    wait = sign_in[unit]["one"] if count == 1 else sign_in[unit]["many"].format(count=count)
    return str(sign_in["later"].format(wait=wait))
