"""The use cases of cases: open, find, change, list.

What changes a case takes the caller's open transaction, so that a case is opened together with the reply that names it, and
a change together with its entry in the audit. Who may do it is the caller's to decide: councils, teams and the name of
whoever acts are plain values here. Looking up by reference and code is limited, and says the same for every wrong pair.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.cases import store
from bot.cases.model import Case, EntryKind, NewCase, Seen, Status, Wanted
from bot.cases.outgoing import Nobody, Outgoing
from bot.cases.reference import new_code, new_reference, read_reference, same_code
from bot.cases.wording import CaseWords
from bot.conversations.model import new_id
from bot.conversations.text import clean_text
from bot.foundation.clock import Clock
from bot.foundation.database import Database
from bot.foundation.limits import Limits
from bot.foundation.words import LONDON
from bot.hours.model import Hours, NeverOpen
from bot.privacy.model import Masked

log = structlog.get_logger()

TITLE_LIMIT = 200
NAME_LIMIT = 300


class CaseNotFound(Exception):
    """No such case, or not with this code, or not of this council: they look the same on purpose."""


class UnknownStatus(Exception):
    """The status is not in the closed list; the message is its name."""


class ChangedMeanwhile(Exception):
    """Somebody else changed the case since it was read; the message says what to do."""


class CaseHasEnded(Exception):
    """The case has ended, and what was asked for needs one that is open."""


@dataclass(frozen=True)
class DueCounts:
    """How the promises of some teams stand."""

    open: int
    due_today: int
    overdue: int


class Cases:
    """The cases of this product. Build one in app.py."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        hours: Mapping[str, Hours],
        words: Mapping[str, CaseWords],
        limits: Limits,
        mask: Callable[[str, str], Masked],
        outgoing: Outgoing | None = None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._hours = hours
        self._words = words
        self._limits = limits
        self.mask = mask
        self._outgoing = outgoing or Nobody()

    # ---- opening

    async def open(self, tx: AsyncConnection, new: NewCase) -> Case:
        """Opens a case with a reference, a code and a promise; the same key again gives the case that there is."""
        now = self._clock.now()
        status = self._words[new.council].first
        stored = False
        case = await store.case_by_key(tx, new.council, new.key)
        while case is None:  # again only when another case happens to have the reference
            due = self.due(new)
            values = {"status": status.name, "due": due, "first_due": due, "opened_at": now, "changed_at": now}
            stored = await store.add_case(tx, new_id(), new_reference(), new_code(), _within_limits(new), **values)
            case = await store.case_by_key(tx, new.council, new.key)
        if stored:
            case = await self._add(tx, case, EntryKind.OPENED, "", "system", Seen.RESIDENT)
            log.info("case_opened", case=case.reference, council=case.council, kind=case.kind, team=case.team)
        return case

    def due(self, new: NewCase) -> date | None:
        """The date that is promised: the given one, or so many working days of the team. None when neither is said."""
        if new.due is not None or new.promise_days is None:
            return new.due
        try:
            return self._hours[new.council].working_days_after(self._clock.now(), new.promise_days, new.team)
        except NeverOpen:
            log.warning("promise_without_opening", council=new.council, team=new.team)
            return None

    # ---- finding

    async def find(self, reference: str, code: str, who: str = "") -> Case:
        """The case for its resident, however the two were typed. `who` is the address that asks, for the limit.

        Raises CaseNotFound, the same for a wrong code and for no such reference, and TooOften.
        """
        wanted = read_reference(reference)
        await self._limits.count("case_lookups", who)
        tries = f"{wanted} {who}"
        if wanted:
            await self._limits.check("case_tries", tries)
        async with self._database.reading() as tx:
            case = await store.case_by_reference(tx, wanted) if wanted else None
        if not same_code(code, case.code if case else "") or case is None:
            if wanted:
                await self._limits.count("case_tries", tries)
            raise CaseNotFound
        return case

    async def asked_about(self, tx: AsyncConnection, case: Case, conversation_id: str) -> None:
        """Records that the resident asked about the case in a conversation, without their words."""
        await store.add_visit(tx, case.id, conversation_id, self._clock.now())

    async def tell_more(self, reference: str, code: str, text: str, who: str = "") -> Case:
        """Adds what the resident writes on the page of their case; the same words twice running are added once.

        Raises CaseNotFound, TooOften, CaseHasEnded and UnusableText.
        """
        case = await self.find(reference, code, who)
        said = [entry.text for entry in case.history if entry.kind == EntryKind.UPDATE]
        masked = self.mask(clean_text(text), case.council).text
        if said and said[-1] == masked:
            return case
        async with self._database.writing() as tx:
            return await self.add_update(tx, case, masked)

    async def get(self, reference: str, councils: Sequence[str], teams: Sequence[str] | None = None) -> Case:
        """The case for staff of these councils and teams (None: every team). Raises CaseNotFound."""
        async with self._database.reading() as tx:
            return await self._of(tx, reference, councils, teams)

    async def of_conversation(self, conversation_id: str) -> list[Case]:
        """The cases that were opened in a conversation, oldest first, each with its history."""
        async with self._database.reading() as tx:
            return await store.with_history(tx, await store.cases_of_conversation(tx, conversation_id))

    async def leave_conversation(self, tx: AsyncConnection, conversation_id: str) -> list[str]:
        """A conversation is being deleted: its cases stay as long as retention.py says, since the council owes what it promised
        in them, but nothing leads back to it. Gives their references.
        """
        found = await store.cases_of_conversation(tx, conversation_id)
        await store.part_from_conversation(tx, conversation_id)
        return [case.reference for case in found]

    async def list_due(self, wanted: Wanted, limit: int = 50, offset: int = 0) -> list[Case]:
        """Cases by their promised date: what is overdue leads. Say `ended=False` for what is still to be done."""
        async with self._database.reading() as tx:
            return await store.cases_by_due(tx, wanted, limit, offset)

    async def search(self, wanted: Wanted, limit: int = 50, offset: int = 0, *, history: bool = False) -> list[Case]:
        """Cases with the newest first; `text` is looked for in reference, title and contact. The history when asked for."""
        async with self._database.reading() as tx:
            found = await store.newest_cases(tx, _as_searched(wanted), limit, offset)
            return await store.with_history(tx, found) if history else found

    async def due_counts(self, councils: Sequence[str], teams: Sequence[str] | None = None) -> DueCounts:
        """How many cases of these teams are open, due today, and overdue."""
        today = self.today()
        async with self._database.reading() as tx:
            count = await store.count_cases(tx, Wanted(councils, teams, ended=False))
            overdue = await store.count_cases(tx, Wanted(councils, teams, ended=False, due_before=today))
            until_today = Wanted(councils, teams, ended=False, due_before=date.fromordinal(today.toordinal() + 1))
            return DueCounts(count, await store.count_cases(tx, until_today) - overdue, overdue)

    # ---- changing

    async def change_status(
        self,
        tx: AsyncConnection,
        by: str,
        council: str,
        reference: str,
        status: str,
        note: str = "",
        seen_seq: int | None = None,
    ) -> Case:
        """Sets a status of the closed list, with a note for the resident where they see the status.

        `seen_seq` is the last_seq that whoever acts had before them. Raises CaseNotFound, UnknownStatus, UnusableText and
        ChangedMeanwhile.
        """
        case = await self._of(tx, reference, [council], None, lock=True)
        new = self.status(council, status)
        _unchanged(case, seen_seq)
        text = clean_text(note) if note.strip() else ""
        ended_at = (case.ended_at or self._clock.now()) if new.ends else None
        log.info("case_status_changed", case=case.reference, status=new.name)
        return await self._add(tx, case, EntryKind.STATUS, text, by, new.seen_by, status=new.name, ended_at=ended_at)

    async def add_note(
        self, tx: AsyncConnection, by: str, council: str, reference: str, text: str, seen_by: Seen = Seen.STAFF
    ) -> Case:
        """Adds a note of staff, for staff alone unless said otherwise. Raises CaseNotFound and UnusableText."""
        case = await self._of(tx, reference, [council], None, lock=True)
        return await self._add(tx, case, EntryKind.NOTE, clean_text(text), by, seen_by)

    async def change_due(self, tx: AsyncConnection, by: str, council: str, reference: str, due: date, reason: str) -> Case:
        """Promises another date, with the reason for the resident. Raises CaseNotFound, CaseHasEnded and UnusableText."""
        case = await self._of(tx, reference, [council], None, lock=True)
        if case.ended_at:
            raise CaseHasEnded
        text = clean_text(reason)
        return await self._add(tx, case, EntryKind.DUE, text, by, Seen.RESIDENT, due=due)

    async def change_team(self, tx: AsyncConnection, by: str, council: str, reference: str, team: str, note: str) -> Case:
        """Gives the case to another team with a note for staff. Raises CaseNotFound and UnusableText."""
        case = await self._of(tx, reference, [council], None, lock=True)
        return await self._add(tx, case, EntryKind.NOTE, clean_text(note), by, Seen.STAFF, team=team)

    async def add_update(self, tx: AsyncConnection, case: Case, text: str, by: str = "resident") -> Case:
        """Adds what the resident has to say about their case. Raises CaseHasEnded and UnusableText."""
        current = await self._of(tx, case.reference, [case.council], None, lock=True)
        if current.ended_at:
            raise CaseHasEnded
        return await self._add(tx, current, EntryKind.UPDATE, clean_text(text), by, Seen.RESIDENT)

    # ---- words

    def status(self, council: str, name: str) -> Status:
        """One status of the council's closed list. Raises UnknownStatus."""
        found = self._words[council].statuses.get(name)
        if found is None:
            raise UnknownStatus(name)
        return found

    def statuses(self, council: str) -> list[Status]:
        """The closed list, in order."""
        return list(self._words[council].statuses.values())

    def words(self, council: str) -> Mapping[str, Any]:
        """What cases.yml says for this council."""
        return self._words[council].words

    def today(self) -> date:
        """The date in London."""
        return self._clock.now().astimezone(LONDON).date()

    # ---- inside

    async def _of(
        self, tx: AsyncConnection, reference: str, councils: Sequence[str], teams: Sequence[str] | None, *, lock: bool = False
    ) -> Case:
        wanted = read_reference(reference)
        case = await store.case_by_reference(tx, wanted, lock=lock) if wanted else None
        if case is None or case.council not in councils or (teams is not None and case.team not in teams):
            raise CaseNotFound
        return case

    async def _add(
        self, tx: AsyncConnection, case: Case, kind: EntryKind, text: str, by: str, seen_by: Seen, **changes: Any
    ) -> Case:
        """Adds to the history, and writes in the same transaction who is to be told of it."""
        now = self._clock.now()
        await store.add_entry(tx, case, kind, text, by, seen_by, now, **changes)
        after = await self._again(tx, case)
        await self._outgoing.changed(tx, after, now)
        return after

    async def _again(self, tx: AsyncConnection, case: Case) -> Case:
        """The case as this transaction has it, with its history."""
        found = await store.case_by_reference(tx, case.reference)
        if found is None:
            raise CaseNotFound
        return found


def _unchanged(case: Case, seen_seq: int | None) -> None:
    if seen_seq is not None and seen_seq != case.last_seq:
        raise ChangedMeanwhile("Somebody else changed this case a moment ago. Look at it again, then decide.")


def _within_limits(new: NewCase) -> NewCase:
    """The case with texts that fit their columns: nothing a resident wrote may make it fail."""
    contact = replace(new.contact, name=new.contact.name[:NAME_LIMIT])
    return replace(new, title=new.title[:TITLE_LIMIT], contact=contact)


def _as_searched(wanted: Wanted) -> Wanted:
    """A reference is looked for as it is stored, however it was typed."""
    reference = read_reference(wanted.text) if wanted.text else None
    return replace(wanted, text=reference) if reference else wanted
