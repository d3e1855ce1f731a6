"""Short forms of vectors: with them the few thousand of a hundred thousand that are worth a closer look are found in a fraction of the time.

A sketch has the directions in which the vectors themselves differ most, so a product of two sketches is near that of the whole
vectors. What is found by sketches is always weighed again with the whole vectors (index.py).
"""

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]

LENGTH = 64  # numbers of a sketch
FROM = 8192  # vectors from which on sketches pay; fewer are gone through whole


class Sketches:
    """The sketches of vectors that are numbered from 0. The directions are chosen anew whenever their number has doubled.

    They are those of a sample, since the vectors come in while the gateway answers.
    """

    def __init__(self) -> None:
        self._directions = np.zeros((0, 0), np.float32)
        self._sketches = np.zeros((0, LENGTH), np.float32)
        self._count = 0

    def take(self, vectors: Vectors) -> None:
        """Takes in what is new of all the vectors that there are."""
        if len(vectors) < FROM:
            return
        if len(vectors) > len(self._sketches):
            self._choose(vectors)
        elif len(vectors) > self._count:
            self._sketches[self._count : len(vectors)] = vectors[self._count :] @ self._directions
        self._count = len(vectors)

    def products(self, vector: Vectors) -> Vectors | None:
        """About the product of each vector with this one; None while there are too few for that."""
        return self._sketches[: self._count] @ (vector @ self._directions) if self._count else None

    def _choose(self, vectors: Vectors) -> None:
        some = vectors[:: len(vectors) // FROM]
        _, directions = np.linalg.eigh(some.T @ some)  # in the order in which they count, the most last
        self._directions = np.ascontiguousarray(directions[:, -LENGTH:], np.float32)
        self._sketches = np.zeros((2 * len(vectors), LENGTH), np.float32)
        self._sketches[: len(vectors)] = vectors @ self._directions
