"""POST /actions: runs a custom action for the engine with rasa_sdk's ActionExecutor.

The application listens on 127.0.0.1 only. Actions are handed in ready made, since rasa_sdk's own registration only logs
an action that cannot be imported. A failing action answers with an error status and a name; the engine then gives an
empty reply, which dialogue/engine.py treats as a failure.
"""

import json
import zlib
from collections.abc import Sequence

import structlog
from aiohttp import web
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import Action, ActionExecutionRejection, ActionMissingDomainException, ActionNotFoundException

log = structlog.get_logger()

TRACKER_LIMIT = 20 * 2**20  # the engine sends its whole tracker with each call
EXECUTOR = web.AppKey("executor", ActionExecutor)


def new_actions_app(actions: Sequence[Action]) -> web.Application:
    """The internal application with these actions."""
    executor = ActionExecutor()
    for action in actions:
        executor.register_action(action)
    app = web.Application(client_max_size=TRACKER_LIMIT)
    app[EXECUTOR] = executor
    app.router.add_post("/actions", run_action)
    return app


async def run_action(request: web.Request) -> web.Response:
    """Runs the action that the engine names."""
    try:
        call = json.loads(await _body(request))
    except (ValueError, zlib.error):
        return web.json_response({"error": "the body is not JSON"}, status=400)
    name = str(call.get("next_action")) if isinstance(call, dict) else ""
    try:
        result = await request.app[EXECUTOR].run(call)
    except ActionExecutionRejection as error:
        return web.json_response({"error": error.message, "action_name": error.action_name}, status=400)
    except ActionNotFoundException as error:
        return web.json_response({"error": error.message, "action_name": error.action_name}, status=404)
    except ActionMissingDomainException as error:
        return web.json_response({"error": error.message, "action_name": error.action_name}, status=449)
    except Exception:
        log.exception("action_failed", action=name)
        return web.json_response({"error": "the action failed", "action_name": name}, status=500)
    return web.json_response(result.model_dump() if result else None)


async def _body(request: web.Request) -> bytes:
    body = await request.read()
    if request.headers.get("Content-Encoding") == "deflate" and not body.lstrip().startswith(b"{"):
        return zlib.decompress(body)
    return body
