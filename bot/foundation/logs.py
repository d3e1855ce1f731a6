"""Logs: events with ids, never a resident's words.

structlog writes them, in columns while developing and as JSON in production. Everything logged is a name and ids, so
nothing has to be filtered out afterwards; tests/dialogue/test_logs.py sends a marker through every path and looks.
"""

import logging
import sys

import structlog


def set_up_logs(form: str, *, quiet: bool = False) -> None:
    """Sends events to standard error in the form "console" or "json"; `quiet` keeps only warnings."""
    level = logging.WARNING if quiet else logging.INFO
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s %(message)s")
    renderer = structlog.processors.JSONRenderer() if form == "json" else structlog.dev.ConsoleRenderer()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
