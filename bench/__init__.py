"""How fast the product is and how much memory it needs, beside a stock Rasa server asked the same questions in the same run.

A figure alone says little on an unknown machine; a ratio against something that everybody can install says more. Run it
with `make bench`; __main__.py is the order of things, docs/benchmarks.md explains every figure.
"""
