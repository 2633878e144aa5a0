"""Movement between tiers from one date to another, with the cuts held still."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..._check import nonnegative, number, whole
from ...errors import InvalidValueError, NotEnoughDataError
from ...fits import from_document, to_document
from ...kernels.groups import markov
from ...typing import FloatArray

__all__ = ["Migration"]

Row = tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """How many customers moved from each tier to each, who came and who left.

    Attributes
    ----------
    tiers
        The names, the best first.
    moved
        A row per tier before, a column per tier after: customers seen at both dates.
    gone
        Customers of each tier before who are not there after.
    new
        Customers of each tier after who were not there before.

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
        """Say where the customers went as a sentence."""
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
        """Share of each tier's customers that moved to each; the rest left.

        Raises
        ------
        NotEnoughDataError
            If a tier had nobody, of whom nothing can be said.
        """
        return tuple(tuple(row) for row in self._probabilities().tolist())

    @property
    def stayed_share(self) -> float:
        """Of all customers before, those in the same tier after.

        Raises
        ------
        NotEnoughDataError
            If there was nobody before; so with the other shares.
        """
        return float(np.trace(self._moved)) / self._known()

    @property
    def upgraded_share(self) -> float:
        """Of all customers before, those in a better tier after."""
        return float(np.tril(self._moved, -1).sum()) / self._known()

    @property
    def downgraded_share(self) -> float:
        """Of all customers before, those in a lower tier after."""
        return float(np.triu(self._moved, 1).sum()) / self._known()

    @property
    def gone_share(self) -> float:
        """Of all customers before, those who are not there after."""
        return sum(self.gone) / self._known()

    @property
    def population_stability_index(self) -> float | None:
        """How far the mixture of tiers has shifted; None where a tier is empty.

        Below 0.1 is commonly read as stable, above 0.25 as another population.
        """
        return markov.population_stability(np.array(self.before), np.array(self.after))

    def steady_state(self) -> dict[str, float]:
        """Return the mixture of tiers that this movement leads to, if it goes on.

        Customers who leave are replaced one for one by newcomers, in the tiers that
        newcomers had.

        Raises
        ------
        NotEnoughDataError
            If a tier had nobody, if customers leave and none come, or if the tiers
            fall apart into groups between which nobody moves.
        """
        P = self._probabilities()
        lost = 1 - P.sum(axis=1)
        if np.any(np.array(self.gone) > 0):
            if not any(self.new):
                raise NotEnoughDataError(
                    needed="newcomers to replace those who leave",
                    got="none",
                    remedy="Without them, the long run is an empty base.",
                )
            P = P + np.outer(lost, np.array(self.new) / sum(self.new))
        mixture = markov.stationary(P)
        if mixture is None:
            raise NotEnoughDataError(
                needed="tiers that are connected by movement",
                got="groups between which nobody moves",
                remedy="Merge tiers, or look at a longer time.",
            )
        return dict(zip(self.tiers, mixture.tolist(), strict=True))

    def expected_value(
        self,
        value_per_period: Mapping[str, float],
        *,
        discount_rate: float,
        periods: int | None = None,
    ) -> dict[str, float]:
        """Return what a customer of each tier brings from now on, moves included.

        Parameters
        ----------
        value_per_period
            What a customer brings in one period, by tier. A period is the time
            between the two dates.
        discount_rate
            Effective rate per period. The present period counts in full.
        periods
            How many periods to count, the present one included; None for no end.

        Returns
        -------
        The present value by tier.

        Raises
        ------
        InvalidValueError
            If a tier has no value, or the sum without end is infinite.
        NotEnoughDataError
            If a tier had nobody.

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
                found="a sum without end of undiscounted value",
                remedy="Pass a rate above 0, or a number of periods.",
            )
        value = self._by_tier(value_per_period)
        found = markov.expected_value(P, value, discount_rate=rate, periods=count)
        return dict(zip(self.tiers, found.tolist(), strict=True))

    def to_dict(self) -> dict[str, object]:
        """Return this table as a document for JSON."""
        return to_document(self)

    @classmethod
    def from_dict(cls, document: Mapping[str, object]) -> "Migration":
        """Build a table from its document."""
        return from_document(cls, document)

    @property
    def _moved(self) -> FloatArray:
        return np.array(self.moved, dtype=np.float64)

    def _known(self) -> float:
        known = sum(self.before)
        if not known:
            raise NotEnoughDataError(
                needed="customers before, of whom shares can be taken",
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
