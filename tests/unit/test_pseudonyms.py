"""Names, addresses and numbers are taken out of what is used for training and reports, and little else."""

import subprocess
import sys

import pytest

from bot.privacy.pseudonyms import Pseudonyms


@pytest.fixture(scope="module")
def pseudonyms():
    return Pseudonyms()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Hi, I am Asha Patel of 14 Baker Street, EN1 3XA. My number is 07700 900123, email asha@example.com, ref RD-2026-004417",
            "Hi, I am [name] of [address], [postcode]. My number is [telephone], email [email], ref [reference]",
        ),
        ("my name is john smith i live at 22b alma road", "my name is [name] i live at [address]"),
        ("council tax account 44561234 for Mr Tomasz Kowalski", "council tax account [reference] for [name]"),
        ("the bins on Silver Street werent done", "the bins on [address] werent done"),
    ],
)
def test_what_could_name_somebody_is_replaced(pseudonyms, text, expected):
    assert pseudonyms.replace(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "can i put cardboard in the blue bin on bank holidays",
        "Universal Credit stopped, band D, 2026 to 2027 £2,267.67",
        "16 bags of rubbish, 2 old fridges way too big",
        "what happens if i miss one payment",
    ],
)
def test_what_names_nobody_stays(pseudonyms, text):
    assert pseudonyms.replace(text) == text


def test_many_texts_are_replaced_in_order(pseudonyms):
    assert pseudonyms.replace_all(["call 07700 900123", "no bin"]) == ["call [telephone]", "no bin"]


def test_the_language_model_is_not_loaded_until_somebody_needs_it():
    code = "import sys, bot.privacy.pseudonyms; print(any(name in sys.modules for name in ('spacy', 'presidio_analyzer')))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"
