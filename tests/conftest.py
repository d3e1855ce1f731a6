"""What all tests share: the packs with the real encoders, and the databases they can run on.

The suite runs on SQLite always, and again on PostgreSQL where one listens on 127.0.0.1:5432 (in CI it must).
"""

import asyncio
import os
import secrets
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest
import structlog
from aiohttp import ClientSession, web_app

from bot.app import knowledge_of
from bot.foundation.clock import SystemClock
from bot.foundation.migrations import migrate
from bot.knowledge.service import Knowledge
from bot.settings import Settings
from tests.running import CLOCK, ENGINE_PYTHON, free_port, running_engine, running_gateway

ROOT = Path(__file__).resolve().parents[1]
POSTGRES = os.environ.get("DESK_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Which tests stay together when several processes share the work: whatever needs the engine or a browser, and each file.

    One engine and one Chromium are enough for a machine, and a file's tests share what is costly to make.
    """
    for item in items:
        folder = item.path.parent.name
        item.add_marker(pytest.mark.xdist_group(folder if folder in ("dialogue", "browser") else str(item.path)))


@pytest.fixture(autouse=True)
def applications_let_go() -> Iterator[None]:
    """aiohttp remembers every application that answered a request, up to a thousand, and with it the whole product of a test."""
    yield
    web_app._cached_build_middleware.cache_clear()


@pytest.fixture(autouse=True)
def logs_afresh() -> Iterator[None]:
    """A command sets up logs on the standard error of its own test, which is closed afterwards."""
    yield
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def knowledge() -> Knowledge:
    """The shipped packs with the real encoders, read once."""
    if not (ROOT / "var" / "encoders" / "minilm").is_dir():
        pytest.fail("The encoders are not built: run make setup first.")
    var = ROOT / "var"
    settings = Settings(councils_folder=ROOT / "councils", encoders_folder=var / "encoders", cache_folder=var / "cache")
    return knowledge_of(settings, SystemClock())


@pytest.fixture(scope="session")
def postgres_server() -> str:
    """The address of a PostgreSQL server; skips where none listens, fails in CI."""

    async def check() -> None:
        connection = await asyncpg.connect(POSTGRES, timeout=3)
        await connection.close()

    try:
        asyncio.run(check())
    except (OSError, TimeoutError, asyncpg.PostgresError):
        if os.environ.get("CI"):
            pytest.fail("No PostgreSQL listens on 127.0.0.1:5432, and CI must test with one.")
        pytest.skip("No PostgreSQL listens on 127.0.0.1:5432; set DESK_TEST_POSTGRES to use another one.")
    return POSTGRES


@pytest.fixture(scope="session")
def newest_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file in its newest form, made by every migration once; tests get copies."""
    path = tmp_path_factory.mktemp("newest") / "desk.sqlite3"
    migrate(f"sqlite+aiosqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def newest_postgres(postgres_server: str) -> Iterator[str]:
    """The name of a PostgreSQL database in its newest form, made by every migration once; tests get copies."""
    name = f"desk_newest_{secrets.token_hex(6)}"
    asyncio.run(_on_server(postgres_server, f'CREATE DATABASE "{name}"'))
    migrate(_on_postgres(postgres_server, name))
    yield name
    asyncio.run(_on_server(postgres_server, f'DROP DATABASE "{name}" WITH (FORCE)'))


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A fresh database of each kind, in its newest form and with nothing in it."""
    if request.param == "sqlite":
        copy = tmp_path / "desk.sqlite3"
        shutil.copyfile(request.getfixturevalue("newest_sqlite"), copy)
        yield f"sqlite+aiosqlite:///{copy}"
        return
    server, template = request.getfixturevalue("postgres_server"), request.getfixturevalue("newest_postgres")
    name = f"desk_test_{secrets.token_hex(6)}"
    asyncio.run(_on_server(server, f'CREATE DATABASE "{name}" TEMPLATE "{template}"'))
    yield _on_postgres(server, name)
    asyncio.run(_on_server(server, f'DROP DATABASE "{name}" WITH (FORCE)'))


def _on_postgres(server: str, name: str) -> str:
    return server.replace("postgresql://", "postgresql+asyncpg://").rsplit("/", 1)[0] + f"/{name}"


async def _on_server(server: str, statement: str) -> None:
    connection = await asyncpg.connect(server)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@pytest.fixture
async def session() -> AsyncIterator[ClientSession]:
    """A plain HTTP session."""
    async with ClientSession() as session:
        yield session


@pytest.fixture(scope="session")
def engine_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """The addresses of the real engine and of the whole product running with it."""
    if not (ROOT / "var" / "models" / "current").exists() or not ENGINE_PYTHON.exists():
        pytest.fail("The engine has no trained model: run make setup first.")
    folder = tmp_path_factory.mktemp("site")
    engine_port, actions_port = free_port(), free_port()
    gateway = running_gateway(folder, engine_port, actions_port, clock=CLOCK)
    with running_engine(folder, engine_port, actions_port), gateway as address:
        yield f"http://127.0.0.1:{engine_port}", address


@pytest.fixture(scope="session")
def site(engine_site: tuple[str, str]) -> str:
    """The address of the whole product, running with the real engine."""
    return engine_site[1]
