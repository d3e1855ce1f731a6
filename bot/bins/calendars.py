"""A home's bin days as an iCalendar feed that a telephone subscribes to (RFC 5545).

An event is one day, with all its containers in the summary. Its UID is made of the usual day, so that a day that moves for a
holiday moves in the calendar too and does not appear twice. The reminder is the evening before.
"""

from datetime import date, timedelta

from icalendar import Alarm, Calendar, Event

from bot.addresses.model import Address
from bot.bins.model import Collection, Gathered
from bot.bins.reading import CouncilBins

REMINDER = timedelta(hours=-5)  # 7pm on the day before
REFRESH = timedelta(hours=12)


def feed(bins: CouncilBins, address: Address, gathered: Gathered) -> bytes:
    """The feed of one home."""
    calendar = Calendar()
    calendar.add("prodid", "-//Resident Desk//Bin days//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", f"{bins.words['words']['title']}: {address.short}")
    calendar.add("x-wr-timezone", "Europe/London")
    calendar.add("refresh-interval", REFRESH, parameters={"value": "DURATION"})
    calendar.add("x-published-ttl", REFRESH)
    events: dict[tuple[date, date, bool], list[Collection]] = {}
    for one in gathered.collections:
        events.setdefault((one.day, one.usual, one.cancelled), []).append(one)
    for (day, usual, cancelled), found in events.items():
        calendar.add_component(_event(bins, address, gathered, day, usual, cancelled, found))
    return bytes(calendar.to_ical())


def _event(
    bins: CouncilBins, address: Address, gathered: Gathered, day: date, usual: date, cancelled: bool, found: list[Collection]
) -> Event:
    page = bins.words["page"]
    containers = [bins.container(one.container) for one in found]
    summary = ", ".join(one.name for one in containers)
    event = Event()
    event.add("uid", f"bins-{address.council}-{address.uprn}-{usual:%Y%m%d}{'-none' if cancelled else ''}@resident-desk")
    event.add("dtstamp", gathered.fetched_at)
    event.add("dtstart", day)
    event.add("dtend", day + timedelta(days=1))
    event.add("summary", f"{summary}: {page['none']}" if cancelled else summary)
    remarks = ["; ".join(f"{one.name}: {one.bin}" for one in containers if one.bin)]
    if day != usual:
        remarks.append(page["instead"].format(usual=f"{usual:%A} {usual.day} {usual:%B}"))
    remarks += sorted({one.reason for one in found if one.reason})
    remarks.append(bins.words["words"]["out_by"])
    event.add("description", "\n".join(remark for remark in remarks if remark))
    event.add("transp", "TRANSPARENT")
    if not cancelled:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", summary)
        alarm.add("trigger", REMINDER)
        event.add_component(alarm)
    return event
