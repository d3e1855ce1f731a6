"""Masking in its own process: what it takes out, what the council publishes itself and stays, and a process that dies."""

import pytest

from bot.assist.taking_in import published
from bot.privacy.pseudonyms_process import MaskingFailed, PseudonymsProcess


async def test_names_go_and_what_the_council_publishes_stays(knowledge):
    process = PseudonymsProcess()
    try:
        texts = ["Hello Mr Sample, call 020 8379 1000.", "Please tell StreetLink. My name is Jo Sample, 07700 900145."]
        masked = await process.replace_all(texts, ["StreetLink", "02083791000"])
        assert masked == ["Hello [name], call 020 8379 1000.", "Please tell StreetLink. My name is [name], [telephone]."]
        assert process._process
        process._process.kill()
        await process._process.wait()
        assert await process.replace_all(["I am in Flat 4, 12 Sample Road"]) == ["I am in [address]"]
        assert await process.replace_all([]) == []
    finally:
        await process.close()
    assert "StreetLink" in published(knowledge, "enfield")


async def test_what_cannot_be_masked_is_told(monkeypatch):
    monkeypatch.setattr("sys.executable", "/bin/false")
    process = PseudonymsProcess()
    with pytest.raises(MaskingFailed):
        await process.replace_all(["Jo Sample"])
    await process.close()
