"""The composition root: builds every part of the gateway from the settings, wires them and closes them in order.

Nothing is created at import and nothing but this module and __main__.py knows the settings. Read `running` from top to
bottom to see what the product is made of.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from aiohttp import web

from actions import all_actions
from bot.addresses.service import Addresses
from bot.applications.building import addressing_of, applications_of
from bot.applications.outside import OpenApplications
from bot.assist.building import assist_room
from bot.assist.encoding import Encoding
from bot.assist.settings import read_settings as read_assist_settings
from bot.assist.taking_in import Heard, ReadsMessages
from bot.bins.building import bins_room
from bot.bins.samples import load_samples
from bot.cases.building import CasesParts, Outside, running_cases
from bot.cases.casework import Casework
from bot.cases.integrations import MissingSecret
from bot.conversations.service import Conversations
from bot.dialogue.applying import ApplicationTask
from bot.dialogue.assistant import Assistant
from bot.dialogue.bin_day import BinDay
from bot.dialogue.bin_holidays import BinHolidays
from bot.dialogue.engine import REPAIRED, DialogueEngine, EngineUnavailable, RasaEngine, likeliest
from bot.dialogue.handing_over import HandingOver
from bot.dialogue.noticing import noticing
from bot.dialogue.tasks import Task
from bot.dialogue.tracking import TrackCase
from bot.dialogue.turns import TurnRunner
from bot.foundation.bus import Bus, RedisBus
from bot.foundation.clock import Clock, ShiftedClock, SystemClock
from bot.foundation.database import Database
from bot.foundation.limits import Limits
from bot.foundation.metrics import Metrics
from bot.foundation.migrations import migrate
from bot.foundation.packs import UnreadablePackFile, read_pack_file
from bot.handoff.access import teams_allow
from bot.handoff.answers import read_canned
from bot.handoff.building import handoff_room
from bot.handoff.erasing import Within
from bot.handoff.parts import Parts
from bot.handoff.plan import read_plans
from bot.handoff.wording import Wording
from bot.hours.reading import read_hours
from bot.knowledge.editing.building import Editing
from bot.knowledge.reading import UnreadablePack
from bot.knowledge.service import Knowledge
from bot.knowledge.vectors import RememberingEncoder
from bot.languages.service import Languages
from bot.learning.building import learning_parts_of, running_learning
from bot.learning.forgetting import forget as forget_in_learning
from bot.privacy.keeping import read_keep_days
from bot.privacy.masking import Masking
from bot.privacy.pseudonyms_process import PseudonymsProcess
from bot.reports.building import reports_room
from bot.reports.scheduling import Schedule
from bot.safety.meaning import Danger, Meaning
from bot.safety.reading import UnreadableScreen, read_screens
from bot.safety.service import UrgentScreens
from bot.settings import Settings
from bot.staff.building import Staff
from bot.staff.model import Life
from bot.staff.outside_model import OutsideSettings
from bot.web import keys
from bot.web.console.desk.pages import prepare_desk
from bot.web.console.knowledge.shared import prepare_knowledge_pages
from bot.web.console.learning.shown import prepare_learning
from bot.web.console.shell import TEAMS, read_console_words
from bot.web.console.shell import WORDS as CONSOLE_WORDS
from bot.web.internal.actions import new_actions_app
from bot.web.open311.routes import OPEN311, Open311Server
from bot.web.proxies import PROXIES
from bot.web.resident.colours import UnusableColour
from bot.web.resident.pages import PAGES, Pages, UnusableSite
from bot.web.resident.words import UnreadableWords as UnreadablePageWords
from bot.web.server import new_public_app
from encoders import Encoder, EncoderError

STOP_SECONDS = 3.0

# What takes the copies of a chat that is deleted out of other rooms; the gateway and the command line delete with the same.
COPIES: tuple[Within, ...] = (forget_in_learning,)

# What can be wrong with the files that the product is made of; each message is one plain sentence.
UNUSABLE = (
    UnreadablePack,
    UnreadablePackFile,
    UnreadableScreen,
    UnreadablePageWords,
    UnusableColour,
    UnusableSite,
    MissingSecret,
    EncoderError,
)


@dataclass(frozen=True)
class Product:
    """The two applications of a gateway, ready to listen."""

    public: web.Application
    internal: web.Application


def clock_of(settings: Settings) -> Clock:
    """The machine's clock, or the shifted one of DESK_CLOCK."""
    return ShiftedClock(settings.clock) if settings.clock else SystemClock()


