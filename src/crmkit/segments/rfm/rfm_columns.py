"""The three numbers behind R, F and M: inactivity, frequency and money."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import isfinite

from ..._check import one_of
from ..._frames import (
    Frame,
    Rule,
    missing,
    number_rules,
    nw,
    read,
    require_numbers,
    sound_row_count,
)
from ...errors import InvalidValueError
from ...typing import HistoryColumns, Missing

__all__ = ["INACTIVITY", "RfmColumns", "cell_name", "reached", "require_rising"]

INACTIVITY = "_crmkit_inactivity"


@dataclass(frozen=True, slots=True, kw_only=True)
class RfmColumns:
    """The columns that inactivity, frequency and money are read from.

    Attributes
    ----------
    history
        The columns of the purchase history.
    inactivity_col
        Time since the last purchase, the R of RFM; None computes it as ``T - recency``.
    monetary_col
        Money.
    """

    history: HistoryColumns
    inactivity_col: str | None
    monetary_col: str

    @property
    def read(self) -> list[str]:
        """The columns that a frame must have."""
        given = [self.history.recency, self.history.T]
        if self.inactivity_col is not None:
            given = [self.inactivity_col]
        return [*given, self.history.frequency, self.monetary_col]

    @property
    def ranked(self) -> tuple[str, str, str]:
        """Names of the three numbers, once opened."""
        return INACTIVITY, self.history.frequency, self.monetary_col

    def open(
        self, customers: object, *, missing: Missing, with_ids: Sequence[str] = ()
    ) -> tuple[Frame, int]:
        """Check the columns, count the rows, and add inactivity by a reserved name."""
        one_of("missing", missing, ("error", "keep"))
        frame = read(customers, [*self.read, *with_ids])
        require_numbers(frame, self.read)
        rules = [rule for name in self.read for rule in number_rules(frame, name)]
        if missing == "keep":
            # The holes stay; what is infinite is still refused.
            rules = [rule for rule in rules if rule.found != "missing value"]
        n_rows = sound_row_count(frame, [*rules, *self._order()])
        return frame.with_columns(self._inactivity().alias(INACTIVITY)), n_rows

    def known(self, frame: Frame) -> Frame:
        """Leave out the customers of whom a number is missing."""
        return frame.filter(~self.hole(frame))

    def hole(self, frame: Frame) -> nw.Expr:
        """Tell where one of the numbers is missing."""
        broken = [missing(frame, name) for name in self.read]
        first, *others = broken
        for other in others:
            first = first | other
        return first

    def _inactivity(self) -> nw.Expr:
        if self.inactivity_col is not None:
            return nw.col(self.inactivity_col).cast(nw.Float64)
        ends = nw.col(self.history.T).cast(nw.Float64)
        # 4/7 - 1/7 and 5/7 - 2/7 differ in their last bit, and are the same three days.
        return (ends - nw.col(self.history.recency).cast(nw.Float64)).round(9)

    def _order(self) -> list[Rule]:
        if self.inactivity_col is not None:
            return []
        return [
            Rule(
                column=self.history.recency,
                broken=nw.col(self.history.recency) > nw.col(self.history.T),
                found=f"value above {self.history.T!r}",
                remedy="recency runs from the first to the last purchase; pass "
                "inactivity_col for the time since the last one.",
            )
        ]


def cell_name(bins: int) -> nw.Expr:
    """Write the three scores in a row, two digits each where there are ten or more."""
    axes = ("r_score", "f_score", "m_score")
    return nw.concat_str(*(_digits(axis, bins) for axis in axes))


def reached(value: nw.Expr, bounds: Sequence[float]) -> nw.Expr:
    """Score as an expression: 1 plus the number of bounds reached."""
    score = nw.lit(1)
    number = value.cast(nw.Float64)
    for bound in bounds:
        # PostgreSQL makes no number of a truth value.
        one = nw.when(number >= bound).then(1).otherwise(0)
        score = score + one.cast(nw.Int64)
    return score


def require_rising(name: str, bounds: Sequence[float]) -> None:
    """Refuse bounds of scores that are empty, not finite, or descend."""
    rising = all(low <= high for low, high in pairwise(bounds))
    if not bounds or not rising or not all(isfinite(bound) for bound in bounds):
        raise InvalidValueError(
            subject=f"argument {name!r}",
            found=f"bounds {tuple(bounds)!r}",
            remedy="Pass one finite bound for each score from 2 on, so that a "
            "higher score is harder to earn.",
        )


def _digits(score: str, bins: int) -> nw.Expr:
    written = nw.col(score).cast(nw.String)
    if bins < 10:
        return written
    padded = nw.concat_str(nw.lit("0"), written)
    return nw.when(nw.col(score) < 10).then(padded).otherwise(written)
