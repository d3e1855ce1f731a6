"""Counters and timings for Prometheus, served at /metrics.

They are kept in a registry of their own, built in app.py, so that nothing is created at import and tests do not
share figures. Labels are names from our own lists, never anything a resident wrote.
"""

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest

TURN_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Metrics:
    """The figures of one running gateway."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.messages = Counter("desk_messages_total", "Messages stored, by who sent them", ["sender"], registry=self.registry)
        self.turns = Counter("desk_turns_total", "Turns of the assistant, by outcome", ["outcome"], registry=self.registry)
        self.turn_seconds = Histogram(
            "desk_turn_seconds", "Time of a turn of the assistant", buckets=TURN_SECONDS, registry=self.registry
        )
        self.engine_failures = Counter(
            "desk_engine_failures_total",
            "Times the engine did not answer properly, by reason",
            ["reason"],
            registry=self.registry,
        )
        self.deliveries = Counter(
            "desk_deliveries_total",
            "Attempts to tell somebody of a case, by target and what came of it; dead asks for a person",
            ["target", "outcome"],
            registry=self.registry,
        )
        self.limited = Counter("desk_limited_total", "Requests refused by a rate limit", ["limit"], registry=self.registry)

    def text(self) -> bytes:
        """All figures in Prometheus' text format."""
        return generate_latest(self.registry)
