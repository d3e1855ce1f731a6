"""The urgent screens of all councils, as the assistant uses them.

`look` is asked before anything else is done with a message and without the engine. What is only a hint gets no reply
here: `concern` says so to a caller that has the engine's probability to weigh beside it. With the engine away `suspects` is
wider. screen.py has the rules of wording, meaning.py those of meaning.
"""

from collections.abc import Mapping

from bot.conversations.model import Reply
from bot.safety.meaning import Meaning
from bot.safety.screen import GENERAL, Concern, Screen


class UrgentScreens:
    """One screen for each council. Build it in app.py with read_screens."""

    def __init__(self, screens: Mapping[str, Screen], meaning: Meaning | None = None) -> None:
        self._screens = screens
        self._meaning = meaning
        self._last: tuple[str, str, Concern | None] | None = None  # a turn looks at its message twice

    def look(self, council: str, text: str) -> Reply | None:
        """The vetted reply to a message that surely speaks of danger, or None."""
        concern = self.concern(council, text)
        return self._screens[council].reply(concern.matter) if concern and concern.certain else None

    def concern(self, council: str, text: str) -> Concern | None:
        """What the wording alone says about danger, hints included."""
        if self._last is None or self._last[:2] != (council, text):
            self._last = (council, text, self._screens[council].look(text))
        return self._last[2]

    def hints(self, council: str, text: str) -> bool:
        """Whether the wording hints at danger, enough or not enough by itself."""
        return self.concern(council, text) is not None

    def suspects(self, council: str, text: str) -> bool:
        """Whether danger may be meant, by wording or by meaning: for when the engine's reading is not to be had."""
        return self.hints(council, text) or (self._meaning is not None and self._meaning.suspects(text))

    def reply(self, council: str, text: str = "") -> Reply:
        """The reply when something else recognised the danger; a hint in the text chooses its matter."""
        concern = self.concern(council, text) if text else None
        return self._screens[council].reply(concern.matter if concern else GENERAL)
