"""Suggestions out of a theme: several messages that mean the same at once, or an article that nobody has written yet.

The messages of a theme are masked already, so they are not masked again. reviewing.py has what happens next.
"""

from collections.abc import Sequence

from bot.learning import store
from bot.learning.model import NothingHere, Signal, Suggestion, Theme, UnusableMark
from bot.learning.parts import Parts
from bot.learning.reviewing import Reviewing
from bot.staff.model import Actor, Permission

MOST = 300  # messages of a theme
QUESTIONS = 8  # of a theme that an editor is shown


class Suggesting:
    """Suggestions out of themes. Build one in building.py."""

    def __init__(self, parts: Parts, reviewing: Reviewing) -> None:
        self._parts = parts
        self._reviewing = reviewing

    async def from_theme(self, actor: Actor, theme_id: str, signal_ids: Sequence[int], intent: str) -> list[Suggestion]:
        """Suggests these messages as examples of an intent; those that are examples of it already are left out.

        Raises NothingHere, NotAllowed, and UnusableMark for a message that can be no example.
        """
        theme, signals = await self._theme(actor, theme_id)
        wanted = [signal for signal in signals if signal.id in set(signal_ids)]
        made = []
        for text, signal in {signal.text: signal for signal in wanted}.items():
            source = {"conversation_id": signal.conversation_id, "seq": signal.seq, "theme_id": theme.id}
            try:
                made.append(await self._reviewing.suggest_example(actor, theme.council, text, intent, masked=True, **source))
            except UnusableMark:
                if len(wanted) == 1:
                    raise
        return made

    async def article_from_theme(self, actor: Actor, theme_id: str, title: str) -> Suggestion:
        """Suggests an article that answers the theme. Raises NothingHere, UnusableMark, NotAllowed."""
        theme, signals = await self._theme(actor, theme_id)
        questions = list(dict.fromkeys(signal.text for signal in signals))[:QUESTIONS]
        return await self._reviewing.suggest_article(actor, theme.council, title, questions, theme_id=theme.id)

    async def _theme(self, actor: Actor, theme_id: str) -> tuple[Theme, list[Signal]]:
        actor.needs(Permission.TRAIN_ASSISTANT)
        async with self._parts.database.reading() as tx:
            found = await store.theme(tx, actor, theme_id)
            if found is None:
                raise NothingHere
            return found, await store.signals_of_theme(tx, theme_id, MOST)
