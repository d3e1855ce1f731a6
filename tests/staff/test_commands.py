"""Accounts from the command line, as an administrator of a fresh machine uses it."""

import re

import pytest

from bot.__main__ import main


@pytest.fixture
def command(tmp_path, monkeypatch, capsys):
    """Runs `python -m bot staff …` on a database of its own; gives the exit code and what it printed."""
    monkeypatch.setenv("DESK_DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path / 'desk.sqlite3'}")

    def run(*arguments: str) -> tuple[int, str]:
        code = main(["staff", *arguments])
        printed = capsys.readouterr()
        return code, printed.out + printed.err

    return run


def test_the_first_administrator_is_added_listed_and_helped_back_in(command):
    code, said = command("add", "ann@example.gov.uk", "--name", "Ann Admin", "--role", "administrator")
    assert code == 0
    first = re.search(r"Password, to be changed at the first sign-in: ([\w-]{19})", said)[1]
    assert command("list")[1] == "ann@example.gov.uk  Ann Admin  all councils  administrator  active, never signed in\n"
    code, said = command("reset", "ANN@example.gov.uk")
    assert code == 0
    assert first not in said
    assert re.search(r"first sign-in: [\w-]{19}", said)


def test_what_cannot_be_done_is_one_plain_sentence(command, monkeypatch):
    assert command("reset", "no@example.gov.uk") == (
        1,
        "There is no account with that address: `python -m bot staff list` shows them.\n",
    )
    command("add", "ann@example.gov.uk", "--name", "Ann Admin", "--role", "administrator")
    code, said = command("lock", "ann@example.gov.uk", "--reason", "x")
    assert (code, said) == (1, "This is the last administrator of all councils. Make somebody else one first.\n")
    code, said = command("add", "bob@example.gov.uk", "--name", "Bob", "--role", "adviser", "--council", "atlantis")
    assert (code, said) == (1, "Choose a council from the list.\n")


def test_somebody_who_left_is_locked_and_can_be_let_in_again(command):
    command("add", "bob@example.gov.uk", "--name", "Bob", "--role", "adviser", "--council", "enfield", "--team", "bins")
    assert command("lock", "bob@example.gov.uk", "--reason", "left")[0] == 0
    assert "Bob  enfield  adviser  locked" in command("list")[1]
    assert command("unlock", "bob@example.gov.uk")[0] == 0
    assert "Bob  enfield  adviser  active" in command("list")[1]
