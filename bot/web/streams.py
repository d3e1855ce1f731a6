"""Whether somebody still listens at the other end of an event stream.

A stream that nobody hears is noticed when something is written to it, which may be never while nothing changes. Reading on
for it would keep a resident who left, or a member of staff whose browser is closed, looking as if they were there.
"""

from aiohttp import web


def is_heard(request: web.Request) -> bool:
    """Whether the request's connection is still open."""
    return request.transport is not None and not request.transport.is_closing()
