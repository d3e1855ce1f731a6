"""A learning room on a fresh database of each kind, with a folder of models that are no more than files."""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from bot.foundation.database import Database
from bot.learning.examples import KnownExamples
from bot.learning.model import ModelRefused
from bot.learning.parts import Parts
from bot.learning.shelf import Shelf
from bot.staff.audit import Audit
from tests.factories import FixedClock
from tests.learning.classroom import Classroom

EXAMPLES = """version: "3.1"
nlu:
- intent: bin_day
  examples: |
    - when is my bin day
    - what day are the bins collected
- intent: bin_what_goes_where
  examples: |
    - can i recycle yoghurt pots
"""


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    """A model that is live."""
    folder = tmp_path / "models"
    (folder / "candidates").mkdir(parents=True)
    (folder / "first.tar.gz").write_bytes(b"the first model")
    (folder / "current").symlink_to("first.tar.gz")
    return Shelf(folder / "current")


class Engine:
    """Stands where the engine is: notes what it is asked to serve, and can refuse or be away."""

    def __init__(self) -> None:
        self.served: list[str] = []
        self.refuses, self.away = "", False

    async def serve(self, file: Path) -> bool:
        """Serves what it is told, unless a test says otherwise."""
        if self.refuses:
            raise ModelRefused(self.refuses)
        assert file.is_file()
        self.served.append(file.name.removesuffix(".tar.gz"))
        return not self.away


async def mask(texts: Sequence[str]) -> list[str]:
    """Takes one name out; the real masking has tests of its own."""
    return [text.replace("Mrs Jones", "[name]") for text in texts]


@pytest.fixture
async def classroom(database_url: str, shelf: Shelf, tmp_path: Path) -> AsyncIterator[Classroom]:
    """The room with its database, a clock that stands and an engine that serves."""
    examples = tmp_path / "nlu"
    examples.mkdir()
    (examples / "bins.yml").write_text(EXAMPLES, encoding="utf-8")
    database, clock = Database(database_url), FixedClock()
    parts = Parts(database, clock, Audit(database, clock), mask, KnownExamples(examples), shelf)
    yield Classroom(parts, clock, Engine())
    await database.close()
