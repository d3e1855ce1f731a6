"""Small numbers are left out of what is published, and so is what would give them away. Plain Python, for publishing.py.

A number from 1 to 4 may point at somebody, and so may the rest when nearly everybody did something. Leaving such a cell out is
not enough where a total stands beside it: the missing one is what is left. So the published tables are attacked as a stranger
would, with what every sum and every part allows a missing number to be; as long as a small one must be small, the smallest
published number in the same sum is left out as well. Method: primary and secondary cell suppression with an audit by bounds,
as in the Government Statistical Service's guidance on disclosure control of tables.
"""

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field

SMALL = 5  # numbers from 1 to below this are small

Cell = Hashable
Bounds = tuple[float, float]


@dataclass(frozen=True)
class Sum:
    """A total and the cells that add up to it."""

    total: Cell
    parts: tuple[Cell, ...]

    @property
    def cells(self) -> tuple[Cell, ...]:
        """All of them."""
        return (self.total, *self.parts)


@dataclass
class Published:
    """Cells with their numbers, how they add up, and which of them are left out.

    `hidden` cells are never published, but may not be given away either: those who did not do what a cell counts.
    """

    values: Mapping[Cell, int]
    sums: Sequence[Sum]
    hidden: frozenset[Cell] = frozenset()
    left_out: set[Cell] = field(default_factory=set)

    def protect(self) -> None:
        """Leaves out what is small, and then as much more as it takes that nothing small can be worked out."""
        self.left_out |= {cell for cell in self.values if self.small(cell) and cell not in self.hidden}
        of: dict[Cell, list[Sum]] = {}
        for one in self.sums:
            for cell in one.cells:
                of.setdefault(cell, []).append(one)
        while given_away := self.given_away():
            covered: set[Cell] = set()
            for cell in given_away:
                if cell not in covered and (more := self._another(cell, of)) is not None:
                    self.left_out.add(more)
                    covered |= {one for line in of[more] for one in line.cells}
            if not covered:
                return  # nothing is published any more beside it

    def small(self, cell: Cell) -> bool:
        """Whether a number may point at somebody."""
        return 0 < self.values[cell] < SMALL

    def given_away(self) -> list[Cell]:
        """Small cells of which a stranger can tell that they are small."""
        bounds = attack(self)
        return [cell for cell in self.values if self.small(cell) and bounds[cell][1] < SMALL]

    def _another(self, cell: Cell, of: Mapping[Cell, Sequence[Sum]]) -> Cell | None:
        """The published cell to leave out as well: the smallest that is not nothing, a part before a total.

        It is looked for in the sums of the cell, then in those that say what is left out of these, and so on.
        """
        near, seen = {cell}, {cell}
        while near:
            reached = {other for one in near for line in of.get(one, ()) for other in line.cells} | near
            found = [one for one in reached if one not in self.left_out | self.hidden and self.values[one]]
            if found:
                totals = {line.total for one in found for line in of[one]}
                return min(found, key=lambda one: (one in totals, self.values[one], str(one)))
            near, seen = reached - seen, seen | reached
        return None


def attack(published: Published) -> dict[Cell, Bounds]:
    """What each cell can be, for somebody who has what is published and can add up.

    They know that a published 0 is one, so what is left out is 1 at least; of what is never published they know nothing.
    """
    bounds: dict[Cell, Bounds] = {}
    for cell, value in published.values.items():
        if cell in published.hidden:
            bounds[cell] = (0.0, math.inf)
        else:
            bounds[cell] = (1.0, math.inf) if cell in published.left_out else (float(value), float(value))
    changed = True
    while changed:
        changed = False
        for one in published.sums:
            changed |= _tighten(bounds, one)
    return bounds


def _tighten(bounds: dict[Cell, Bounds], one: Sum) -> bool:
    """Narrows the bounds of one sum's cells by each other; whether any changed."""
    before = [bounds[cell] for cell in one.cells]
    lows, highs = sum(bounds[cell][0] for cell in one.parts), sum(bounds[cell][1] for cell in one.parts)
    low, high = bounds[one.total]
    bounds[one.total] = low, high = max(low, lows), min(high, highs)
    unbounded = sum(math.isinf(bounds[cell][1]) for cell in one.parts)
    finite = sum(bounds[cell][1] for cell in one.parts if not math.isinf(bounds[cell][1]))
    for cell in one.parts:
        least, most = bounds[cell]
        others_low = lows - least
        others_high = math.inf if unbounded - math.isinf(most) else finite - (0.0 if math.isinf(most) else most)
        bounds[cell] = (max(least, low - others_high), min(most, high - others_low))
    return before != [bounds[cell] for cell in one.cells]
