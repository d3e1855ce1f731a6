"""The rules of suggested replies: pairs, what became of them, groups, ranking, calibration, drafted notes, and files."""

import json
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from bot.assist.fitting import calibrated, listwise, logistic
from bot.assist.formats import ConversationFile, PastConversation
from bot.assist.grouping import grouped
from bot.assist.importing import pairs_of as pairs_of_file
from bot.assist.index import Entry, PastReplies
from bot.assist.model import From, Used, asked_in, bands, became, filled, holes, nearly_same, pairs_of
from bot.assist.ranking import Candidate, Outcomes, Weights, ranked
from bot.assist.sketch import FROM
from bot.assist.words import Lexicon, terms
from bot.assist.wrap_up import draft, with_outcome
from bot.cases.model import Case
from bot.conversations.model import Kind, Message, Sender, Source
from bot.foundation.csvfiles import Reject, UnusableFile
from tests.factories import NOON

WEIGHTS = Weights.read()
WRAP_UP = {
    "asked": "Asked: {text}", "answered": "Answered: {text}", "sources": "Sources: {titles}",
    "promised": "Promised: {title}, {reference}, by {due}", "promised_no_date": "Promised: {title}, {reference}",
    "outcome": "Ended: {outcome}",
}  # fmt: skip


def messages(*said):
    """Messages of (sender, text), or (sender, text, data)."""
    return [
        Message(seq, NOON + timedelta(minutes=seq), Sender(who), Kind.TEXT, text, (), (), data[0] if data else {})
        for seq, (who, text, *data) in enumerate(said, 1)
    ]


def vector(*values):
    whole = np.array([*values, *[0.0] * (4 - len(values))], np.float32)
    return whole / np.linalg.norm(whole)


def make_case(**changes):
    """A case with what a note needs of it."""
    bare = dict.fromkeys(Case.__dataclass_fields__)
    return Case(**{**bare, **changes})


def entry(number, group, asked, reply=None, **changes):
    values = {
        "day": date(2026, 3, 1),
        "first": True,
        "details": False,
        "terms": (),
        "intents": {"ct_pay": 1.0},
        "reply_vector": reply,
    }
    return Entry(number, group, vector=asked, **{**values, **changes})


# ---- pairs


def test_a_pair_is_what_was_asked_since_anybody_answered_and_buttons_are_nothing_asked():
    chat = messages(
        ("resident", "when is my bin day"),
        ("assistant", "On Monday."),
        ("resident", "my bin was missed"),
        ("resident", "it is the green one"),
        ("resident", "Talk to a person", {"choice": "talk_to_person"}),
        ("staff", "Sorry about that, please report it on our website."),
        ("staff", "Leave it out until we come."),
        ("resident", "thanks a lot"),
        ("staff", "ok"),
        ("staff", "You are welcome."),
    )
    first, second = pairs_of(chat)
    assert first.asked == "my bin was missed\nit is the green one"
    assert first.reply.endswith("on our website.\n\nLeave it out until we come.")
    assert (second.asked, second.reply, first.first, second.first) == ("thanks a lot", "You are welcome.", True, False)
    assert asked_in(chat) == ("thanks a lot", 8)
    assert asked_in(chat, 3) == ("my bin was missed", 3)
    assert asked_in(messages(("assistant", "Hello"))) == ("", 0)


@pytest.mark.parametrize(
    ("sent", "inserted", "outcome"),
    [
        ("please report it on our website", True, Used.AS_IT_IS),
        ("Please report it on our website. The crew comes back on Friday.", True, Used.EDITED),
        ("Please report it on our web site", False, Used.EDITED),
        ("I will ask the benefits team to ring you", True, Used.IGNORED),
        ("Good afternoon, how can I help?", False, Used.IGNORED),
    ],
)
def test_what_became_of_a_suggestion_is_told_by_what_was_sent(sent, inserted, outcome):
    assert became("Please report it on our website.", sent, inserted=inserted) == outcome


def test_outcomes_are_counted_in_bands_of_ten_percent():
    [low, high] = bands([("reply", 12, "used", 2), ("reply", 19, "ignored", 5), ("reply", 100, "edited", 1)])
    assert (low.at_least, low.used, low.ignored) == (10, 2, 5)
    assert (high.at_least, high.below, high.edited) == (90, 100, 1)


