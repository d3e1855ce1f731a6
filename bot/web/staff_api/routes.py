"""The routes of the staff API, each with its permission. Programs send an API token; the console's cookie works as well."""

from aiohttp import web

from bot.staff.model import Permission
from bot.web.access import SIGNED_IN, add_route
from bot.web.staff_api import (
    casework,
    chats,
    disruptions,
    erasing,
    events,
    helping,
    knowledge,
    learning,
    marking,
    suggestions,
    supervising,
)
from bot.web.staff_api.reports import report

HERE = "/api/v1/staff"
CHATS, SUPERVISE, CASES = Permission.ANSWER_CHATS, Permission.SUPERVISE_CHATS, Permission.WORK_CASES


def add_staff_api_routes(app: web.Application) -> None:
    """The staff API on the public application."""
    chat, case, draft = f"{HERE}/chats/{{id}}", f"{HERE}/cases/{{reference}}", f"{HERE}/drafts/{{id}}"
    add_route(app, "GET", f"{HERE}/me", chats.me, SIGNED_IN)
    add_route(app, "GET", f"{HERE}/queue", chats.queue, CHATS)
    add_route(app, "POST", f"{HERE}/queue/next", chats.claim_next, CHATS)
    add_route(app, "GET", f"{HERE}/chats", chats.chats, CHATS)
    add_route(app, "GET", chat, chats.open_chat, SIGNED_IN)  # an open chat and an ended one ask for different permissions
    add_route(app, "POST", f"{chat}/claim", chats.claim, CHATS)
    add_route(app, "POST", f"{chat}/messages", chats.reply, CHATS)
    add_route(app, "POST", f"{chat}/notes", chats.note, CHATS)
    add_route(app, "GET", f"{chat}/wrap-up", suggestions.wrap_up, CHATS)
    add_route(app, "GET", f"{HERE}/suggestions/outcomes/{{council}}", suggestions.outcomes, Permission.READ_REPORTS)
    add_route(app, "POST", f"{chat}/transfer", chats.transfer, CHATS)
    add_route(app, "POST", f"{chat}/put-back", chats.noted("put_back"), CHATS)
    add_route(app, "POST", f"{chat}/to-assistant", chats.noted("return_to_assistant"), CHATS)
    add_route(app, "POST", f"{chat}/end", chats.end, CHATS)
    add_route(app, "POST", f"{chat}/take-over", chats.take_over, SUPERVISE)
    add_route(app, "POST", f"{chat}/step-in", supervising.step_in, CHATS)
    add_route(app, "GET", f"{chat}/deletion", erasing.look, Permission.ERASE_CHATS)
    add_route(app, "POST", f"{chat}/deletion", erasing.erase, Permission.ERASE_CHATS)
    _add_helping(app, chat)
    add_route(app, "GET", f"{HERE}/team-chats", supervising.team_chats, SUPERVISE)
    add_route(app, "PUT", f"{HERE}/desks/{{id}}", supervising.change_desk, SUPERVISE)
    add_route(app, "GET", f"{HERE}/history", supervising.history, Permission.READ_TRANSCRIPTS)
    add_route(app, "PUT", f"{HERE}/presence", chats.set_presence, CHATS)
    add_route(app, "GET", f"{HERE}/drafts", chats.drafts, SUPERVISE)
    add_route(app, "POST", f"{draft}/approve", chats.approve, SUPERVISE)
    add_route(app, "POST", f"{draft}/refuse", chats.refuse, SUPERVISE)
    add_route(app, "GET", f"{HERE}/cases", casework.cases, CASES)
    add_route(app, "GET", case, casework.case, CASES)
    add_route(app, "POST", f"{case}/status", casework.change_status, CASES)
    add_route(app, "POST", f"{case}/notes", casework.add_note, CASES)
    add_route(app, "POST", f"{case}/due", casework.change_due, CASES)
    add_route(app, "POST", f"{case}/team", casework.change_team, CASES)
    place = f"{HERE}/disruptions/{{council}}"
    add_route(app, "GET", place, disruptions.disruptions, SIGNED_IN)
    add_route(app, "POST", place, disruptions.post, CASES)
    add_route(app, "DELETE", f"{place}/{{id}}", disruptions.end, CASES)
    add_route(app, "GET", f"{HERE}/reports", report, Permission.READ_REPORTS)
    add_route(app, "GET", f"{HERE}/events", events.events, CHATS)
    _add_knowledge(app)


