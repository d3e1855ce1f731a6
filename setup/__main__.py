"""`python3 -m setup`: what `make` calls. bootstrap.py does the work.

Until bootstrap.py takes the signals over, Ctrl-C ends this process at once and without a traceback.
"""

import signal
import sys

signal.signal(signal.SIGINT, signal.SIG_DFL)

from setup.bootstrap import main  # noqa: E402  (it must come after the line above)

sys.exit(main())
