"""What masking returns, in plain Python.

It stands apart from masking.py so that the conversations room can name it without reading any content files.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Masked:
    """A message after masking, and the plain words to tell the resident what was hidden."""

    text: str
    notice: str = ""
