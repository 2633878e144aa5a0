"""From a ledger to the whole statement of value: past, ahead, and potential."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Generic, TypeAlias

import numpy as np

from ..._check import instance, one_of, random_source, typed, whole
from ...fits import require_unit, shown
from ...kernels.log.calendar import DAYS_PER_UNIT
from ...ledger import Ledger
from ...typing import (
    Day,
    IntoDataFrame,
    IntoDataFrameT,
    Progress,
    PurchaseModel,
    SpendModel,
    TimeUnit,
)
from ..models.bg_nbd import fit_bg_nbd
from ..models.gamma_gamma import fit_gamma_gamma
from ..value.fitted_unit import rate_in_unit
from ..value.value_tenses import with_value_tenses
from .assumptions import Assumptions
from .clv_components import clv_components
from .component_chance import FittedSpend, PurchaseFutures
from .component_draws import ComponentDraws, draws_of
from .expected_components import components_of
from .model_expectations import open_outlook
from .purchase_histories import purchase_histories
from .reference_fitting import fit_references
from .references import References
from .referral_outlook import ReferralOutlook, fit_referral_outlook

__all__ = ["ValueStatement", "value_statement"]


FitPurchases: TypeAlias = Callable[[IntoDataFrame], PurchaseFutures]
FitSpend: TypeAlias = Callable[[IntoDataFrame], FittedSpend]

_SPEND: FitSpend = partial(fit_gamma_gamma, nonpositive="drop")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
@shown
class ValueStatement(Generic[IntoDataFrameT]):
    """Everything that a ledger says about the value of its customers.

    Attributes
    ----------
    history
        The six parts so far: what :func:`clv_components` returns.
    expected
        The six parts ahead: what :func:`expected_components` returns.
    tenses
        ``history`` with historical, current and potential value: what
        :func:`with_value_tenses` returns, and ``segments.with_value_role`` reads.
    intervals
        The company's parts ahead with their 95% intervals, which contain the default
        error of the models; None without ``rng``.
    draws
        What they are computed from: ``draws.intervals(model_error=...)`` takes the
        error learned by :func:`backtest_components`. None without ``rng``.
    references, purchases, spend, referral
        What they rest on; ``referral`` is None for a ledger without referrals.
    """

    history: IntoDataFrameT
    expected: IntoDataFrameT
    tenses: IntoDataFrameT
    intervals: IntoDataFrameT | None
    draws: ComponentDraws[IntoDataFrameT] | None
    references: References
    purchases: PurchaseModel
    spend: SpendModel
    referral: ReferralOutlook | None

    def __repr__(self) -> str:
        """Show which models the statement rests on."""
        models = f"{type(self.purchases).__name__}, {type(self.spend).__name__}"
        return f"ValueStatement({models})"

    def __str__(self) -> str:
        """Show the models, and what the intervals rest on."""
        return repr(self) if self.draws is None else f"{self!r} of {self.draws}"


@typed
def value_statement(
    ledger: Ledger[IntoDataFrameT],
    *,
    as_of: Day,
    horizon: float,
    time_unit: TimeUnit,
    discount_rate: float,
    purchases: FitPurchases = fit_bg_nbd,
    spend: FitSpend = _SPEND,
    reach: float = 0.75,
    rng: np.random.Generator | None = None,
    n_draws: int = 200,
    progress: Progress | None = None,
) -> ValueStatement[IntoDataFrameT]:
    """Fit what is needed, and state past, expected and potential value in parts.

    Each piece can be called alone, with more options (given references, another
    definition of cross-selling); this gives the day, the unit and the rate once.

    Parameters
    ----------
    ledger
        The company's ledger.
    as_of
        The last day seen, inclusive.
    horizon
        How far ahead, in ``time_unit``.
    time_unit, discount_rate
        The unit of the models and the horizon, and the effective rate per unit.
    purchases, spend
        How to fit the models to :func:`purchase_histories`.
    reach
        The quantile of all customers that counts as reachable, for the potential.
    rng
        The source of randomness of the intervals; None leaves them out.
    n_draws
        How many draws the intervals rest on.
    progress
        Is called with the number of draws done and of all; None for silence.

    Returns
    -------
    ValueStatement
        Frames and fits.

    Raises
    ------
    InvalidValueError
        If an option is unknown or outside its range.
    NotEnoughDataError
        If nothing was sold up to ``as_of``.
    ConvergenceError
        If a model did not reach an optimum.

    Examples
    --------
    >>> import numpy as np
    >>> from crmkit.clv import BgNbd, GammaGamma, value_statement
    >>> from crmkit.datasets.simulated_company import simulate_company
    >>> ledger = simulate_company(customers=300, rng=np.random.default_rng(1))
    >>> statement = value_statement(
    ...     ledger, as_of="2023-12-31", horizon=52, time_unit="week",
    ...     discount_rate=0.0018,
    ...     purchases=lambda histories: BgNbd(r=0.6, alpha=10.0, a=0.8, b=2.5),
    ...     spend=lambda histories: GammaGamma(p=6.0, q=4.0, v=20.0),
    ... )
    >>> statement
    ValueStatement(BgNbd, GammaGamma)
    >>> tenses = statement.tenses
    >>> bool((tenses["current_value"] == statement.expected["clv"]).all())
    True
    """
    book = instance("ledger", ledger, Ledger).book
    one_of("time_unit", time_unit, tuple(DAYS_PER_UNIT))
    drawn = whole("n_draws", n_draws, at_least=2)
    if rng is not None:
        random_source(rng)
    known = fit_references(ledger, as_of=as_of)
    referral = None
    if book.referrals.day.size:
        referral = fit_referral_outlook(
            ledger,
            references=known,
            as_of=as_of,
            horizon=horizon,
            time_unit=time_unit,
        )
    histories = purchase_histories(ledger, as_of=as_of, time_unit=time_unit)
    bought, spent = purchases(histories), spend(histories)
    assumptions = Assumptions(referral=referral)
    history = clv_components(
        ledger,
        references=known,
        as_of=as_of,
        time_unit=time_unit,
        discount_rate=discount_rate,
    )
    require_unit(bought, time_unit)
    outlook = open_outlook(
        ledger,
        references=known,
        as_of=as_of,
        time_unit=time_unit,
        assumptions=assumptions,
    )
    rate = rate_in_unit(discount_rate, time_unit)
    expected = components_of(
        ledger,
        outlook,
        bought,
        spent,
        horizon=horizon,
        discount_rate=rate,
        assumptions=assumptions,
    )
    draws = None
    if rng is not None:
        draws = draws_of(
            ledger,
            outlook,
            bought,
            spent,
            horizon=horizon,
            discount_rate=rate,
            time_unit=time_unit,
            rng=rng,
            n_draws=drawn,
            by=[],
            assumptions=assumptions,
            progress=progress,
        )
    return ValueStatement(
        history=history,
        expected=expected,
        tenses=with_value_tenses(
            history,
            expected=expected,
            reach=reach,
            customer_id_col=ledger.customer_id_col,
        ),
        intervals=None if draws is None else draws.intervals(),
        draws=draws,
        references=known,
        purchases=bought,
        spend=spent,
        referral=referral,
    )
