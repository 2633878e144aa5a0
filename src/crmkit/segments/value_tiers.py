"""Value tiers: cut once, frozen, and applied for years; ties are never split."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from math import isfinite
from typing import Literal

import numpy as np

from .._check import fraction, one_of
from .._frames import (
    Frame,
    Rule,
    native,
    number_rules,
    nw,
    read,
    refuse,
    require_numbers,
    with_scores,
)
from ..errors import InvalidValueError, NotEnoughDataError
from ..fits import from_document, to_document
from ..kernels import lorenz, tiers
from ..kernels.intervals import normal_quantile
from ..typing import FloatArray, IntoFrame, IntoFrameT
from .holdings import Missing, known_rows, read_holdings
from .labels import default_labels, labelled, require_labels

__all__ = ["ValueTiers", "fit_value_tiers", "with_value_tier"]

By = Literal["value", "customers"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueTiers:
    """The lowest value of each tier, and the names, best first.

    Fitted by :func:`fit_value_tiers`, or written down by hand from a programme's
    rules; applied to any later base, the cuts stay where they are.

    Attributes
    ----------
    labels
        Names of the tiers, the best first; the last one takes everybody else.
    cuts
        The lowest value that earns each tier but the last, descending.
    keep
        The lowest value at which an earned tier is kept, where a programme is
        slower to take away than to give; None where keeping is earning.
    value_col
        The column they were cut on.
    customers, values
        How many customers each tier had in the fit, and what they held together;
        None for tiers written by hand.

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
    customers: tuple[float, ...] | None = None
    values: tuple[float, ...] | None = None

    def __post_init__(self) -> None:
        require_labels("labels", self.labels, len(self.cuts) + 1)
        _require_descending("cuts", self.cuts)
        if self.keep is not None:
            _require_descending("keep", self.keep)
            _require_below(self.keep, self.cuts)

    def with_value_tier(
        self,
        customers: IntoFrameT,
        *,
        value_col: str | None = None,
        output_col: str = "value_tier",
        missing: Missing = "error",
    ) -> IntoFrameT:
        """Add the tier each customer's value earns.

        Parameters
        ----------
        customers
            One row per customer; a lazy frame stays lazy.
        value_col
            The column to read; by default the one the tiers were cut on.
        output_col
            The column to write.
        missing
            ``"keep"`` leaves a customer without a value without a tier;
            ``"error"`` refuses.

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

    def with_kept_tier(
        self,
        customers: IntoFrameT,
        *,
        previous_col: str = "value_tier",
        value_col: str | None = None,
        output_col: str = "kept_tier",
    ) -> IntoFrameT:
        """Add the tier of a programme that takes away more slowly than it gives.

        A customer has the best tier that their value earns, or that they had before
        (that tier or a better one) while their value still reaches its ``keep`` bar:
        who falls below gold's bar can still land on silver's.

        Parameters
        ----------
        customers
            One row per customer; a lazy frame stays lazy.
        previous_col
            The tier until now, a name of ours; a new customer has none.
        value_col
            The column to read; by default the one the tiers were cut on.
        output_col
            The column to write.

        Raises
        ------
        InvalidValueError
            If a value is missing or infinite, or a previous tier is not one of ours.
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
        known_rows(opened, column, missing="error")
        refuse(opened, [self._known_tier(previous_col)])
        tier = self._kept(column, previous_col, self.keep)
        return native(opened.with_columns(tier.alias(output_col)), customers)

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
        """Add how probable each tier is, where a value comes with an interval.

        A customer whose interval spans a cut is a coin toss between two tiers; treat
        the sure ones differently.

        Parameters
        ----------
        customers
            One row per customer; a lazy frame stays lazy.
        value_col, lower_col, upper_col
            The value and the limits of its interval.
        level
            The level of that interval.
        output_prefix
            What the new columns' names begin with; the tier's name follows.

        Returns
        -------
        The same rows with one column per tier; they add up to 1.

        Raises
        ------
        InvalidValueError
            If a number is missing or infinite, or a value outside its interval.

        Notes
        -----
        The value is taken as normal about its estimate, with the standard deviation
        that the width of the interval implies.

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

    def to_dict(self) -> dict[str, object]:
        """Return these tiers as a document for JSON."""
        return to_document(self)

    @classmethod
    def from_dict(cls, document: Mapping[str, object]) -> "ValueTiers":
        """Build tiers from their document."""
        return from_document(cls, document)

    def _known_tier(self, column: str) -> Rule:
        tier = nw.col(column)
        return Rule(
            column=column,
            broken=~tier.is_in(list(self.labels)) & ~tier.is_null(),
            found=f"tier that is none of {list(self.labels)}",
            remedy="Rename these tiers, or leave them empty for new customers.",
        )

    def _kept(self, column: str, previous_col: str, keep: Sequence[float]) -> nw.Expr:
        value, previous = nw.col(column).cast(nw.Float64), nw.col(previous_col)
        name = nw.lit(self.labels[-1])
        for at in reversed(range(len(self.cuts))):
            had = previous.is_in(list(self.labels[: at + 1])) & ~previous.is_null()
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
        return tiers.probability_between(value, spread, edges[at + 1], edges[at])


def fit_value_tiers(
    customers: IntoFrame,
    *,
    value_col: str = "clv",
    by: By = "value",
    shares: Sequence[float] = (0.80, 0.95, 1.0),
    labels: Sequence[str] | None = None,
    missing: Missing = "error",
) -> ValueTiers:
    """Learn where the tiers are cut, once; the result is frozen and applied later.

    Refitting each month would move the cuts with the base, and a customer would
    change tiers without having changed. Fit once a year, say, and apply in between.

    Parameters
    ----------
    customers
        One row per customer; a lazy frame is asked for its distinct values only.
    value_col
        The value to rank by.
    by
        What the shares are shares of: ``"value"``, all that is gained (the true
        80/20, or ABC analysis), or ``"customers"``, the customers themselves
        (the 1/4/15/80 pyramid is ``shares=(0.01, 0.05, 0.20, 1.0)``, quarters are
        ``(0.25, 0.5, 0.75, 1.0)``).
    shares
        Cumulative, from the top, rising to 1. A tier is the smallest set of
        customers that reaches its share; all of equal value come in together.
    labels
        Names, the best first; A, B, C and so on by default.
    missing
        ``"keep"`` leaves customers without a value out of the fit; ``"error"``
        refuses.

    Returns
    -------
    The cuts, with how many customers each tier has and what they hold.

    Raises
    ------
    InvalidValueError
        If a value is missing or infinite, or the shares do not rise to 1.
    NotEnoughDataError
        If there is nobody, or, by value, nobody above zero.

    Notes
    -----
    By value, the shares are of everything that is *gained*: losses do not shrink
    the whole, and customers at or below zero stand in the last tier.

    Examples
    --------
    >>> import pandas as pd
    >>> import crmkit as ck
    >>> base = pd.DataFrame({"clv": [60.0, 20.0, 15.0, 3.0, 2.0]})
    >>> tiers = ck.segments.fit_value_tiers(base)
    >>> tiers.cuts
    (20.0, 15.0)
    >>> later = pd.DataFrame({"clv": [19.0, 70.0]})
    >>> tiers.with_value_tier(later)["value_tier"].to_list()
    ['B', 'A']
    """
    one_of("by", by, ("value", "customers"))
    marks = _shares(shares)
    names = default_labels(marks.size) if labels is None else labels
    given = require_labels("labels", names, marks.size)
    held = read_holdings(read(customers, [value_col]), value_col, missing=missing)
    if by == "value" and held.value[0] <= 0:
        raise NotEnoughDataError(
            needed=f"a customer above 0 in column {value_col!r}",
            got="none",
            remedy='Cut by="customers", or write the cuts by hand.',
        )
    cut = tiers.cuts_by_value if by == "value" else tiers.cuts_by_customers
    x, w = lorenz.tie_groups(held.value, held.weight)
    cuts = cut(x, w, marks[:-1])
    counted, together = tiers.totals(cuts, x, w)
    return ValueTiers(
        labels=given,
        cuts=tuple(cuts.tolist()),
        value_col=value_col,
        customers=tuple(counted),
        values=tuple(together),
    )


def with_value_tier(
    customers: IntoFrameT,
    *,
    value_col: str = "clv",
    by: By = "value",
    shares: Sequence[float] = (0.80, 0.95, 1.0),
    labels: Sequence[str] | None = None,
    output_col: str = "value_tier",
    missing: Missing = "error",
) -> IntoFrameT:
    """Add the value tier of each customer, cut on this very base.

    For tiers that stay put from month to month, fit once and keep the result:
    :func:`fit_value_tiers`, then its ``with_value_tier``.

    Parameters
    ----------
    customers
        One row per customer; a lazy frame stays lazy.
    value_col, by, shares, labels, missing
        As for :func:`fit_value_tiers`: by default A makes the first 80 % of all
        that is gained, B the next 15 %, C the rest.
    output_col
        The column to write.

    Returns
    -------
    The same rows with one more column.

    Raises
    ------
    InvalidValueError
        If a value is missing or infinite, or the shares do not rise to 1.
    NotEnoughDataError
        If there is nobody, or, by value, nobody above zero.

    Examples
    --------
    >>> import pandas as pd
    >>> import crmkit as ck
    >>> base = pd.DataFrame({"clv": [60.0, 20.0, 15.0, 3.0, 2.0]})
    >>> ck.segments.with_value_tier(base)["value_tier"].to_list()
    ['A', 'A', 'B', 'C', 'C']
    """
    fitted = fit_value_tiers(
        customers,
        value_col=value_col,
        by=by,
        shares=shares,
        labels=labels,
        missing=missing,
    )
    return fitted.with_value_tier(customers, output_col=output_col, missing=missing)


def _shares(shares: Sequence[float]) -> FloatArray:
    given = [fraction("shares", share, closed=True) for share in shares]
    rising = all(low < high for low, high in pairwise([0.0, *given]))
    if not given or not rising or given[-1] != 1:
        raise InvalidValueError(
            subject="argument 'shares'",
            found=f"shares {tuple(shares)!r}",
            remedy="Pass cumulative shares that rise from above 0 to 1, such as "
            "(0.80, 0.95, 1.0).",
        )
    return np.array(given)


def _require_descending(name: str, cuts: Sequence[float]) -> None:
    falling = all(high >= low for high, low in pairwise(cuts))
    if not falling or not all(isfinite(cut) for cut in cuts):
        raise InvalidValueError(
            subject=f"argument {name!r}",
            found=f"cuts {tuple(cuts)!r}",
            remedy="Pass finite values that descend from the best tier on.",
        )


def _require_below(keep: Sequence[float], cuts: Sequence[float]) -> None:
    if len(keep) != len(cuts) or any(k > c for k, c in zip(keep, cuts, strict=False)):
        raise InvalidValueError(
            subject="argument 'keep'",
            found=f"bars {tuple(keep)!r} for cuts {tuple(cuts)!r}",
            remedy="Pass one bar per cut, none above it: keeping is no harder "
            "than earning.",
        )


def _interval_rules(frame: Frame, *, columns: tuple[str, str, str]) -> list[Rule]:
    require_numbers(frame, columns)
    value, lower, upper = columns
    rules = [rule for column in columns for rule in number_rules(frame, column)]
    outside = (nw.col(value) < nw.col(lower)) | (nw.col(value) > nw.col(upper))
    rules.append(
        Rule(
            column=value,
            broken=outside,
            found=f"value outside {lower!r} to {upper!r}",
            remedy="Pass the limits of the same value.",
        )
    )
    return rules
