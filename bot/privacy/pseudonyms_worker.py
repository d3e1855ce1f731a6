"""A process of its own that takes names and addresses out of texts (`python -m bot.privacy.pseudonyms_worker`).

The language model needs 300 MB and some milliseconds of processor for every text, which the gateway must not spend: here it
yields to everything else on the machine. A line of standard input is a JSON object with `texts` and
what to `keep` in them, a line of standard output is the list of texts masked. pseudonyms_process.py starts and ends it.
"""

import json
import os
import sys

from bot.privacy.pseudonyms import Pseudonyms


def main() -> int:
    """Answers line by line until its input ends."""
    os.nice(10)
    pseudonyms = Pseudonyms()
    for line in sys.stdin:
        request = json.loads(line)
        print(json.dumps(pseudonyms.replace_all(request["texts"], request["keep"])), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
