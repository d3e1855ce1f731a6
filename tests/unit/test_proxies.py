"""Whose address counts behind a proxy: only what a trusted one wrote, read from the right."""

from ipaddress import ip_network

import pytest
from aiohttp import web

from bot.settings import BadSetting, read_settings
from bot.web.proxies import PROXIES, behind_proxies, sender

OURS = (ip_network("10.0.0.0/24"), ip_network("127.0.0.1"))


@pytest.mark.parametrize(
    ("remote", "hops", "who"),
    [
        ("203.0.113.9", ["198.51.100.7"], "203.0.113.9"),  # came directly, so what it says of itself is worth nothing
        ("10.0.0.5", ["198.51.100.7"], "198.51.100.7"),
        ("10.0.0.5", ["1.2.3.4", "198.51.100.7"], "198.51.100.7"),  # the left one was made up by the sender
        ("10.0.0.5", ["1.2.3.4", "198.51.100.7", "10.0.0.6"], "198.51.100.7"),
        ("10.0.0.5", ["198.51.100.7:5143"], "198.51.100.7"),
        ("10.0.0.5", ["[2001:db8::1]:5143"], "2001:db8::1"),
        ("::ffff:10.0.0.5", ["198.51.100.7"], "198.51.100.7"),
        ("10.0.0.5", ["198.51.100.7", "unknown"], "10.0.0.5"),
        ("10.0.0.5", [""], "10.0.0.5"),
        ("10.0.0.5", ["10.0.0.7"], "10.0.0.7"),
    ],
)
def test_the_rightmost_address_that_is_not_ours_is_who_sent_it(remote, hops, who):
    assert sender(remote, hops, OURS) == who


@pytest.mark.parametrize(("trusted", "who"), [((), "127.0.0.1"), (OURS, "198.51.100.7")])
async def test_limits_meet_that_address_only_when_the_proxy_is_named(aiohttp_client, trusted, who):
    async def handler(request: web.Request) -> web.Response:
        return web.Response(text=f"{request.remote} {request.match_info['name']}")

    app = web.Application(middlewares=[behind_proxies])
    app[PROXIES] = trusted
    app.router.add_get("/{name}", handler)
    client = await aiohttp_client(app)
    response = await client.get("/here", headers={"X-Forwarded-For": "1.2.3.4, 198.51.100.7"})
    assert await response.text() == f"{who} here"


def test_the_setting_names_networks_and_refuses_everybody():
    assert read_settings({"DESK_TRUSTED_PROXIES": "127.0.0.1, 10.0.0.0/24"}).trusted_proxies == (OURS[1], OURS[0])
    for wrong in ("*", "0.0.0.0/0", "::/0", "proxy.example", "10.0.0.1/24"):
        with pytest.raises(BadSetting, match="DESK_TRUSTED_PROXIES"):
            read_settings({"DESK_TRUSTED_PROXIES": wrong})
