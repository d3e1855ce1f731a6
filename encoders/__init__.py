"""Sentence encoders: text in, one vector a text out, with no network and no large runtime.

The engine (Python 3.10) and the gateway (Python 3.12) both install this folder, so that the same text has the same
vector on both sides. Running needs onnxruntime, tokenizers and numpy alone; only building needs more.
Look at encoder.py for how vectors are made and at build.py for where the weights come from.
"""

from .encoder import Encoder, EncoderError
from .manifest import Manifest

__all__ = ["Encoder", "EncoderError", "Manifest"]
