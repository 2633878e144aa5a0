"""Movement of customers between tiers from one date to another."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..._check import nonnegative, number, typed, whole
from ..._frames import (
    Frame,
    collect,
    matched_ids,
    numbers,
    nw,
    read,
    refuse,
    require_one_row_each,
    require_present,
)
from ...errors import InvalidValueError, NotEnoughDataError
from ...fits import JsonResult, checked
from ...kernels.groups import markov
from ...typing import FloatArray, IntoFrame
from .tier_labels import known_tier, require_labels

__all__ = ["Migration", "counted_moves", "fit_migration"]

_FROM, _TO, _COUNT = "crmkit_from", "crmkit_to", "crmkit_count"

Row = tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class Migration(JsonResult):
    """How many customers moved between tiers, joined and left between two dates.

    Attributes
    ----------
    tiers
        The names, the best first.
    moved
        Customers present at both dates: a row per tier before, a column per tier after.
    gone
        Customers of each tier before who are absent after.
    new
        Customers of each tier after who were absent before.

    Examples
    --------
    >>> from crmkit.segments import Migration
    >>> year = Migration(
    ...     tiers=("A", "B"), moved=((80.0, 10.0), (20.0, 140.0)),
    ...     gone=(10.0, 40.0), new=(0.0, 50.0),
    ... )
    >>> year.probabilities[0]
    (0.8, 0.1)
    >>> year.upgraded_share, year.downgraded_share, year.gone_share
    (0.0667, 0.0333, 0.1667)
    >>> print(year)
    of 300 customers: 73.3% stayed, 6.7% moved up, 3.3% down, 16.7% gone; 50 new
    """

    tiers: tuple[str, ...]
    moved: tuple[Row, ...]
    gone: Row
    new: Row

    def __post_init__(self) -> None:
        n = len(self.tiers)
        shaped = len(self.moved) == len(self.gone) == len(self.new) == n
        if not n or not shaped or any(len(row) != n for row in self.moved):
            raise InvalidValueError(
                subject="argument 'moved'",
                found=f"a table that is not {n} by {n} with {n} gone and new",
                remedy="Pass a row and a column per tier, in the order of tiers.",
            )
        for row in (*self.moved, self.gone, self.new):
            for count in row:
                nonnegative("moved, gone, new", count)

    def __str__(self) -> str:
        """Read as a sentence: how many stayed, moved, left and joined."""
        known, new = sum(self.before), sum(self.new)
        if not known:
            return f"of 0 customers; {new:,.0f} new"
        return (
            f"of {known:,.0f} customers: {self.stayed_share:.1%} stayed, "
            f"{self.upgraded_share:.1%} moved up, {self.downgraded_share:.1%} down, "
            f"{self.gone_share:.1%} gone; {new:,.0f} new"
        )

    @property
    def before(self) -> Row:
        """Customers of each tier at the first date."""
        return tuple((self._moved.sum(axis=1) + np.array(self.gone)).tolist())

    @property
    def after(self) -> Row:
        """Customers of each tier at the second date."""
        return tuple((self._moved.sum(axis=0) + np.array(self.new)).tolist())

    @property
    def probabilities(self) -> tuple[Row, ...]:
        """Share of each tier's customers that moved to each tier; the others left.

        Raises
        ------
        NotEnoughDataError
            If a tier had no customers before.
        """
        return tuple(tuple(row) for row in self._probabilities().tolist())

    @property
    def stayed_share(self) -> float:
        """Share of all customers before who are in the same tier after.

        Raises
        ------
        NotEnoughDataError
            If there were no customers before.
        """
        return float(np.trace(self._moved)) / self._known()

    @property
    def upgraded_share(self) -> float:
        """Share of all customers before who are in a better tier after."""
        return float(np.tril(self._moved, -1).sum()) / self._known()

    @property
    def downgraded_share(self) -> float:
        """Share of all customers before who are in a lower tier after."""
        return float(np.triu(self._moved, 1).sum()) / self._known()

    @property
    def gone_share(self) -> float:
        """Share of all customers before who are absent after."""
        return sum(self.gone) / self._known()

    @property
    def population_stability_index(self) -> float | None:
        """How far the mix of tiers has shifted; None if a tier is empty.

        Below 0.1 is commonly read as stable, above 0.25 as a different population.
        """
        return markov.population_stability(np.array(self.before), np.array(self.after))

    def steady_state(self) -> dict[str, float]:
        """Return the mix of tiers that this movement leads to if it continues.

        Each customer who leaves is replaced by a new one, in the tiers that the new
        customers had.

        Returns
        -------
        The share of customers by tier.

        Raises
        ------
        NotEnoughDataError
            If a tier had no customers, if customers leave and none join, or if the
            tiers form groups between which customers never move.
        """
        P = self._probabilities()
        lost = 1 - P.sum(axis=1)
        if np.any(np.array(self.gone) > 0):
            if not any(self.new):
                raise NotEnoughDataError(
                    needed="new customers to replace those who leave",
                    got="none",
                    remedy="Compare dates between which customers join: without "
                    "them, the base empties.",
                )
            P = P + np.outer(lost, np.array(self.new) / sum(self.new))
        mixture = markov.stationary(P)
        if mixture is None:
            raise NotEnoughDataError(
                needed="tiers that are connected by movement",
                got="groups between which customers never move",
                remedy="Merge tiers, or compare dates further apart.",
            )
        return dict(zip(self.tiers, mixture.tolist(), strict=True))

    @typed
    def expected_value(
        self,
        value_per_period: Mapping[str, float],
        *,
        discount_rate: float,
        periods: int | None = None,
    ) -> dict[str, float]:
        """Return the present value of a customer of each tier, moves included.

        Parameters
        ----------
        value_per_period
            What a customer brings in during one period, by tier. A period is the time
            between the two dates.
        discount_rate
            Effective rate per period. The present period counts in full.
        periods
            Number of periods to count, the present one included; None counts all.

        Returns
        -------
        The present value by tier.

        Raises
        ------
        InvalidValueError
            If a tier has no value, or the sum over all periods is infinite.
        NotEnoughDataError
            If a tier had no customers before.

        Examples
        --------
        >>> from crmkit.segments import Migration
        >>> year = Migration(
        ...     tiers=("A", "B"), moved=((80.0, 10.0), (20.0, 140.0)),
        ...     gone=(10.0, 40.0), new=(0.0, 50.0),
        ... )
        >>> year.expected_value({"A": 100.0, "B": 10.0}, discount_rate=0.1)
        {'A': 410.0, 'B': 130.0}
        """
        rate = nonnegative("discount_rate", discount_rate)
        count = None if periods is None else whole("periods", periods, at_least=1)
        P = self._probabilities()
        if count is None and not markov.fades(P, discount_rate=rate):
            raise InvalidValueError(
                subject="argument 'discount_rate'",
                found="0, by which the sum over all periods is infinite",
                remedy="Pass a rate above 0, or a number of periods.",
            )
        value = self._by_tier(value_per_period)
        found = markov.expected_value(P, value, discount_rate=rate, periods=count)
        return dict(zip(self.tiers, found.tolist(), strict=True))

    @property
    def _moved(self) -> FloatArray:
        return np.array(self.moved, dtype=np.float64)

    def _known(self) -> float:
        known = sum(self.before)
        if not known:
            raise NotEnoughDataError(
                needed="at least 1 customer before",
                got="0",
                remedy="Pass an earlier date that has customers.",
            )
        return known

    def _probabilities(self) -> FloatArray:
        empty = [
            tier
            for tier, count in zip(self.tiers, self.before, strict=True)
            if not count
        ]
        if empty:
            raise NotEnoughDataError(
                needed="customers in every tier before",
                got=f"none in {empty}",
                remedy="Merge the empty tiers with their neighbours.",
            )
        return markov.transitions(self._moved, np.array(self.gone))

    def _by_tier(self, given: Mapping[str, float]) -> FloatArray:
        absent = [tier for tier in self.tiers if tier not in given]
        if absent:
            raise InvalidValueError(
                subject="argument 'value_per_period'",
                found=f"no value for {absent}",
                remedy="Pass the value of a period for each tier.",
            )
        return np.array([number("value_per_period", given[t]) for t in self.tiers])


def fit_migration(
    before: IntoFrame,
    after: IntoFrame,
    *,
    tiers: Sequence[str],
    customer_id_col: str = "customer_id",
    tier_col: str = "value_tier",
) -> Migration:
    """Count the customers who moved from each tier to each tier between two dates.

    Assign the tiers at both dates by the same frozen cuts. With cuts refitted at each
    date, the counts would show how the cuts moved and not the customers.

    Parameters
    ----------
    before, after
        One row per customer, with a tier. Lazy frames are counted in their engine.
    tiers
        The names of the tiers, the best first.
    customer_id_col, tier_col
        The columns to read, in both frames.

    Returns
    -------
    The counts, from which shares, the long-run mix and future value follow.

    Raises
    ------
    InvalidValueError
        If a customer has two rows, or a tier is missing or not among ``tiers``.
    InvalidTypeError
        If the frames belong to two libraries, or their ids are of two kinds.

    Examples
    --------
    >>> import pandas as pd
    >>> import crmkit as ck
    >>> spring = pd.DataFrame({"customer_id": [1, 2, 3], "value_tier": ["A", "B", "B"]})
    >>> autumn = pd.DataFrame({"customer_id": [1, 2, 4], "value_tier": ["B", "B", "A"]})
    >>> ck.segments.fit_migration(spring, autumn, tiers=("A", "B"))
    Migration(tiers=('A', 'B'), moved=((0.0, 1.0), (0.0, 1.0)),
              gone=(0.0, 1.0), new=(1.0, 0.0))
    """
    return counted_moves(
        read(before, [customer_id_col, tier_col]),
        read(after, [customer_id_col, tier_col]),
        tiers,
        customer_id_col,
        tier_col,
    )


def counted_moves(
    before: Frame,
    after: Frame,
    tiers: Sequence[str],
    customer_id_col: str,
    tier_col: str,
) -> Migration:
    """Count the movement between two frames that are open."""
    names = require_labels("tiers", tiers)
    first, second = matched_ids(
        _tiers(before, customer_id_col, tier_col, names, output=_FROM),
        _tiers(after, customer_id_col, tier_col, names, output=_TO),
        customer_id_col,
    )
    both = _joined(first, second, customer_id_col)
    moved = _counted(both, (_FROM, _TO), names)
    had, has = _counted(first, (_FROM,), names), _counted(second, (_TO,), names)
    return Migration(
        tiers=names,
        moved=tuple(tuple(row) for row in moved.tolist()),
        gone=tuple((had - moved.sum(axis=1)).tolist()),
        new=tuple((has - moved.sum(axis=0)).tolist()),
    )


def _tiers(
    opened: Frame,
    customer_id_col: str,
    tier_col: str,
    names: tuple[str, ...],
    *,
    output: str,
) -> Frame:
    require_one_row_each(opened, customer_id_col)
    require_present(opened, tier_col)
    remedy = "Name all tiers, the best first."
    known = known_tier(opened, tier_col, names, remedy=remedy)
    refuse(opened, [known], id_col=customer_id_col)
    return opened.select(
        customer_id_col, nw.col(tier_col).cast(nw.String).alias(output)
    )


def _joined(first: Frame, second: Frame, customer_id_col: str) -> Frame:
    if isinstance(first, nw.LazyFrame) and isinstance(second, nw.LazyFrame):
        return first.join(second, on=customer_id_col, how="inner")
    return collect(first).join(collect(second), on=customer_id_col, how="inner")


def _counted(
    frame: Frame, columns: tuple[str, ...], names: tuple[str, ...]
) -> np.ndarray:
    """Count rows by one or two tiers, as a table in the order of the names."""
    found = collect(frame.group_by(*columns).agg(nw.len().alias(_COUNT)))
    place = tuple(
        np.array([names.index(name) for name in found[column].to_list()], dtype=int)
        for column in columns
    )
    table = np.zeros((len(names),) * len(columns))
    table[place] = numbers(found, _COUNT)
    return table
