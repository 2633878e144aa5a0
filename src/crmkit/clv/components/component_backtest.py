"""Backtest the parts ahead: predict them at past days, and compare with what came."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from ..._check import day_count, instance, listed, one_of, typed, whole
from ..._dates import date_of, day_number
from ..._frames import read_eager
from ...errors import InvalidValueError, NotEnoughDataError
from ...fits import told
from ...kernels.log.calendar import DAYS_PER_UNIT
from ...kernels.value.component_identity import NEVER
from ...ledger import Ledger
from ...ledger.ledger import frame_of
from ...typing import (
    BoolArray,
    Day,
    FloatArray,
    IntArray,
    IntoDataFrame,
    IntoDataFrameT,
    Progress,
    PurchaseModel,
    SpendModel,
    TimeUnit,
)
from .assumptions import Assumptions
from .expected_components import expected_components
from .ledger_flows import Statement, draw_up
from .part_scores import ComponentBacktest, PartScore
from .past_shares import past_part_rates
from .period_sums import account, periods_of
from .purchase_histories import purchase_histories
from .reference_arrays import standards_of
from .reference_fitting import fit_references
from .referral_outlook import fit_referral_outlook, group_codes
from .result_rows import units_of_customers

__all__ = ["backtest_components"]

_PARTS = ("clv1", "clv2", "clv3", "clv4", "clv5", "clv6", "clv")
_PLAIN = Assumptions()

FitPurchases: TypeAlias = Callable[[IntoDataFrame], PurchaseModel]
FitSpend: TypeAlias = Callable[[IntoDataFrame], SpendModel]


@typed
def backtest_components(
    ledger: Ledger[IntoDataFrameT],
    *,
    purchases: FitPurchases,
    spend: FitSpend,
    cutoffs: Sequence[Day],
    horizon_days: int,
    observation_period_end: Day | None = None,
    time_unit: TimeUnit = "week",
    by: str | None = None,
    n_groups: int = 10,
    assumptions: Assumptions = _PLAIN,
    progress: Progress | None = None,
) -> ComponentBacktest[IntoDataFrameT]:
    """Predict every part at each cutoff, and compare with what was booked afterwards.

    Models, references, shares and referral are fitted to what was known at the cutoff.
    Both sides are cash, not discounted, of the customers who had bought by then, with
    the same references.

    Parameters
    ----------
    ledger
        The company's ledger.
    purchases, spend
        How to fit the models to :func:`purchase_histories`:
        ``purchases=fit_bg_nbd, spend=fit_gamma_gamma``. A ``functools.partial``
        carries options.
    cutoffs
        The last days to fit to, each at least the horizon before the end.
    horizon_days
        How many days ahead to predict.
    observation_period_end
        The last day seen, inclusive; None for the last date in the lines.
    time_unit
        The unit that the models are fitted in.
    by
        A column of the ledger's customers whose groups the table has; None groups by
        expected value.
    n_groups
        How many groups of equal size to form by expected value, the lowest first.
    assumptions
        As in :func:`expected_components`. Without ``referral``, and where the ledger
        has referrals, the outlook is fitted at each cutoff.
    progress
        Is called with the number of cutoffs done and of all; None for silence.

    Returns
    -------
    ComponentBacktest
        Predicted and actual parts over all customers and by group, beside a plain split
        by past shares.

    Raises
    ------
    InvalidValueError
        If a cutoff leaves less than the horizon to the end, or a part came out missing.
    NotEnoughDataError
        If there is no cutoff, or no customer had bought by one.

    Examples
    --------
    >>> import numpy as np
    >>> from crmkit.clv import BgNbd, GammaGamma, backtest_components
    >>> from crmkit.datasets.simulated_company import simulate_company
    >>> ledger = simulate_company(customers=500, rng=np.random.default_rng(1))
    >>> found = backtest_components(
    ...     ledger,
    ...     purchases=lambda histories: BgNbd(r=0.6, alpha=10.0, a=0.8, b=2.5),
    ...     spend=lambda histories: GammaGamma(p=6.0, q=4.0, v=20.0),
    ...     cutoffs=["2023-06-30"], horizon_days=182,
    ... )
    >>> found
    ComponentBacktest(1 cutoffs, 182 days)
    >>> [score.part for score in found.scores]
    ['clv1', 'clv2', 'clv3', 'clv4', 'clv5', 'clv6', 'clv']
    """
    book = instance("ledger", ledger, Ledger).book
    days = day_count("horizon_days", horizon_days, at_least=1)
    size = whole("n_groups", n_groups, at_least=1)
    one_of("time_unit", time_unit, tuple(DAYS_PER_UNIT))
    given = listed("cutoffs", cutoffs)
    end = (
        int(book.lines.day.max())
        if observation_period_end is None
        else day_number("observation_period_end", observation_period_end)
    )
    known = [day_number("cutoffs", cutoff) for cutoff in given]
    if not known:
        raise NotEnoughDataError(
            needed="at least one cutoff", got="none", remedy="Pass a past day."
        )
    for day in known:
        if day + days > end:
            raise InvalidValueError(
                subject="argument 'cutoffs'",
                found=f"{date_of(day)}, less than {days} days before {date_of(end)}",
                remedy="Pass earlier cutoffs or a shorter horizon.",
            )
    groups = None if by is None else _groups_of(ledger, by)
    scores: list[PartScore] = []
    rows: list[_Rows] = []
    for day in told(known, progress):
        compared = _compared(
            ledger,
            purchases=purchases,
            spend=spend,
            day=day,
            days=days,
            time_unit=time_unit,
            assumptions=assumptions,
        )
        scores += _scores(compared, date_of(day).isoformat())
        code, names = (
            _by_value(compared.predicted["clv"], size)
            if groups is None
            else (groups[0][compared.there], groups[1])
        )
        rows.append(_Rows(day=day, compared=compared, code=code, names=names))
    return ComponentBacktest(
        horizon_days=days,
        scores=tuple(scores),
        table=_table(ledger, rows, by or "value_group"),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Compared:
    """Predicted, actual and past-share parts of each customer who had bought."""

    there: BoolArray
    predicted: dict[str, FloatArray]
    came: dict[str, FloatArray]
    past_share: dict[str, FloatArray]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Rows:
    day: int
    compared: _Compared
    code: IntArray
    names: list[Any]


def _compared(
    ledger: Ledger[IntoDataFrameT],
    *,
    purchases: FitPurchases,
    spend: FitSpend,
    day: int,
    days: int,
    time_unit: TimeUnit,
    assumptions: Assumptions,
) -> _Compared:
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
    ahead = read_eager(
        expected_components(
            ledger,
            purchases=purchases(histories),
            spend=spend(histories),
            references=references,
            as_of=as_of,
            horizon=horizon,
            discount_rate=0.0,
            time_unit=time_unit,
            assumptions=Assumptions(
                cross_sell=assumptions.cross_sell,
                shares=assumptions.shares,
                referral=referral,
            ),
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
    earlier, later = _parts(before, ledger), _parts(after, ledger)
    revenue = column("expected_purchases") * column("expected_spend")
    rates = past_part_rates(before)
    naive = {part: revenue * rates.get(part, 0.0) for part in _PARTS[:-1]}
    return _Compared(
        there=there,
        predicted={part: column(part) for part in _PARTS},
        came={part: (later[part] - earlier[part])[there] for part in _PARTS},
        past_share=naive | {"clv": np.sum(list(naive.values()), axis=0)},
    )


def _parts(
    statement: Statement, ledger: Ledger[IntoDataFrameT]
) -> dict[str, FloatArray]:
    sums = account(
        statement,
        units_of_customers(statement, ledger.customer_id_col),
        periods_of(statement, None),
    )
    found = {part: getattr(sums, part)[:, 0] for part in _PARTS[:-1]}
    found["clv1"] = found["clv1"] - sums.acquisition[:, 0]
    return found | {"clv": np.sum(list(found.values()), axis=0)}


def _scores(compared: _Compared, cutoff: str) -> list[PartScore]:
    total = float(compared.came["clv"].sum())
    return [
        PartScore(
            cutoff=cutoff,
            part=part,
            n_customers=int(compared.there.sum()),
            predicted=float(compared.predicted[part].sum()),
            came=float(compared.came[part].sum()),
            past_share=float(compared.past_share[part].sum()),
            total=total,
        )
        for part in _PARTS
    ]


def _by_value(expected: FloatArray, groups: int) -> tuple[IntArray, list[Any]]:
    rank = np.empty(expected.size, dtype=np.int64)
    rank[np.argsort(expected, kind="stable")] = np.arange(expected.size)
    return rank * groups // expected.size, list(range(1, groups + 1))


def _groups_of(ledger: Ledger[IntoDataFrameT], by: str) -> tuple[IntArray, list[Any]]:
    names, code = group_codes(ledger, by)
    return code, list(names)


def _table(
    ledger: Ledger[IntoDataFrameT], rows: Sequence[_Rows], group: str
) -> IntoDataFrameT:
    columns: dict[str, list[Any]] = {
        name: []
        for name in (
            "cutoff",
            group,
            "part",
            "n_customers",
            "predicted",
            "came",
            "past_share",
        )
    }
    for each in rows:
        members = np.bincount(each.code, minlength=len(each.names))
        for part in _PARTS:
            sums = [
                np.bincount(each.code, values[part], minlength=len(each.names))
                for values in (
                    each.compared.predicted,
                    each.compared.came,
                    each.compared.past_share,
                )
            ]
            for at in np.flatnonzero(members):
                columns["cutoff"].append(date_of(each.day).isoformat())
                columns[group].append(each.names[at])
                columns["part"].append(part)
                columns["n_customers"].append(int(members[at]))
                for name, values in zip(
                    ("predicted", "came", "past_share"), sums, strict=True
                ):
                    columns[name].append(float(values[at]))
    return frame_of(ledger, {name: _array(values) for name, values in columns.items()})


def _array(values: list[Any]) -> np.ndarray:
    if values and isinstance(values[0], str):
        return np.array(values, dtype=object)
    return np.array(values)
