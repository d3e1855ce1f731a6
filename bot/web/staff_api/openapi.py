"""The staff API's part of the OpenAPI document: operations and the shapes they send, taken from the code."""

from collections.abc import Sequence
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import models_json_schema

from bot.reports.model import SERVICES
from bot.reports.periods import Step
from bot.web.staff_api import erasing, knowledge_schemas, learning_schemas, schemas, suggestion_schemas
from bot.web.staff_api.knowledge_openapi import knowledge_paths
from bot.web.staff_api.reports import REPORT
from bot.web.staff_api.routes import HERE

_REF = "#/components/schemas/{model}"
_ACCEPTED = (
    schemas.Reply, schemas.NewNote, schemas.Noted, schemas.Transfer, schemas.End, schemas.SetPresence,
    schemas.Approve, schemas.Refuse, schemas.ChangeStatus, schemas.CaseNote, schemas.PostDisruption, schemas.AskResident,
    schemas.SendArticle, schemas.OpenCase, schemas.Promise, schemas.ChangeDesk, schemas.ChangeDue, schemas.ChangeTeam,
    erasing.EraseChat, *knowledge_schemas.ACCEPTED,
)  # fmt: skip
_SENT = (
    suggestion_schemas.SuggestedReplies, suggestion_schemas.WrapUp, suggestion_schemas.SuggestionOutcomes,
    schemas.Me, schemas.Sent, schemas.Desk, schemas.Choices, schemas.StaffChat, schemas.StaffCase, schemas.Cases,
    schemas.PostedDisruptions, erasing.ErasableChat, erasing.ErasedChat, *knowledge_schemas.SENT,
)  # fmt: skip
_RECORDS: dict[str, TypeAdapter[Any]] = {
    "Queue": schemas.QUEUE, "Chats": schemas.CHATS, "Drafts": schemas.DRAFTS, "AtHand": schemas.READY,
    "PastChats": schemas.PAST, "Report": REPORT,
}  # fmt: skip
_TEXT: dict[str, Any] = {"schema": {"type": "string"}}


def staff_components() -> dict[str, Any]:
    """The shapes of the staff API, by name."""
    models: list[tuple[Any, str]] = [(model, "serialization") for model in (*_SENT, *learning_schemas.SENT)]
    models += [(model, "validation") for model in (*_ACCEPTED, *learning_schemas.ACCEPTED)]
    _, definitions = models_json_schema(models, ref_template=_REF)  # type: ignore[arg-type]
    components: dict[str, Any] = definitions["$defs"]
    for name, record in _RECORDS.items():
        shape = record.json_schema(mode="serialization", ref_template=_REF)
        components |= shape.pop("$defs", {})
        components[name] = shape
    return components


def staff_paths() -> dict[str, Any]:
    """The operations of the staff API."""
    return {
        **_chat_paths(),
        **_helping_paths(),
        **_supervising_paths(),
        **_case_paths(),
        **_disruption_paths(),
        **_learning_paths(),
        **knowledge_paths(HERE, _op),
        **_report_paths(),
    }


