"""The one record of settings, read from the environment here and nowhere else.

Everything has a default that suits a first run on one machine with SQLite. `app.py` and `__main__.py` read this record
and hand each part only what it needs; docs/settings.md lists every name, and a test keeps the two the same.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.staff.model import Role


class BadSetting(Exception):
    """A setting cannot be used; the message is one plain sentence that says which and what to do."""


@dataclass(frozen=True)
class Settings:
    """Where things are and how the product runs. Each field is set by DESK_ and its name in capitals."""

    environment: str = "development"  # development or production
    host: str = "127.0.0.1"  # address that the public pages listen on
    port: int = 8080  # port of the public pages
    actions_port: int = 5055  # internal port on 127.0.0.1 that the engine calls for custom actions
    engine_port: int = 5005  # internal port on 127.0.0.1 where the engine listens
    engine_url: str = ""  # address of an engine run elsewhere; empty means the one on engine_port
    database_url: str = "sqlite+aiosqlite:///var/desk.sqlite3"  # or postgresql+asyncpg://…
    redis_url: str = ""  # needed only with several gateways; empty means one process
    councils_folder: Path = Path("councils")  # the knowledge packs
    encoders_folder: Path = Path("var/encoders")  # the built sentence encoders
    cache_folder: Path = Path("var/cache")  # what can be made again: vectors of the articles
    model: Path = Path("var/models/current")  # the trained model that the engine serves
    engine_timeout: float = 4.0  # seconds before a slow engine is given up for this turn
    clock: datetime | None = None  # start at another time of day; never in production
    log_format: str = "console"  # console or json
    rate_limits: bool = True  # whether limits on residents' requests are enforced
    public_address: str = ""  # where residents reach the public pages, for links in messages; empty means host and port
    trusted_proxies: tuple[IPv4Network | IPv6Network, ...] = ()  # only their X-Forwarded-For counts
    secrets_folder: Path = Path("var/secrets")  # one small file for each key of another system
    notifier: str = "console"  # console or notify: how residents are told of their cases
    notify_url: str = "https://api.notifications.service.gov.uk"  # GOV.UK Notify
    open_data: Path | None = None  # folder that figures are published in as open data; none means they are not
    open_data_every: str = "month"  # day or month: how often they are written
    staff_codes: tuple[Role, ...] = ()  # roles that must sign in with a code from an app as well
    staff_idle_minutes: int = 120  # a session of staff ends after so long without use
    staff_hours: int = 12  # and after so long in all
    oidc_issuer: str = ""  # OpenID Connect provider that staff sign in with; empty means none
    oidc_client_id: str = ""
    oidc_client_secret: str = field(default="", repr=False)
    oidc_name: str = "your council account"  # as the button says it: Sign in with …
    oidc_council: str = "*"  # the council that its people belong to; * for all
    oidc_claims: tuple[str, ...] = ("roles", "groups")  # claims that say what somebody may do
    oidc_roles: Mapping[str, Role] = field(default_factory=dict)  # value of a claim to role
    oidc_teams: Mapping[str, str] = field(default_factory=dict)  # value of a claim to team

    @property
    def engine(self) -> str:
        """The engine's address, without a slash at the end."""
        return self.engine_url.rstrip("/") or f"http://127.0.0.1:{self.engine_port}"

    @property
    def public_url(self) -> str:
        """The address of the public pages, without a slash at the end."""
        return self.public_address.rstrip("/") or f"http://{self.host}:{self.port}"

    @property
    def production(self) -> bool:
        """Whether development conveniences are refused."""
        return self.environment == "production"


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Settings from variables named DESK_…; raises BadSetting for an unknown or unusable one."""
    values: dict[str, object] = {}
    readers: dict[str, Callable[[str], object]] = {
        "environment": _one_of("development", "production"),
        "host": str,
        "port": _port,
        "actions_port": _port,
        "engine_port": _port,
        "engine_url": str,
        "database_url": str,
        "redis_url": str,
        "councils_folder": Path,
        "encoders_folder": Path,
        "cache_folder": Path,
        "model": Path,
        "engine_timeout": float,
        "clock": _moment,
        "log_format": _one_of("console", "json"),
        "rate_limits": _yes_or_no,
        "public_address": _address,
        "trusted_proxies": _networks,
        "secrets_folder": Path,
        "notifier": _one_of("console", "notify"),
        "notify_url": _address,
        "open_data": Path,
        "open_data_every": _one_of("day", "month"),
        "staff_codes": _roles,
        "staff_idle_minutes": _number,
        "staff_hours": _number,
        "oidc_issuer": str,
        "oidc_client_id": str,
        "oidc_client_secret": str,
        "oidc_name": str,
        "oidc_council": str,
        "oidc_claims": _names,
        "oidc_roles": lambda text: {value: _role(role) for value, role in _pairs(text).items()},
        "oidc_teams": _pairs,
    }
    for variable, text in environment.items():
        if not variable.startswith("DESK_"):
            continue
        name = variable.removeprefix("DESK_").lower()
        if name not in readers:
            raise BadSetting(f"There is no setting {variable}: see docs/settings.md for the names.")
        try:
            values[name] = readers[name](text)
        except ValueError as problem:
            raise BadSetting(f"{variable}={text} cannot be used: {problem}.") from problem
    settings = Settings(**values)  # type: ignore[arg-type]
    if settings.production and settings.clock:
        raise BadSetting("DESK_CLOCK is for trying things out and is refused in production: remove it.")
    if settings.oidc_issuer and not (settings.oidc_client_id and settings.oidc_client_secret and settings.oidc_roles):
        raise BadSetting("DESK_OIDC_ISSUER needs DESK_OIDC_CLIENT_ID, DESK_OIDC_CLIENT_SECRET and DESK_OIDC_ROLES beside it.")
    return settings


def _one_of(*choices: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in choices:
            raise ValueError(f"it must be {' or '.join(choices)}")
        return text

    return read


def _port(text: str) -> int:
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise ValueError("a port is a number from 1 to 65535")
    return int(text)


def _address(text: str) -> str:
    if not text.startswith(("https://", "http://")):
        raise ValueError("an address begins with https://")
    return text


def _yes_or_no(text: str) -> bool:
    return _one_of("yes", "no")(text) == "yes"


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("a moment is written like 2026-11-21T21:00") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo("Europe/London"))


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise ValueError("it must be a whole number above 0")
    return int(text)


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _networks(text: str) -> tuple[IPv4Network | IPv6Network, ...]:
    """Networks, or single addresses. Everybody is refused: then anybody could say that they are somebody else."""
    networks = []
    for name in _names(text):
        try:
            network = ip_network(name)
        except ValueError:
            raise ValueError(f"{name} is no address or network, such as 10.0.0.5 or 10.0.0.0/24") from None
        if network.prefixlen == 0:
            raise ValueError("it must name your own proxies and not everybody")
        networks.append(network)
    return tuple(networks)


def _role(text: str) -> Role:
    if text not in list(Role):
        raise ValueError(f"there is no role {text}; there are {', '.join(Role)}")
    return Role(text)


def _roles(text: str) -> tuple[Role, ...]:
    return tuple(Role) if text == "all" else tuple(_role(name) for name in _names(text))


def _pairs(text: str) -> dict[str, str]:
    pairs = [name.partition("=") for name in _names(text)]
    if any(not middle or not value.strip() or not meaning.strip() for value, middle, meaning in pairs):
        raise ValueError("write it like value=meaning, value=meaning")
    return {value.strip(): meaning.strip() for value, _, meaning in pairs}
