"""BG/BB: purchases at numbered opportunities, and leaving between them."""

from dataclasses import dataclass
from typing import ClassVar

from ...fits import FitReport, shown
from ...kernels.purchases import alive_later, bg_bb
from ...typing import HISTORY, HistoryColumns, IntoFrame
from .fitting import fit_purchases
from .opportunities import OPPORTUNITIES, opportunity_futures
from .purchase_formulas import PurchaseFormulas
from .purchase_methods import PurchaseMethods

__all__ = ["BgBb", "fit_bg_bb"]


@dataclass(frozen=True, slots=True, kw_only=True)
@shown
class BgBb(PurchaseMethods):
    """A BG/BB model of purchases at opportunities, fitted or built by hand.

    The opportunities to buy can be numbered: yearly appeals, issues, concerts. While
    active, each customer uses an opportunity with their own constant probability;
    before each, the customer may leave for good, with their own constant probability.
    Both differ between customers by beta distributions.

    Attributes
    ----------
    alpha, beta
        The beta distribution of the probability of using an opportunity. Its mean is
        ``alpha / (alpha + beta)``.
    gamma, delta
        The beta distribution of the probability of leaving before an opportunity. Its
        mean is ``gamma / (gamma + delta)``.
    report
        How the fit came about; None for a model built by hand.
    time_unit
        What an opportunity is, where it is known. It converts nothing.

    Notes
    -----
    ``T`` is the number of opportunities after the first purchase, ``recency`` the
    number of the last one used, ``frequency`` how many were used. ``horizon``,
    ``start`` and ``elapsed`` are whole numbers of opportunities.

    References
    ----------
    Fader, Hardie and Shang (2010), "Customer-base analysis in a discrete-time
    noncontractual setting", Marketing Science 29.

    Examples
    --------
    >>> model = BgBb(alpha=1.2035, beta=0.7497, gamma=0.6568, delta=2.7838)
    >>> model.probability_alive([0, 2, 6], [0, 4, 6], 6, elapsed=1).round(2)
    array([0.11, 0.59, 0.93])
    >>> model.expected_purchases([0, 4], [0, 5], 6, horizon=10).round(2)
    array([0.13, 3.63])
    """

    formulas: ClassVar[PurchaseFormulas] = PurchaseFormulas(
        names=("alpha", "beta", "gamma", "delta"),
        timed=(),
        kernel=bg_bb,
        log_probability_alive_after=alive_later.bg_bb,
        futures=opportunity_futures,
        lifetimes="BetaGeoBetaBinomFitter",
        clock=OPPORTUNITIES,
    )

    alpha: float
    beta: float
    gamma: float
    delta: float
    report: FitReport | None = None
    time_unit: str | None = None


def fit_bg_bb(
    customers: IntoFrame,
    *,
    penalty: float = 0.0,
    columns: HistoryColumns = HISTORY,
    weight_col: str | None = None,
    time_unit: str | None = None,
) -> BgBb:
    """Fit a BG/BB model by maximum likelihood.

    ``T`` counts opportunities, and ``recency`` numbers the last one used. From a log,
    call ``rfm_summary`` with the same ``grain`` and ``time_unit`` and round both, since
    calendar months and years differ from the mean one. The arguments, errors and
    warnings are those of ``fit_bg_nbd``; ``penalty`` pulls the logarithms of all
    parameters towards 0.

    Examples
    --------
    >>> from crmkit.datasets import load_donations
    >>> model = fit_bg_bb(load_donations(), weight_col="weight")
    >>> model.alpha, model.beta, model.gamma, model.delta
    (1.2035, 0.7497, 0.6568, 2.784)
    """
    return fit_purchases(
        BgBb,
        customers,
        penalty=penalty,
        columns=columns,
        weight_col=weight_col,
        time_unit=time_unit,
    )
