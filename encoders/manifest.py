"""What an encoder folder says about itself: its size, its prefixes, and the hash of each of its files.

Whoever loads an encoder must not have to know which one it is, and whoever builds one must be able to tell whether an
earlier result is still whole. The digest of a manifest also stands for the encoder in the engine's content hash.
Look at encoder.py for how the fields are used and at build.py for who writes them.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

FILE_NAME = "manifest.json"


@dataclass(frozen=True)
class Manifest:
    """The contents of an encoder folder's manifest.json; each default suits an encoder that came without one."""

    name: str
    dimension: int = 0
    query_prefix: str = ""
    passage_prefix: str = ""
    max_tokens: int = 256
    recipe: int = 0
    source: str = ""
    files: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        """The folder's manifest, or defaults where it has none; raises ValueError when it cannot be understood."""
        path = folder / FILE_NAME
        if not path.is_file():
            return cls(name=folder.name)
        try:
            return cls(**json.loads(path.read_text("utf-8")))
        except TypeError as error:
            raise ValueError(f"{path} is not an encoder's manifest: {error}") from error

    @property
    def mark(self) -> str:
        """Which encoder this is, down to its weights; empty when nothing says so."""
        weights = self.files.get("model.onnx", "")
        return f"{self.name}-{weights[:12]}" if weights else ""

    def write(self, folder: Path) -> None:
        (folder / FILE_NAME).write_text(json.dumps(asdict(self), indent=2, sort_keys=True) + "\n", "utf-8")

    def damaged_files(self, folder: Path) -> list[str]:
        """The names of files that are missing or are not what was built."""
        return [
            name
            for name, digest in sorted(self.files.items())
            if not (folder / name).is_file() or sha256_of(folder / name) != digest
        ]


def sha256_of(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def digest_of(folder: Path) -> str:
    """A short name for exactly this encoder: the same folder contents give the same digest on every machine."""
    path = folder / FILE_NAME
    return sha256_of(path if path.is_file() else folder / "model.onnx")[:16]
