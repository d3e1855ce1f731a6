"""What a resident sends is cleaned of what nobody can see, and refused plainly when nothing can be done with it."""

import pytest

from bot.conversations.text import UnusableText, clean_text, has_words


def test_invisible_marks_are_removed():
    assert clean_text("bin\u0000 day\U000e0041\u202e?\ud800") == "bin day?"


def test_line_ends_are_made_alike_and_long_gaps_closed():
    assert clean_text("one\r\n\r\n\r\n\r\ntwo\rthree") == "one\n\ntwo\nthree"


@pytest.mark.parametrize("text", ["", "   \n\t ", "\u200b\u200b", "\U000e0041\U000e0042"])
def test_a_message_with_nothing_in_it_is_refused(text):
    with pytest.raises(UnusableText) as refused:
        clean_text(text)
    assert refused.value.code == "empty_message"


def test_two_thousand_characters_are_allowed_and_one_more_is_not():
    assert len(clean_text("a" * 2000)) == 2000
    with pytest.raises(UnusableText) as refused:
        clean_text("a" * 2001)
    assert "2,001 characters" in str(refused.value)


def test_emoji_alone_are_a_message_without_words():
    assert not has_words(clean_text("😀👍"))
    assert has_words("ﷺ" * 3)
    assert has_words("bin 3")
