"""The ends of intervals of the parts ahead, with the error of the models."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ...typing import FloatArray, IntArray
from .part_model_error import PartModelError
from .part_shifts import Shocks, relative_shifts

__all__ = ["DrawnParts", "PartEnds"]

_NAMES = ("clv1", "clv2", "clv3", "clv4", "clv5", "clv6", "clv")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PartEnds:
    """The mean of a part in each unit, and the ends of its intervals.

    ``plain`` takes the models as right; ``lower`` and ``upper`` contain their error.
    """

    part: str
    mean: FloatArray
    lower: FloatArray
    upper: FloatArray
    plain: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DrawnParts:
    """Draws of customers or groups, and what their error is made of.

    Attributes
    ----------
    values
        Draws by parts (clv1 to clv6, then clv) by units, the models taken as right.
    sizes
        What is expected of each part, all taken as positive: parts by units.
    shocks
        What the errors of each draw are made of.
    lead_days
        How far ahead was drawn.
    single
        Whether each unit is a customer.
    """

    values: FloatArray
    sizes: FloatArray
    shocks: Shocks
    lead_days: float
    single: bool

    def ends(
        self, unit: IntArray, count: int, *, error: PartModelError | None, level: float
    ) -> Iterator[PartEnds]:
        """Sum the draws into ``count`` units, and take the ends of each part's sums."""
        tail = (1 - level) / 2
        shifts = np.zeros(self.values.shape[:2])
        if error is not None:
            shifts = relative_shifts(
                error, self.shocks, self.sizes.sum(axis=1), lead_days=self.lead_days
            )
        missed = np.zeros((len(self.values), count))
        for at, part in enumerate(_NAMES):
            drawn = summed(self.values[:, at], unit, count)
            mean, plain = drawn.mean(axis=0), _ends(drawn, tail)
            ends = plain
            if error is not None:
                if part != "clv":
                    own = shifts[:, at, None] * self._shares(at, unit, count)
                    # In each draw the errors of the parts are the error of their sum.
                    missed += own
                else:
                    own = missed
                wide = _ends(drawn + own, tail)
                # Of few draws an end can by chance lie further in.
                ends = np.minimum(plain[0], wide[0]), np.maximum(plain[1], wide[1])
            yield PartEnds(
                part=part,
                mean=mean,
                lower=ends[0],
                upper=ends[1],
                plain=np.stack(plain),
            )

    def _shares(self, at: int, unit: IntArray, count: int) -> FloatArray:
        """Divide the size of a part among the units, (draws or 1, units)."""
        size = self.sizes[at]
        if not self.single:
            return summed(size[None], unit, count)
        # A customer who buys nothing in a draw has no part in what it misses.
        gross = np.abs(self.values[:, at])
        every = gross.sum(axis=1, keepdims=True)
        scale = np.divide(size.sum(), every, out=np.zeros_like(every), where=every > 0)
        shares: FloatArray = summed(gross, unit, count) * scale
        return shares


def summed(values: FloatArray, unit: IntArray, count: int) -> FloatArray:
    """Sum columns into units, each of which has at least one."""
    if count == unit.size and np.array_equal(unit, np.arange(count)):
        return values
    order = np.argsort(unit, kind="stable")
    starts = np.searchsorted(unit[order], np.arange(count))
    found: FloatArray = np.add.reduceat(values[:, order], starts, axis=1)
    return found


def _ends(drawn: FloatArray, tail: float) -> tuple[FloatArray, FloatArray]:
    # What comes is one more draw: its rank among n + 1 is what the level speaks of.
    found = np.quantile(drawn, [tail, 1 - tail], axis=0, method="weibull")
    return found[0], found[1]
