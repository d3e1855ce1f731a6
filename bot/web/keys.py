"""The typed keys under which the parts of the product hang on the aiohttp application.

app.py fills them; handlers read them. A handler that needs something not listed here asks for too much.
"""

import asyncio
from pathlib import Path

from aiohttp import web

from bot.applications.addressing import Addressing
from bot.applications.service import Applications
from bot.assist.building import AssistRoom
from bot.bins.building import HomesAndBins
from bot.cases.casework import Casework
from bot.cases.service import Cases
from bot.conversations.service import Conversations
from bot.dialogue.composing import Composer
from bot.dialogue.engine import DialogueEngine
from bot.dialogue.switched import Switched
from bot.foundation.clock import Clock
from bot.foundation.database import Database
from bot.foundation.limits import Limits
from bot.foundation.metrics import Metrics
from bot.handoff.building import HandoffRoom
from bot.knowledge.editing.building import Editing
from bot.knowledge.service import Knowledge
from bot.learning.building import WholeLearningRoom
from bot.reports.building import ReportsRoom
from bot.staff.building import Staff

CONVERSATIONS = web.AppKey("conversations", Conversations)
ADDRESSING = web.AppKey("addressing", Addressing)
APPLICATIONS = web.AppKey("applications", Applications)
HOMES = web.AppKey("homes", HomesAndBins)
CASES = web.AppKey("cases", Cases)
CASEWORK = web.AppKey("casework", Casework)
EDITING = web.AppKey("editing", Editing)
KNOWLEDGE = web.AppKey("knowledge", Knowledge)
COMPOSER = web.AppKey("composer", Composer)
SWITCHED = web.AppKey("switched", Switched)
ENGINE = web.AppKey("engine", DialogueEngine)
DATABASE = web.AppKey("database", Database)
LIMITS = web.AppKey("limits", Limits)
METRICS = web.AppKey("metrics", Metrics)
CLOCK = web.AppKey("clock", Clock)
STATIC_FOLDER = web.AppKey("static_folder", Path)
STOPPING = web.AppKey("stopping", asyncio.Event)
PRODUCTION = web.AppKey("production", bool)
PUBLIC_URL = web.AppKey("public_url", str)
STAFF = web.AppKey("staff", Staff)
HANDOFF = web.AppKey("handoff", HandoffRoom)
ASSIST = web.AppKey("assist", AssistRoom)
LEARNING = web.AppKey("learning", WholeLearningRoom)
REPORTS = web.AppKey("reports", ReportsRoom)
