"""Makes the messages about handing over out of the council's own words: the card, offers, places, promises.

Nothing is decided here. Each reply carries data that a page draws (`card`, `step`, `offer`) beside the same in plain text,
so that a program or a page without script shows all of it. The words stand in councils/*/handoff.yml.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.cases.model import Case
from bot.conversations.model import Choice, Kind, Reply, Sender
from bot.foundation.words import day_in_words
from bot.handoff import card as cards
from bot.handoff.asking import CHECK_HERE, Asking, Step
from bot.handoff.model import Card, Line, Offer, Team, Wait, Way
from bot.handoff.plan import Plan
from bot.knowledge.model import AREAS, area_of
from bot.knowledge.rendering import filled, html, plain_text
from bot.knowledge.service import Knowledge


@dataclass(frozen=True)
class Outlook:
    """What can be offered to a resident just now: the team, whether it can be had, and how long it takes."""

    team: Team
    offer: Offer
    first: Team  # the team whose business it is; another than `team` when that one could not be had
    place: int = 1
    wait: Wait | None = None
    opens: str = ""
    closes: str = ""
    why: str = ""


class Wording:
    """The words of every council. Build it in app.py."""

    def __init__(self, plans: Mapping[str, Plan], knowledge: Knowledge) -> None:
        self._plans = plans
        self._knowledge = knowledge

    @property
    def councils(self) -> list[str]:
        """The councils that have a plan."""
        return sorted(self._plans)

    def plan(self, council: str) -> Plan:
        """The council's plan."""
        return self._plans[council]

    def topic(self, council: str, topic: str) -> str:
        """What an intent or an area is called."""
        words = self._knowledge.words(council)
        found = words["intents"].get(topic) or words["areas"].get(topic)
        return str(found or self._plans[council].words["buttons"]["topics"].get(topic) or topic)

    def area(self, topic: str) -> str:
        """The service area of a topic."""
        return topic if topic in AREAS else area_of(topic)

    def lines(self, council: str, card: Card) -> list[Line]:
        """The card line by line."""
        words = self.plan(council).words
        card = card.changed("time", str(words["buttons"].get(card.time, card.time)))
        return cards.lines(card, words["card"], lambda topic: self.topic(council, topic))

    # ---- the card

    def card(self, council: str, asking: Asking, outlook: Outlook) -> Reply:
        """The card to check, with what can be offered now above it."""
        plan = self.plan(council)
        lines = self.lines(council, asking.card)
        intro = self.outlook(council, outlook, asking)
        note = plan.say("card", "check")
        parts = [intro, cards.as_text(lines), note]
        data = self._card_data(council, lines, outlook, open_=True)
        data |= {"step": "card", "way": str(asking.way), "html": html(intro), "note": note}
        return Reply(Kind.HANDOFF, plain_text("\n\n".join(parts)), self._ways(council, asking, outlook, lines), data=data)

    def offer(self, council: str, asking: Asking, outlook: Outlook) -> Reply:
        """Why no person can be had just now, the numbers for the matter at hand, and what can be had instead."""
        buttons = self.plan(council).words["buttons"]
        markdown = self.outlook(council, outlook, asking)
        choices = tuple(Choice(f"start:handoff:{way}", buttons[str(way)]) for way in (Way.CALL_BACK, Way.MESSAGE))
        data = {"step": "offer", "offer": str(outlook.offer), "team": outlook.team.name, "html": html(markdown)}
        return Reply(Kind.HANDOFF, plain_text(markdown), choices, data=data)

    def reminder(self, council: str, asking: Asking) -> Reply:
        """The card is still open, after something else was answered."""
        plan = self.plan(council)
        buttons = plan.words["buttons"]
        choices = (
            Choice("handoff:show", buttons["show"]),
            *([Choice("handoff:send", buttons["send"])] if asking.way == Way.QUEUE else []),
            Choice("handoff:stop", buttons["back"]),
        )
        return Reply(Kind.HANDOFF, plan.say("ask", "reminder"), choices, data={"step": "reminder"})

    def sent(self, council: str, card: Card, outlook: Outlook) -> Reply:
        """The card as it was sent."""
        lines = self.lines(council, card)
        title = self.plan(council).say("card", "sent_title")
        data = self._card_data(council, lines, outlook, open_=False)
        data |= {"step": "sent", "title": "", "html": html(f"**{title}**")}
        return Reply(Kind.HANDOFF, f"{title}\n\n{cards.as_text(lines)}", data=data)

    def question(self, council: str, asking: Asking) -> Reply:
        """The open question about one line."""
        plan = self.plan(council)
        buttons = plan.words["buttons"]
        choices: list[Choice] = []
        match asking.step:
            case Step.CONTACT:
                text = plan.say("ask", "telephone" if asking.way == Way.CALL_BACK else "reach")
                if asking.way == Way.MESSAGE:
                    choices.append(Choice("handoff:check_here", buttons["check_here"]))
            case Step.TIME:
                text = plan.say("card", "ask", "time")
                choices += [Choice(f"handoff:time:{name}", buttons[name]) for name in ("any_time", "morning", "afternoon")]
            case _:
                text = self._question_about(council, asking)
                if asking.line == "topic":
                    choices += [Choice(f"handoff:topic:{area}", label) for area, label in buttons["topics"].items()]
        choices.append(Choice("handoff:stop", buttons["back"]))
        return Reply(Kind.HANDOFF, text, tuple(choices), data={"step": str(asking.step), "line": asking.line})

    def wrong(self, council: str, asking: Asking) -> Reply:
        """The contact cannot be used, and why."""
        again = self.question(council, asking)
        text = self.plan(council).say("ask", "wrong_telephone" if asking.way == Way.CALL_BACK else "wrong_reach")
        return Reply(Kind.HANDOFF, text, again.choices, data={**again.data, "reason": "wrong"})

    def stopped(self, council: str) -> Reply:
        """Nothing was passed on."""
        return Reply(Kind.TEXT, self.plan(council).say("ask", "stopped"), data={"reason": "handoff_stopped"})

    # ---- what can be offered

    def outlook(self, council: str, outlook: Outlook, asking: Asking) -> str:
        """What can be offered now, as Markdown: the way to a person, or why not, the numbers for now, and what instead."""
        plan = self.plan(council)
        names = {"team": outlook.team.name, "first": outlook.first.name, "opens": outlook.opens, "closes": outlook.closes}
        said = plan.say("offer", str(outlook.offer), **names, why=outlook.why)
        if outlook.offer == Offer.OPEN:
            moved = plan.say("offer", "reroute", **names) if outlook.first != outlook.team else ""
            wait = self.place(council, outlook.place, outlook.wait) if asking.way == Way.QUEUE else ""
            return "\n\n".join(part for part in (moved, said, wait) if part)
        numbers = filled(plan.emergency(asking.card.matter, asking.card.topic), self._knowledge.council(council).facts)
        instead = plan.say("offer", "urgent_instead" if asking.card.matter else "instead")
        return "\n\n".join((said, numbers, instead) if asking.way == Way.QUEUE else (said, numbers))

    def place(self, council: str, place: int, wait: Wait | None) -> str:
        """The place in the queue and the honest wait, in one or two sentences."""
        plan = self.plan(council)
        ahead = plan.words["offer"]["ahead"]
        count = max(0, place - 1)
        before = ahead["none"] if not count else ahead["one"] if count == 1 else str(ahead["many"]).format(count=count)
        return plan.say("offer", "place", ahead=before, wait=self.wait(council, wait))

    def wait(self, council: str, wait: Wait | None) -> str:
        """The range of recent waits."""
        if wait is None:
            return self.plan(council).say("wait", "unknown")
        same = "same_one" if wait.most == 1 else "same"
        name = "range" if wait.least < wait.most else same
        return self.plan(council).say("wait", name, least=wait.least, most=wait.most)

    # ---- in the queue, with a person, promises

    def queued(self, council: str, card: Card, outlook: Outlook) -> Reply:
        """The resident is in the queue."""
        plan = self.plan(council)
        place = self.place(council, outlook.place, outlook.wait)
        text = plan.say("queued", "urgent" if card.matter else "text", team=outlook.team.name, place=place)
        leaving = plan.say("queued", "leaving", minutes=plan.settings.leave_minutes)
        return self.notice(f"{text} {leaving}", "queued", self.queue_ways(council))

    def queue_ways(self, council: str) -> tuple[Choice, ...]:
        """What a resident can press while they wait."""
        buttons = self.plan(council).words["buttons"]
        return tuple(Choice(f"queue:{name}", buttons[name]) for name in ("call_back", "message", "leave"))

    def state(self, council: str, place: int, wait: Wait | None) -> str:
        """The one line that is kept up to date while they wait."""
        return self.plan(council).say("queued", "state", place=place, wait=self.wait(council, wait))

    def person(self, council: str, event: str, choices: tuple[Choice, ...] = (), **values: object) -> Reply:
        """Something that happened between the resident and staff; `event` is the sentence under `person`."""
        return self.notice(self.plan(council).say("person", event, **values), event, choices)

    def promise(self, council: str, case: Case, card: Card, way: Way, reach: str) -> Reply:
        """What was promised: reference, date and the code to look it up."""
        plan = self.plan(council)
        due = short_day(case.due) if case.due else ""
        name = CHECK_HERE if reach == CHECK_HERE else str(way)
        text = plan.say("promise", name, contact=card.contact, due=due, reference=case.reference)
        code = plan.say("promise", "code", code=case.code)
        data: dict[str, Any] = {"reference": case.reference, "code": case.code, "way": str(way)}
        return Reply(Kind.PROMISE, f"{text}\n\n{code}", data=data | {"due": case.due.isoformat() if case.due else None})

    def notice(self, text: str, reason: str, choices: tuple[Choice, ...] = ()) -> Reply:
        """A word of the system."""
        return Reply(Kind.NOTICE, text, choices, data={"reason": reason}, sender=Sender.SYSTEM)

    # ---- inside

    def _card_data(self, council: str, lines: list[Line], outlook: Outlook, *, open_: bool) -> dict[str, Any]:
        """The lines as a page draws them; those of a card that is open have the choice that changes them."""
        shown = [
            {
                "name": line.name,
                "label": line.label,
                "answer": line.value,
                "choice": f"handoff:change:{line.name}" if open_ and line.changeable else "",
                "change": self._change(council, line) if open_ and line.changeable else "",
            }
            for line in lines
        ]
        title = self.plan(council).say("card", "title")
        return {"title": title, "lines": shown, "offer": str(outlook.offer), "team": outlook.team.name}

    def _change(self, council: str, line: Line) -> str:
        return self.plan(council).say("card", "change", label=line.label.lower())

    def _ways(self, council: str, asking: Asking, outlook: Outlook, lines: list[Line]) -> tuple[Choice, ...]:
        buttons = self.plan(council).words["buttons"]
        changes = [Choice(f"handoff:change:{line.name}", self._change(council, line)) for line in lines if line.changeable]
        sends = {Way.QUEUE: "send", Way.CALL_BACK: "send_call_back", Way.MESSAGE: "send_message"}
        open_now = outlook.offer == Offer.OPEN
        first = [] if asking.way == Way.QUEUE and not open_now else [Choice("handoff:send", buttons[sends[asking.way]])]
        others = [way for way in (Way.QUEUE, Way.CALL_BACK, Way.MESSAGE) if way != asking.way]
        ways = [Choice(f"handoff:{way}", buttons[str(way)]) for way in others if way != Way.QUEUE or open_now]
        return (*first, *ways, *changes, Choice("handoff:stop", buttons["back"]))

    def _question_about(self, council: str, asking: Asking) -> str:
        plan = self.plan(council)
        asks = plan.words["card"]["ask"]
        if asking.line.startswith("detail:"):
            label = next((line.label for line in self.lines(council, asking.card) if line.name == asking.line), "")
            return str(asks["detail"]).format(label=label)
        return str(asks.get(asking.line, asks["want"]))


def short_day(day: date) -> str:
    """A date as "Tuesday 24 November"."""
    return day_in_words(day).rsplit(" ", 1)[0]
