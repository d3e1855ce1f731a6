"""Why something that staff ask for is not done. Each is one clear outcome; the console and the API have a sentence for it.

Another team's or council's chat is not among them: for whoever may not see it, it does not exist (NotFound).
"""


class Taken(Exception):
    """Somebody else has it, or it is no longer in the queue. `by` is their name, if it is somebody."""

    def __init__(self, by: str = "") -> None:
        super().__init__(by)
        self.by = by


class AtCapacity(Exception):
    """The person has as many chats as they may: `most`."""

    def __init__(self, most: int) -> None:
        super().__init__(most)
        self.most = most


class NotYours(Exception):
    """The chat is not the actor's to change, or no longer: passed on, taken over, ended, or back in the queue."""


class NotAvailable(Exception):
    """The colleague cannot take a chat now: not signed in, or on a break."""


class NoteNeeded(Exception):
    """Passing on and taking over need a note for whoever comes next."""


class StillOpen(Exception):
    """Somebody still waits or talks in the chat, so it cannot be deleted yet."""


class UnknownReason(Exception):
    """The reason is not in the closed list, or the number of the request is none."""


class UnknownTeam(Exception):
    """There is no such team in this council."""


class UnknownOutcome(Exception):
    """The outcome is not in the council's closed list."""


class DraftDecided(Exception):
    """Somebody has decided about this draft already, or its chat has moved on."""


class OwnDraft(Exception):
    """Nobody approves their own reply."""


class UnusableRequest(Exception):
    """A typed request lacks something; the message is one plain sentence for staff."""


class UnusableAnswers(Exception):
    """A resident's answers cannot be taken: `faults` has a sentence for each field."""

    def __init__(self, faults: dict[str, str]) -> None:
        super().__init__("; ".join(faults.values()))
        self.faults = faults
