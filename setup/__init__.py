"""Brings everything to a machine that has git, make and python3 only: `python3 -m setup`.

It runs before anything is installed, on whatever python3 there is, so it uses the standard library of Python 3.9 only.
Start at bootstrap.py for the list of steps; steps.py runs one, tools.py finds or fetches uv, Node and the Pythons.
"""
