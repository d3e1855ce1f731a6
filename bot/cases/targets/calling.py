"""Calls to systems outside: no redirects, no private addresses, short answers, a time limit.

A council's settings name the addresses, but a name can be made to point inside the network later; so each connection is
checked when its address is known, and a redirect is never followed. Development may call this machine.
"""

import ipaddress
from socket import AddressFamily
from typing import Any
from urllib.parse import urlsplit

from aiohttp import ClientSession, ClientTimeout, TCPConnector
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

SECONDS = 10
LARGEST_ANSWER = 2**20


class PrivateAddress(OSError):
    """The name leads into a private network, so it is not called."""


class PublicResolver(AbstractResolver):
    """Finds the addresses of a name and refuses private ones."""

    def __init__(self) -> None:
        self._inner = ThreadedResolver()

    async def resolve(self, host: str, port: int = 0, family: AddressFamily = AddressFamily.AF_INET) -> list[ResolveResult]:
        """The public addresses of a host. Raises PrivateAddress."""
        found = await self._inner.resolve(host, port, family)
        if not found or not all(is_public(one["host"]) for one in found):
            raise PrivateAddress(f"{host} leads to a private address")
        return found

    async def close(self) -> None:
        """Nothing to close."""
        await self._inner.close()


def outside_session(*, allow_private: bool) -> ClientSession:
    """A session for calls to the outside. Close it at the end."""
    connector = TCPConnector(resolver=None if allow_private else PublicResolver(), limit=20)
    return ClientSession(
        connector=connector, timeout=ClientTimeout(total=SECONDS), headers={"User-Agent": "Resident-Desk"}, trust_env=False
    )


def check_address(url: str, *, allow_private: bool) -> None:
    """Raises PrivateAddress for an address that is itself a private number; names are checked when they are resolved."""
    host = urlsplit(url).hostname or ""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return
    if not allow_private and not is_public(host):
        raise PrivateAddress(f"{host} is a private address")


def was_private(error: Exception) -> bool:
    """Whether a call failed because of a private address; aiohttp wraps what the resolver raised."""
    return isinstance(error, PrivateAddress) or isinstance(getattr(error, "os_error", None), PrivateAddress)


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the internet at large."""
    number = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(number, ipaddress.IPv6Address) and number.ipv4_mapped:
        number = number.ipv4_mapped
    return number.is_global and not number.is_multicast


async def read_answer(response: Any) -> bytes:
    """The body of an answer, at most LARGEST_ANSWER of it."""
    return bytes(await response.content.read(LARGEST_ANSWER))
