"""The routes of the console, each with what it asks for. Rooms of the console that grow have an add_…_routes of their own."""

from aiohttp import web

from bot.staff.model import Permission, Step
from bot.web.access import PUBLIC, SIGNED_IN, add_route
from bot.web.console import account, audit, codes, disruptions, home, invitations, outside, signing_in, staff, switches, tokens
from bot.web.console.desk.routes import add_desk_routes
from bot.web.console.knowledge.routes import add_knowledge_routes
from bot.web.console.learning.routes import add_learning_routes
from bot.web.console.reports import add_reports_routes


def add_console_routes(app: web.Application) -> None:
    """The console on the public application."""
    add_route(app, "GET", "/console", home.home, SIGNED_IN)
    _add_signing_in(app)
    _add_account(app)
    _add_administration(app)
    add_desk_routes(app)
    add_knowledge_routes(app)
    add_route(app, "GET", "/console/disruptions", disruptions.disruptions_page, Permission.WORK_CASES)
    add_route(app, "POST", "/console/disruptions", disruptions.post, Permission.WORK_CASES)
    add_route(app, "POST", "/console/disruptions/{council}/{id}/end", disruptions.end, Permission.WORK_CASES)
    add_learning_routes(app)
    add_reports_routes(app)


def _add_signing_in(app: web.Application) -> None:
    add_route(app, "GET", "/console/sign-in", signing_in.sign_in_page, PUBLIC)
    add_route(app, "POST", "/console/sign-in", signing_in.sign_in, PUBLIC)
    add_route(app, "POST", "/console/sign-out", signing_in.sign_out, SIGNED_IN)
    add_route(app, "GET", "/console/new-password", signing_in.new_password_page, Step.NEW_PASSWORD)
    add_route(app, "POST", "/console/new-password", signing_in.new_password, Step.NEW_PASSWORD)
    add_route(app, "GET", "/console/code", codes.code_page, Step.CODE)
    add_route(app, "POST", "/console/code", codes.code, Step.CODE)
    add_route(app, "GET", "/console/set-up-code", codes.set_up_page, Step.ENROL)
    add_route(app, "POST", "/console/set-up-code", codes.set_up, Step.ENROL)
    add_route(app, "GET", "/console/set-up-code/qr.svg", codes.qr, Step.ENROL)
    add_route(app, "GET", "/console/outside", outside.go, PUBLIC)
    add_route(app, "GET", outside.BACK, outside.back, PUBLIC)
    add_route(app, "GET", "/console/invitation/{link}", invitations.invitation_page, PUBLIC)
    add_route(app, "POST", "/console/invitation/{link}", invitations.accept, PUBLIC)


def _add_account(app: web.Application) -> None:
    add_route(app, "GET", "/console/account", account.account_page, SIGNED_IN)
    add_route(app, "POST", "/console/account/password", account.change_password, SIGNED_IN)
    add_route(app, "POST", "/console/account/recovery-codes", account.renew_recovery_codes, SIGNED_IN)
    add_route(app, "POST", "/console/account/sessions/{id}/end", account.end_session, SIGNED_IN)
    add_route(app, "GET", "/console/account/code", codes.set_up_page, SIGNED_IN)
    add_route(app, "POST", "/console/account/code", codes.set_up, SIGNED_IN)
    add_route(app, "GET", "/console/account/code/qr.svg", codes.qr, SIGNED_IN)


def _add_administration(app: web.Application) -> None:
    add_route(app, "GET", "/console/staff", staff.staff_page, Permission.MANAGE_STAFF)
    add_route(app, "GET", "/console/staff/new", staff.new_page, Permission.MANAGE_STAFF)
    add_route(app, "POST", "/console/staff/new", staff.add, Permission.MANAGE_STAFF)
    add_route(app, "GET", "/console/staff/{id}", staff.one_page, Permission.MANAGE_STAFF)
    add_route(app, "POST", "/console/staff/{id}", staff.change, Permission.MANAGE_STAFF)
    add_route(app, "POST", "/console/staff/{id}/lock", staff.lock, Permission.MANAGE_STAFF)
    add_route(app, "POST", "/console/staff/{id}/unlock", staff.unlock, Permission.MANAGE_STAFF)
    add_route(app, "POST", "/console/staff/{id}/link", staff.invite, Permission.MANAGE_STAFF)
    add_route(app, "POST", "/console/staff/{id}/remove-code", staff.remove_code, Permission.MANAGE_STAFF)
    add_route(app, "POST", "/console/staff/{id}/end-sessions", staff.end_sessions, Permission.MANAGE_STAFF)
    add_route(app, "GET", "/console/tokens", tokens.tokens_page, Permission.MANAGE_STAFF)
    add_route(app, "POST", "/console/tokens", tokens.issue, Permission.MANAGE_STAFF)
    add_route(app, "POST", "/console/tokens/{id}/revoke", tokens.revoke, Permission.MANAGE_STAFF)
    add_route(app, "GET", "/console/audit", audit.audit_page, Permission.READ_AUDIT)
    add_route(app, "GET", "/console/switches", switches.switches_page, Permission.CHANGE_SWITCHES)
    add_route(app, "POST", "/console/switches/notices", switches.post_notice, Permission.CHANGE_SWITCHES)
    add_route(app, "POST", "/console/switches/notices/{id}/withdraw", switches.withdraw_notice, Permission.CHANGE_SWITCHES)
    add_route(app, "POST", "/console/switches/{council}/{feature}", switches.turn, Permission.CHANGE_SWITCHES)
