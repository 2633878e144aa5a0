"""Backtest the parts ahead: predict them at past days, and compare with what came."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..._check import (
    day_count,
    instance,
    listed,
    one_of,
    random_source,
    typed,
)
from ..._dates import date_of, day_number
from ...errors import InvalidValueError, NotEnoughDataError
from ...fits import told
from ...kernels.log.calendar import DAYS_PER_UNIT
from ...ledger import Ledger
from ...ledger.ledger import frame_of
from ...typing import (
    Day,
    FloatArray,
    IntArray,
    IntoDataFrameT,
    Progress,
    TimeUnit,
)
from .assumptions import Assumptions
from .compared_parts import (
    COMPARED_PARTS,
    Compared,
    FitPurchases,
    FitSpend,
    compared_parts,
)
from .part_model_error import judged_by
from .part_score import PartScore
from .referral_outlook import group_codes
from .tried_parts import ComponentBacktest

__all__ = ["backtest_components"]

_PLAIN = Assumptions()
_GROUPS = 10


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
    assumptions: Assumptions = _PLAIN,
    rng: np.random.Generator | None = None,
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
        A column of the ledger's customers whose groups the table has; None for tenths
        by expected value, the lowest first.
    assumptions
        As in :func:`expected_components`. Without ``referral``, and where the ledger
        has referrals, the outlook is fitted at each cutoff.
    rng
        The source of randomness of intervals, from 200 draws at each cutoff: see
        :func:`expected_component_draws`. None leaves them out.
    progress
        Is called with the number of cutoffs done and of all; None for silence.

    Returns
    -------
    ComponentBacktest
        Predicted and actual parts over all customers and by group, beside a plain split
        by past shares. With ``rng``, each score has the interval of the part, with the
        error learned from earlier cutoffs whose horizon had ended by then, and the
        share of customers whose own intervals held. Its ``model_error`` is for the
        intervals of the parts that are still ahead.

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
    if rng is not None:
        random_source(rng)
    groups = None if by is None else _groups_of(ledger, by)
    tried: dict[int, tuple[list[PartScore], _Rows]] = {}
    # The earliest first: a later one may learn from what had come by then.
    for day in told(sorted(known), progress):
        earlier = [score for scores, _ in tried.values() for score in scores]
        compared = compared_parts(
            ledger,
            purchases=purchases,
            spend=spend,
            day=day,
            days=days,
            time_unit=time_unit,
            assumptions=assumptions,
            rng=rng,
            error=judged_by(earlier, day),
        )
        code, names = (
            _by_value(compared.predicted["clv"], _GROUPS)
            if groups is None
            else (groups[0][compared.there], groups[1])
        )
        tried[day] = (
            _scores(compared, date_of(day).isoformat(), days),
            _Rows(day=day, compared=compared, code=code, names=names),
        )
    return ComponentBacktest(
        horizon_days=days,
        scores=tuple(score for day in known for score in tried[day][0]),
        table=_table(ledger, [tried[day][1] for day in known], by or "value_group"),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Rows:
    day: int
    compared: Compared
    code: IntArray
    names: list[Any]


def _scores(compared: Compared, cutoff: str, days: int) -> list[PartScore]:
    total = float(compared.came["clv"].sum())
    return [
        PartScore(
            cutoff=cutoff,
            lead_days=days,
            part=part,
            n_customers=int(compared.there.sum()),
            predicted=float(compared.predicted[part].sum()),
            came=float(compared.came[part].sum()),
            past_share=float(compared.past_share[part].sum()),
            total=total,
            size=compared.size[part],
            chance=compared.chance.get(part, 0.0),
            plain=compared.plain.get(part),
            resampled=compared.intervals.get(part),
            customers_within=compared.within.get(part),
        )
        for part in COMPARED_PARTS
    ]


def _by_value(expected: FloatArray, groups: int) -> tuple[IntArray, list[Any]]:
    # Groups of equal size by rank: ties are split in the order of the ids.
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
        for part in COMPARED_PARTS:
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
