"""What each part was predicted to be for each customer, and what came."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TypeAlias

import numpy as np

from ..._dates import date_of
from ..._frames import read_eager
from ...errors import NotEnoughDataError
from ...fits import Interval
from ...kernels.log.calendar import DAYS_PER_UNIT
from ...kernels.value.component_identity import NEVER
from ...ledger import Ledger
from ...typing import (
    BoolArray,
    FloatArray,
    IntoDataFrame,
    IntoDataFrameT,
    TimeUnit,
)
from .assumptions import Assumptions
from .component_chance import FittedSpend, PurchaseFutures
from .component_draws import drawn_parts, draws_of
from .expected_components import expected_components
from .ledger_flows import Statement, draw_up
from .model_expectations import open_outlook
from .part_ends import DrawnParts
from .part_model_error import PartModelError
from .past_shares import past_part_rates
from .period_sums import account, periods_of
from .purchase_histories import purchase_histories
from .reference_arrays import standards_of
from .reference_fitting import fit_references
from .referral_outlook import fit_referral_outlook
from .result_rows import units_of_customers

__all__ = ["COMPARED_PARTS", "Compared", "FitPurchases", "FitSpend", "compared_parts"]

COMPARED_PARTS = ("clv1", "clv2", "clv3", "clv4", "clv5", "clv6", "clv")
_LEVEL = 0.95
_DRAWS = 200
_CELLS = 1 << 22  # customers times draws up to which draws of each are kept

FitPurchases: TypeAlias = Callable[[IntoDataFrame], PurchaseFutures]
FitSpend: TypeAlias = Callable[[IntoDataFrame], FittedSpend]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Compared:
    """Predicted, actual and past-share parts of each customer who had bought."""

    there: BoolArray
    predicted: dict[str, FloatArray]
    came: dict[str, FloatArray]
    past_share: dict[str, FloatArray]
    size: dict[str, float]
    chance: dict[str, float]
    intervals: dict[str, Interval]
    plain: dict[str, Interval]
    within: dict[str, float]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Held:
    chance: dict[str, float] = field(default_factory=dict)
    intervals: dict[str, Interval] = field(default_factory=dict)
    plain: dict[str, Interval] = field(default_factory=dict)
    within: dict[str, float] = field(default_factory=dict)


def compared_parts(
    ledger: Ledger[IntoDataFrameT],
    *,
    purchases: FitPurchases,
    spend: FitSpend,
    day: int,
    days: int,
    time_unit: TimeUnit,
    assumptions: Assumptions,
    rng: np.random.Generator | None,
    error: PartModelError,
) -> Compared:
    """Predict the parts from what was known at a day, and count what came.

    ``error`` is that of earlier predictions, for the intervals.
    """
    as_of = date_of(day)
    book = ledger.book
    there = book.until(day).first_purchase_days() < NEVER
    if not there.any():
        raise NotEnoughDataError(
            needed=f"customers who bought by {as_of}",
            got="none",
            remedy="Choose later cutoffs.",
        )
    references = fit_references(ledger, as_of=as_of)
    standards = standards_of(references, book)
    referral = assumptions.referral
    horizon = days / DAYS_PER_UNIT[time_unit]
    if referral is None and book.until(day).referrals.day.size:
        referral = fit_referral_outlook(
            ledger,
            references=references,
            as_of=as_of,
            horizon=horizon,
            time_unit=time_unit,
        )
    histories = purchase_histories(ledger, as_of=as_of, time_unit=time_unit)
    bought, spent = purchases(histories), spend(histories)
    assumed = Assumptions(
        cross_sell=assumptions.cross_sell,
        shares=assumptions.shares,
        referral=referral,
    )
    ahead = read_eager(
        expected_components(
            ledger,
            purchases=bought,
            spend=spent,
            references=references,
            as_of=as_of,
            horizon=horizon,
            # What came is counted in cash, so that what is expected must be too.
            discount_rate=0.0,
            time_unit=time_unit,
            assumptions=assumed,
        ),
        (),
    )
    seen = book.until(day).seen()
    kept = there[seen]

    def column(name: str) -> FloatArray:
        return np.asarray(ahead[name].to_numpy(), dtype=np.float64)[kept]

    before, after = (
        draw_up(
            book,
            standards,
            day=until,
            rate=0.0,
            unit_days=1.0,
            cross_sell=assumptions.cross_sell,
        )
        for until in (day, day + days)
    )
    # What came in the horizon is the difference of two statements.
    earlier, later = _parts(before, ledger), _parts(after, ledger)
    came = {part: (later[part] - earlier[part])[there] for part in COMPARED_PARTS}
    predicted = {part: column(part) for part in COMPARED_PARTS}
    size = {part: float(np.abs(predicted[part]).sum()) for part in COMPARED_PARTS[:-1]}
    held = _Held()
    if rng is not None:
        keep = _DRAWS * kept.size <= _CELLS
        draws = draws_of(
            ledger,
            open_outlook(
                ledger,
                references=references,
                as_of=as_of,
                time_unit=time_unit,
                assumptions=assumed,
            ),
            bought,
            spent,
            horizon=horizon,
            discount_rate=0.0,
            time_unit=time_unit,
            rng=rng,
            n_draws=_DRAWS,
            by=None if keep else [],
            assumptions=assumed,
            progress=None,
        )
        drawn = drawn_parts(draws)
        if keep:
            drawn = replace(
                drawn, values=drawn.values[:, :, kept], sizes=drawn.sizes[:, kept]
            )
        held = _held(drawn, came, error)
    revenue = column("expected_purchases") * column("expected_spend")
    rates = past_part_rates(before)
    # The plain split: the same revenue, by the shares of the past.
    naive = {part: revenue * rates.get(part, 0.0) for part in COMPARED_PARTS[:-1]}
    return Compared(
        there=there,
        predicted=predicted,
        came=came,
        past_share=naive | {"clv": np.sum(list(naive.values()), axis=0)},
        size=size | {"clv": sum(size.values())},
        chance=held.chance,
        intervals=held.intervals,
        plain=held.plain,
        within=held.within,
    )


def _parts(
    statement: Statement, ledger: Ledger[IntoDataFrameT]
) -> dict[str, FloatArray]:
    sums = account(
        statement,
        units_of_customers(statement, ledger.customer_id_col),
        periods_of(statement, None),
    )
    found = {part: getattr(sums, part)[:, 0] for part in COMPARED_PARTS[:-1]}
    # The cost of winning a customer is borne by the first purchase.
    found["clv1"] = found["clv1"] - sums.acquisition[:, 0]
    return found | {"clv": np.sum(list(found.values()), axis=0)}


def _held(
    drawn: DrawnParts, came: dict[str, FloatArray], error: PartModelError
) -> _Held:
    """Return the intervals of the sums, and how many customers' own held what came."""
    found = _Held()
    units = drawn.values.shape[2]
    whole = np.zeros(units, dtype=np.int64)
    for at, ends in enumerate(drawn.ends(whole, 1, error=error, level=_LEVEL)):
        found.chance[ends.part] = float(drawn.values[:, at].sum(axis=1).var(ddof=1))
        found.intervals[ends.part] = _interval(ends.lower, ends.upper)
        found.plain[ends.part] = _interval(*ends.plain)
    if not drawn.single:
        return found
    for ends in drawn.ends(np.arange(units), units, error=error, level=_LEVEL):
        # A part that can only be 0 was not foreseen, and does not count as held.
        open_ended = ends.upper > ends.lower
        inside = (ends.lower <= came[ends.part]) & (came[ends.part] <= ends.upper)
        if open_ended.any():
            found.within[ends.part] = float(inside[open_ended].mean())
    return found


def _interval(lower: FloatArray, upper: FloatArray) -> Interval:
    return Interval(lower=float(lower[0]), upper=float(upper[0]), level=_LEVEL)