def knowledge_of(settings: Settings, clock: Clock) -> Knowledge:
    """The councils' knowledge with both encoders, its index built. Raises UnreadablePack and EncoderError."""
    english = _remembering(settings, "minilm")
    foreign = _remembering(settings, "e5")
    knowledge = Knowledge.read(settings.councils_folder, clock, english, foreign)
    knowledge.warm_up()
    knowledge.keep_vectors()
    return knowledge


def _remembering(settings: Settings, name: str) -> RememberingEncoder:
    encoder = Encoder.load(settings.encoders_folder / name)
    return RememberingEncoder(encoder, settings.cache_folder / f"passages-{encoder.mark or name}.npz")


@asynccontextmanager
async def running(  # noqa: PLR0915 - the list of everything there is, one line each
    settings: Settings, other_engine: DialogueEngine | None = None, other_knowledge: Knowledge | None = None
) -> AsyncIterator[Product]:
    """Everything of one gateway, from opening the database to closing it.

    Another engine and knowledge that is read already can be handed in; tests do so.
    """
    async with AsyncExitStack() as stack:
        clock = clock_of(settings)
        metrics = Metrics()
        await asyncio.to_thread(migrate, settings.database_url)
        database = Database(settings.database_url)
        stack.push_async_callback(database.close)
        bus = await bus_of(settings)
        stack.push_async_callback(bus.close)
        knowledge = other_knowledge.copy(clock) if other_knowledge else await asyncio.to_thread(knowledge_of, settings, clock)
        masking = Masking.read(settings.councils_folder)
        conversations = Conversations(database, bus, clock, masking.mask)
        limits = Limits(metrics, settings.redis_url, enforced=settings.rate_limits)
        hours = read_hours(settings.councils_folder)
        parts = CasesParts(database, clock, hours, limits, masking.mask, knowledge, metrics)
        room = await stack.enter_async_context(running_cases(settings.councils_folder, parts, _outside(settings)))
        cases = room.cases
        tuned = Encoding(settings.cache_folder)
        vectors_of = (tuned.mark, knowledge.encoder, knowledge.encoder + REPAIRED)
        rasa = await stack.enter_async_context(
            RasaEngine(settings.engine, settings.engine_timeout, metrics, vectors_of=vectors_of)
        )
        engine: DialogueEngine = other_engine or rasa
        screens = UrgentScreens(read_screens(settings.councils_folder), Meaning(tuned, Danger.read()))
        languages = Languages.read(settings.councils_folder)
        staff = _staff(settings, database, bus, clock, knowledge)
        editing = Editing.build(database, bus, clock, staff.audit, knowledge)
        await editing.live.start()
        stack.push_async_callback(editing.live.close)
        plans = read_plans(settings.councils_folder)
        wording = Wording(plans, knowledge)
        homes = bins_room(database, clock, settings.councils_folder)
        stack.push_async_callback(homes.close)
        applications = applications_of(settings.councils_folder, knowledge, cases, database, homes, hours)
        offered, forms = staff.switches.offers_person, applications.titles
        handoff_parts = Parts(database, bus, clock, wording, hours, cases, offered, forms)
        handoff = handoff_room(
            handoff_parts,
            staff.audit,
            Addresses(database),
            knowledge,
            read_canned(settings.councils_folder),
            read_keep_days(settings.councils_folder),
        )
        conversations.people = handoff.residents
        staff.signing_in.on_sign_out = handoff.presences.leave
        off_words = read_pack_file(settings.councils_folder, "switches.yml")
        addressing = addressing_of(settings.councils_folder, homes, applications)
        applying = ApplicationTask(applications, addressing)
        bin_day = BinDay.build(homes, knowledge, settings.councils_folder)
        tasks: list[Task] = [HandingOver(handoff.residents), TrackCase.build(cases, knowledge), applying, bin_day]
        danger = handoff.residents.danger
        assistant = Assistant(
            engine,
            knowledge,
            screens,
            languages,
            None,
            tasks,
            staff.switches,
            off_words,
            applying.offers,
            danger,
            BinHolidays(homes).news,
        )
        pseudonyms = PseudonymsProcess()
        stack.push_async_callback(pseudonyms.close)
        mask = pseudonyms.replace_all
        learning_parts = learning_parts_of(database, clock, staff.audit, mask, settings.model, editing.drafts)
        learning = await stack.enter_async_context(
            running_learning(learning_parts, knowledge, rasa, partial(likeliest, engine), teams_allow, _told(settings))
        )
        conversations.on_feedback = learning.noting.feedback
        turns = TurnRunner(conversations, assistant, metrics, noticing(learning.noting))
        conversations.on_resident_message = turns.resident_spoke
        if database.is_sqlite:  # one process only, so a claim of an earlier one is nobody's
            await conversations.release_turns()
        await turns.start()
        stack.push_async_callback(turns.close)
        await handoff.upkeep.start()
        stack.push_async_callback(handoff.upkeep.close)
        assist_settings = read_assist_settings(settings.councils_folder)
        assist = assist_room(
            handoff_parts,
            handoff,
            knowledge,
            tuned,
            assist_settings,
            masking.mask,
            pseudonyms.replace_all,
            reads(engine, tuned, knowledge.encoder),
        )
        await assist.start()
        stack.push_async_callback(assist.close)
        handoff.erasing.within.extend(COPIES)
        handoff.erasing.after.extend((conversations.deleted, assist.memory.erased))
        await handoff.keeping.start()
        stack.push_async_callback(handoff.keeping.close)
        reports = reports_room(database, clock, settings.councils_folder)
        await reports.days.start()
        stack.push_async_callback(reports.days.close)
        if settings.open_data:
            schedule = Schedule(reports.open_data, reports.days.councils, settings.open_data, settings.open_data_every)
            await schedule.start()
            stack.push_async_callback(schedule.close)

        public = _public_app(settings, bus)
        public[keys.CONVERSATIONS] = conversations
        public[keys.HOMES] = homes
        public[keys.CASES] = cases
        public[OPEN311] = Open311Server(OpenApplications(applications.all, room.services), room.api_keys, settings.public_url)
        public[keys.APPLICATIONS] = applications
        public[keys.ADDRESSING] = addressing
        public[keys.CASEWORK] = Casework(database, cases, staff.audit, knowledge.council_ids)
        public[keys.KNOWLEDGE] = knowledge
        public[keys.EDITING] = editing
        public[keys.COMPOSER] = assistant.composer
        public[keys.SWITCHED] = assistant.switched
        public[keys.ENGINE] = engine
        public[keys.DATABASE] = database
        public[keys.LIMITS] = limits
        public[keys.METRICS] = metrics
        public[keys.CLOCK] = clock
        public[keys.STAFF] = staff
        public[TEAMS] = {council: {team.id: team.name for team in plan.teams.values()} for council, plan in plans.items()}
        public[keys.HANDOFF] = handoff
        public[keys.ASSIST] = assist
        public[keys.LEARNING] = learning
        public[keys.REPORTS] = reports
        yield Product(public, new_actions_app(all_actions(applications)))


