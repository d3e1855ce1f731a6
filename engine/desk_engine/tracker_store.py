"""A tracker store that keeps only the newest conversations, in memory.

The gateway owns conversations and their log; the engine needs a tracker only within a turn. Rasa's in-memory store
never forgets and its SQL store costs 12 ms a turn, so this one drops the conversation that was quiet longest.
"""

from collections import OrderedDict
from typing import Any, Dict, Optional, Text

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import InMemoryTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker


class RecentTrackers(InMemoryTrackerStore):
    """The newest `most` conversations; a longer one than `longest` events starts afresh."""

    def __init__(
        self,
        domain: Domain,
        event_broker: Optional[EventBroker] = None,
        most: int = 2000,
        longest: int = 120,
        **kwargs: Dict[Text, Any],
    ) -> None:
        kwargs.pop("url", None)
        super().__init__(domain, event_broker, **kwargs)
        self.store: "OrderedDict[Text, Text]" = OrderedDict()
        self._most = int(most)
        self._longest = int(longest)

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Keeps the conversation as the newest and drops the quietest one over the limit."""
        if len(tracker.events) > self._longest:
            self.store.pop(tracker.sender_id, None)
            return
        await super().save(tracker)
        self.store.move_to_end(tracker.sender_id)
        while len(self.store) > self._most:
            self.store.popitem(last=False)
