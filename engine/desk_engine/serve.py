"""Serves the current model with Rasa's own server, for the gateway alone: `python -m desk_engine.serve`.

It listens on 127.0.0.1, with no telemetry, no cross-origin access and logs from warnings up, since Rasa writes messages
in clear at debug. One thread for each numeric library: a short message is not worth more, and the gateway needs the other.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from desk_engine.light import spare_tensorflow
from desk_engine.train import quiet_rasa


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m desk_engine.serve", description="Serve the engine's model.")
    parser.add_argument("--port", type=int, default=5005)
    parser.add_argument("--model", type=Path, default=Path("var/models/current"))
    arguments = parser.parse_args()
    os.environ.setdefault("DESK_ACTIONS_URL", "http://127.0.0.1:5055/actions")
    quiet_rasa()
    spare_tensorflow(arguments.model)
    from rasa.core.run import serve_application
    from rasa.core.utils import AvailableEndpoints

    from desk_engine.results import check_schema_once

    check_schema_once()
    serve_application(
        model_path=str(arguments.model.resolve()),
        credentials="credentials.yml",
        endpoints=AvailableEndpoints.read_endpoints("endpoints.yml"),
        interface="127.0.0.1",
        port=arguments.port,
        enable_api=True,
        cors=None,
        syslog_address="localhost",
        syslog_port=514,
    )


if __name__ == "__main__":
    main()
