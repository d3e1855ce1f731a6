"""Who members of staff are and what they may do: permissions, roles, accounts and the Actor of a request.

A role is only a named set of permissions; code asks for permissions and never for roles. Nobody may do anything that is
not named here, and docs/permissions.md lists the same. Accounts are kept by store.py, service.py has the use cases.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

ALL = "*"  # in place of a council or a team: every one of them


class Meant(StrEnum):
    """Names that each carry one plain sentence saying what they mean."""

    meaning: str

    def __new__(cls, value: str, meaning: str = "") -> "Meant":
        """The name with its sentence."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.meaning = meaning
        return member


class Permission(Meant):
    """What somebody may do. Every route names one."""

    ANSWER_CHATS = "answer_chats", "Take chats of their teams from the queue and answer residents."
    SUPERVISE_CHATS = "supervise_chats", "See every open chat of their teams, move it, and approve replies that wait."
    READ_TRANSCRIPTS = "read_transcripts", "Search and read chats of their teams that have ended. Each reading is recorded."
    ERASE_CHATS = "erase_chats", "Delete a chat of their teams for good, say because its resident asks for it."
    WORK_CASES = (
        "work_cases",
        "See cases and promises of their teams, say how they end, and post disruptions of bin collections.",
    )
    EDIT_KNOWLEDGE = "edit_knowledge", "Write articles, facts and ready replies for a second person to check."
    PUBLISH_KNOWLEDGE = "publish_knowledge", "Check articles that somebody else wrote, publish and withdraw them."
    TRAIN_ASSISTANT = "train_assistant", "Mark what residents meant, review training examples and change the live model."
    READ_REPORTS = "read_reports", "See the figures of their council."
    CHANGE_SWITCHES = "change_switches", "Turn the assistant, the offer of a person or the widget off, and post notices."
    MANAGE_STAFF = "manage_staff", "Add and lock accounts, set roles and teams, end sessions and issue API tokens."
    READ_AUDIT = "read_audit", "Read the record of who did what."


class Role(Meant):
    """A job in the council. ROLES says which permissions it brings."""

    ADVISER = "adviser", "Answers residents."
    SUPERVISOR = "supervisor", "Answers residents and looks after a team of advisers."
    EDITOR = "editor", "Looks after the articles, facts and ready replies."
    TRAINER = "trainer", "Teaches the assistant what residents mean."
    ANALYST = "analyst", "Reads the figures and nothing else."
    ADMINISTRATOR = "administrator", "Looks after accounts, switches and the record of who did what."


_ADVISER = frozenset({Permission.ANSWER_CHATS, Permission.READ_TRANSCRIPTS, Permission.WORK_CASES})

ROLES: dict[Role, frozenset[Permission]] = {
    Role.ADVISER: _ADVISER,
    Role.SUPERVISOR: _ADVISER
    | {Permission.SUPERVISE_CHATS, Permission.ERASE_CHATS, Permission.READ_REPORTS, Permission.CHANGE_SWITCHES},
    Role.EDITOR: frozenset({Permission.EDIT_KNOWLEDGE, Permission.PUBLISH_KNOWLEDGE, Permission.READ_REPORTS}),
    Role.TRAINER: frozenset({Permission.TRAIN_ASSISTANT, Permission.READ_TRANSCRIPTS}),
    Role.ANALYST: frozenset({Permission.READ_REPORTS}),
    Role.ADMINISTRATOR: frozenset(
        {Permission.MANAGE_STAFF, Permission.READ_AUDIT, Permission.CHANGE_SWITCHES, Permission.READ_REPORTS}
    ),
}


class NotAllowed(Exception):
    """The actor lacks a permission, or it belongs to another council or team."""

    def __init__(self, permission: Permission | None = None) -> None:
        super().__init__(permission or "not allowed")
        self.permission = permission


@dataclass(frozen=True)
class Actor:
    """Whoever does something: a person in the console, or a program with a token of theirs.

    `council` is one council's id or ALL; `teams` are names of teams, or ALL among them for every team.
    """

    staff_id: str
    name: str
    council: str
    teams: frozenset[str]
    permissions: frozenset[Permission]
    token_id: str = ""  # the API token, when a program acts

    def may(self, permission: Permission) -> bool:
        """Whether it has the permission."""
        return permission in self.permissions

    def needs(self, permission: Permission) -> None:
        """Raises NotAllowed without the permission."""
        if not self.may(permission):
            raise NotAllowed(permission)

    def sees_council(self, council: str) -> bool:
        """Whether what belongs to this council is its business."""
        return self.council in (ALL, council)

    def sees_team(self, council: str, team: str) -> bool:
        """Whether what belongs to this team of this council is its business."""
        return self.sees_council(council) and (ALL in self.teams or team in self.teams)


def command_line_actor() -> Actor:
    """Whoever has the machine's command line: may do everything, and is named so in the audit."""
    return Actor("", "Command line", ALL, frozenset({ALL}), frozenset(Permission))


def schedule_actor() -> Actor:
    """The product itself, where it does something because its time has come, and is named so in the audit."""
    return replace(command_line_actor(), name="Schedule")


@dataclass(frozen=True)
class Account:
    """One member of staff. `council` and `teams` as in Actor; times are UTC."""

    id: str
    name: str
    email: str
    council: str
    teams: tuple[str, ...]
    roles: tuple[Role, ...]
    created_at: datetime
    locked: bool = False
    demo: bool = False  # made by `make run` for trying things out
    has_password: bool = False
    new_password_needed: bool = False
    has_code: bool = False  # signs in with a code from an app as well
    outside: str = ""  # who vouches for it in OpenID Connect sign-in: issuer and subject
    last_sign_in_at: datetime | None = None

    @property
    def permissions(self) -> frozenset[Permission]:
        """Everything that its roles bring."""
        return frozenset().union(*(ROLES[role] for role in self.roles))

    def actor(self, token_id: str = "", only: frozenset[Permission] | None = None) -> Actor:
        """The account as an actor; a token may have fewer permissions than its owner, never more."""
        permissions = self.permissions if only is None else self.permissions & only
        return Actor(self.id, self.name, self.council, frozenset(self.teams), permissions, token_id)


@dataclass(frozen=True)
class Session:
    """One signed-in browser. The token itself is known to the browser alone."""

    id: str
    staff_id: str
    browser: str
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    step: "Step"
    pending_secret: str = field(default="", repr=False)  # of codes that this browser is setting up


class Step(StrEnum):
    """How far a sign-in has come; only SIGNED_IN opens anything."""

    CODE = "code"  # the password was right, the code from the app is still to come
    ENROL = "enrol"  # a code is required, and the app is still to be set up
    NEW_PASSWORD = "new_password"
    SIGNED_IN = "signed_in"


@dataclass(frozen=True)
class Signed:
    """Who stands behind a session's token."""

    account: Account
    session: Session

    @property
    def actor(self) -> Actor:
        """The person as an actor."""
        return self.account.actor()


@dataclass(frozen=True)
class Life:
    """How long sessions last, in seconds: without use, and in all."""

    idle: float = 2 * 3600
    absolute: float = 12 * 3600


@dataclass(frozen=True)
class NewAccount:
    """What an administrator says of somebody new."""

    name: str
    email: str
    council: str
    teams: tuple[str, ...] = ()
    roles: tuple[Role, ...] = ()
    demo: bool = field(default=False, kw_only=True)
