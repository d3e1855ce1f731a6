"""What staff do with cases: list those that are due, read one, move it on, add a note, promise another date, pass it on.

Each use case takes an Actor, asks for the permission, sees only cases of the actor's council and teams (another one does
not exist for them), and writes its change into the audit in the same transaction. service.py has the rules of a case.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.cases.model import Case, Seen, Wanted
from bot.cases.service import Cases
from bot.foundation.database import Database
from bot.staff.audit import Action, Audit
from bot.staff.model import ALL, Actor, Permission


@dataclass(frozen=True)
class Shown:
    """Which cases somebody looks at: those still to be done or those that ended, of one team, with these words."""

    ended: bool = False
    team: str = ""
    text: str = ""


class Casework:
    """Cases as staff work on them. Build one in app.py."""

    def __init__(self, database: Database, cases: Cases, audit: Audit, councils: Sequence[str]) -> None:
        self._database = database
        self._cases = cases
        self._audit = audit
        self._councils = tuple(councils)

    async def due(self, actor: Actor, shown: Shown, limit: int = 50, offset: int = 0) -> list[Case]:
        """The cases of the actor's teams by their promised date, what is overdue first."""
        actor.needs(Permission.WORK_CASES)
        teams = self._teams(actor)
        if shown.team and (teams is None or shown.team in teams):
            teams = [shown.team]
        wanted = Wanted(self._of(actor), teams, ended=shown.ended)
        if shown.text.strip():
            return await self._cases.search(replace(wanted, text=shown.text), limit, offset)
        return await self._cases.list_due(wanted, limit, offset)

    async def read(self, actor: Actor, reference: str) -> Case:
        """One case with its history. Recorded as read. Raises CaseNotFound."""
        actor.needs(Permission.WORK_CASES)
        case = await self._cases.get(reference, self._of(actor), self._teams(actor))
        async with self._database.writing() as tx:
            await self._record(tx, actor, Action.CASE_READ, case)
        return case

    async def change_status(self, actor: Actor, reference: str, status: str, note: str = "", seen: int | None = None) -> Case:
        """Moves a case on, with a word for the resident. Raises CaseNotFound, UnknownStatus and ChangedMeanwhile."""
        case = await self._mine(actor, reference)
        async with self._database.writing() as tx:
            changed = await self._cases.change_status(tx, actor.name, case.council, case.reference, status, note, seen)
            await self._record(tx, actor, Action.CASE_CHANGED, case, status=status)
        return changed

    async def add_note(self, actor: Actor, reference: str, text: str, *, for_resident: bool = False) -> Case:
        """Adds a note, for staff alone or for the resident too. Raises CaseNotFound and UnusableText."""
        case = await self._mine(actor, reference)
        seen_by = Seen.RESIDENT if for_resident else Seen.STAFF
        async with self._database.writing() as tx:
            changed = await self._cases.add_note(tx, actor.name, case.council, case.reference, text, seen_by)
            await self._record(tx, actor, Action.CASE_CHANGED, case, note=str(seen_by))
        return changed

    async def change_due(self, actor: Actor, reference: str, due: date, reason: str) -> Case:
        """Promises another date, and tells the resident why. Raises CaseNotFound, CaseHasEnded and UnusableText."""
        case = await self._mine(actor, reference)
        async with self._database.writing() as tx:
            changed = await self._cases.change_due(tx, actor.name, case.council, case.reference, due, reason)
            await self._record(tx, actor, Action.CASE_CHANGED, case, due=due.isoformat())
        return changed

    async def change_team(self, actor: Actor, reference: str, team: str, note: str) -> Case:
        """Gives a case to another team with a note. Raises CaseNotFound and UnusableText."""
        case = await self._mine(actor, reference)
        async with self._database.writing() as tx:
            changed = await self._cases.change_team(tx, actor.name, case.council, case.reference, team, note)
            await self._record(tx, actor, Action.CASE_CHANGED, case, team=team)
        return changed

    async def _mine(self, actor: Actor, reference: str) -> Case:
        actor.needs(Permission.WORK_CASES)
        return await self._cases.get(reference, self._of(actor), self._teams(actor))

    def _of(self, actor: Actor) -> Sequence[str]:
        return self._councils if actor.council == ALL else (actor.council,)

    @staticmethod
    def _teams(actor: Actor) -> list[str] | None:
        return None if ALL in actor.teams else sorted(actor.teams)

    async def _record(self, tx: AsyncConnection, actor: Actor, action: Action, case: Case, **detail: str) -> None:
        await self._audit.record(tx, actor, action, f"case:{case.reference}", detail, case.council)
