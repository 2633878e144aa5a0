"""Joint draws of the expected parts, and the intervals that follow from them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic

import numpy as np

from ..._check import (
    MOST_DAYS,
    MOST_REPEATS,
    able_to,
    fraction,
    instance,
    random_source,
    time_span,
    typed,
    whole,
)
from ..._frames import group_rows, nw
from ...errors import InvalidValueError, NotEnoughDataError
from ...fits import require_unit, shown, told
from ...kernels.log.calendar import DAYS_PER_UNIT
from ...kernels.value.component_identity import totals
from ...ledger import Ledger
from ...ledger.ledger import customers_of, frame_of
from ...typing import (
    BoolArray,
    Day,
    FloatArray,
    IntArray,
    IntoDataFrameT,
    Progress,
    TimeUnit,
)
from ..value.fitted_unit import rate_in_unit
from .assumptions import Assumptions
from .component_chance import FittedSpend, PurchaseFutures
from .customer_outlook import Outlook
from .model_expectations import open_outlook, require_outlook
from .part_ends import DrawnParts
from .part_futures import PartFutures
from .part_model_error import PART_ERROR, PartModelError
from .part_shifts import Shocks
from .references import References
from .referral_outlook import group_codes
from .result_rows import grouping, labelled, without_holes

__all__ = ["ComponentDraws", "drawn_parts", "draws_of", "expected_component_draws"]

_NAMES = ("clv1", "clv2", "clv3", "clv4", "clv5", "clv6", "clv")
_PLAIN = Assumptions()
_LEAST_GROUP = 64  # customers of a group, on average, from which blocks are mixed


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
@shown
class ComponentDraws(Generic[IntoDataFrameT]):
    """Many joint draws of the parts ahead.

    Attributes
    ----------
    ledger
        The ledger they were drawn for.
    seen
        The customers of the ledger that the draws contain.
    values
        Draws by parts (clv1 to clv6, then clv) by customers, or by groups. They take
        the models as right; ``intervals`` adds their error.
    sizes
        What is expected of clv1 to clv6, customer by customer taken as positive: parts
        by customers, or by groups. Errors are relative to it.
    shocks
        The random numbers that the errors of the models are made of.
    lead_days
        How many days ahead was drawn.
    by
        The columns that the draws were summed by; None if every customer was kept.
    """

    ledger: Ledger[IntoDataFrameT]
    seen: BoolArray
    values: FloatArray
    sizes: FloatArray
    shocks: Shocks
    lead_days: float
    by: tuple[str, ...] | None = None

    def __repr__(self) -> str:
        """Show how many draws there are, and of how many customers or groups."""
        count, _, units = self.values.shape
        of = "customers" if self.by is None else "groups"
        return f"ComponentDraws({count} draws, {units:,} {of})"

    def __str__(self) -> str:
        """Show what the intervals contain unless told otherwise."""
        return (
            f"{self!r}: unless intervals are given a model_error, they contain the "
            f"default of {PART_ERROR.default_scale:.0%}; no past forecast was compared "
            "for that, so whether they hold is unknown"
        )

    def intervals(
        self,
        *,
        level: float = 0.95,
        by: str | Sequence[str] | None = None,
        model_error: PartModelError | None = PART_ERROR,
    ) -> IntoDataFrameT:
        """Return the mean and the interval of every part, summed within each draw.

        Parameters
        ----------
        level
            The share of draws within the interval, between 0 and 1.
        by
            Columns of the ledger's customers to sum by; an empty list sums the
            company; None gives every customer a row, or every group that was drawn.
        model_error
            What past predictions missed by: ``backtest_components(...).model_error``.
            Left out, it is the default of ``PartModelError()``. None takes the models
            as right, which real data seldom bear out.

        Returns
        -------
        DataFrame
            For each part, and for ``clv``: the mean over the draws, and the ends of the
            interval, ``<part>_lower`` and ``<part>_upper``. An interval is never
            narrower than with ``model_error=None``; the means are the same.

        Raises
        ------
        InvalidValueError
            If the draws were summed by other columns already.
        NotEnoughDataError
            If the ledger has no table of customers to sum by.
        MissingColumnError
            If the table of customers lacks the column.
        """
        share = fraction("level", level)
        if model_error is not None:
            instance("model_error", model_error, PartModelError)
        if self.by is None:
            labels, unit, count = _units(self.ledger, self.seen, by)
        else:
            asked = self.by if by is None else tuple(grouping(by))
            if asked not in ((), self.by):
                raise InvalidValueError(
                    subject="argument 'by'",
                    found=f"{asked!r}, but the draws are summed by {self.by!r}",
                    remedy="Draw them by these columns, or by customer (by=None).",
                )
            labels = _units(self.ledger, self.seen, asked)[0]
            count = self.values.shape[2] if asked == self.by else 1
            unit = np.arange(self.values.shape[2]) % count
        parts: dict[str, np.ndarray | nw.Series[Any]] = {}
        for ends in drawn_parts(self).ends(unit, count, error=model_error, level=share):
            parts |= {
                ends.part: ends.mean,
                f"{ends.part}_lower": ends.lower,
                f"{ends.part}_upper": ends.upper,
            }
        return frame_of(self.ledger, labelled(labels, parts))


@typed
def expected_component_draws(
    ledger: Ledger[IntoDataFrameT],
    *,
    models: tuple[PurchaseFutures, FittedSpend],
    references: References,
    as_of: Day,
    horizon: float,
    discount_rate: float,
    time_unit: TimeUnit,
    rng: np.random.Generator,
    n_draws: int = 200,
    assumptions: Assumptions = _PLAIN,
    progress: Progress | None = None,
) -> ComponentDraws[IntoDataFrameT]:
    """Draw what each part may come to, all parts of a draw together.

    The parts are correlated: the interval of a sum is that of the sums of each draw.

    Parameters
    ----------
    ledger, references, as_of, discount_rate, time_unit, assumptions
        As in :func:`expected_components`.
    models
        The fitted models of purchases and of spend, whose parameters are drawn as
        :func:`draw_models` draws them. Those of a model built by hand are exact.
    horizon
        How far ahead, in ``time_unit``; finite, since futures are drawn.
    rng
        The source of randomness; the same seed gives the same draws.
    n_draws
        How many draws, at least 2.
    progress
        Is called with the number of draws done and of all; None for silence.

    Returns
    -------
    ComponentDraws
        Its method ``intervals`` gives intervals by customer, by group, or of the
        company. It holds seven numbers per draw and customer;
        :func:`value_statement` gives the company's interval in less time and memory.

    Raises
    ------
    InvalidTypeError
        If a model cannot draw purchases.
    NotEnoughDataError
        If a fit leaves parameters all but free: fit it with ``penalty=1``.

    Notes
    -----
    Drawn besides the parameters of the models: each customer's share of home categories
    (Beta), price level and cost to serve (normal, with the credibility variance), how
    many purchases are made, by how much each of them misses what is expected of it (as
    a purchase of the log did, chosen at random), what all miss together because the log
    is finite, the rates of referral (gamma), how many referees come (Poisson) and what
    they bring. The interval is that of what will come, if the next purchases are like
    those of the log; what drifts comes on top, in ``intervals``.

    Examples
    --------
    >>> import numpy as np
    >>> from crmkit.clv import BgNbd, GammaGamma
    >>> from crmkit.clv import expected_component_draws, fit_references
    >>> from crmkit.datasets.simulated_company import simulate_company
    >>> ledger = simulate_company(customers=100, rng=np.random.default_rng(1))
    >>> draws = expected_component_draws(
    ...     ledger,
    ...     models=(
    ...         BgNbd(r=0.6, alpha=10.0, a=0.8, b=2.5), GammaGamma(p=6.0, q=4.0, v=20.0)
    ...     ),
    ...     references=fit_references(ledger, as_of="2023-12-31"),
    ...     as_of="2023-12-31", horizon=52, discount_rate=0.0018, time_unit="week",
    ...     rng=np.random.default_rng(2), n_draws=50,
    ... )
    >>> draws
    ComponentDraws(50 draws, 100 customers)
    >>> company = draws.intervals(by=[])
    >>> bool((company["clv_lower"] < company["clv_upper"]).all())
    True
    """
    purchases, spend = models
    require_unit(purchases, time_unit)
    require_outlook(assumptions, horizon, time_unit)
    outlook = open_outlook(
        ledger,
        references=references,
        as_of=as_of,
        time_unit=time_unit,
        assumptions=assumptions,
    )
    return draws_of(
        ledger,
        outlook,
        purchases,
        spend,
        horizon=horizon,
        discount_rate=rate_in_unit(discount_rate, time_unit),
        time_unit=time_unit,
        rng=rng,
        n_draws=n_draws,
        by=None,
        assumptions=assumptions,
        progress=progress,
    )


def draws_of(
    ledger: Ledger[IntoDataFrameT],
    outlook: Outlook,
    purchases: PurchaseFutures,
    spend: FittedSpend,
    *,
    horizon: float,
    discount_rate: float,
    time_unit: TimeUnit,
    rng: np.random.Generator,
    n_draws: int,
    by: str | Sequence[str] | None,
    assumptions: Assumptions,
    progress: Progress | None,
) -> ComponentDraws[IntoDataFrameT]:
    """Draw the parts ahead from an outlook that was opened before.

    Sums by columns of 64 customers or more on average are drawn in two pieces: what the
    models expect, from some customers; and chance, from a few futures of all, in blocks
    of customers that are mixed afresh for each draw.
    """
    random_source(rng)
    count = whole("n_draws", n_draws, at_least=2, at_most=MOST_REPEATS)
    able_to("purchases", purchases, "sample_purchase_times")
    able_to("spend", spend, "expected_spend")
    span = time_span("horizon", horizon, at_most=MOST_DAYS)
    seen = outlook.book.seen()
    people = int(seen.sum())
    of_seen, units = None, people
    if by is not None:
        _, of_seen, units = _units(ledger, seen, by)
    source = PartFutures.of(
        outlook,
        purchases=purchases,
        spend=spend,
        n_draws=count,
        referral=assumptions.referral,
        groups=group_codes(
            ledger, None if assumptions.referral is None else assumptions.referral.by
        ),
        horizon=span,
        horizon_days=span * DAYS_PER_UNIT[time_unit],
        discount_rate=discount_rate,
        rng=rng,
    )
    values = np.zeros((count, len(_NAMES), units))
    if of_seen is not None and people >= _LEAST_GROUP * units:
        unit = np.zeros(seen.size, dtype=np.int64)
        unit[seen] = of_seen
        values[:, 1:-1] = source.drawn_sums(unit, units, progress)
    else:
        for at in told(range(count), progress):
            found = source.future(at)[:, seen]
            if of_seen is not None:
                found = np.stack([totals(of_seen, row, units) for row in found])
            values[at, 1:-1] = found
    values[:, -1] = values[:, :-1].sum(axis=1)
    sizes = np.abs(source.expected_parts())[:, seen]
    if of_seen is not None:
        sizes = np.stack([totals(of_seen, row, units) for row in sizes])
    return ComponentDraws(
        ledger=ledger,
        seen=seen,
        values=values,
        sizes=sizes,
        shocks=Shocks.drawn(count, rng),
        lead_days=span * DAYS_PER_UNIT[time_unit],
        by=None if by is None else tuple(grouping(by)),
    )


def drawn_parts(draws: ComponentDraws[IntoDataFrameT]) -> DrawnParts:
    """Return draws without their ledger."""
    return DrawnParts(
        values=draws.values,
        sizes=draws.sizes,
        shocks=draws.shocks,
        lead_days=draws.lead_days,
        single=draws.by is None,
    )


def _units(
    ledger: Ledger[IntoDataFrameT],
    seen: BoolArray,
    by: str | Sequence[str] | None,
) -> tuple[dict[str, np.ndarray | nw.Series[Any]], IntArray, int]:
    book = ledger.book
    if by is None:
        ids = book.ids.filter(seen.tolist())
        return {ledger.customer_id_col: ids}, np.arange(len(ids)), len(ids)
    columns = grouping(by)
    if not columns:
        return {}, np.zeros(int(seen.sum()), dtype=np.int64), 1
    if ledger.customers is None:
        raise NotEnoughDataError(
            needed="a table of customers in the ledger to sum by",
            got="none",
            remedy="Give the ledger a frame 'customers', or leave 'by' out.",
        )
    frame = customers_of(ledger, [ledger.customer_id_col, *columns])
    rank = group_rows(frame, ledger.customer_id_col).codes
    coded = [group_rows(without_holes(frame, column), column) for column in columns]
    codes = []
    key = np.zeros(book.customers, dtype=np.int64)
    for groups in coded:
        of_customer = np.zeros(book.customers, dtype=np.int64)
        of_customer[rank] = groups.codes
        codes.append(of_customer[seen])
        key = key * groups.count + of_customer
    _, first, unit = np.unique(key[seen], return_index=True, return_inverse=True)
    labels: dict[str, np.ndarray | nw.Series[Any]] = {
        column: groups.ids[code[first]]
        for column, groups, code in zip(columns, coded, codes, strict=True)
    }
    return labels, unit, first.size
