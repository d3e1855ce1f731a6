"""The OpenAPI document of the public API, served at /api/v1/openapi.json.

It is put together from the models of schemas.py and a table of operations, so that it says what the code does; tests
drive the running product from it with schemathesis.
"""

from typing import Any

from aiohttp import web
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from bot.web.access import PUBLIC, add_route
from bot.web.api import schemas
from bot.web.staff_api.openapi import staff_components, staff_paths

_REF = "#/components/schemas/{model}"
_SENT = (
    schemas.Conversation,
    schemas.Messages,
    schemas.Seq,
    schemas.ProblemDocument,
)
_ACCEPTED = (schemas.NewConversation, schemas.NewMessage, schemas.Answers, schemas.Feedback)
_ID = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}, "description": "The conversation."}


def openapi_document() -> dict[str, Any]:
    """The document as plain data."""
    models = [(model, "serialization") for model in _SENT] + [(model, "validation") for model in _ACCEPTED]
    _, definitions = models_json_schema(models, ref_template=_REF)  # type: ignore[arg-type]
    components = definitions["$defs"]
    components["NewMessage"]["oneOf"] = [{"required": ["text"]}, {"required": ["choice"]}]
    for name in ("text", "choice"):
        inner = components["NewMessage"]["properties"][name]
        text = next(option for option in inner.pop("anyOf") if option.get("type") == "string")
        inner.pop("default", None)
        inner.update(text)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Resident Desk",
            "version": "1",
            "description": "Conversations between residents and a council's assistant and staff.",
        },
        "paths": _paths() | staff_paths(),
        "components": {
            "schemas": staff_components() | components,
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "The conversation's token."},
                "staff": {"type": "http", "scheme": "bearer", "description": "An API token of a member of staff."},
            },
        },
    }


def _paths() -> dict[str, Any]:
    here = "/api/v1/conversations"
    after = _query("after", "integer", "Only messages with a higher seq.", 0, 2_147_483_647)
    wait = _query("wait", "number", "Seconds to wait for news.", 0, 30)
    last_event = {
        "name": "Last-Event-ID",
        "in": "header",
        "required": False,
        "schema": {"type": "string"},
        "description": "The seq of the last message that arrived.",
    }
    stream = {
        "description": "Messages and states as they happen.",
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    }
    return {
        here: {"post": _operation("begin", "Start a conversation.", {201: schemas.Conversation}, (), schemas.NewConversation)},
        here + "/{id}/messages": {
            "post": _operation(
                "say", "Say something or press a button.", {200: schemas.Seq, 201: schemas.Seq}, (_ID,), schemas.NewMessage
            ),
            "get": _operation("read", "Read what is new.", {200: schemas.Messages}, (_ID, after, wait)),
        },
        here + "/{id}/answers": {
            "post": _operation(
                "answer", "Fill in a form that staff sent.", {200: schemas.Seq, 201: schemas.Seq}, (_ID,), schemas.Answers
            ),
        },
        here + "/{id}/events": {
            "get": _operation("events", "Listen with server-sent events.", {200: stream}, (_ID, last_event)),
        },
        here + "/{id}/end": {"post": _operation("end", "End the conversation.", {204: None}, (_ID,))},
        here + "/{id}/feedback": {
            "post": _operation("feedback", "Say whether an answer helped.", {204: None}, (_ID,), schemas.Feedback)
        },
    }


def _operation(
    name: str,
    summary: str,
    answers: dict[int, type[BaseModel] | dict[str, Any] | None],
    parameters: tuple[dict[str, Any], ...],
    body: type[BaseModel] | None = None,
) -> dict[str, Any]:
    operation: dict[str, Any] = {"operationId": name, "summary": summary, "responses": {}}
    for status, answer in answers.items():
        if answer is None:
            operation["responses"][str(status)] = {"description": "Done."}
        elif isinstance(answer, dict):
            operation["responses"][str(status)] = answer
        else:
            operation["responses"][str(status)] = {"description": "Done.", "content": _json(answer)}
    problem = {"application/problem+json": {"schema": {"$ref": _REF.format(model="ProblemDocument")}}}
    operation["responses"]["default"] = {"description": "What is wrong, and what to do.", "content": problem}
    if parameters:
        operation["parameters"] = list(parameters)
        operation["security"] = [{"token": []}]
    if body:
        operation["requestBody"] = {"required": True, "content": _json(body)}
    return operation


def _json(model: type[BaseModel]) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": _REF.format(model=model.__name__)}}}


def _query(name: str, kind: str, description: str, least: int, most: int) -> dict[str, Any]:
    schema = {"type": kind, "minimum": least, "maximum": most, "default": least}
    return {"name": name, "in": "query", "required": False, "schema": schema, "description": description}


async def serve(request: web.Request) -> web.Response:
    """GET /api/v1/openapi.json."""
    return web.json_response(openapi_document())


def add_routes(app: web.Application) -> None:
    """The document's route."""
    add_route(app, "GET", "/api/v1/openapi.json", serve, PUBLIC)
