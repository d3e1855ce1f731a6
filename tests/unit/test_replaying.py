"""What a candidate would change: every answer that differs, and the groups of messages that it reads better or worse."""

from pathlib import Path

import pytest

from bot.dialogue.engine import Reading
from bot.evaluation import replaying
from bot.evaluation.engine import Readings
from bot.evaluation.replaying import Recent, Replaying
from bot.knowledge.service import Knowledge
from bot.languages.service import Languages
from bot.learning.model import CandidateState
from bot.safety.reading import read_screens
from bot.safety.service import UrgentScreens
from tests.conftest import ROOT
from tests.factories import make_reading

GRADED = {"how do i pay my council tax": "ct_pay", "when is my bin day": "bin_day", "lost my dog": "out_of_scope"}
ASKED = "how do i join the green gnome"


def readings(**changed: str) -> Readings:
    """How a model reads: everything rightly, but for what is changed."""
    kept: dict[str, Reading] = {text: make_reading(**{intent: 0.95}) for text, intent in GRADED.items()}
    kept[ASKED] = make_reading(out_of_scope=0.95)
    kept |= {text: make_reading(**{intent: 0.95}) for text, intent in changed.items()}
    return Readings(Path(), Path(), Path(), kept=kept)


@pytest.fixture
def compare(knowledge: Knowledge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Replaying:
    """The real assistant and a few graded messages."""
    held_out = tmp_path / "held_out.csv"
    held_out.write_text("intent,style,text\n" + "".join(f"{intent},plain,{text}\n" for text, intent in GRADED.items()))
    monkeypatch.setattr(replaying, "HELD_OUT", held_out)
    monkeypatch.setattr(replaying, "words_of_training", lambda folder: set())
    councils = ROOT / "councils"
    return Replaying(knowledge, UrgentScreens(read_screens(councils)), Languages.read(councils))


def test_only_what_differs_is_listed_with_intents_and_articles(compare):
    recent = [Recent("enfield", "c" * 32, ASKED)]
    done = compare.replay(readings(), readings(**{ASKED: "bin_garden_waste"}), recent, set())
    [change] = done.changes
    assert (change.text, change.council, change.conversation_id) == (ASKED, "enfield", "c" * 32)
    assert (change.before.way, change.after.way, change.after.intents) == ("turned_away", "answered", ("bin_garden_waste",))
    assert change.after.articles
    assert (done.state, done.graded, done.recent) == (CandidateState.READY, 3, 1)


def test_a_group_that_is_read_worse_refuses_the_candidate(compare):
    done = compare.replay(readings(), readings(**{"when is my bin day": "bin_missed"}), [], set())
    worse = {group.name: (group.before, group.after) for group in done.groups if group.worse}
    assert worse["area: bins"] == (1, 0)
    [change] = done.changes
    assert (change.meant, change.right_before, change.right_after) == (("bin_day",), True, False)
    assert done.state == CandidateState.REFUSED


def test_what_the_candidate_was_taught_is_not_graded(compare):
    done = compare.replay(readings(), readings(), [], {"when is my bin day"})
    assert (done.graded, done.changes) == (2, ())
