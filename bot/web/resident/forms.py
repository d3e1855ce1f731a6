"""What a browser without our script sends: the fields of the chat's form and the conversation they belong to.

The form carries the conversation's id and token in hidden fields, so there is no cookie and no token in an address. A
form sent from another website may at most begin a new conversation, which does nothing for whoever sent it.
"""

import re
import secrets
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import parse_qsl

from aiohttp import web

LARGEST_FIELDS = 40
_MESSAGE_ID = re.compile(r"[A-Za-z0-9._:-]{1,64}")
_RATING = re.compile(r"([1-9][0-9]{0,8}):(yes|partly|no)")


class UnreadableForm(Exception):
    """The body is not a form that can be read."""


class FromElsewhere(Exception):
    """The form was sent by another website with a conversation in it."""


@dataclass(frozen=True)
class ChatForm:
    """The chat's form as it was sent."""

    text: str = ""
    choice: str = ""
    rating: tuple[int, Literal["yes", "partly", "no"]] | None = None
    do: str = ""  # send, check or save
    conversation: str = ""
    token: str = ""
    message_id: str = ""
    rated: dict[int, str] = field(default_factory=dict)
    answer_to: str = ""  # the form of staff that is answered
    answers: dict[str, str] = field(default_factory=dict)

    @property
    def says_something(self) -> bool:
        """Whether a message is to be sent, even an empty one."""
        return bool(self.choice or self.answer_to) or (self.rating is None and self.do not in ("check", "save"))

    @property
    def begun(self) -> bool:
        """Whether it belongs to a conversation."""
        return bool(self.conversation and self.token)


async def read_form(request: web.Request) -> ChatForm:
    """The form of a request. Raises UnreadableForm, FromElsewhere and web.HTTPRequestEntityTooLarge."""
    fields = await read_fields(request)
    rating = _RATING.fullmatch(fields.get("feedback", ""))
    message_id = fields.get("message_id", "")
    form = ChatForm(
        text=fields.get("text", ""),
        choice=fields.get("choice", "")[:400],
        rating=(int(rating[1]), _helpful(rating[2])) if rating else None,
        do=fields.get("do", ""),
        conversation=fields.get("conversation", ""),
        token=fields.get("token", ""),
        message_id=message_id if _MESSAGE_ID.fullmatch(message_id) else new_message_id(),
        answer_to=fields.get("answer_to", "")[:64],
        answers={name.removeprefix("answer:"): value for name, value in fields.items() if name.startswith("answer:")},
        rated={int(one[1]): one[2] for one in map(_RATING.fullmatch, fields.get("rated", "").split(",")) if one},
    )
    if form.begun and request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        raise FromElsewhere
    return form


async def read_fields(request: web.Request) -> dict[str, str]:
    """The fields of any form, the last of a name. Raises UnreadableForm and web.HTTPRequestEntityTooLarge."""
    return dict(await read_pairs(request, LARGEST_FIELDS))


async def read_pairs(request: web.Request, most: int) -> list[tuple[str, str]]:
    """All fields of a form in order, at most so many. Raises UnreadableForm and web.HTTPRequestEntityTooLarge."""
    if request.content_type != "application/x-www-form-urlencoded":
        raise UnreadableForm
    body = await request.read()
    try:
        return parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, errors="replace", max_num_fields=most)
    except ValueError as problem:
        raise UnreadableForm from problem


def new_message_id() -> str:
    """A name for the next message, so that sending the form twice says it once."""
    return f"page-{secrets.token_hex(12)}"


def _helpful(word: str) -> Literal["yes", "partly", "no"]:
    return "yes" if word == "yes" else "partly" if word == "partly" else "no"