def test_a_past_reply_greets_this_resident_and_other_holes_stay():
    past = "Hello [name], I have told the team about [address]. I am [name]."
    assert filled(past, "Mary") == "Hello Mary, I have told the team about [address]. I am [name]."
    assert filled(past, "").startswith("Hello, I have told")
    assert holes(filled(past, "Mary")) == ["[address]", "[name]"]
    assert holes("We will come [soon].") == []


def test_replies_with_other_numbers_are_not_the_same():
    assert nearly_same("Your green bin is emptied on the 3rd.", "Your green bin is emptied on the 3rd!")
    assert not nearly_same("Your green bin is emptied on the 3rd.", "Your green bin is emptied on the 4th.")


def test_nearly_the_same_replies_become_one_group_and_others_do_not():
    texts = ["Please report it on our website today.", "Please report it on our website today!", "Call the police on 101."]
    found = grouped([[], [], []], {}, texts, np.stack([vector(1), vector(1, 0.1), vector(0, 1)]))
    assert found[0].group == found[1].group != found[2].group
    assert [one.first for one in found] == [True, False, True]
    [again] = grouped([["g1"]], {"g1": "Please report it on our website today."}, texts[:1], np.stack([vector(1)]))
    assert (again.group, again.first) == ("g1", False)


# ---- words and the index


def test_words_are_found_without_their_endings_and_rare_ones_count_more():
    assert list(terms("My bins weren't collected, please")) == ["bin", "weren", "collect"]
    lexicon = Lexicon()
    for text in ("bulky sofa", "bins", "bins today", "bins tomorrow"):
        lexicon.add(list(terms(text)))
    scores = lexicon.scores(list(terms("a sofa and bins")))
    assert scores.argmax() == 0
    assert scores[1] > 0


def test_the_nearest_in_meaning_leads_and_what_is_removed_is_gone():
    index = PastReplies(WEIGHTS.of[From.REPLY])
    index.add(
        [entry(1, "bins", vector(1), vector(1)), entry(2, "tax", vector(0, 1), vector(0, 1)), entry(3, "bins", vector(1, 0.1))]
    )
    [first, second] = index.around(vector(1, 0.05), [], {"ct_pay": 1.0}, first=True)
    assert (first.group, first.times, set(first.pairs)) == ("bins", 2, {1, 3})
    assert first.odds > second.odds
    index.remove([1, 3])
    assert [one.group for one in index.around(vector(1), [], {}, first=True)] == ["tax"]
    index.add([entry(2, "tax", vector(1))])
    assert len(index) == 1


def test_agreeing_intents_the_place_in_the_chat_and_what_was_said_before_count_as_they_are_weighed():
    weights = {
        "bias": -5.0, "asked": 3.0, "fit": 4.0, "intent": 1.0, "opens": 0.5, "later": 2.0, "context": 1.5, "details": 0.7, "plain": 0.3,
    }  # fmt: skip

    def odds(*, opened=True, intents="ct_pay", first=True, gave=False, gives=False, said=None) -> float:
        index = PastReplies(weights)
        index.add([entry(1, "one", vector(1), vector(1), first=opened, details=gave)])
        return index.around(vector(0.5, 0.5), [], {intents: 1.0}, first=first, details=gives, said=said)[0].odds

    assert odds() - odds(intents="bin_day") == pytest.approx(1.0, abs=1e-3)
    assert odds() - odds(first=False) == pytest.approx(0.5, abs=1e-3)
    assert odds(opened=False, first=False) - odds(opened=False) == pytest.approx(2.3, abs=1e-3)
    assert odds(opened=False, first=False) - odds(opened=False, first=False, gives=True) == pytest.approx(0.3, abs=1e-3)
    assert odds(gave=True, gives=True) - odds(gave=True) == pytest.approx(0.7, abs=1e-3)
    assert odds(said=vector(1)) - odds() == pytest.approx(1.5, abs=1e-2)


def test_an_empty_index_and_more_pairs_than_it_began_with():
    index = PastReplies(WEIGHTS.of[From.REPLY])
    assert index.around(vector(1), ["bin"], {}, first=True) == []
    assert index.closest_groups(np.stack([vector(1)]), 0.5) == [[]]
    index.add([entry(number, f"g{number}", vector(1, number / 400), vector(1)) for number in range(700)])
    assert len(index) == 700
    assert index.around(vector(1), [], {}, first=True)[0].group == "g0"


