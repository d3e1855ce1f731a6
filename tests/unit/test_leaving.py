"""A command ends, whatever is still alive in its process."""

import subprocess
import sys

STUCK = """
import threading
from bot.foundation.leaving import leave

threading.Thread(target=threading.Event().wait).start()  # nobody ever wakes it
print("done")
leave(3)
"""


def test_a_process_with_a_thread_that_never_ends_is_left_with_its_code_and_with_all_it_said():
    ended = subprocess.run([sys.executable, "-c", STUCK], capture_output=True, text=True, timeout=60, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr) == (3, "done\n", "")
