"""Whether the product lives, whether it is ready, and its figures: /healthz, /readyz and /metrics.

`readyz` names each part and is 200 only when all are ready. With the engine away the assistant still gives simple
answers, so a load balancer may choose to go by `healthz`; whoever waits for full service goes by `readyz`.
"""

from aiohttp import web

from bot.web import keys
from bot.web.access import PUBLIC, add_route


async def healthz(request: web.Request) -> web.Response:
    """The process runs."""
    return web.json_response({"status": "ok"})


async def readyz(request: web.Request) -> web.Response:
    """Each part by name; 200 when all are ready, 503 otherwise."""
    try:
        await request.app[keys.DATABASE].check()
        database = "ok"
    except Exception as error:
        database = f"failing: {type(error).__name__}"
    engine = "ok" if await request.app[keys.ENGINE].ready() else "away"
    knowledge = "ok" if request.app[keys.KNOWLEDGE].council_ids else "empty"
    parts = {"engine": engine, "database": database, "knowledge": knowledge}
    ready = all(state == "ok" for state in parts.values())
    return web.json_response({"status": "ready" if ready else "not ready", "parts": parts}, status=200 if ready else 503)


async def metrics(request: web.Request) -> web.Response:
    """Figures for Prometheus."""
    return web.Response(
        body=request.app[keys.METRICS].text(), headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"}
    )


def add_routes(app: web.Application) -> None:
    """The three routes."""
    add_route(app, "GET", "/healthz", healthz, PUBLIC)
    add_route(app, "GET", "/readyz", readyz, PUBLIC)
    add_route(app, "GET", "/metrics", metrics, PUBLIC)
