"""A chat that has left something everywhere, for tests of deleting: a marker stands in every place that a resident's or an
adviser's words can get to, so that afterwards every table and the file of the database can be searched for it.
"""

from pathlib import Path

import numpy as np
from sqlalchemy import select
from sqlalchemy.engine import make_url

from bot.assist import store as assist_store
from bot.assist.store import NewPair
from bot.foundation.database import metadata
from bot.handoff.forms import RequestKind
from bot.learning import store as learning_store
from bot.learning.model import Person, SignalKind, Suggestion, SuggestionKind, SuggestionState
from bot.web import keys

MARKER = "aubergine"
KEPT = "A new boiler"


async def rows_with(product, word):
    """The tables in which the word stands, with the rows."""
    async with product.public[keys.DATABASE].reading() as tx:
        found = {table.name: [str(row) for row in await tx.execute(select(table))] for table in metadata.sorted_tables}
    return {name: hits for name, rows in found.items() if (hits := [row for row in rows if word in row.lower()])}


def files_with(database_url, word):
    """The files of a SQLite database in which the word stands; of another database there are none to look at."""
    place = make_url(database_url)
    if place.get_backend_name() != "sqlite":
        return []
    files = [Path(place.database), Path(f"{place.database}-wal")]
    return [one.name for one in files if one.exists() and word.encode() in one.read_bytes()]


async def whole_chat(floor, ada, sue):
    """A chat with the marker in all it has, ended, with a case in it."""
    room = floor.product.public[keys.HANDOFF]
    resident = await floor.in_queue()
    await resident.send(f"my {MARKER} plants died")
    await ada.claim(resident)
    await ada.reply(resident, f"I am sorry about the {MARKER}.")
    epoch = int(ada.hidden("epoch", "/reply"))
    actor, at = ada.account.actor(), f"/console/desk/{resident.id}"
    await ada.post(f"{at}/note", {"message_id": "n1", "note": f"{MARKER} again"})
    await ada.post(f"{at}/open-case", {"title": KEPT, "team": "", "message_id": "c1", "epoch": epoch})
    await room.requests.ask(actor, resident.id, "q1", RequestKind.CONTACT_DETAILS, epoch)
    [asked] = (await room.desks.open(actor, resident.id)).requests
    answers = {"name": f"Mr {MARKER}", "telephone": "07700 900123", "email": ""}
    status, said = await resident.post("answers", {"client_message_id": "a1", "request": asked["id"], "answers": answers})
    assert status == 201, said
    await room.presences.supervise(sue.account.actor(), actor.staff_id, supervised=True)
    await room.desks.reply(actor, resident.id, "d1", f"a draft about the {MARKER}", epoch)
    await ada.post(f"{at}/end", {"outcome": "answered", "note": f"the {MARKER} is settled"})
    seq = next(one["seq"] for one in (await resident.read(0))["messages"] if one["kind"] == "answer")
    await resident.post("feedback", {"seq": seq, "helpful": "no", "comment": f"nothing about {MARKER}"})
    return resident


async def learnt_from(floor, resident, *others):
    """What other rooms copy out of a chat: a past reply, a signal in a theme, suggestions."""
    product = floor.product
    now, someone = product.public[keys.CLOCK].now(), Person("t1", "Tara Trainer")
    vector = np.ones(384, np.float32) / 384**0.5
    pair = NewPair(2, True, now, f"my {MARKER}", f"sorry about the {MARKER}", "g1", {}, "e", vector, vector)
    async with product.public[keys.DATABASE].writing() as tx:
        await assist_store.add_pairs(tx, "enfield", [pair], conversation_id=resident.id)
        theme = {"id": "th1", "name": f"{MARKER}, plants", "example": f"{MARKER} plants", "people": 3, "messages": 3}
        await learning_store.set_themes(tx, "enfield", [{**theme, "first_at": now, "last_at": now}], {})
        kind, same = SignalKind.UNANSWERED, {"theme_id": "th1", "vector": b""}
        for conversation, text in ((resident, f"{MARKER} plants"), *((one, "my plants died") for one in others)):
            await learning_store.add_signal(tx, "enfield", conversation.id, 2, kind, now, text=text, **same)
        for state in (SuggestionState.WAITING, SuggestionState.REFUSED):
            kind, text = SuggestionKind.EXAMPLE, f"my {MARKER} {state}"
            one = Suggestion(
                f"s{state}"[:16], "enfield", kind, state, text, "ct_pay", someone, now, conversation_id=resident.id
            )
            await learning_store.add_suggestion(tx, one)
