"""The routes of trainers' pages. All of them ask for the permission to train the assistant."""

from aiohttp import web

from bot.staff.model import Permission
from bot.web.access import add_route
from bot.web.console.learning import models, review, themes, transcript
from bot.web.console.learning.shown import HERE

TRAIN = Permission.TRAIN_ASSISTANT
THEME = HERE + "/themes/{id:[0-9a-f]{12}}"
SUGGESTION = review.PAGE + "/{id:[0-9a-f]{16}}"
CANDIDATE = models.PAGE + "/{id:[0-9a-f]{8}}"
CHAT = HERE + "/chats/{conversation:[0-9a-f]{32}}"
MESSAGE = CHAT + "/{seq:[0-9]{1,9}}"


def add_learning_routes(app: web.Application) -> None:
    """The pages on the public application."""
    add_route(app, "GET", HERE, themes.themes_page, TRAIN)
    add_route(app, "POST", HERE + "/gather", themes.gather, TRAIN)
    add_route(app, "GET", THEME, themes.theme_page, TRAIN)
    add_route(app, "POST", THEME + "/suggest", themes.suggest, TRAIN)
    add_route(app, "POST", THEME + "/article", themes.ask_for_article, TRAIN)
    add_route(app, "POST", THEME + "/close", themes.close, TRAIN)
    add_route(app, "POST", THEME + "/reopen", themes.reopen, TRAIN)
    add_route(app, "GET", review.PAGE, review.review_page, TRAIN)
    add_route(app, "POST", SUGGESTION + "/accept", review.accept, TRAIN)
    add_route(app, "POST", SUGGESTION + "/refuse", review.refuse, TRAIN)
    add_route(app, "POST", SUGGESTION + "/withdraw", review.withdraw, TRAIN)
    add_route(app, "GET", models.PAGE, models.models_page, TRAIN)
    add_route(app, "POST", models.PAGE + "/train", models.train, TRAIN)
    add_route(app, "POST", models.PAGE + "/rollback", models.roll_back, TRAIN)
    add_route(app, "GET", CANDIDATE, models.candidate_page, TRAIN)
    add_route(app, "POST", CANDIDATE + "/promote", models.promote, TRAIN)
    add_route(app, "GET", CHAT, transcript.transcript_page, TRAIN)
    add_route(app, "POST", MESSAGE + "/meant", transcript.meant, TRAIN)
    add_route(app, "POST", MESSAGE + "/keep", transcript.keep, TRAIN)
    add_route(app, "POST", MESSAGE + "/wrong", transcript.wrong, TRAIN)
