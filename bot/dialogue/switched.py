"""What residents meet first, and what they are told while the assistant is turned off.

A council's notices stand before the greeting, so they reach the page, the widget and the API alike. With the assistant off
the greeting and every answer say so and offer a person, or the other ways to reach the council where no person is offered.
The switches themselves are in bot/staff; danger is screened before any of this.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Protocol

from bot.conversations.model import Kind, Reply, Sender
from bot.dialogue.composing import Composer
from bot.staff.switch_model import Feature, Notice

ANNOUNCEMENT = "announcement"
ASSISTANT_OFF = "assistant_off"


class Switches(Protocol):
    """What this needs of the staff room."""

    async def is_on(self, council: str, feature: Feature) -> bool:
        """Whether residents of this council have the feature now."""

    async def notices(self, council: str) -> list[Notice]:
        """What the council announces now."""


class AllOn:
    """Everything on and nothing to announce: for tests of the assistant alone."""

    async def is_on(self, council: str, feature: Feature) -> bool:
        """Always."""
        return True

    async def notices(self, council: str) -> list[Notice]:
        """None."""
        return []


class Switched:
    """The first messages of a conversation, and the replies of an assistant that is off. `words` is switches.yml."""

    def __init__(self, composer: Composer, switches: Switches, words: Mapping[str, Mapping[str, Any]]) -> None:
        self._composer = composer
        self._switches = switches
        self._words = words

    async def greeting(self, council: str) -> list[Reply]:
        """The council's notices, then the greeting, or that the assistant is off."""
        notices = [
            Reply(Kind.NOTICE, one.text, data={"greeting": True, "reason": ANNOUNCEMENT}, sender=Sender.SYSTEM)
            for one in await self._switches.notices(council)
        ]
        if await self.assistant_is_on(council):
            return [*notices, self._composer.greeting(council)]
        return [*notices, *await self.off(council, greeting=True)]

    async def assistant_is_on(self, council: str) -> bool:
        """Whether the assistant may answer."""
        return await self._switches.is_on(council, Feature.ASSISTANT)

    async def off(self, council: str, *, greeting: bool = False) -> list[Reply]:
        """That the assistant is off, with a person or the other ways to reach the council."""
        person = await self._switches.is_on(council, Feature.PERSON)
        words = self._words[council][ASSISTANT_OFF]
        text = str(words["with_person" if person else "without_person"]).format(council=self._composer.name(council))
        choices = (self._composer.person(council),) if person else ()
        data: dict[str, Any] = {"reason": ASSISTANT_OFF} | ({"greeting": True} if greeting else {})
        said = Reply(Kind.NOTICE, text, choices, data=data)
        if person:
            return [said]
        ways = self._composer.handoff(council)
        return [said, replace(ways, data=ways.data | ({"greeting": True} if greeting else {}))]