def _chat_paths() -> dict[str, Any]:
    chat = _in_path("id", "The conversation.")
    place = _in_path("council", "The council.")
    days = _number("days", "Over how many days.", 30, 730)
    after = _number("after", "Only messages with a higher seq.", 0, 2_147_483_647)
    stream = {"description": "Events.", "content": {"text/event-stream": {"schema": {"type": "string"}}}}
    watched = {"name": "chat", "in": "query", **_TEXT, "description": "A chat to listen to as well."}
    last = {"name": "Last-Event-ID", "in": "header", **_TEXT, "description": "The seq of the last message that arrived."}
    return {
        f"{HERE}/me": {"get": _op("staffMe", "Who the token acts for.", {200: "Me"})},
        f"{HERE}/queue": {"get": _op("staffQueue", "Everybody who waits, whole.", {200: "Queue"})},
        f"{HERE}/queue/next": {"post": _op("staffNext", "Take the first of the queue.", {200: "StaffChat", 204: ""})},
        f"{HERE}/chats": {"get": _op("staffChats", "Your own chats.", {200: "Chats"})},
        f"{HERE}/chats/{{id}}": {"get": _op("staffChat", "A chat with its transcript.", {200: "StaffChat"}, [chat, after])},
        f"{HERE}/chats/{{id}}/claim": {"post": _op("staffClaim", "Take a chat.", {200: "StaffChat"}, [chat])},
        f"{HERE}/chats/{{id}}/messages": {
            "post": _op("staffReply", "Reply to the resident, once.", {200: "Sent", 201: "Sent"}, [chat], "Reply")
        },
        f"{HERE}/chats/{{id}}/notes": {"post": _op("staffNote", "Note for colleagues, once.", {204: ""}, [chat], "NewNote")},
        f"{HERE}/chats/{{id}}/wrap-up": {"get": _op("staffWrapUp", "A drafted note for the end.", {200: "WrapUp"}, [chat])},
        f"{HERE}/suggestions/outcomes/{{council}}": {
            "get": _op("staffOutcomes", "What became of suggestions.", {200: "SuggestionOutcomes"}, [place, days])
        },
        f"{HERE}/chats/{{id}}/transfer": {"post": _op("staffTransfer", "Pass a chat on.", {204: ""}, [chat], "Transfer")},
        f"{HERE}/chats/{{id}}/put-back": {"post": _op("staffPutBack", "Back to the queue.", {204: ""}, [chat], "Noted")},
        f"{HERE}/chats/{{id}}/to-assistant": {
            "post": _op("staffToAssistant", "Leave it to the assistant.", {204: ""}, [chat], "Noted")
        },
        f"{HERE}/chats/{{id}}/end": {"post": _op("staffEnd", "End a chat with an outcome.", {204: ""}, [chat], "End")},
        f"{HERE}/presence": {"put": _op("staffPresence", "Say how it stands with you.", {200: "Desk"}, [], "SetPresence")},
        f"{HERE}/events": {"get": _op("staffEvents", "Listen with server-sent events.", {200: stream}, [watched, after, last])},
    }


def _helping_paths() -> dict[str, Any]:
    """The typed actions of staff and the answers at hand."""
    here, chat = f"{HERE}/chats/{{id}}", _in_path("id", "The conversation.")
    once: dict[int, str | dict[str, Any]] = {200: "Sent", 201: "Sent"}
    message = _number("for", "A message of the resident; 0 for their newest.", 0, 2_147_483_647)
    suggested = [chat, message, _in_query("find", "Words to look for instead.")]
    search = [chat, _in_query("text", "Words to look for."), _number("limit", "How many at most.", 8, 50)]
    return {
        f"{here}/choices": {"get": _op("staffChoices", "What actions can be told.", {200: "Choices"}, [chat])},
        f"{here}/requests": {"post": _op("staffAsk", "Ask with a form, once.", once, [chat], "AskResident")},
        f"{here}/recall": {"post": _op("staffRecall", "Take a chat back from the assistant.", {204: ""}, [chat])},
        f"{here}/articles": {"post": _op("staffSendArticle", "Send an article, once.", once, [chat], "SendArticle")},
        f"{here}/cases": {"post": _op("staffOpenCase", "Open a case, once.", once, [chat], "OpenCase")},
        f"{here}/promises": {"post": _op("staffPromise", "Promise a call or an answer, once.", once, [chat], "Promise")},
        f"{here}/suggestions": {"get": _op("staffSuggestions", "What could be replied.", {200: "SuggestedReplies"}, suggested)},
        f"{here}/replies": {"get": _op("staffReplies", "Ready replies of the team.", {200: "AtHand"}, search)},
    }


