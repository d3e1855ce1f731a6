"""The engine remembers only the newest conversations, and none for ever."""

from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted
from rasa.shared.core.trackers import DialogueStateTracker

from desk_engine.tracker_store import RecentTrackers


def conversation(name: str, turns: int = 1) -> DialogueStateTracker:
    return DialogueStateTracker.from_events(name, [ActionExecuted("action_listen") for _ in range(turns)])


async def test_the_quietest_conversation_is_dropped_over_the_limit():
    store = RecentTrackers(Domain.empty(), most=2)
    for name in ("one", "two", "one", "three"):
        await store.save(conversation(name))
    assert set(await store.keys()) == {"one", "three"}


async def test_a_long_conversation_starts_afresh():
    store = RecentTrackers(Domain.empty(), longest=10)
    await store.save(conversation("one", 5))
    assert "one" in await store.keys()
    await store.save(conversation("one", 11))
    assert "one" not in await store.keys()
