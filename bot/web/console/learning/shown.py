"""What every page of trainers shares: words, plain names of meanings, and how a page is drawn.

A meaning is an intent under its plain label. People choose labels; what a form sends back may be a label or the intent itself.
"""

from collections.abc import Awaitable, Callable, Mapping
from functools import wraps
from pathlib import Path
from typing import Any

from aiohttp import web

from bot.foundation.packs import load_yaml
from bot.foundation.words import LONDON
from bot.learning.candidates import AlreadyTraining
from bot.learning.model import AlreadyDecided, ModelRefused, NothingHere, OwnSuggestion, UnusableMark
from bot.learning.reviewing import Contradicts
from bot.privacy.pseudonyms_process import MaskingFailed
from bot.web import keys
from bot.web.access import actor_of
from bot.web.console.shell import Words, show
from bot.web.problems import Handler

HERE = "/console/learning"
WORDS = web.AppKey("learning_words", dict[str, Any])


def prepare_learning(app: web.Application, councils_folder: Path) -> None:
    """Hangs the words of these pages on the application. Raises UnreadablePackFile."""
    app[WORDS] = load_yaml(councils_folder / "england" / "learning.yml")


class Meanings:
    """Plain labels of every intent, for one council, and the way back."""

    def __init__(self, request: web.Request, council: str = "") -> None:
        knowledge, own = request.app[keys.KNOWLEDGE], request.app[WORDS]["meanings"]
        councils = [council] if council in knowledge.council_ids else knowledge.council_ids
        labels = {**knowledge.words(councils[0])["intents"], **own}
        intents = request.app[keys.LEARNING].reviewing.intents()
        self._labels = {intent: str(labels.get(intent, intent)) for intent in intents}
        self._intents = {label.casefold(): intent for intent, label in self._labels.items()}

    def label(self, intent: str) -> str:
        """What the intent is called."""
        return self._labels.get(intent, intent)

    def all(self) -> list[str]:
        """Every label, in the order of the alphabet."""
        return sorted(self._labels.values(), key=str.casefold)

    def intent(self, said: str) -> str:
        """The intent of a label, or of its own name; empty when there is none."""
        said = said.strip()
        return said if said in self._labels else self._intents.get(said.casefold(), "")


async def show_page(
    request: web.Request, template: str, *, status: int = 200, wrong: Mapping[str, str] | None = None, **values: Any
) -> web.Response:
    """A page of trainers, with the parts there are and how much waits for a decision."""
    room, actor = request.app[keys.LEARNING], actor_of(request)
    meanings = values.pop("meanings", None) or Meanings(request)
    return show(
        request,
        f"learning/{template}",
        status=status,
        wrong=wrong,
        says=request.app[WORDS],
        to_review=await room.reviewing.waiting_count(actor),
        meanings=meanings.all(),
        label=meanings.label,
        day=lambda moment: f"{moment.astimezone(LONDON):%-d %b %Y}",
        done=request.query.get("done", ""),
        **values,
    )


def counted(words: Words, count: int, **values: Any) -> str:
    """The form of words for none, one or many."""
    name = "none" if count == 0 and "none" in words else "one" if count == 1 else "many"
    return str(words[name]).format(count=f"{count:,}", **values)


FAULTS = (UnusableMark, OwnSuggestion, AlreadyDecided, Contradicts, ModelRefused, AlreadyTraining, MaskingFailed)


def sentence(request: web.Request, problem: Exception) -> str:
    """What went wrong, for the person who asked for it."""
    words = request.app[WORDS]
    match problem:
        case OwnSuggestion():
            return str(words["review"]["yours"])
        case AlreadyDecided():
            return str(words["review"]["decided"])
        case MaskingFailed():
            return str(words["themes"]["not_masked"])
        case _:
            return str(problem)


def missing_as_404(handler: Handler) -> Handler:
    """What is none of the actor's business does not exist for them."""

    @wraps(handler)
    async def handle(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except NothingHere:
            raise web.HTTPNotFound from None

    return handle


def or_again(draw: Callable[[web.Request, int, Mapping[str, str]], Awaitable[web.Response]]) -> Callable[[Handler], Handler]:
    """A form's handler that draws its page again, with the sentence, when something cannot be done."""

    def around(handler: Handler) -> Handler:
        @wraps(handler)
        async def handle(request: web.Request) -> web.StreamResponse:
            try:
                return await handler(request)
            except NothingHere:
                raise web.HTTPNotFound from None
            except FAULTS as problem:
                status = 422 if isinstance(problem, UnusableMark) else 409
                return await draw(request, status, {"": sentence(request, problem)})

        return handle

    return around
