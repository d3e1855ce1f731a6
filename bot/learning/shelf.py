"""The models on the disk: which is live, which candidates there are, and how one takes the place of another.

`current` is a link that is exchanged in one step, so that an engine that starts at any moment finds a whole model. Beside each
model lies what it learnt besides data/nlu (NAME.yml), and `learnt.yml` is that of the live one, which a later training from
set-up reads (engine/desk_engine/train.py).
"""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from bot.learning.model import UnusableMark

ENDING = ".tar.gz"
LEARNT = "learnt.yml"
KEPT = 10  # candidates on the disk, besides those that were live


@dataclass(frozen=True)
class Shelf:
    """The folder of the models. `link` is the setting DESK_MODEL."""

    link: Path

    @property
    def folder(self) -> Path:
        """Where models are."""
        return self.link.parent

    @property
    def candidates(self) -> Path:
        """Where candidates are trained."""
        return self.folder / "candidates"

    def live(self) -> str:
        """The name of the live model; empty when there is none."""
        return self.link.resolve().name.removesuffix(ENDING) if self.link.exists() else ""

    def file(self, model: str) -> Path:
        """A model's archive: among those that were live, or among the candidates."""
        kept = self.folder / f"{model}{ENDING}"
        return kept if kept.is_file() else self.candidates / f"{model}{ENDING}"

    def has(self, model: str) -> bool:
        """Whether the model is still there."""
        return bool(model) and self.file(model).is_file()

    def learnt(self, model: str = "") -> str:
        """What a model learnt besides data/nlu, as its training file; of the live one when none is named."""
        if not model:
            return _text(self.folder / LEARNT)
        return _text(self.folder / f"{model}.yml") or _text(self.candidates / f"{model}.yml")

    def keep_learnt(self, model: str, text: str) -> None:
        """Writes beside a candidate what it learnt."""
        self.candidates.mkdir(parents=True, exist_ok=True)
        _write(self.candidates / f"{model}.yml", text)

    def adopt(self, model: str) -> Path:
        """Takes a candidate among the models that may be live; gives its archive. The live one is still the other."""
        place = self.folder / f"{model}{ENDING}"
        if not place.is_file():
            unfinished = place.with_suffix(".unfinished")
            shutil.copyfile(self.file(model), unfinished)
            unfinished.replace(place)
        if not (self.folder / f"{model}.yml").is_file():
            _write(self.folder / f"{model}.yml", self.learnt(model))
        return place

    def make_live(self, model: str) -> None:
        """Makes an adopted model the one that engines start with. Raises UnusableMark when DESK_MODEL names a file."""
        self.check_link()
        before = self.folder / f"{self.live()}.yml"
        if self.live() and not before.is_file():  # so that going back to it brings back what it had learnt
            _write(before, self.learnt())
        text, learnt = self.learnt(model), self.folder / LEARNT
        if text:
            _write(learnt, text)
        else:
            learnt.unlink(missing_ok=True)
        fresh = self.link.with_name(f"{self.link.name}-{os.getpid()}")
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(f"{model}{ENDING}")
        fresh.replace(self.link)

    def check_link(self) -> None:
        """Raises UnusableMark when DESK_MODEL names a model itself, which then cannot be exchanged."""
        if self.link.exists() and not self.link.is_symlink():
            raise UnusableMark(
                f"DESK_MODEL names the file {self.link.name} itself: set it to a link such as var/models/current."
            )

    def tidy(self, wanted: set[str]) -> None:
        """Removes the oldest candidates; `wanted` are models that stay whatever their age."""
        files = sorted(self.candidates.glob(f"*{ENDING}"), key=lambda file: file.stat().st_mtime, reverse=True)
        for file in files[KEPT:]:
            if file.name.removesuffix(ENDING) not in wanted:
                file.unlink(missing_ok=True)
                file.with_name(f"{file.name.removesuffix(ENDING)}.yml").unlink(missing_ok=True)


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8") if file.is_file() else ""


def _write(file: Path, text: str) -> None:
    fresh = file.with_name(f".{file.name}-{os.getpid()}")
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(file)
