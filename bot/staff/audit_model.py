"""What can stand in the audit: a closed list of actions with their meaning, one event, and what to look for.

Add an action here when a room does something new that changes anything or shows a resident's words to somebody.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.staff.model import Meant


class Action(Meant):
    """Everything that is recorded."""

    SIGNED_IN = "signed_in", "Signed in."
    SIGN_IN_FAILED = "sign_in_failed", "Tried to sign in with a wrong password or code."
    SIGNED_OUT = "signed_out", "Signed out."
    SESSION_ENDED = "session_ended", "Ended a session of somebody."
    PASSWORD_CHANGED = "password_changed", "Set a new password."
    CODE_SET_UP = "code_set_up", "Set up codes from an app for signing in."
    CODE_REMOVED = "code_removed", "Took the codes from an app off an account."
    RECOVERY_CODE_USED = "recovery_code_used", "Signed in with a recovery code."
    ACCOUNT_ADDED = "account_added", "Added an account."
    ACCOUNT_CHANGED = "account_changed", "Changed an account's name, council, roles or teams."
    ACCOUNT_LOCKED = "account_locked", "Locked an account."
    ACCOUNT_UNLOCKED = "account_unlocked", "Unlocked an account."
    INVITATION_SENT = "invitation_sent", "Made a one-time link for setting a password."
    TOKEN_ISSUED = "token_issued", "Issued an API token."
    TOKEN_REVOKED = "token_revoked", "Revoked an API token."
    SWITCH_CHANGED = "switch_changed", "Turned a feature for residents off or on."
    NOTICE_POSTED = "notice_posted", "Posted a notice for residents."
    NOTICE_WITHDRAWN = "notice_withdrawn", "Withdrew a notice."
    DISRUPTION_POSTED = "disruption_posted", "Posted a disruption of bin collections."
    DISRUPTION_ENDED = "disruption_ended", "Ended a disruption of bin collections."
    TRANSCRIPT_READ = "transcript_read", "Read a resident's conversation."
    TRANSCRIPTS_SEARCHED = "transcripts_searched", "Searched residents' conversations."
    CHAT_CLAIMED = "chat_claimed", "Took a chat from the queue."
    CHAT_STEPPED_IN = "chat_stepped_in", "Joined a chat in which danger was recognised, unasked."
    CHAT_PASSED_ON = "chat_passed_on", "Passed a chat to a team or a colleague."
    CHAT_TAKEN_OVER = "chat_taken_over", "Took a chat over from a colleague."
    CHAT_PUT_BACK = "chat_put_back", "Gave a chat back to the queue."
    CHAT_RETURNED = "chat_returned", "Left a chat to the assistant."
    CHAT_RECALLED = "chat_recalled", "Took a chat back from the assistant before its form was done."
    CHAT_ENDED = "chat_ended", "Ended a chat with an outcome."
    CHAT_ERASED = "chat_erased", "Deleted a resident's conversation for good."
    REPLY_SENT = "reply_sent", "Wrote to a resident."
    REPLY_APPROVED = "reply_approved", "Approved or changed a colleague's reply, which was then sent."
    REPLY_REFUSED = "reply_refused", "Refused a colleague's reply, which was not sent."
    REQUEST_SENT = "request_sent", "Asked a resident for something with a form, or sent them an article."
    NOTE_ADDED = "note_added", "Wrote a note about a chat for colleagues."
    PROMISE_MADE = "promise_made", "Opened a case or promised a call-back from a chat."
    CONVERSATIONS_IMPORTED = "conversations_imported", "Imported past conversations for suggested replies."
    CASE_READ = "case_read", "Read a case."
    CASE_CHANGED = "case_changed", "Moved a case on, wrote in it, or promised another date."
    DRAFT_SAVED = "draft_saved", "Wrote in a draft of an article or fact."
    DRAFT_SENT = "draft_sent", "Sent a draft of an article or fact to be checked."
    DRAFT_TAKEN_BACK = "draft_taken_back", "Took a draft back before it was checked."
    DRAFT_SENT_BACK = "draft_sent_back", "Checked a draft and sent it back with a comment."
    DRAFT_DISCARDED = "draft_discarded", "Threw a draft away."
    DRAFT_REQUESTED = "draft_requested", "Asked for a draft that answers what residents ask."
    KNOWLEDGE_PUBLISHED = "knowledge_published", "Checked an article or fact that somebody else wrote, and published it."
    KNOWLEDGE_WITHDRAWN = "knowledge_withdrawn", "Withdrew an article or fact from residents."
    KNOWLEDGE_PUT_BACK = "knowledge_put_back", "Put an earlier version of an article or fact back."
    KNOWLEDGE_IMPORTED = "knowledge_imported", "Brought articles or facts in from files."
    PRESENCE_CHANGED = "presence_changed", "Said that they are available, busy, on a break, away or gone."
    DESK_CHANGED = "desk_changed", "Changed how many chats somebody takes, or whether their replies are checked first."
    MESSAGE_MARKED = "message_marked", "Marked what a resident meant, or an answer as wrong."
    SUGGESTION_MADE = "suggestion_made", "Suggested something for the assistant to learn."
    SUGGESTION_ACCEPTED = "suggestion_accepted", "Accepted what somebody else suggested."
    SUGGESTION_REFUSED = "suggestion_refused", "Refused what somebody else suggested."
    EXAMPLE_WITHDRAWN = "example_withdrawn", "Took an accepted training example out again."
    THEME_CLOSED = "theme_closed", "Closed a theme of unanswered questions, or opened it again."
    TRAINING_BEGUN = "training_begun", "Began to train a candidate."
    MODEL_PROMOTED = "model_promoted", "Made a candidate the live model."
    MODEL_ROLLED_BACK = "model_rolled_back", "Went back to the model that was live before."
    OPEN_DATA_PUBLISHED = "open_data_published", "Published the figures of a month as open data."


@dataclass(frozen=True)
class Event:
    """One line of the audit. `subject` names what it was done to, such as "account:…" or "conversation:…"."""

    id: int
    at: datetime
    staff_id: str
    name: str
    token_id: str
    council: str
    action: str
    subject: str
    detail: Mapping[str, Any]

    @property
    def ids(self) -> set[str]:
        """Whatever may be the id of an account in what was done and to what."""
        kind, _, subject = self.subject.partition(":")
        told = {value for value in self.detail.values() if isinstance(value, str)}
        return told | ({subject} if kind == "account" else set())

    @property
    def meaning(self) -> str:
        """What the action means, in a sentence."""
        return Action(self.action).meaning if self.action in list(Action) else self.action


@dataclass(frozen=True)
class Filter:
    """Which events to show; empty means all. `before` is the id to go on from."""

    staff_id: str = ""
    action: str = ""
    subject: str = ""
    since: datetime | None = None
    until: datetime | None = None
    before: int = 0
