"""MBG/CNBD-k: as MBG/NBD, for customers who buy at regular intervals."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from ..._check import instance, whole
from ..._frames import Frame, Rule, number_rules, require_numbers
from ...errors import InvalidValueError
from ...fits import FitReport, shown
from ...kernels.base.cells import Cells, group
from ...kernels.purchases import mbg_cnbd_k
from ...typing import HISTORY, HistoryColumns, IntoFrame
from .fitting import approved, fit_histories, model_of, purchase_cells
from .futures import regular_futures
from .histories import COUNTED_ONE_BY_ONE
from .one_time_buyers import warn_of_missing_one_time_buyers
from .purchase_formulas import PurchaseFormulas
from .purchase_methods import PurchaseMethods

__all__ = ["MbgCnbdK", "fit_mbg_cnbd_k"]

_MOST_STEPS = 1_000
_MOST = 24  # beyond it the times between purchases are all but equal
_FALLS = 2  # in a row: the likelihood has one peak


@dataclass(frozen=True, slots=True, kw_only=True)
@shown
class MbgCnbdK(PurchaseMethods):
    """An MBG/CNBD-k model of regular buyers, fitted or built from known parameters.

    While active, each customer buys at their own constant average rate, and the times
    between purchases are the more even the larger ``k`` is. After each purchase, the
    first one included, the customer may leave for good, with their own constant
    probability. With ``k = 1`` it is the MBG/NBD. A regular buyer who is late has
    probably left, where an irregular one may only be unlucky.

    Attributes
    ----------
    r, alpha
        The gamma distribution of rates of steps, of which ``k`` make a purchase:
        shape, and scale in the unit of ``T``. The mean purchase rate is
        ``r / (alpha k)``.
    a, b
        The beta distribution of the probability of leaving after a purchase. Its mean
        is ``a / (a + b)``.
    k
        The regularity: the times between a customer's purchases are Erlang distributed
        of order ``k``, with a coefficient of variation of ``k ** -0.5``.
    log_likelihoods
        The log-likelihood at ``k = 1``, 2 and so on, of a fit that chose ``k``.
    report
        How the fit came about; None for a model built by hand.
    time_unit
        The unit of ``T``, where it is known. It converts nothing.

    Notes
    -----
    Predictions are sums of positive terms, to a relative accuracy of 1e-10, for one
    customer alone as among many. The approximation of the paper, and its correction by
    the size of the sample, are not used.

    References
    ----------
    Reutterer, Platzer and Schroder (2021), "Leveraging purchase regularity for
    predicting customer behavior the easy way", International Journal of Research in
    Marketing 38.

    Examples
    --------
    >>> irregular = MbgCnbdK(r=0.85, alpha=1.45, a=0.79, b=2.42, k=1)
    >>> regular = MbgCnbdK(r=0.85, alpha=0.48, a=0.79, b=2.42, k=3)

    Ten purchases in ten weeks, and none in the four weeks since:

    >>> irregular.probability_alive([10], [10.0], [14.0]).round(3)
    array([0.379])
    >>> regular.probability_alive([10], [10.0], [14.0]).round(3)
    array([0.033])
    """

    formulas: ClassVar[PurchaseFormulas] = PurchaseFormulas(
        names=("r", "alpha", "a", "b"),
        fixed=("k",),
        kernel=mbg_cnbd_k,
        log_probability_alive_after=mbg_cnbd_k.log_probability_alive_after,
        futures=regular_futures,
        clock=COUNTED_ONE_BY_ONE,
    )

    r: float
    alpha: float
    a: float
    b: float
    k: int
    log_likelihoods: tuple[float, ...] = ()
    report: FitReport | None = None
    time_unit: str | None = None

    def __post_init__(self) -> None:
        """Refuse parameters that are not positive numbers, and a ``k`` below 1."""
        PurchaseMethods.__post_init__(self)
        object.__setattr__(
            self, "k", whole("k", self.k, at_least=1, at_most=_MOST_STEPS)
        )


def fit_mbg_cnbd_k(
    customers: IntoFrame,
    *,
    k: int | None = None,
    log_gaps_col: str | None = None,
    penalty: float = 0.0,
    columns: HistoryColumns = HISTORY,
    weight_col: str | None = None,
    time_unit: str | None = None,
) -> MbgCnbdK:
    """Fit an MBG/CNBD-k model, and its regularity, by maximum likelihood.

    Parameters
    ----------
    customers
        One row per customer, as ``rfm_summary`` makes it, or one per distinct history
        with ``weight_col``. Of a lazy frame, only the distinct histories are fetched.
    k
        The regularity; None chooses it by likelihood.
    log_gaps_col
        The sum of the logarithms of a customer's times between purchases, as
        ``with_occasion_details`` adds it. With it the regularity is chosen by all
        times of purchases; without it by what frequency, recency and ``T`` tell.
    penalty
        Pulls the logarithms of the parameters towards 0 (``r``, ``a``, ``b``) and
        towards the mean ``T`` (``alpha``): one over the variance of a normal prior.
    columns
        The names of the columns of the history.
    weight_col
        How many customers a row stands for; None for one each.
    time_unit
        The unit of ``recency`` and ``T``, kept with the model.

    Returns
    -------
    MbgCnbdK
        The parameters, the regularity, and a report of how they were found.

    Raises
    ------
    NotEnoughDataError
        If there are fewer than two customers, or none came back.
    InvalidValueError
        If a history is impossible or a value missing, or ``k`` is not from 1 to 24.
    ConvergenceError
        If no optimum was found; the error carries the fit reached.

    Warns
    -----
    IdentifiabilityWarning
        If the data leave a parameter all but free.
    SelectionWarning
        If the fit expects one-time buyers and there are none.

    Notes
    -----
    ``k`` rises from 1 until the log-likelihood has fallen twice in a row. The standard
    errors of the report take it as known.

    Examples
    --------
    >>> from crmkit import rfm_summary
    >>> from crmkit.datasets import load_cdnow_sample
    >>> customers = rfm_summary(
    ...     load_cdnow_sample(), observation_period_end="1997-09-30", time_unit="week"
    ... )
    >>> fit_mbg_cnbd_k(customers, time_unit="week").k
    1
    """
    named = instance("columns", columns, HistoryColumns)
    histories = purchase_cells(
        MbgCnbdK,
        customers,
        columns=named,
        weight_col=weight_col,
        more=() if log_gaps_col is None else (log_gaps_col,),
        more_rules=_gap_rules(log_gaps_col),
    )
    pairs = group(histories.columns[:3], histories.weights)
    tried: list[tuple[float, FitReport]] = []
    for order in _orders(k):
        report = fit_histories(MbgCnbdK.formulas, pairs, penalty=penalty, k=order)
        even = 0.0 if log_gaps_col is None else _regularity(histories, order)
        tried.append((report.log_likelihood + even, report))
        if k is None and _past_the_peak([value for value, _ in tried]):
            break
    best = int(np.argmax([value for value, _ in tried]))
    report = tried[best][1]
    fit = model_of(
        MbgCnbdK,
        report,
        time_unit=time_unit,
        k=best + 1 if k is None else k,
        log_likelihoods=tuple(value for value, _ in tried),
    )
    fit = approved(fit, report)
    warn_of_missing_one_time_buyers(fit, pairs, frequency_col=named.frequency)
    return replace(fit, log_likelihoods=()) if k is not None else fit


def _orders(k: int | None) -> range:
    if k is None:
        return range(1, _MOST + 1)
    if whole("k", k, at_least=1) > _MOST:
        raise InvalidValueError(
            subject="argument 'k'",
            found=f"value {k}",
            remedy=f"Pass a whole number from 1 to {_MOST}, or None to choose it.",
        )
    return range(k, k + 1)


def _past_the_peak(values: list[float]) -> bool:
    last = values[-_FALLS - 1 :]
    return len(last) > _FALLS and all(np.diff(last) < 0)


def _regularity(histories: Cells, k: int) -> float:
    """Return what the times between purchases add to the log-likelihood."""
    x, recency, _, log_gaps = histories.columns
    each = mbg_cnbd_k.regularity_log_likelihood(x, recency, log_gaps, k=k)
    return float(histories.weights @ each)


def _gap_rules(log_gaps_col: str | None) -> Callable[[Frame], list[Rule]]:
    def rules(frame: Frame) -> list[Rule]:
        if log_gaps_col is None:
            return []
        require_numbers(frame, [log_gaps_col])
        return number_rules(frame, log_gaps_col, sign="any")

    return rules
