"""Makes the messages that a resident sees out of decisions, articles and the council's own words.

Nothing here decides and nothing is written here: articles come from knowledge, everything else from words.yml. An
answer leads with the answer; sources go beside it, and before an answer about a matter of weight a person is offered.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from bot.conversations.model import PERSON_CHOICE, Choice, Kind, Reply
from bot.dialogue.model import PERSON_FIRST
from bot.knowledge.model import Article
from bot.knowledge.rendering import filled, html, plain_text
from bot.knowledge.service import Knowledge


class Composer:
    """Words for one council at a time. Build one in app.py."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge

    def words(self, council: str) -> dict[str, Any]:
        """The council's words."""
        return self._knowledge.words(council)

    def name(self, council: str) -> str:
        """The council's name."""
        return self._knowledge.council(council).name

    def label(self, council: str, intent: str) -> str:
        """What an intent is called when it is offered."""
        return str(self.words(council)["intents"].get(intent, intent))

    def greeting(self, council: str) -> Reply:
        """The first message: that it is a machine, what it can do, that a person can be had, four most-wanted tasks."""
        knowledge = self._knowledge.council(council)
        text = knowledge.words["greeting"]["text"].format(council=knowledge.name)
        return Reply(Kind.TEXT, text, self.wanted(council), data={"greeting": True})

    def wanted(self, council: str) -> tuple[Choice, ...]:
        """The four most-wanted tasks as buttons, and a person."""
        tasks = self._knowledge.council(council).council.get("wanted", [])
        return (*(Choice(f"ask:{task['text']}", task["label"]) for task in tasks), self.person(council))

    def person(self, council: str) -> Choice:
        """The offer of a person."""
        return Choice(PERSON_CHOICE, self.words(council)["buttons"]["person"])

    def say(self, council: str, *path: str, kind: Kind = Kind.TEXT, choices: Sequence[Choice] = (), **data: Any) -> Reply:
        """A fixed text of words.yml, with buttons."""
        found: Any = self.words(council)
        for name in path:
            found = found[name]
        return Reply(kind, str(found).format(council=self._knowledge.council(council).name), tuple(choices), data=data)

    def readings(self, council: str, intents: Sequence[str]) -> tuple[Choice, ...]:
        """Intents as buttons, with the way out to a person."""
        return (*(Choice(f"intent:{intent}", self.label(council, intent)) for intent in intents), self.person(council))

    def areas(self, council: str) -> tuple[Choice, ...]:
        """The four service areas as buttons, and a person."""
        names = self.words(council)["areas"]
        areas = ("council_tax", "benefits", "bins", "housing")
        return (*(Choice(f"menu:{area}", names[area]) for area in areas), self.person(council))

    def menu(self, council: str, name: str) -> Reply:
        """The short menu of a bare word."""
        menu = self.words(council)["menus"][name]
        return Reply(Kind.CLARIFY, menu["ask"], self.readings(council, menu["intents"]), data={"menu": name})

    def articles(self, council: str, articles: Sequence[Article]) -> tuple[Choice, ...]:
        """Articles as buttons, and a person."""
        return (*(Choice(f"article:{article.id}", article.title) for article in articles), self.person(council))

    def answer(self, council: str, article: Article, intent: str, confidence: float | None = None) -> Reply:
        """An article as an answer."""
        answer = self._knowledge.answer(council, article)
        data: dict[str, Any] = {"article": article.id, "intent": intent, "title": article.title, "html": answer.html}
        if confidence is not None:
            data["confidence"] = round(confidence, 3)
        return Reply(Kind.ANSWER, answer.text, (), answer.sources, data)

    def part_of_answer(self, council: str, answer: Reply, place: int, part: str) -> Reply:
        """The paragraph of an answer that a further question is about."""
        words = f"{self.words(council)['answers']['part']}\n\n{part}"
        return replace(answer, text=plain_text(words), data={**answer.data, "html": html(words), "part": place})

    def all_above(self, council: str, answer: Reply) -> Reply:
        """For a further question of which no paragraph of the answer above is clearly the one: where to look, and a person."""
        words = self.words(council)["answers"]["all_above"]
        data = {**answer.data, "html": html(words), "part": "none"}
        return replace(answer, text=words, data=data, choices=(*answer.choices, self.person(council)))

    def person_first(self, council: str, intent: str) -> Reply | None:
        """The offer of a person that stands before the answer, for matters that people should not have to face alone."""
        if intent not in PERSON_FIRST:
            return None
        choices = (self.person(council),)
        return self.say(council, "person_first", intent, choices=choices, reason="person_first", intent=intent)

    def withdrawn(self, council: str, intent: str) -> Reply:
        """For an intent whose article may not be given today: no old answer, but a person."""
        return self.say(
            council,
            "answers",
            "withdrawn",
            kind=Kind.NOTICE,
            choices=(self.person(council),),
            reason="withdrawn",
            intent=intent,
        )

    def handoff(self, council: str) -> Reply:
        """How to reach a person: the telephone and the contact page of the council's own facts."""
        knowledge = self._knowledge.council(council)
        markdown = knowledge.words["handoff"]["text"].format(telephone="{fact:" + knowledge.council["telephone"] + "}")
        link = knowledge.words["handoff"]["link"].format(council=knowledge.name)
        markdown = filled(f"{markdown}\n\n[{link}]({knowledge.council['contact_page']})", knowledge.facts)
        return Reply(Kind.HANDOFF, plain_text(markdown), data={"intent": "talk_to_human", "html": html(markdown)})
