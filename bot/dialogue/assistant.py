"""One turn of the assistant: from a resident's message to the replies and what to remember.

The order matters. Danger is screened first and without the engine; then what the message says about the conversation
itself; then what is under way (tasks.py); then bare words; then the engine's reading, which model.py turns into a
decision; only then the engine is asked what to say, with an intent and never with the resident's words. With the engine
away, knowledge search answers alone. repair.py has what is said when it is not clear.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

from bot.conversations.model import PERSON_CHOICE, Choice, Context, Conversation, Kind, Message, Reply
from bot.conversations.service import Together
from bot.conversations.text import has_words, is_a_number
from bot.dialogue import model
from bot.dialogue.composing import Composer
from bot.dialogue.engine import DialogueEngine, EngineUnavailable, Reading
from bot.dialogue.model import Bands, Decision, Step
from bot.dialogue.repair import Repair
from bot.dialogue.switched import ASSISTANT_OFF, AllOn, Switched, Switches
from bot.dialogue.tasks import TASK, Task, Tasks, Turn
from bot.knowledge.model import Article, area_of
from bot.knowledge.service import Knowledge

SEARCH_ALONE = 0.50  # with the engine away, an article is given from this score
REMEMBERED = 8  # articles of the conversation that are kept in mind
NEEDS_PERSON = {"handed_over": "not_understood", "degraded": "degraded"}  # turns that end with a person, and why


class UrgentScreen(Protocol):
    """What the assistant needs of the safety room."""

    def look(self, council: str, text: str) -> Reply | None:
        """The fixed reply to a message that speaks of danger, or None."""

    def hints(self, council: str, text: str) -> bool:
        """Whether the wording hints at danger without being enough by itself."""

    def suspects(self, council: str, text: str) -> bool:
        """Whether wording or meaning comes near danger; asked while there is no reading of the engine to go by."""

    def reply(self, council: str, text: str = "") -> Reply:
        """The fixed reply to danger that something else recognised."""


class Languages(Protocol):
    """What the assistant needs of the languages room."""

    def detect(self, text: str) -> str | None:
        """The code of a language other than English, or None."""

    def answer_follows(self, council: str, code: str) -> Reply:
        """In that language: the answer follows in English, and how to get an interpreter."""

    def danger(self, council: str, code: str) -> Reply:
        """In that language: the number to call in danger."""

    def nothing_found(self, council: str, code: str) -> Reply:
        """In that language: no answer was found, a person can help."""


class Assistant:
    """The assistant of all councils. Build one in app.py."""

    def __init__(
        self,
        engine: DialogueEngine,
        knowledge: Knowledge,
        screen: UrgentScreen,
        languages: Languages,
        bands: Bands | None = None,
        tasks: Sequence[Task] = (),
        switches: Switches | None = None,
        off_words: Mapping[str, Mapping[str, Any]] | None = None,
        offers: Callable[[str, str], Sequence[Choice]] = lambda council, intent: (),
        danger: Callable[[Conversation], Together] | None = None,
        news: Callable[[Conversation, str], Awaitable[Sequence[Reply]]] | None = None,
    ) -> None:
        self._engine = engine
        self._knowledge = knowledge
        self._screen = screen
        self._languages = languages
        self._bands = bands or Bands()
        self.composer = Composer(knowledge)
        self._repair = Repair(self.composer, knowledge)
        self._tasks = Tasks(tasks)
        self.switched = Switched(self.composer, switches or AllOn(), off_words or {})
        self._offers = offers  # buttons under the answer to an intent of a council, such as "Apply now"
        self._news = news  # what is known today about an intent, said before its article
        self._danger = danger  # tells staff of danger, together with the reply to it

    async def reply(self, conversation: Conversation, message: Message) -> Turn:
        """The replies to one message of the resident, and the context afterwards."""
        choice = str(message.data.get("choice", ""))
        if not await self.switched.assistant_is_on(conversation.council):
            return await self._reply_while_off(conversation, message, choice)
        if choice:
            turn = await self._reply_to_choice(conversation, message, choice)
        else:
            turn = await self._reply_to_text(conversation, message.text, message)
        if turn.outcome == "urgent" and self._danger:
            turn = replace(turn, together=(*turn.together, self._danger(conversation)))
        turn = self._tasks.ask_again(conversation, await self._with_person(conversation, turn))
        return self._repair.never_twice(conversation, turn)

    async def _reply_while_off(self, conversation: Conversation, message: Message, choice: str) -> Turn:
        """Turned off, it still knows danger and passes on to a person; everything else it says it cannot do now."""
        council, context = conversation.council, conversation.context
        urgent = None if choice else self._screen.look(council, message.text)
        if urgent is not None:
            return Turn([urgent], context, "urgent")
        turn = None
        if context.under_way and context.under_way[-1]["task"] == Kind.HANDOFF:
            turn = await self._tasks.take(conversation, message, self._reader(""))
        elif choice == PERSON_CHOICE:
            turn = await self._tasks.begin(conversation, {"kind": Kind.HANDOFF.value}, "")
            turn = turn or Turn([self.composer.handoff(council)], context, Kind.HANDOFF.value)
        return turn or Turn(await self.switched.off(council), context, ASSISTANT_OFF)

    # ---- buttons

    async def _reply_to_choice(self, conversation: Conversation, message: Message, choice: str) -> Turn:
        council, context = conversation.council, conversation.context
        name, _, value = choice.partition(":")
        turn = await self._tasks.take(conversation, message, self._reader(""))
        if turn is not None:
            return turn
        if choice == PERSON_CHOICE:
            return await self._hand_over(conversation, "chosen", "")
        if name == "ask":
            return await self._reply_to_text(conversation, value)
        if name in ("start", "do"):  # begins a task; or a button of one that is not under way any more
            task, _, what = value.partition(":")
            request = {"task": task, "what" if name == "start" else "pressed": what}
            begun = await self._tasks.begin(conversation, request, "")
            return begun or Turn([self.composer.withdrawn(council, "")], context, "withdrawn")
        if name == "menu":
            return Turn([self.composer.menu(council, value)], replace(context, misses=0), "menu")
        if name == "article":
            article = self._knowledge.article(council, value)
            if article is not None:
                return self._given(conversation, article)
            return Turn([self.composer.withdrawn(council, "")], context, "withdrawn")
        return await self._or_degraded(conversation, "", lambda: self._respond(conversation, value, ""))

    # ---- a person

    async def _hand_over(self, conversation: Conversation, reason: str, said: str) -> Turn:
        """Begins the handover, whatever the engine does; the telephone number where nobody hands over."""
        begun = await self._tasks.begin(conversation, {"kind": "handoff", "reason": reason}, said)
        return begun or self._answered(conversation, [self.composer.handoff(conversation.council)])

    async def _with_person(self, conversation: Conversation, turn: Turn) -> Turn:
        """A turn that ends with a person, because the assistant cannot help, goes on with the handover."""
        if turn.outcome not in NEEDS_PERSON or not turn.replies or turn.replies[-1].kind != Kind.HANDOFF:
            return turn
        after = replace(conversation, context=turn.context)
        begun = await self._tasks.begin(after, {"kind": "handoff", "reason": NEEDS_PERSON[turn.outcome]}, "")
        return turn if begun is None else replace(begun, replies=[*turn.replies[:-1], *begun.replies])

    # ---- words

    async def _reply_to_text(self, conversation: Conversation, text: str, message: Message | None = None) -> Turn:
        council, context = conversation.council, conversation.context
        urgent = self._screen.look(council, text)
        language = self._languages.detect(text)
        if urgent is not None:
            first = [self._languages.danger(council, language)] if language else []
            return Turn([*first, urgent], context, "urgent")
        if message is not None and self._tasks.first(conversation, text, foreign=language is not None):
            turn = await self._tasks.take(conversation, message, self._reader(text))
            if turn is not None:
                return turn
        if not has_words(text):
            reply = self.composer.say(council, "repair", "no_words", choices=self.composer.wanted(council))
            return Turn([reply], context, "no_words")
        if is_a_number(text):
            choices = self.composer.readings(council, ["track_case", "ct_balance"])
            return Turn([self.composer.say(council, "repair", "number_alone", choices=choices)], context, "number_alone")
        if language is not None:
            return self._reply_in_other_language(conversation, text, language)
        phrase = model.bare(text)
        phrases = self.composer.words(council)["phrases"]
        if phrase in phrases["not_meant"] and context.last_reply:
            return self._repair.not_meant(conversation)
        if phrase in phrases["go_back"]:
            reply = self.composer.say(council, "repair", "go_back", choices=self.composer.wanted(council))
            return Turn([reply], replace(context, topic="", article="", misses=0), "go_back")
        for name, menu in self.composer.words(council)["menus"].items():
            if phrase in menu["words"]:
                return Turn([self.composer.menu(council, name)], replace(context, misses=0), "menu")
        return await self._or_degraded(conversation, text, lambda: self._understand(conversation, text))

    async def _understand(self, conversation: Conversation, text: str) -> Turn:
        council, context = conversation.council, conversation.context
        reading = await self._engine.read(text)
        question = text
        if model.may_be_about(context.topic, text, reading):
            reading, question = await self._with_topic(conversation, text, reading)
        enough = self._bands.urgent_with_hint if self._screen.hints(council, text) else self._bands.urgent
        if reading.probability("urgent_risk") >= enough:
            return Turn([self._screen.reply(council, text)], context, "urgent")
        parts = model.questions_in(text)
        if len(parts) > 1:
            several, left_over = await self._several(parts)
            if several and len(several) + len(left_over) > 1:
                return await self._answer_several(conversation, several, left_over)
        near = self._knowledge.nearness(council, question, reading.vectors.get(self._knowledge.encoder))
        together = model.weighed(reading, near, self._bands)
        decision = model.decide(together, near, self._bands, frozenset(context.tried))
        turn = await self._act_on(conversation, decision, question, together)
        if question != text or model.leans_back(text):
            turn = self._repair.rather_a_part(conversation, turn, text)
        if reading.probability("urgent_risk") < self._bands.mention_danger:
            return turn
        return self._repair.with_danger_mentioned(conversation, turn)

    async def _act_on(self, conversation: Conversation, decision: Decision, question: str, reading: Reading) -> Turn:
        if decision.intents == ("out_of_scope",) and conversation.context.misses >= 2:
            return self._repair.change_method(conversation, question)
        if decision.step == Step.ANSWER:
            return await self._respond(conversation, decision.intents[0], question, reading.confidence)
        if decision.step == Step.CLARIFY:
            return self._repair.clarify(conversation, decision.intents)
        return self._repair.change_method(conversation, question)

    async def _with_topic(self, conversation: Conversation, text: str, alone: Reading) -> tuple[Reading, str]:
        """The reading of a follow-up with the topic in hand, if that makes more sense than the message alone."""
        topic = conversation.context.topic
        if alone.confidence >= 0.75 and not model.leans_back(text) and area_of(alone.intent) != area_of(topic):
            return alone, text
        question = f"{self._before(conversation)}{text}"
        together = await self._engine.read(question)
        return (together, question) if together.confidence > alone.confidence or together.intent == topic else (alone, text)

    def _before(self, conversation: Conversation) -> str:
        """What a question begins with when it is read with the topic in hand."""
        topic = conversation.context.topic
        return f"{self.composer.label(conversation.council, topic)}: " if topic else ""

    async def _several(self, parts: Sequence[str]) -> tuple[list[tuple[str, str]], list[str]]:
        """The matters of a message: at most two to answer, each with its words, and the intents to name as left over.

        What a part only tells is answered when its reading is very sure, and named when it is fairly sure.
        """
        found: dict[str, str] = {}
        doubtful: list[str] = []
        for part in parts[:4]:
            reading = await self._engine.read(part)
            if reading.intent in model.CONVERSATIONAL | {"out_of_scope", "urgent_risk", "talk_to_human"}:
                continue
            if reading.confidence >= (self._bands.part if model.asks(part) else self._bands.told):
                found.setdefault(reading.intent, part)
            elif reading.confidence >= self._bands.part:
                doubtful.append(reading.intent)
        sure = list(found.items())
        left_over = [intent for intent, _ in sure[2:]] + [intent for intent in doubtful if intent not in found]
        return sure[:2], list(dict.fromkeys(left_over))

    async def _answer_several(
        self, conversation: Conversation, several: list[tuple[str, str]], left_over: Sequence[str]
    ) -> Turn:
        council = conversation.council
        replies: list[Reply] = []
        begun: list[Reply] = []  # the question of a task comes after the answers
        together: tuple[Together, ...] = ()
        for intent, part in several:
            turn = await self._respond(conversation, intent, part)
            (replies if turn.context.under_way == conversation.context.under_way else begun).extend(turn.replies)
            together += turn.together
            conversation = replace(conversation, context=turn.context)
        if left_over:
            labels = [self.composer.label(council, intent) for intent in left_over]
            text = self.composer.words(council)["answers"]["left_over"].format(topics=", ".join(labels))
            replies.append(Reply(Kind.CLARIFY, text, self.composer.readings(council, left_over)))
        turn = replace(self._answered(conversation, replies), together=together)
        return replace(turn, replies=[*turn.replies, *begun], outcome=TASK) if begun else turn

    # ---- what the engine says to an intent

    async def _respond(self, conversation: Conversation, intent: str, question: str, confidence: float | None = None) -> Turn:
        """The engine's typed messages for an intent, turned into words."""
        metadata = {"council": conversation.council}
        messages = await self._engine.respond(conversation.id, intent, metadata)
        said = question.removeprefix(self._before(conversation))
        for message in messages:
            begun = await self._tasks.begin(conversation, message, said)
            if begun is not None:
                return begun
        replies = [self._in_words(conversation, message, intent, question, confidence) for message in messages]
        news = await self._news(conversation, intent) if self._news else ()
        return self._answered(conversation, [*news, *self._person_first(conversation, replies)])

    def _given(self, conversation: Conversation, article: Article) -> Turn:
        """One article as the answer."""
        replies = [self.composer.answer(conversation.council, article, article.intents[0])]
        return self._answered(conversation, self._person_first(conversation, replies))

    def _person_first(self, conversation: Conversation, replies: list[Reply]) -> list[Reply]:
        """The replies, with the offer of a person before an answer of weight; not while a person waits for the resident."""
        if conversation.context.lent:
            return replies
        answered = (str(one.data["intent"]) for one in replies if one.kind == Kind.ANSWER)
        offers = (self.composer.person_first(conversation.council, intent) for intent in answered)
        return [*(one for one in offers if one), *replies]

    def _in_words(
        self, conversation: Conversation, message: dict[str, Any], intent: str, question: str, confidence: float | None
    ) -> Reply:
        council, composer = conversation.council, self.composer
        kind = message.get("kind")
        if kind in ("answer", "start"):  # a task that did not begin leaves its intent to be answered
            article = self._knowledge.best_for_intent(council, intent, question)
            reply = composer.answer(council, article, intent, confidence) if article else composer.withdrawn(council, intent)
            offers = () if conversation.context.under_way else self._offers(council, intent)
            return replace(reply, choices=(*offers, *reply.choices))
        if kind == "meta":
            choices = composer.wanted(council) if intent in ("greet", "deny", "help", "start_over", "stop_form") else ()
            return composer.say(council, "meta", intent, choices=choices, intent=intent)
        if kind == "urgent":
            return self._screen.reply(council, question)
        if kind == "handoff":
            return composer.handoff(council)
        if kind == "notice":
            return composer.say(
                council,
                *("out_of_scope", "again" if conversation.context.misses else "first"),
                kind=Kind.NOTICE,
                choices=composer.areas(council),
                reason=message["reason"],
                intent=intent,
            )
        raise EngineUnavailable("unknown_kind")

    def _answered(self, conversation: Conversation, replies: list[Reply]) -> Turn:
        context = conversation.context
        answers = [reply for reply in replies if reply.kind == Kind.ANSWER]
        if any(reply.data.get("intent") == "start_over" for reply in replies):
            return Turn(replies, Context(), "start_over")
        if answers:
            shown = tuple(dict.fromkeys((*context.shown, *(reply.data["article"] for reply in answers))))[-REMEMBERED:]
            topic, article = answers[-1].data["intent"], answers[-1].data["article"]
            context = replace(context, topic=topic, article=article, shown=shown, misses=0, tried=())
        elif replies and replies[0].kind == Kind.HANDOFF:
            context = replace(context, misses=0)
        elif replies and replies[0].data.get("reason") == "out_of_scope":
            context = replace(context, misses=context.misses + 1)
        told = (answers or replies)[:1]
        return Turn(replies, context, told[0].kind.value if told else "silent")

    # ---- other languages, and the engine away

    def _reader(self, text: str) -> Callable[[], Awaitable[Reading | None]]:
        """For a task: reads the message when asked to, None while the engine is away or there are no words."""

        async def read() -> Reading | None:
            if not text:
                return None
            try:
                return await self._engine.read(text)
            except EngineUnavailable:
                return None

        return read

    def _reply_in_other_language(self, conversation: Conversation, text: str, language: str) -> Turn:
        council = conversation.council
        found = self._knowledge.search(council, text, foreign=True, limit=3)
        if not found:
            return Turn([self._languages.nothing_found(council, language)], conversation.context, "language")
        article = found[0].article
        turn = self._given(conversation, article)
        return replace(turn, replies=[self._languages.answer_follows(council, language), *turn.replies], outcome="language")

    async def _or_degraded(self, conversation: Conversation, text: str, work: Callable[[], Awaitable[Turn]]) -> Turn:
        """The turn, or simple answers from search alone while the engine gives none."""
        try:
            return await work()
        except EngineUnavailable:
            return self._search_alone(conversation, text)

    def _search_alone(self, conversation: Conversation, text: str) -> Turn:
        """What search finds; beside it, when danger may be meant, the vetted words: a needless number costs little."""
        turn = self._found_alone(conversation, text)
        if not text or not self._screen.suspects(conversation.council, text):
            return turn
        return replace(turn, replies=[*turn.replies, self._screen.reply(conversation.council, text)])

    def _found_alone(self, conversation: Conversation, text: str) -> Turn:
        council = conversation.council
        found = self._knowledge.search(council, text, limit=3) if text else []
        if found and found[0].score >= SEARCH_ALONE:
            notice = self.composer.say(council, "degraded", kind=Kind.NOTICE, reason="degraded")
            article = found[0].article
            turn = self._given(conversation, article)
            return replace(turn, replies=[notice, *turn.replies], outcome="degraded")
        choices = self.composer.articles(council, [one.article for one in found])
        notice = self.composer.say(council, "degraded_nothing", kind=Kind.NOTICE, choices=choices, reason="degraded")
        return Turn([notice, self.composer.handoff(council)], conversation.context, "degraded")
