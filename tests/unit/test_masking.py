"""What is hidden before a message is stored, and above all what is not."""

from pathlib import Path

import pytest

from bot.foundation.packs import UnreadablePackFile
from bot.privacy.masking import Masking, passes_luhn
from bot.privacy.model import Masked

COUNCILS = Path("councils")


@pytest.fixture(scope="module")
def masking() -> Masking:
    return Masking.read(COUNCILS)


def masked(masking: Masking, text: str) -> Masked:
    return masking.mask(text, "enfield")


@pytest.mark.parametrize(
    "number",
    [
        "4111111111111111",
        "4111 1111 1111 1111",
        "4111-1111-1111-1111",
        "4111  1111  1111  1111",
        "4111.1111.1111.1111",
        "5555 5555 5555 4444",
        "3782 822463 10005",
        "378282246310005",
        "6011 0009 9013 9424",
        "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1",
        "41111111 11111111",
    ],
)
def test_a_card_number_is_hidden_however_it_is_typed(masking: Masking, number: str) -> None:
    result = masked(masking, f"please take it from {number} thanks")
    assert result.text == "please take it from [card number hidden] thanks"
    assert result.notice == "I have hidden your card number to keep you safe. You do not need to give this in the chat."


def test_a_card_number_is_found_beside_its_expiry_date_and_the_security_code_goes_too(masking: Masking) -> None:
    result = masked(masking, "card 4111 1111 1111 1111 12/27 cvv 123, council tax for June")
    assert result.text == "card [card number hidden] 12/27 cvv [security code hidden], council tax for June"
    assert "your card number and your card's security code" in result.notice


def test_two_cards_are_both_hidden(masking: Masking) -> None:
    assert masked(masking, "4111111111111111 or 5555555555554444").text == "[card number hidden] or [card number hidden]"


def test_a_long_number_without_the_check_digit_stays(masking: Masking) -> None:
    assert masked(masking, "4111 1111 1111 1112") == Masked("4111 1111 1111 1112")


@pytest.mark.parametrize("number", ["AB123456C", "ab 12 34 56 c", "JG 10 37 59 A", "AB-12-34-56-D", "QQ 12 34 56 C"])
def test_a_national_insurance_number_is_hidden(masking: Masking, number: str) -> None:
    result = masked(masking, f"mine is {number}.")
    assert result.text == "mine is [National Insurance number hidden]."
    assert "your National Insurance number" in result.notice


def test_a_national_insurance_number_without_its_last_letter_is_hidden_when_it_is_named(masking: Masking) -> None:
    assert masked(masking, "NI number AB 12 34 56").text == "NI number [National Insurance number hidden]"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sort code 20-45-71 account 12345678", "sort code [bank details hidden] account [bank details hidden]"),
        ("20-45-71 12345678", "[bank details hidden] [bank details hidden]"),
        ("12345678, 20 45 71", "[bank details hidden], [bank details hidden]"),
        ("sort code: 204571 acc: 1234 5678", "sort code: [bank details hidden] acc: [bank details hidden]"),
        ("s/c 08-09-10 acc no 87654321", "s/c [bank details hidden] acc no [bank details hidden]"),
        ("my bank account is 12345678", "my bank account is [bank details hidden]"),
        ("refund it please, account number 12345678", "refund it please, account number [bank details hidden]"),
        ("council tax refund to my bank account 12345678", "council tax refund to my bank account [bank details hidden]"),
        ("GB82 WEST 1234 5698 7654 32", "[bank details hidden]"),
        ("iban is DE89370400440532013000 ok", "iban is [bank details hidden] ok"),
    ],
)
def test_bank_details_are_hidden(masking: Masking, text: str, expected: str) -> None:
    result = masked(masking, text)
    assert result.text == expected
    assert "your bank details" in result.notice


@pytest.mark.parametrize(
    "text",
    [
        "my council tax account number is 12345678",
        "council tax account 44561234, what do I owe",
        "account number 71234567, what is my balance",
        "ct account 1234 5678",
        "my council tax reference is 4111111111111111",
        "reference 12345678",
        "case RD-2026-004417",
        "ref AB123456C",
        "EN1 3XA",
        "HP20 2QR flat 12",
        "07700 900123",
        "0208 379 1000",
        "+44 7700 900123",
        "0044 7700 900 123 or 020 8379 1000",
        "call me on 07700900123 or 07700900456",
        "UPRN 100023456789",
        "uprn 10001234567 and 200004567890",
        "on 12-05-24 I paid",
        "12/05/2026 and 01/06/2026",
        "12-05-24 account 12345678 council tax bill",
        "I paid £1,234.56 on 01.04.2026",
        "£12345678",
        "2026 to 2027",
        "born 12 03 1956",
        "bin 240 litres, house 1234, 5678",
        "",
    ],
)
def test_what_the_council_needs_is_not_hidden(masking: Masking, text: str) -> None:
    assert masked(masking, text) == Masked(text)


def test_everything_hidden_is_named_once_in_one_sentence(masking: Masking) -> None:
    result = masked(masking, "card 4111111111111111, NI AB123456C, sort code 20-45-71 account 12345678")
    expected = "I have hidden your card number, your National Insurance number and your bank details"
    assert result.notice.startswith(expected)


def test_words_that_are_not_there_stop_the_start(tmp_path: Path) -> None:
    for name, text in {"england/council.yml": "name: E", "borchester/council.yml": "name: B\nbase: england"}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    (tmp_path / "england" / "privacy.yml").write_text("owner: x\nreview_by: 2027-01-01")
    with pytest.raises(UnreadablePackFile, match="hidden is missing"):
        Masking.read(tmp_path)


def test_the_check_digit_is_checked() -> None:
    assert passes_luhn("4111111111111111")
    assert not passes_luhn("4111111111111112")
    assert not passes_luhn("0000000000000000")
