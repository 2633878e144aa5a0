"""Value tiers: cut once, frozen, and applied to any later base."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from math import isfinite

import numpy as np

from ..._check import fraction, listed, typed
from ..._frames import (
    Frame,
    Rule,
    known_rows,
    native,
    number_rules,
    nw,
    read,
    refuse,
    require_numbers,
    with_scores,
)
from ...errors import InvalidValueError, NotEnoughDataError
from ...fits import JsonResult, checked
from ...kernels.base.intervals import normal_quantile
from ...kernels.groups import tier_cuts
from ...typing import FloatArray, IntoFrameT, Missing
from .tier_labels import is_among, known_tier, labelled, require_labels

__all__ = ["ValueTiers"]

_NO_DIFFERENCE = 0.05  # p-value from which on differences are not told from chance


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class ValueTiers(JsonResult):
    """Value tiers: the lowest value of each tier, and its name, the best first.

    Fitted by :func:`fit_value_tiers`, or written by hand from the rules of a
    programme. The cuts stay the same for every base they are applied to.

    Attributes
    ----------
    labels
        Names of the tiers, the best first; the last one takes all other customers.
    cuts
        The lowest value that earns each tier but the last, descending.
    keep
        The lowest value at which an earned tier is kept, for a programme that takes a
        tier away more slowly than it gives it; None if a tier is kept only by earning
        it again.
    value_col
        The column that the tiers were cut on.
    n_customers, values
        Number of customers that each tier had in the fit, and their total value; None
        for tiers written by hand.
    difference_p_value
        The chance of as large differences between customers if there are none, where it
        was given to the fit. From 0.05 on the tiers sort customers by luck, and the
        print says so.

    Examples
    --------
    >>> import pandas as pd
    >>> import crmkit as ck
    >>> programme = ck.segments.ValueTiers(
    ...     labels=("gold", "silver", "basic"), cuts=(500.0, 100.0), value_col="spend"
    ... )
    >>> members = pd.DataFrame({"spend": [100.0, 99.99, 800.0]})
    >>> programme.with_value_tier(members)["value_tier"].to_list()
    ['silver', 'basic', 'gold']
    """

    labels: tuple[str, ...]
    cuts: tuple[float, ...]
    keep: tuple[float, ...] | None = None
    value_col: str = "clv"
    n_customers: tuple[float, ...] | None = None
    values: tuple[float, ...] | None = None
    difference_p_value: float | None = None

    def __post_init__(self) -> None:
        cuts = listed("cuts", self.cuts)
        require_labels("labels", self.labels, len(cuts) + 1)
        _require_descending("cuts", self.cuts)
        if self.keep is not None:
            _require_descending("keep", self.keep)
            _require_below(self.keep, self.cuts)

    def __str__(self) -> str:
        """Read as a line per tier: its lowest value, and its customers in the fit."""
        bars = [f"from {_amount(cut)}" for cut in self.cuts]
        if self.keep is not None:
            kept = [f", kept from {_amount(low)}" for low in self.keep]
            bars = [bar + low for bar, low in zip(bars, kept, strict=True)]
        bars.append(f"below {_amount(self.cuts[-1])}" if self.cuts else "of any size")
        counts = [""] * len(bars)
        if self.n_customers is not None:
            counts = [f" (customers: {count:,.0f})" for count in self.n_customers]
        lines = [
            f"{label}: {self.value_col} {bar}{count}"
            for label, bar, count in zip(self.labels, bars, counts, strict=True)
        ]
        p_value = self.difference_p_value
        if p_value is not None and p_value >= _NO_DIFFERENCE:
            lines.append(
                f"no difference between customers was found (p = {p_value:.2g}): "
                "the tiers are noise"
            )
        return "\n".join(lines)

    @typed
    def with_value_tier(
        self,
        customers: IntoFrameT,
        *,
        value_col: str | None = None,
        output_col: str = "value_tier",
        missing: Missing = "error",
    ) -> IntoFrameT:
        """Add the tier that each customer's value earns.

        Parameters
        ----------
        customers
            One row per customer. A lazy frame stays lazy.
        value_col
            The column to read; by default the column that the tiers were cut on.
        output_col
            The column to write.
        missing
            ``"error"`` refuses missing values; with ``"keep"``, customers without a
            value have no tier.

        Returns
        -------
        The same rows with one more column.

        Raises
        ------
        InvalidValueError
            If a value is missing or infinite.
        """
        column = self.value_col if value_col is None else value_col
        opened = read(customers, [column])
        known_rows(opened, column, missing=missing)
        tier = labelled(opened, column, self.cuts, self.labels)
        return native(opened.with_columns(tier.alias(output_col)), customers)

    @typed
    def with_kept_tier(
        self,
        customers: IntoFrameT,
        *,
        previous_col: str = "value_tier",
        value_col: str | None = None,
        output_col: str = "kept_tier",
    ) -> IntoFrameT:
        """Add the tier in a programme that takes tiers away more slowly.

        A customer has the best tier that their value earns, or that they had before
        (that tier or a better one) while their value still reaches its ``keep`` bar. A
        gold customer who falls below gold's bar can still keep silver.

        Parameters
        ----------
        customers
            One row per customer. A lazy frame stays lazy.
        previous_col
            The tier until now, one of ``labels``; missing for a new customer.
        value_col
            The column to read; by default the column that the tiers were cut on.
        output_col
            The column to write.

        Returns
        -------
        The same rows with one more column.

        Raises
        ------
        InvalidValueError
            If a value is missing or infinite, or a previous tier is not one of
            ``labels``.
        NotEnoughDataError
            If these tiers have no ``keep`` bars.

        Examples
        --------
        >>> import pandas as pd
        >>> import crmkit as ck
        >>> programme = ck.segments.ValueTiers(
        ...     labels=("gold", "basic"), cuts=(500.0,), keep=(300.0,)
        ... )
        >>> members = pd.DataFrame({
        ...     "clv": [400.0, 400.0], "value_tier": ["gold", "basic"],
        ... })
        >>> programme.with_kept_tier(members)["kept_tier"].to_list()
        ['gold', 'basic']
        """
        if self.keep is None:
            raise NotEnoughDataError(
                needed="a keep bar for each tier but the last",
                got="none",
                remedy="Write the tiers with keep=(...), or replace(tiers, keep=...).",
            )
        column = self.value_col if value_col is None else value_col
        opened = read(customers, [column, previous_col])
        known_rows(opened, column, missing=None)
        remedy = "Rename these tiers, or leave them empty for new customers."
        refuse(opened, [known_tier(opened, previous_col, self.labels, remedy=remedy)])
        tier = self._kept(column, previous_col, self.keep)
        return native(opened.with_columns(tier.alias(output_col)), customers)

    @typed
    def with_tier_probability(
        self,
        customers: IntoFrameT,
        *,
        value_col: str | None = None,
        lower_col: str = "clv_lower",
        upper_col: str = "clv_upper",
        level: float = 0.95,
        output_prefix: str = "probability_",
    ) -> IntoFrameT:
        """Add the probability of each tier, given a value with an interval.

        If the interval of a customer spans a cut, the tier is uncertain; customers
        whose tier is nearly certain can be treated differently.

        Parameters
        ----------
        customers
            One row per customer. A lazy frame stays lazy.
        value_col, lower_col, upper_col
            The value and the limits of its interval. ``clv_lower`` and ``clv_upper``
            are written by :func:`crmkit.clv.with_clv_interval`.
        level
            The level of that interval.
        output_prefix
            How the names of the new columns begin; the name of the tier follows.

        Returns
        -------
        The same rows with one column per tier; they add up to 1.

        Raises
        ------
        InvalidValueError
            If a number is missing or infinite, or a lower end is above its upper end.

        Notes
        -----
        The value is treated as normal around its estimate, with the standard deviation
        that the width of the interval implies. A value outside its interval counts as
        the nearer end: a customer who has probably left may be worth 0 in nearly all
        futures, and a little on average.

        Examples
        --------
        >>> import pandas as pd
        >>> import crmkit as ck
        >>> tiers = ck.segments.ValueTiers(labels=("A", "B"), cuts=(100.0,))
        >>> customers = pd.DataFrame({
        ...     "clv": [100.0, 200.0], "clv_lower": [50.0, 199.0],
        ...     "clv_upper": [150.0, 201.0],
        ... })
        >>> tiers.with_tier_probability(customers)["probability_A"].to_list()
        [0.5, 1.0]
        """
        column = self.value_col if value_col is None else value_col
        deviations = 2 * normal_quantile(fraction("level", level))
        return with_scores(
            customers,
            [column, lower_col, upper_col],
            {
                f"{output_prefix}{label}": partial(
                    self._probability, at, deviations=deviations
                )
                for at, label in enumerate(self.labels)
            },
            rules=partial(_interval_rules, columns=(column, lower_col, upper_col)),
        )

    def _kept(self, column: str, previous_col: str, keep: Sequence[float]) -> nw.Expr:
        value, known = nw.col(column).cast(nw.Float64), ~nw.col(previous_col).is_null()
        name = nw.lit(self.labels[-1])
        for at in reversed(range(len(self.cuts))):
            had = is_among(previous_col, self.labels[: at + 1]) & known
            has = (value >= self.cuts[at]) | ((value >= keep[at]) & had)
            name = nw.when(has).then(nw.lit(self.labels[at])).otherwise(name)
        return name

    def _probability(
        self,
        at: int,
        value: FloatArray,
        lower: FloatArray,
        upper: FloatArray,
        *,
        deviations: float,
    ) -> FloatArray:
        edges = (np.inf, *self.cuts, -np.inf)
        spread = (upper - lower) / deviations
        # The mean of a skewed value may lie outside: the chance of a rare large future.
        centre = np.clip(value, lower, upper)
        return tier_cuts.probability_between(centre, spread, edges[at + 1], edges[at])


def _require_descending(name: str, cuts: Sequence[float]) -> None:
    given = listed(name, cuts)
    falling = all(high >= low for high, low in pairwise(given))
    if not falling or not all(isfinite(cut) for cut in cuts):
        raise InvalidValueError(
            subject=f"argument {name!r}",
            found=f"cuts {tuple(cuts)!r}",
            remedy="Pass finite values that descend, the best tier first.",
        )


def _require_below(keep: Sequence[float], cuts: Sequence[float]) -> None:
    if len(keep) != len(cuts) or any(k > c for k, c in zip(keep, cuts, strict=False)):
        raise InvalidValueError(
            subject="argument 'keep'",
            found=f"bars {tuple(keep)!r} for cuts {tuple(cuts)!r}",
            remedy="Pass one bar per cut, each at or below its cut.",
        )


def _interval_rules(frame: Frame, *, columns: tuple[str, str, str]) -> list[Rule]:
    require_numbers(frame, columns)
    _, lower, upper = columns
    rules = [rule for column in columns for rule in number_rules(frame, column)]
    rules.append(
        Rule(
            column=lower,
            broken=nw.col(lower) > nw.col(upper),
            found=f"value above {upper!r}",
            remedy="Pass the lower and the upper end of one interval.",
        )
    )
    return rules


def _amount(value: float) -> str:
    return f"{value:,.2f}" if abs(value) >= 1 else f"{value:.4g}"