def _supervising_paths() -> dict[str, Any]:
    """For supervisors, and past chats."""
    chat, draft, person = _in_path("id", "The conversation."), _in_path("id", "The draft."), _in_path("id", "The account.")
    moments = [
        _in_query(name, text) for name, text in (
            ("since", "Ended at this moment or later."), ("until", "Ended before this moment."),
            ("before", "To go on: the end of the last one."),
        )
    ]  # fmt: skip
    past = [
        _in_query("text", "Words in the transcript."),
        _in_query("team", "Of one team."),
        _in_query("outcome", "How it ended."),
    ]
    return {
        f"{HERE}/team-chats": {"get": _op("staffTeamChats", "Chats of colleagues.", {200: "Chats"})},
        f"{HERE}/chats/{{id}}/step-in": {"post": _op("staffStepIn", "Join where there is danger.", {200: "StaffChat"}, [chat])},
        f"{HERE}/chats/{{id}}/take-over": {
            "post": _op("staffTakeOver", "Take a colleague's chat.", {200: "StaffChat"}, [chat], "Noted")
        },
        f"{HERE}/chats/{{id}}/deletion": {
            "get": _op("staffErasable", "What would be deleted and what would stay.", {200: "ErasableChat"}, [chat]),
            "post": _op("staffErase", "Delete a chat for good.", {200: "ErasedChat"}, [chat], "EraseChat"),
        },
        f"{HERE}/desks/{{id}}": {"put": _op("staffChangeDesk", "How somebody works.", {204: ""}, [person], "ChangeDesk")},
        f"{HERE}/drafts": {"get": _op("staffDrafts", "Replies that wait for a second person.", {200: "Drafts"})},
        f"{HERE}/drafts/{{id}}/approve": {"post": _op("staffApprove", "Approve a reply.", {200: "Seq"}, [draft], "Approve")},
        f"{HERE}/drafts/{{id}}/refuse": {"post": _op("staffRefuse", "Refuse a reply.", {204: ""}, [draft], "Refuse")},
        f"{HERE}/history": {"get": _op("staffHistory", "Past chats, the newest first.", {200: "PastChats"}, [*past, *moments])},
    }


def _case_paths() -> dict[str, Any]:
    reference = _in_path("reference", "The case's reference.")
    listed = [
        {**_in_query("ended", "Ended ones."), "schema": {"type": "string", "enum": ["yes", "no"]}},
        _in_query("team", "Of one team."),
        _in_query("text", "A reference, a contact or words of the title."),
        _number("limit", "How many at most.", 50, 200),
        _number("offset", "How many to leave out first.", 0, 1_000_000),
    ]
    return {
        f"{HERE}/cases": {"get": _op("staffCases", "Cases by their promised date.", {200: "Cases"}, listed)},
        f"{HERE}/cases/{{reference}}": {"get": _op("staffCase", "A case with its history.", {200: "StaffCase"}, [reference])},
        f"{HERE}/cases/{{reference}}/status": {
            "post": _op("staffCaseStatus", "Move a case on.", {200: "StaffCase"}, [reference], "ChangeStatus")
        },
        f"{HERE}/cases/{{reference}}/notes": {
            "post": _op("staffCaseNote", "Write in a case.", {200: "StaffCase"}, [reference], "CaseNote")
        },
        f"{HERE}/cases/{{reference}}/due": {
            "post": _op("staffCaseDue", "Promise another date.", {200: "StaffCase"}, [reference], "ChangeDue")
        },
        f"{HERE}/cases/{{reference}}/team": {
            "post": _op("staffCaseTeam", "Pass a case to another team.", {200: "StaffCase"}, [reference], "ChangeTeam")
        },
    }


def _disruption_paths() -> dict[str, Any]:
    place, disruption = _in_path("council", "The council."), _in_path("id", "The disruption.")
    return {
        f"{HERE}/disruptions/{{council}}": {
            "get": _op("staffDisruptions", "Where bins are not collected.", {200: "PostedDisruptions"}, [place]),
            "post": _op("staffDisrupt", "Say so of a place.", {201: "PostedDisruption"}, [place], "PostDisruption"),
        },
        f"{HERE}/disruptions/{{council}}/{{id}}": {
            "delete": _op("staffEndDisruption", "End one before its last day.", {204: ""}, [place, disruption])
        },
    }


