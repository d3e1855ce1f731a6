"""A process of its own that asks another system for bin days through the package uk_bin_collection (`python -m bot.bins.outside_worker`).

Its modules block, may drive a browser for half a minute, print as they go and break whenever a website changes. So none of them
runs in the gateway: the request comes as JSON on standard input, the answer goes as JSON to standard output, and outside.py
ends the process, with whatever it started, when it takes too long.
"""

import contextlib
import importlib
import json
import sys
from typing import Any

PACKAGE = "uk_bin_collection.uk_bin_collection.collect_data"


def look_up(request: dict[str, str]) -> list[dict[str, str]]:
    """The bins of one home as the module gives them: a list of type and collectionDate (dd/mm/yyyy)."""
    collect_data = importlib.import_module(PACKAGE)
    module = collect_data.import_council_module(request["module"])
    if request.get("base_url"):  # a council's own gateway to the same service, or a test
        module.BASE_URL = request["base_url"]
    if hasattr(module, "check_postcode"):
        module.check_postcode = is_known
    arguments = [request["module"], request["url"], f"-u={request['uprn']}", f"-p={request['postcode']}", "-s"]
    if request.get("number"):
        arguments.append(f"-n={request['number']}")
    if request.get("web_driver"):
        arguments.append(f"-w={request['web_driver']}")
    app = collect_data.UKBinCollectionApp()
    app.set_args(arguments)
    found: list[dict[str, str]] = json.loads(app.run())["bins"]
    return found


def is_known(postcode: str) -> bool:
    """In place of the package's own check, which tells every resident's postcode to a third party. Ours are from the gazetteer."""
    return bool(postcode)


def main() -> int:
    """Reads a request, writes an answer: {"bins": …} or {"error": name of the exception}."""
    request = json.load(sys.stdin)
    answer: dict[str, Any]
    with contextlib.redirect_stdout(sys.stderr):
        try:
            answer = {"bins": look_up(request)}
        except ModuleNotFoundError as problem:
            answer = {"error": "missing" if (problem.name or "").startswith("uk_bin_collection") else "broken"}
        except Exception as problem:  # any website may fail in any way; outside.py turns it into a plain sentence
            answer = {"error": type(problem).__name__}
    json.dump(answer, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
