"""The operations on articles, facts and their drafts in the OpenAPI document; openapi.py joins them with the rest."""

from collections.abc import Callable
from typing import Any

Operation = Callable[..., dict[str, Any]]


def knowledge_paths(here: str, op: Operation) -> dict[str, Any]:
    """The paths under `here`, each made by `op` as openapi.py makes its own."""
    text = {"schema": {"type": "string"}}
    pack = {"name": "pack", "in": "path", "required": True, **text, "description": "The council, or the national base."}
    kinds = {"schema": {"type": "string", "enum": ["articles", "facts"]}}
    kind = {"name": "kind", "in": "path", "required": True, **kinds, "description": "Articles or facts."}
    name = {"name": "name", "in": "path", "required": True, **text, "description": "The article's id or the fact's key."}
    draft = {"name": "id", "in": "path", "required": True, **text, "description": "The draft."}
    chosen = [
        {"name": "q", "in": "query", **text, "description": "Words to look for."},
        {"name": "state", "in": "query", **text, "description": "due, waiting, draft, live, withdrawn, out_of_date …"},
        {"name": "area", "in": "query", **text, "description": "The subject."},
    ]
    one, which, drafts = f"{here}/library/{{pack}}/{{kind}}/{{name}}", [pack, kind, name], f"{here}/article-drafts"
    return {
        f"{here}/library/{{pack}}/{{kind}}": {
            "get": op("staffLibrary", "Articles or facts with their state.", {200: "Entries"}, [pack, kind, *chosen])
        },
        one: {"get": op("staffEntry", "One as it is live, with its history.", {200: "Entry"}, which)},
        f"{one}/draft": {"post": op("staffChangeEntry", "The draft that changes it.", {200: "ArticleDraft"}, which)},
        f"{one}/withdraw": {"post": op("staffWithdraw", "Withdraw it at once.", {204: ""}, which, "Withdraw")},
        f"{one}/put-back": {"post": op("staffPutVersionBack", "An earlier version again.", {204: ""}, which, "PutBack")},
        f"{drafts}/of/{{pack}}": {"get": op("staffArticleDrafts", "The open drafts.", {200: "ArticleDrafts"}, [pack])},
        drafts: {"post": op("staffNewArticle", "A draft of something new.", {201: "ArticleDraft"}, [], "NewDraft")},
        f"{drafts}/{{id}}": {
            "get": op("staffArticleDraft", "A draft with its mistakes.", {200: "ArticleDraft"}, [draft]),
            "put": op("staffSaveDraft", "Save a draft, right or wrong.", {200: "ArticleDraft"}, [draft], "SaveDraft"),
            "delete": op("staffDiscardDraft", "Throw a draft away.", {204: ""}, [draft]),
        },
        f"{drafts}/{{id}}/send": {
            "post": op("staffSendDraft", "Send it to be checked.", {200: "ArticleDraft"}, [draft], "SeenDraft")
        },
        f"{drafts}/{{id}}/take-back": {"post": op("staffTakeDraftBack", "Write in it again.", {200: "ArticleDraft"}, [draft])},
        f"{drafts}/{{id}}/send-back": {
            "post": op("staffSendDraftBack", "Say what should change.", {200: "ArticleDraft"}, [draft], "SendBack")
        },
        f"{drafts}/{{id}}/publish": {
            "post": op("staffPublish", "Publish what somebody else wrote.", {200: "ArticleDraft"}, [draft], "Publish")
        },
    }