def reads(engine: DialogueEngine, encoding: Encoding, searched_by: str) -> ReadsMessages:
    """The engine's reading of one message; None while the engine is away.

    The vectors that the engine has made for it are not made again: `encoding` gets its own, and that of search's encoder
    (`searched_by`) comes with the reading, of the repaired text where a word was repaired.
    """

    async def read(text: str) -> Heard | None:
        try:
            reading = await engine.read(text)
        except EngineUnavailable:
            return None
        made = reading.vectors
        encoding.take(text, made)
        return Heard(dict(reading.ranking), made.get(searched_by, made.get(searched_by + REPAIRED)))

    return read


def _staff(settings: Settings, database: Database, bus: Bus, clock: Clock, knowledge: Knowledge) -> Staff:
    """The staff room as the settings want it."""
    outside = OutsideSettings(
        settings.oidc_issuer,
        settings.oidc_client_id,
        settings.oidc_client_secret,
        settings.oidc_name,
        settings.oidc_council,
        settings.oidc_roles,
        settings.oidc_teams,
        settings.oidc_claims,
    )
    life = Life(settings.staff_idle_minutes * 60, settings.staff_hours * 3600)
    councils = knowledge.council_ids
    return Staff.build(
        database,
        bus,
        clock,
        councils,
        settings.staff_codes,
        life,
        outside if settings.oidc_issuer else None,
        demo=not settings.production,
    )