def _learning_paths() -> dict[str, Any]:
    here = f"{HERE}/learning"
    theme, candidate = [_in_path("id", "The theme.")], [_in_path("id", "The candidate.")]
    suggestion = [_in_path("id", "The suggestion.")]
    closed, state = (
        [_in_query("closed", "yes for closed ones.")],
        [_in_query("state", "waiting, accepted, refused or withdrawn.")],
    )
    one, many = "SuggestionShape", "LearningSuggestions"
    chat, message = _in_path("id", "The conversation."), _in_path("seq", "The message.")
    marked, marks = f"{here}/chats/{{id}}/messages/{{seq}}", [chat, message]
    return {
        f"{here}/chats/{{id}}": {"get": _op("staffChatToLearnFrom", "A chat to mark.", {200: "ChatToLearnFrom"}, [chat])},
        f"{marked}/meant": {"post": _op("staffMeant", "What a resident's message meant.", {201: one}, marks, "Meant")},
        f"{marked}/keep": {"post": _op("staffKeep", "A reply of staff is worth keeping.", {201: one}, marks)},
        f"{marked}/wrong": {"post": _op("staffWrong", "An answer of the assistant is wrong.", {204: ""}, marks, "Wrong")},
        f"{here}/themes": {"get": _op("staffThemes", "What residents ask and do not get.", {200: "Themes"}, closed)},
        f"{here}/themes/gather": {"post": _op("staffGather", "Look again now.", {200: "Gathered"})},
        f"{here}/themes/{{id}}": {"get": _op("staffTheme", "A theme's messages.", {200: "ThemeWithMessages"}, theme)},
        f"{here}/suggestions": {
            "get": _op("staffLearningSuggestions", "What was suggested to learn.", {200: many}, state),
            "post": _op("staffSuggestExample", "Say what a message means.", {201: one}, [], "NewExample"),
        },
        f"{here}/suggestions/{{id}}/accept": {
            "post": _op("staffAcceptSuggestion", "Accept as a second person.", {200: one}, suggestion, "AcceptSuggestion")
        },
        f"{here}/suggestions/{{id}}/refuse": {
            "post": _op("staffRefuseSuggestion", "Refuse with a reason.", {200: one}, suggestion, "WithReason")
        },
        f"{here}/models": {"get": _op("staffModels", "The live model and the candidates.", {200: "Models"})},
        f"{here}/models/train": {"post": _op("staffTrain", "Train a candidate.", {202: "CandidateShape"})},
        f"{here}/models/rollback": {"post": _op("staffRollBack", "Go back to the model before.", {200: "MadeLive"})},
        f"{here}/models/{{id}}": {
            "get": _op("staffCandidate", "Which answers change.", {200: "CandidateWithChanges"}, candidate)
        },
        f"{here}/models/{{id}}/promote": {"post": _op("staffPromote", "Make it live.", {200: "MadeLive"}, candidate)},
    }


def _in_path(name: str, description: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, **_TEXT, "description": description}


def _in_query(name: str, description: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, **_TEXT, "description": description}


def _report_paths() -> dict[str, Any]:
    day = {"type": "string", "format": "date"}
    period = [
        _choice("period", "A usual period up to today.", ["today", "yesterday", "week", "four_weeks", "month", "year"]),
        {"name": "first", "in": "query", "schema": day, "description": "The first day, instead of a usual period."},
        {"name": "last", "in": "query", "schema": day, "description": "The last day; today without it."},
        {"name": "council", "in": "query", **_TEXT, "description": "One council; all of yours without it."},
        _choice("service", "One service; all without it.", list(SERVICES)),
        _choice("step", "How finely the series is cut; as fits without it.", list(Step)),
    ]
    summary = "Figures of a period, by day, hour and service."
    return {f"{HERE}/reports": {"get": _op("staffReports", summary, {200: "Report"}, period)}}


def _op(
    name: str,
    summary: str,
    answers: dict[int, str | dict[str, Any]],
    parameters: list[dict[str, Any]] | None = None,
    body: str = "",
) -> dict[str, Any]:
    responses: dict[str, Any] = {}
    for status, answer in answers.items():
        if isinstance(answer, dict):
            responses[str(status)] = answer
        else:
            responses[str(status)] = {"description": "Done.", **({"content": _json(answer)} if answer else {})}
    problem = {"application/problem+json": {"schema": {"$ref": _REF.format(model="ProblemDocument")}}}
    responses["default"] = {"description": "What is wrong, and what to do.", "content": problem}
    operation: dict[str, Any] = {
        "operationId": name, "summary": summary, "tags": ["staff"], "security": [{"staff": []}], "responses": responses,
    }  # fmt: skip
    if parameters:
        operation["parameters"] = parameters
    if body:
        operation["requestBody"] = {"required": True, "content": _json(body)}
    return operation


def _json(model: str) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": _REF.format(model=model)}}}


def _choice(name: str, description: str, values: Sequence[str]) -> dict[str, Any]:
    schema = {"type": "string", "enum": [str(value) for value in values]}
    return {"name": name, "in": "query", "schema": schema, "description": description}


def _number(name: str, description: str, default: int, most: int) -> dict[str, Any]:
    schema = {"type": "integer", "minimum": 0, "maximum": most, "default": default}
    return {"name": name, "in": "query", "required": False, "schema": schema, "description": description}