def _add_helping(app: web.Application, chat: str) -> None:
    add_route(app, "GET", f"{chat}/choices", helping.choices, CHATS)
    add_route(app, "POST", f"{chat}/requests", helping.ask, CHATS)
    add_route(app, "POST", f"{chat}/recall", helping.recall, CHATS)
    add_route(app, "POST", f"{chat}/articles", helping.send_article, CHATS)
    add_route(app, "POST", f"{chat}/cases", helping.open_case, CHATS)
    add_route(app, "POST", f"{chat}/promises", helping.promise, CHATS)
    add_route(app, "GET", f"{chat}/suggestions", helping.suggestions, CHATS)
    add_route(app, "GET", f"{chat}/replies", helping.ready_replies, CHATS)
    _add_learning(app)


def _add_learning(app: web.Application) -> None:
    train, here = Permission.TRAIN_ASSISTANT, f"{HERE}/learning"
    add_route(app, "GET", f"{here}/themes", learning.themes, train)
    add_route(app, "POST", f"{here}/themes/gather", learning.gather, train)
    add_route(app, "GET", f"{here}/themes/{{id}}", learning.theme, train)
    add_route(app, "GET", f"{here}/suggestions", learning.suggestions, train)
    add_route(app, "POST", f"{here}/suggestions", learning.suggest, train)
    add_route(app, "POST", f"{here}/suggestions/{{id}}/accept", learning.accept, train)
    add_route(app, "POST", f"{here}/suggestions/{{id}}/refuse", learning.refuse, train)
    message = f"{here}/chats/{{id}}/messages/{{seq}}"
    add_route(app, "GET", f"{here}/chats/{{id}}", marking.transcript, train)
    add_route(app, "POST", f"{message}/meant", marking.meant, train)
    add_route(app, "POST", f"{message}/keep", marking.keep, train)
    add_route(app, "POST", f"{message}/wrong", marking.wrong, train)
    add_route(app, "GET", f"{here}/models", learning.models, train)
    add_route(app, "POST", f"{here}/models/train", learning.train, train)
    add_route(app, "POST", f"{here}/models/rollback", learning.roll_back, train)
    add_route(app, "GET", f"{here}/models/{{id}}", learning.candidate, train)
    add_route(app, "POST", f"{here}/models/{{id}}/promote", learning.promote, train)


def _add_knowledge(app: web.Application) -> None:
    edit, publish = Permission.EDIT_KNOWLEDGE, Permission.PUBLISH_KNOWLEDGE
    several = f"{HERE}/library/{{pack}}/{{kind}}"
    one, draft = f"{several}/{{name}}", f"{HERE}/article-drafts/{{id}}"
    add_route(app, "GET", several, knowledge.listed, edit)
    add_route(app, "GET", one, knowledge.one, edit)
    add_route(app, "POST", f"{one}/draft", knowledge.change, edit)
    add_route(app, "POST", f"{one}/withdraw", knowledge.withdraw, publish)
    add_route(app, "POST", f"{one}/put-back", knowledge.put_back, publish)
    add_route(app, "GET", f"{HERE}/article-drafts/of/{{pack}}", knowledge.drafts, edit)
    add_route(app, "POST", f"{HERE}/article-drafts", knowledge.create, edit)
    add_route(app, "GET", draft, knowledge.draft, edit)
    add_route(app, "PUT", draft, knowledge.save, edit)
    add_route(app, "DELETE", draft, knowledge.discard, edit)
    add_route(app, "POST", f"{draft}/send", knowledge.send, edit)
    add_route(app, "POST", f"{draft}/take-back", knowledge.take_back, edit)
    add_route(app, "POST", f"{draft}/send-back", knowledge.send_back, publish)
    add_route(app, "POST", f"{draft}/publish", knowledge.publish, publish)