def _public_app(settings: Settings, bus: Bus) -> web.Application:
    """The public application with what its pages need; the parts of the product are still to be hung on it."""
    public = new_public_app()
    public[keys.PRODUCTION] = settings.production
    public[keys.PUBLIC_URL] = settings.public_address
    public[PROXIES] = settings.trusted_proxies
    public[keys.STATIC_FOLDER] = Path(__file__).parent / "web" / "static"
    public[keys.STOPPING] = asyncio.Event()
    public[CONSOLE_WORDS] = read_console_words(settings.councils_folder)
    prepare_desk(public, settings.councils_folder)
    prepare_learning(public, settings.councils_folder)
    prepare_knowledge_pages(public, settings.councils_folder)
    public[PAGES] = Pages.read(settings.councils_folder, production=settings.production)
    public.on_shutdown.append(_stop_streams(bus))
    return public


def _outside(settings: Settings) -> Outside:
    """How cases reach residents and other systems."""
    url, notifier = settings.public_address, settings.notifier
    return Outside(url, settings.secrets_folder, notifier, settings.notify_url, production=settings.production)


def _told(settings: Settings) -> dict[str, str]:
    """What a process that trains has to know of the settings, as its environment."""
    told = {
        "DATABASE_URL": settings.database_url,
        "COUNCILS_FOLDER": settings.councils_folder,
        "ENCODERS_FOLDER": settings.encoders_folder,
        "CACHE_FOLDER": settings.cache_folder,
        "MODEL": settings.model,
    }
    return {f"DESK_{name}": str(value) for name, value in told.items()}


async def serve(settings: Settings, stop: asyncio.Event, *, samples: bool = False) -> None:
    """Listens on both ports until `stop` is set; with `samples` invented addresses are loaded first where there are none."""
    async with running(settings) as product:
        if samples:
            await load_samples(product.public[keys.DATABASE], product.public[keys.CLOCK], settings.councils_folder)
        runners = [
            web.AppRunner(product.public, shutdown_timeout=STOP_SECONDS),
            web.AppRunner(product.internal, shutdown_timeout=STOP_SECONDS),
        ]
        for runner in runners:
            await runner.setup()
        try:
            await web.TCPSite(runners[0], settings.host, settings.port).start()
            await web.TCPSite(runners[1], "127.0.0.1", settings.actions_port).start()
            await stop.wait()
        finally:
            for runner in runners:
                await runner.cleanup()


async def bus_of(settings: Settings) -> Bus:
    """What wakes whoever waits, in this process alone or through Redis in all of them."""
    if not settings.redis_url:
        return Bus()
    bus = RedisBus(settings.redis_url)
    await bus.start()
    return bus


def _stop_streams(bus: Bus) -> Callable[[web.Application], Awaitable[None]]:
    async def stop(app: web.Application) -> None:
        app[keys.STOPPING].set()
        bus.wake_all()

    return stop
