"""Whose address a request has when it comes through the council's own proxies.

Limits count by address, so behind a proxy everybody would share one. X-Forwarded-For is a header that anybody can write:
it counts only when the proxy itself is named in DESK_TRUSTED_PROXIES, and is read from the right, where that proxy wrote, to
the first address that is none of the council's proxies. What stands left of it may be made up.
"""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from aiohttp import web

from bot.web.problems import Handler

Networks = Sequence[IPv4Network | IPv6Network]
PROXIES = web.AppKey("trusted_proxies", tuple)


@web.middleware
async def behind_proxies(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Gives the request the address of whoever really sent it."""
    trusted = request.app.get(PROXIES, ())
    if trusted and request.remote:
        hops = ",".join(request.headers.getall("X-Forwarded-For", ())).split(",")
        request = request.clone(remote=sender(request.remote, hops, trusted))
    return await handler(request)


def sender(remote: str, hops: Sequence[str], trusted: Networks) -> str:
    """The rightmost address that is not a trusted proxy's; `hops` are the entries of X-Forwarded-For in their order."""
    found = remote
    for hop in reversed(hops):
        if not _is_one_of(found, trusted):
            break
        address = _address(hop)
        if address is None:  # a proxy of ours would not write this, so whoever stands before it cannot be told
            break
        found = str(address)
    return found


def _is_one_of(address: str, networks: Networks) -> bool:
    parsed = _address(address)
    return parsed is not None and any(parsed in network for network in networks)


def _address(text: str) -> IPv4Address | IPv6Address | None:
    """An address, also one with a port or in brackets as some proxies write it; None for anything else."""
    bare = text.strip()
    if bare.startswith("["):
        bare = bare[1:].partition("]")[0]
    elif bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        parsed = ip_address(bare)
    except ValueError:
        return None
    return parsed.ipv4_mapped or parsed if isinstance(parsed, IPv6Address) else parsed
