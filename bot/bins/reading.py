"""Reads bins.yml of the packs: the containers of each council, the words around bin days, and which provider knows them.

A council's bins.yml lies over the national base's, which has the words and no containers. What cannot be used is one sentence
at the start of the gateway.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.bins.model import Container
from bot.foundation.packs import UnreadablePackFile, read_pack_file

OWN_ROUNDS = "rounds"
UK_BIN_COLLECTION = "uk_bin_collection"
_COLOUR = re.compile(r"#[0-9a-f]{6}")


@dataclass(frozen=True)
class ExternalBins:
    """How another system's bin days are asked for: a module of the package uk_bin_collection, and its names of containers."""

    module: str
    names: Mapping[str, str]  # its name of a container, in small letters → ours
    url: str = "https://www.gov.uk/rubbish-collection-day"  # what the module is told; most know their address themselves
    base_url: str = ""  # another address than the module's own, for tests and for a council's own gateway
    web_driver: str = ""  # address of a Selenium server, for modules that drive a browser
    seconds: float = 120.0  # after which a look-up in the background is given up


@dataclass(frozen=True)
class CouncilBins:
    """One council's containers, words and provider."""

    containers: Mapping[str, Container]
    words: Mapping[str, Any]
    provider: str
    external: ExternalBins | None

    def container(self, container_id: str) -> Container:
        """A container; one that another system knows and bins.yml does not is called as it is there."""
        return self.containers.get(container_id) or Container(container_id, container_id, "", "#505a5f", "")


def read_bins(councils_folder: Path) -> dict[str, CouncilBins]:
    """The bins of every council that is served. Raises UnreadablePackFile."""
    return {council: _council(council, words) for council, words in read_pack_file(councils_folder, "bins.yml").items()}


def _council(council: str, words: dict[str, Any]) -> CouncilBins:
    containers = {}
    for name, values in (words.get("containers") or {}).items():
        try:
            containers[str(name)] = Container(id=str(name), **values)
        except TypeError as problem:
            raise UnreadablePackFile(
                f"councils/{council}/bins.yml: container {name} needs name, bin, colour and materials."
            ) from problem
        if not _COLOUR.fullmatch(containers[str(name)].colour):
            raise UnreadablePackFile(f'councils/{council}/bins.yml: the colour of {name} is written like "#1d70b8".')
    provider = words.get("provider", OWN_ROUNDS)
    if provider not in (OWN_ROUNDS, UK_BIN_COLLECTION):
        raise UnreadablePackFile(f"councils/{council}/bins.yml: provider is {OWN_ROUNDS} or {UK_BIN_COLLECTION}.")
    external = words.get("uk_bin_collection")
    if provider == UK_BIN_COLLECTION and not external:
        raise UnreadablePackFile(f"councils/{council}/bins.yml: uk_bin_collection must name a module.")
    return CouncilBins(containers, words, provider, _external(external) if external else None)


def _external(values: Mapping[str, Any]) -> ExternalBins:
    names = {str(theirs).lower(): str(ours) for theirs, ours in (values.get("names") or {}).items()}
    other = {name: str(values[name]) for name in ("url", "base_url", "web_driver") if values.get(name)}
    return ExternalBins(module=str(values["module"]), names=names, seconds=float(values.get("seconds", 120)), **other)
