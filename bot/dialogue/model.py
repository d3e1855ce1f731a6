"""How a reading becomes a decision, in plain Python: answer, clarify or repair.

Three bands of calibrated confidence: high, answer; middle, "Is it one of these?" with two or three readings; low, say
so and change the method. Search can lift a doubtful reading when the best article agrees with it. Splitting a message
into its questions and spotting a follow-up live here too. assistant.py uses these; words are in councils/*/words.yml.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.dialogue.engine import Reading

# Intents that are about the conversation itself: never offered as a reading, never a second question.
CONVERSATIONAL = frozenset({"greet", "goodbye", "thank", "affirm", "deny", "help", "bot_challenge", "start_over", "stop_form"})
# Matters of such weight that a person is offered before the answer, in words of their own (words.yml, person_first).
PERSON_FIRST = frozenset(
    {
        "ct_arrears",
        "ct_bereavement",
        "ben_hardship",
        "ben_appeal",
        "ben_overpayment",
        "complaint",
        "homeless_help",
        "ben_discretionary_housing_payment",
    }
)

_SENTENCE_END = re.compile(r"(?<=[.?!])\s+|\n+|(?<=\?)(?=\w)")
# Words that begin another matter, whether it is asked or told; "and" does so only before a question.
_ANOTHER_MATTER = re.compile(
    r"\s*[,;.?!]?\s+(?:and also|also|and another thing|another thing|another question|one more thing|second question|secondly|plus|oh and"
    r"|on top of that|as well as that)\b[\s,:]*",
    re.IGNORECASE,
)
_AND_ASKED = re.compile(
    r"\s*[,;]?\s+and (?=(?:how|what|when|where|who|why|can|do|is|are|i (?:need|want|would)|tell me)\b)", re.IGNORECASE
)
_FOLLOW_UP = re.compile(
    r"^(?:and|but|ok|okay|so|what about|how about|what if|and if|and for|for|also|even if|does that|is that|is it|would that|can i do"
    r" (?:it|that)|do i|how much|how long|how do i|where|when|who|why|which|what (?:documents|proof|number|form|time|if)|can (?:i|you|they)|if)\b",
    re.IGNORECASE,
)
_POINTING = re.compile(r"\b(?:it|that|this|them|they|those|one|same|there)\b", re.IGNORECASE)
_ASKING = re.compile(
    r"\?|^(?:(?:and|also|plus|oh|so|hi|hello|please) )*(?:how|what|whats|when|where|who|why|which|can|could|do|does|is|are|will|would"
    r"|should|i need|i want|i would|tell me|report|apply|help)\b",
    re.IGNORECASE,
)
# What every service is asked but only benefits have an intent for: proof, appeals, payment, progress. "How do I prove it" after
# an answer about students is about students, unless the message names a benefit.
_ASKED_OF_ALL = frozenset({"ben_evidence", "ben_appeal", "ben_payment_dates", "ben_application_status"})
_BENEFIT_NAMED = re.compile(r"\b(?:benefits?|claim(?:s|ed)?|credit|uc|hb|dhp|pip|esa)\b", re.IGNORECASE)
_LEANING = re.compile(r"^(?:and|but|or|also|what about|how about|what if|even if)\b", re.IGNORECASE)
FOLLOW_UP_WORDS = 9  # a longer message stands on its own
STANDS_ALONE = 0.9  # a message that is read as surely as this needs no topic
PART_WORDS = 3  # a shorter part of a message is no question of its own


@dataclass(frozen=True)
class Bands:
    """Where the bands of confidence lie, fitted on the held-out messages (docs/evaluation.md)."""

    search_weight: float = 2.0  # how much search counts beside the reading; measured best on both sets of messages
    no_article: float = 0.45  # nearness that an intent without an article counts with
    out_of_scope_near: float = 0.60  # the same for what is not for a council, which has no article either
    answer: float = 0.50  # this or more: answer
    lifted: float = 0.30  # this or more and the best article agrees: answer
    offer: float = 0.22  # this or more in all for the readings offered: clarify
    reading: float = 0.06  # a reading less likely than this is not offered
    part: float = 0.60  # a part of a message must be this sure to count as a question of its own
    told: float = 0.80  # the same for a part that tells something and asks nothing
    urgent: float = 0.25  # danger to life: answered as urgent from here
    urgent_with_hint: float = 0.15  # the same when the wording hints at danger too
    mention_danger: float = 0.04  # from here the answer mentions 999
    out_of_scope: float = 0.45  # turned away only when this sure


class Step(StrEnum):
    """What to do with a message."""

    ANSWER = "answer"
    CLARIFY = "clarify"
    REPAIR = "repair"


@dataclass(frozen=True)
class Decision:
    """What to do, and with which intents: one to answer, two or three to offer, none when lost."""

    step: Step
    intents: tuple[str, ...] = ()


def weighed(reading: Reading, near: Mapping[str, float], bands: Bands) -> Reading:
    """The reading with search beside it: p · exp(weight · nearness), brought back to a sum of one.

    `near` has, for each intent that an article answers, the cosine of the message with the nearest question of its
    articles. An intent that no article answers counts with a middling nearness, so that it neither gains nor loses; what is
    out of scope gains a little, since the reader finds too little of it and hardly ever by mistake.
    """
    found = {"out_of_scope": bands.out_of_scope_near, **near}
    odds = [
        (intent, probability * math.exp(bands.search_weight * (found.get(intent, bands.no_article) - bands.no_article)))
        for intent, probability in reading.ranking
    ]
    unread = max(0.0, 1 - sum(probability for _, probability in reading.ranking))
    total = sum(value for _, value in odds) + unread or 1.0
    ranking = sorted(((intent, value / total) for intent, value in odds), key=lambda one: -one[1])
    return Reading(tuple(ranking), known=reading.known)


def decide(reading: Reading, agreeing: Mapping[str, float], bands: Bands, ruled_out: frozenset[str] = frozenset()) -> Decision:
    """What to do with a message.

    `agreeing` has, for each intent that search found an article of, how near the article's questions are (0 to 1).
    `ruled_out` are readings that the resident has said were not meant. Keys hit at random are read as out of scope, but
    whoever hit them is not turned away: there was nothing to understand.
    """
    ranking = [(intent, probability) for intent, probability in reading.ranking if intent not in ruled_out]
    if not ranking:
        return Decision(Step.REPAIR)
    intent, probability = ranking[0]
    if intent == "out_of_scope" and not reading.known:
        return Decision(Step.REPAIR)
    if intent == "out_of_scope" and probability < bands.out_of_scope:
        return _offer([one for one in ranking if one[0] != "out_of_scope"], bands)
    if probability >= bands.answer:
        return Decision(Step.ANSWER, (intent,))
    best_article = max(agreeing.values(), default=0.0)
    if probability >= bands.lifted and agreeing.get(intent, 0.0) >= max(0.55, best_article - 1e-6):
        return Decision(Step.ANSWER, (intent,))
    return _offer(ranking, bands)


def _offer(ranking: list[tuple[str, float]], bands: Bands) -> Decision:
    readings = [
        (intent, probability)
        for intent, probability in ranking
        if intent not in CONVERSATIONAL and intent != "out_of_scope" and probability >= bands.reading
    ][:3]
    if not readings or sum(probability for _, probability in readings) < bands.offer:
        return Decision(Step.REPAIR)
    return Decision(Step.CLARIFY, tuple(intent for intent, _ in readings))


def questions_in(text: str) -> list[str]:
    """The parts of a message that could each be a matter of their own; the whole when it has only one.

    What "also" and its like set apart may be told ("my bin was not emptied, also …"); other parts count only when they
    ask, or every story would fall into pieces.
    """
    matters = [matter.strip(" ,;-") for matter in _ANOTHER_MATTER.split(text)]
    found: list[str] = []
    for matter in matters:
        parts = [part.strip(" ,;-") for sentence in _SENTENCE_END.split(matter) for part in _AND_ASKED.split(sentence)]
        asked = [part for part in parts if asks(part) and len(part.split()) >= PART_WORDS]
        told = [matter] if len(matters) > 1 and len(matter.split()) >= PART_WORDS else []
        found += asked if len(asked) > 1 else told or asked
    return found if len(found) > 1 else [text]


def asks(part: str) -> bool:
    """Whether a part of a message asks for something, by its mark or its first words."""
    return bool(_ASKING.search(part))


def may_follow_up(text: str) -> bool:
    """Whether the message may lean on what was said before: short, and it begins or points like a follow-up."""
    words = text.split()
    return len(words) <= FOLLOW_UP_WORDS and bool(_FOLLOW_UP.search(text.strip()) or _POINTING.search(text))


def may_be_about(topic: str, text: str, reading: Reading) -> bool:
    """Whether a message is to be read with the topic in hand too: it may follow up, and alone it is doubtful or could be of any."""
    follows = bool(topic) and may_follow_up(text)
    return follows and (reading.confidence < STANDS_ALONE or is_of_the_topic(text, reading.intent, topic))


def is_of_the_topic(text: str, intent: str, topic: str) -> bool:
    """Whether a message that was read as a benefits matter asks that of another topic in hand ("and how do I appeal that?")."""
    elsewhere = intent in _ASKED_OF_ALL and not topic.startswith("ben_")
    return elsewhere and bool(_POINTING.search(text)) and not _BENEFIT_NAMED.search(text)


def leans_back(text: str) -> bool:
    """Whether a short message cannot stand alone: it goes on ("and …", "what about …") or points ("how much is that?")."""
    return len(text.split()) <= FOLLOW_UP_WORDS and bool(_LEANING.search(text.strip()) or _POINTING.search(text))


def bare(text: str) -> str:
    """A message reduced to its words, for comparing with fixed phrases."""
    return " ".join(re.sub(r"[^\w\s]", "", text.lower().replace("’", "").replace("'", "")).split())