def test_among_many_the_same_are_found_by_sketches_as_by_whole_vectors():
    chance, few, many = np.random.default_rng(5), PastReplies(WEIGHTS.of[From.REPLY]), PastReplies(WEIGHTS.of[From.REPLY])
    spread = chance.normal(size=(24, 96))  # what is asked differs in fewer ways than a vector has numbers
    vectors = chance.normal(size=(FROM + 50, 24)) @ spread + 0.1 * chance.normal(size=(FROM + 50, 96))
    vectors = np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)
    entries = [entry(number, f"g{number}", one, one) for number, one in enumerate(vectors)]
    few.add(entries[: FROM - 1])
    many.add(entries[: FROM - 1])
    many.add(entries[FROM - 1 :])
    many.remove(range(FROM - 1, FROM + 50))
    asked = vectors[FROM + 20]
    found = many.around(asked, [], {}, first=True)
    assert [one.group for one in found[:20]] == [one.group for one in few.around(asked, [], {}, first=True)[:20]]
    many.add(entries[FROM - 1 :])
    assert many.around(asked, [], {}, first=True)[0].group == f"g{FROM + 20}"


# ---- ranking and calibration


def test_use_raises_a_suggestion_and_neglect_lowers_it_within_bounds():
    assert Outcomes().accepted == pytest.approx(0)
    assert Outcomes(used=3).accepted > Outcomes(edited=3).accepted > 0 > Outcomes(ignored=3).accepted
    assert Outcomes(ignored=1000).accepted > -8


def test_replies_that_say_the_same_share_a_place_and_chances_follow_the_odds():
    candidates = [
        Candidate(From.REPLY, "a", 1.0, vector(1), times=1, last=date(2026, 3, 1)),
        Candidate(From.REPLY, "b", 0.9, vector(1, 0.05), times=1, last=date(2026, 3, 1)),
        Candidate(From.ARTICLE, "c", 0.5, vector(1)),
        Candidate(From.CANNED, "d", -1.0, vector(0, 1)),
    ]
    found = ranked(candidates, {}, date(2026, 3, 2), WEIGHTS)
    assert [one.id for one in found] == ["a", "c", "d"]
    assert [one.chance for one in found] == sorted((one.chance for one in found), reverse=True)
    liked = ranked(candidates, {(From.CANNED, "d"): Outcomes(used=40)}, date(2026, 3, 2), WEIGHTS)
    assert liked[0].id == "d"


def test_weights_are_recovered_from_what_they_made():
    chance = np.random.default_rng(3)
    signals = np.column_stack([np.ones(4000), chance.normal(size=(4000, 2))])
    right = (chance.random(4000) < 1 / (1 + np.exp(-signals @ [-1.0, 2.0, 0.0]))).astype(float)
    assert logistic(signals, right) == pytest.approx([-1.0, 2.0, 0.0], abs=0.2)


def test_weights_of_lists_put_the_right_one_first_whatever_all_lists_have_in_common():
    chance = np.random.default_rng(6)
    lists = []
    for _ in range(200):
        rows = np.column_stack([np.ones(8), chance.normal(size=(8, 2)) + 3 * chance.normal()])
        lists.append((rows, (np.arange(8) == (rows[:, 1] - rows[:, 2]).argmax()).astype(float)))
    bias, up, down = listwise(lists, np.zeros(3), 0.3)
    assert bias == pytest.approx(0, abs=1e-6)
    assert up == pytest.approx(-down, rel=0.2)
    assert np.mean([(rows @ [bias, up, down]).argmax() == right.argmax() for rows, right in lists]) > 0.95


def test_the_calibration_rises_and_says_what_share_was_right():
    chance = np.random.default_rng(4)
    odds = chance.normal(0, 2, 5000)
    right = chance.random(5000) < 1 / (1 + np.exp(-odds / 2))  # surer than it should be
    points = calibrated(list(odds), list(right))
    weights = Weights({}, {}, points)
    assert [chance for _, chance in points] == sorted(chance for _, chance in points)
    for result in (-3.0, -1.0, 0.0, 1.0, 3.0):
        assert weights.chance(result) == pytest.approx(1 / (1 + np.exp(-result / 2)), abs=0.08)
    assert 0 < weights.chance(-99) < weights.chance(99) < 1


# ---- the note at the end


