"""How long chats are kept, as privacy.yml says it: what can be used, what is refused, and how residents read it."""

import shutil

import pytest

from bot.foundation.packs import UnreadablePackFile
from bot.privacy.keeping import read_keep_days
from bot.web.resident.words import PageWords
from tests.conftest import ROOT


@pytest.fixture
def councils(tmp_path):
    """Two councils with the national words, one of which says its own number."""
    for name, text in {
        "england/council.yml": "name: England",
        "england/privacy.yml": "keep_days: 730",
        "borchester/council.yml": "name: Borchester\nbase: england",
        "felpersham/council.yml": "name: Felpersham\nbase: england",
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    shutil.copy(ROOT / "councils" / "england" / "page.yml", tmp_path / "england")
    return tmp_path


def own(councils, said):
    (councils / "borchester" / "privacy.yml").write_text(said)
    return councils


def test_the_shipped_packs_keep_chats_for_two_years():
    assert read_keep_days(ROOT / "councils") == {"buckinghamshire": 730, "enfield": 730}


def test_a_councils_own_number_goes_over_the_national_one(councils):
    assert read_keep_days(own(councils, "keep_days: 90")) == {"borchester": 90, "felpersham": 730}


@pytest.mark.parametrize("said", ["0", "-1", "two years", "1.5", "yes", "", "[730]", "99999"])
def test_a_number_of_days_that_is_none_is_refused_in_plain_words(councils, said):
    with pytest.raises(UnreadablePackFile, match="keep_days must be a whole number of days from 1") as raised:
        read_keep_days(own(councils, f"keep_days: {said}"))
    assert "borchester/privacy.yml" in str(raised.value)


def test_a_pack_that_says_no_number_at_all_is_refused(councils):
    (councils / "england" / "privacy.yml").write_text("owner: Data protection officer")
    with pytest.raises(UnreadablePackFile, match="keep_days"):
        read_keep_days(councils)


@pytest.mark.parametrize(
    ("days", "words"),
    [(1, "1 day"), (90, "90 days"), (365, "1 year"), (366, "366 days"), (730, "2 years"), (2190, "6 years")],
)
def test_residents_read_the_time_in_whole_years_where_it_is_some(councils, days, words):
    panel = PageWords.read(own(councils, f"keep_days: {days}")).of("borchester", "Borchester")["privacy_panel"]
    assert any(line.startswith(f"We delete this chat {words} after its last message.") for line in panel["text"])
