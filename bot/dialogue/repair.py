"""What is said when it is not clear what a resident means: readings to choose from, another method, a person.

Never the same reply twice running, and never more than two misses without a person. assistant.py decides when; the words
are in councils/*/words.yml.
"""

from collections.abc import Sequence
from dataclasses import replace

from bot.conversations.model import Conversation, Kind, Reply
from bot.dialogue.composing import Composer
from bot.dialogue.tasks import TASK, TASK_OVER, Turn
from bot.knowledge.service import Knowledge

REPEATABLE = ("urgent", "handoff", TASK, TASK_OVER)  # turns that may say the same again: danger, a person, an open question


class Repair:
    """Finds another way on. Build it in assistant.py."""

    def __init__(self, composer: Composer, knowledge: Knowledge) -> None:
        self._composer = composer
        self._knowledge = knowledge

    def clarify(self, conversation: Conversation, intents: Sequence[str]) -> Turn:
        """Two or three readings to choose from; after two misses another method."""
        context = replace(conversation.context, misses=conversation.context.misses + 1)
        if context.misses >= 3:
            return self.change_method(conversation, "")
        words = ("clarify", "ask")
        reply = self._composer.say(
            conversation.council, *words, kind=Kind.CLARIFY, choices=self._composer.readings(conversation.council, intents)
        )
        return Turn([reply], context, "clarify")

    def change_method(self, conversation: Conversation, question: str) -> Turn:
        """First miss: which subject. Second: pages that may help. Third: a person."""
        council = conversation.council
        misses = conversation.context.misses + 1
        context = replace(conversation.context, misses=misses)
        found = self._knowledge.search(council, question, limit=3) if question and misses == 2 else []
        likely = [one.article for one in found if one.meaning >= 0.35]
        if misses == 1:
            reply = self._composer.say(council, "repair", "first", kind=Kind.CLARIFY, choices=self._composer.areas(council))
        elif misses == 2 and likely:
            reply = self._composer.say(
                council, "repair", "second", kind=Kind.CLARIFY, choices=self._composer.articles(council, likely)
            )
        elif misses == 2:
            reply = self._composer.say(
                council, "repair", "second_nothing", kind=Kind.CLARIFY, choices=self._composer.areas(council)
            )
        else:
            sorry = self._composer.say(council, "repair", "third", kind=Kind.NOTICE, reason="not_understood")
            return Turn([sorry, self._composer.handoff(council)], replace(context, misses=0), "handed_over")
        return Turn([reply], context, "repair")

    def not_meant(self, conversation: Conversation) -> Turn:
        """Something near the last answer that was not shown yet, when the resident says it was not meant."""
        council, context = conversation.council, conversation.context
        tried = tuple(dict.fromkeys((*context.tried, context.topic))) if context.topic else context.tried
        context = replace(context, misses=context.misses + 1, tried=tried)
        if context.misses >= 3:
            return self.change_method(replace(conversation, context=replace(context, misses=2)), "")
        title = self._composer.label(council, context.topic) if context.topic else ""
        near = [one.article for one in self._knowledge.search(council, title, limit=6)] if title else []
        near = [article for article in near if article.id not in context.shown][:3]
        path = "not_meant" if near else "not_meant_nothing"
        choices = self._composer.articles(council, near) if near else self._composer.areas(council)
        return Turn([self._composer.say(council, "repair", path, kind=Kind.CLARIFY, choices=choices)], context, "repair")

    def with_danger_mentioned(self, conversation: Conversation, turn: Turn) -> Turn:
        """The turn, with the emergency number beside whatever was said."""
        notice = self._composer.say(conversation.council, "answers", "danger", kind=Kind.NOTICE, reason="danger")
        return replace(turn, replies=[*turn.replies, notice])

    def rather_a_part(self, conversation: Conversation, turn: Turn, text: str) -> Turn:
        """When a further question leads to the answer that was given just before: the part of it that the question is about."""
        council, context = conversation.council, conversation.context
        answers = [reply for reply in turn.replies if reply.kind == Kind.ANSWER]
        article = self._knowledge.article(council, context.article) if context.article else None
        if article is None or [reply.data["article"] for reply in answers] != [article.id]:
            return turn
        found = self._knowledge.part(council, article, text)
        if found is None:
            return replace(turn, replies=[self._composer.all_above(council, answers[0])])
        return replace(turn, replies=[self._composer.part_of_answer(council, answers[0], *found)])

    def never_twice(self, conversation: Conversation, turn: Turn) -> Turn:
        """Another way on when the very same reply would come twice running."""
        council, context = conversation.council, turn.context
        mark = "|".join(_mark(reply) for reply in turn.replies)[:500]
        if mark and mark == conversation.context.last_reply and turn.outcome not in REPEATABLE:
            answer = next((reply for reply in turn.replies if reply.kind == Kind.ANSWER), None)
            near = self._knowledge.search(council, str(answer.data["title"]), limit=4) if answer else []
            others = [one.article for one in near if answer and one.article.id != answer.data["article"]][:2]
            words = "again" if others else "again_text"
            choices = self._composer.articles(council, others) if others else self._composer.areas(council)
            reply = self._composer.say(council, "repair", words, kind=Kind.CLARIFY, choices=choices)
            return Turn([reply], replace(context, last_reply=f"again:{mark}"[:500]), "again")
        return replace(turn, context=replace(context, last_reply=mark))


def _mark(reply: Reply) -> str:
    """What makes a reply the same as another: its article, or its words and buttons."""
    said = reply.data.get("article") or reply.text
    if "part" in reply.data:
        said = f"{said}#{reply.data['part']}"
    return f"{reply.kind}:{said}:{','.join(choice.value for choice in reply.choices)}"