def test_the_note_says_what_was_asked_answered_and_promised_in_the_chats_own_words():
    chat = messages(
        ("resident", "my bill is wrong"),
        ("staff", "Hello, I am Asha. I have asked for a new bill. It comes within a week."),
        ("resident", "and can you send it by email too please"),
        ("resident", "thanks"),
    )
    article = Message(
        5,
        NOON,
        Sender.STAFF,
        Kind.ANSWER,
        "Long text",
        (),
        (Source("Bills", "https://x.example", NOON.date()),),
        {"title": "Bills"},
    )
    case = make_case(title="Call back", reference="ENF-1", due=date(2026, 11, 24))
    note = draft([*chat, article], "My bill is wrong since I moved", [case], WRAP_UP)
    assert note.splitlines() == [
        "Asked: My bill is wrong since I moved / and can you send it by email too please",
        "Answered: I have asked for a new bill. It comes within a week.",
        "Answered: Bills",
        "Sources: Bills",
        "Promised: Call back, ENF-1, by Tuesday 24 November 2026",
    ]
    assert with_outcome(note, "Answered", WRAP_UP).endswith("\nEnded: Answered")
    assert with_outcome("  ", "Answered", WRAP_UP) == ""
    assert draft([], "", [], WRAP_UP) == ""


# ---- files


def read(path):
    found = list(ConversationFile(path).conversations())
    return [one for one in found if isinstance(one, PastConversation)], [one for one in found if isinstance(one, Reject)]


def test_csv_of_any_usual_form_and_encoding_is_read(tmp_path):
    path = tmp_path / "past.csv"
    lines = [
        "Chat ID;Timestamp;Sender;Message",
        "7;02/07/2026 09:14;Customer;caf\xe9 bins?",
        "7;02/07/2026 09:15;Agent;On Monday.",
    ]
    path.write_bytes("\n".join(lines).encode("cp1252"))
    [one], rejects = read(path)
    assert rejects == []
    assert [(line.resident, line.text) for line in one.messages] == [(True, "café bins?"), (False, "On Monday.")]
    assert one.messages[0].at == datetime(2026, 7, 2, 8, 14, tzinfo=UTC)
    assert [pair.reply for pair in pairs_of_file(one)] == ["On Monday."]


def test_each_line_that_cannot_be_used_is_named(tmp_path):
    path = tmp_path / "past.csv"
    path.write_text(
        "conversation_id,at,from,text\n1,2026-03-02T09:00Z,resident,hello there\n1,yesterday,staff,hi you\n"
        "1,2026-03-02T09:00Z,fox,hi\n2,2026-03-02T09:00Z,bot,ignored\n1,2026-03-02T09:00Z,staff,late\n,2026-03-02T09:00Z,staff,hi\n3,x\n"
    )
    usable, rejects = read(path)
    assert [len(one.messages) for one in usable] == [1, 0]
    assert [one.line for one in rejects] == [3, 4, 6, 7, 8]
    assert "not a date" in rejects[0].reason
    assert "neither resident nor staff" in rejects[1].reason
    assert "stand together" in rejects[2].reason


@pytest.mark.parametrize("whole", [True, False], ids=["list", "lines"])
def test_json_as_a_list_or_in_lines_is_read_with_the_line_of_what_is_wrong(tmp_path, whole):
    said = [{"from": "resident", "at": "2026-03-02T09:00Z", "text": "hello\nthere"}, {"from": "staff", "at": "", "text": "hi"}]
    pieces = [json.dumps({"id": name, "council": "enfield", "messages": said}) for name in ("a", "b")] + ['{"id": "c"}']
    path = tmp_path / "past.json"
    path.write_text("[\n" + ",\n".join(pieces) + "\n]" if whole else "\n".join(pieces), encoding="utf-8")
    usable, rejects = read(path)
    assert [(one.id, one.council, len(one.messages)) for one in usable] == [("a", "enfield", 1), ("b", "enfield", 1)]
    assert [one.line for one in rejects] == ([2, 3, 4] if whole else [1, 2, 3])
    assert "message 2" in rejects[0].reason


def test_json_that_breaks_off_is_told_once(tmp_path):
    path = tmp_path / "past.json"
    path.write_text('[{"id": "a", "messages": []},\n{"id": "b", "mess', encoding="utf-8")
    usable, [broken] = read(path)
    assert [one.id for one in usable] == ["a"]
    assert broken.line == 2


@pytest.mark.parametrize(("content", "words"), [("", "empty"), ("a,b\n1,2\n", "lacks the column"), ("\n\n", "no first line")])
def test_what_is_no_file_of_conversations_is_a_plain_sentence(tmp_path, content, words):
    path = tmp_path / "past.csv"
    path.write_text(content)
    with pytest.raises(UnusableFile, match=words):
        read(path)
    with pytest.raises(UnusableFile, match="cannot be read"):
        read(tmp_path / "none.csv")
