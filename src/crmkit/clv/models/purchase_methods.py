"""What a purchase model adds to frames of customers: written once, for all models."""

from functools import partial
from typing import final

from ..._check import instance, typed
from ...fits import within_time_of_fit
from ...typing import HISTORY, FloatArray, HistoryColumns, IntoFrameT
from .histories import Score, with_history_scores
from .next_purchase import NextPurchaseScores

__all__ = ["PurchaseMethods"]


class PurchaseMethods(NextPurchaseScores):
    """The methods of a purchase model: those of arrays, and those of frames.

    A ``with_*`` method returns the same rows with one column more. ``columns`` names
    the columns of the history, ``output_col`` the new one. It refuses a missing column
    with ``MissingColumnError`` and an impossible history with ``InvalidValueError``.
    """

    __slots__ = ()

    @final
    @typed
    def with_probability_alive(
        self,
        customers: IntoFrameT,
        *,
        elapsed: float = 0.0,
        columns: HistoryColumns = HISTORY,
        output_col: str = "probability_alive",
    ) -> IntoFrameT:
        """Add the probability that each customer is active, ``elapsed`` after ``T``.

        Parameters
        ----------
        customers
            One row per customer, as ``rfm_summary`` makes it. A lazy frame stays
            lazy.
        elapsed
            How long after ``T``, without news of the customer since.
        columns
            The names of the columns of the history.
        output_col
            The column added.

        Examples
        --------
        >>> import pandas as pd
        >>> from crmkit.clv import BgNbd
        >>> customers = pd.DataFrame(
        ...     {"frequency": [26, 1], "recency": [30.857, 2.0], "T": [31.0, 39.0]}
        ... )
        >>> model = BgNbd(r=0.2426, alpha=4.4136, a=0.7929, b=2.4259)
        >>> model.with_probability_alive(customers).round(3)
           frequency  recency     T  probability_alive
        0         26   30.857  31.0              0.969
        1          1    2.000  39.0              0.221
        """
        score = partial(self.probability_alive, elapsed=elapsed)
        return self._with(customers, columns, output_col, score)

    @final
    @typed
    def with_expected_purchases(
        self,
        customers: IntoFrameT,
        *,
        horizon: float,
        start: float = 0.0,
        columns: HistoryColumns = HISTORY,
        output_col: str = "expected_purchases",
    ) -> IntoFrameT:
        """Add the expected purchases in ``(T + start, T + start + horizon]``.

        Parameters
        ----------
        customers
            One row per customer, as ``rfm_summary`` makes it. A lazy frame stays
            lazy.
        horizon, start
            How long a span is looked at, and how long after ``T`` it begins: the
            purchases of the second quarter ahead are ``start=13, horizon=13`` in weeks.
        columns
            The names of the columns of the history.
        output_col
            The column added.

        Examples
        --------
        >>> import pandas as pd
        >>> from crmkit import HistoryColumns
        >>> from crmkit.clv import BgNbd
        >>> customers = pd.DataFrame({"x": [26, 1], "t_x": [30.857, 2], "T": [31, 39]})
        >>> model = BgNbd(r=0.2426, alpha=4.4136, a=0.7929, b=2.4259)
        >>> names = HistoryColumns(frequency="x", recency="t_x")
        >>> model.with_expected_purchases(customers, horizon=52, columns=names).round(2)
            x    t_x   T  expected_purchases
        0  26  30.86  31               25.76
        1   1   2.00  39                0.27
        """
        score = partial(self.expected_purchases, horizon=horizon, start=start)
        return self._with(customers, columns, output_col, score)

    @final
    @typed
    def with_discounted_expected_purchases(
        self,
        customers: IntoFrameT,
        *,
        horizon: float,
        discount_rate: float,
        columns: HistoryColumns = HISTORY,
        output_col: str = "discounted_expected_purchases",
    ) -> IntoFrameT:
        """Add the expected purchases in ``(T, T + horizon]``, discounted to ``T``.

        ``horizon`` may be ``math.inf``; ``discount_rate`` is the effective rate per
        unit of ``T``.
        """
        score = partial(
            self.discounted_expected_purchases,
            horizon=horizon,
            discount_rate=discount_rate,
        )
        return self._with(customers, columns, output_col, score)

    @final
    @typed
    def with_probability_of_n_purchases(
        self,
        customers: IntoFrameT,
        *,
        n: int,
        horizon: float,
        columns: HistoryColumns = HISTORY,
        output_col: str = "probability_of_n_purchases",
    ) -> IntoFrameT:
        """Add the probability of exactly ``n`` purchases in ``(T, T + horizon]``."""
        score = partial(self.probability_of_n_purchases, n=n, horizon=horizon)
        return self._with(customers, columns, output_col, score)

    @final
    @typed
    def with_probability_of_at_least_n_purchases(
        self,
        customers: IntoFrameT,
        *,
        n: int,
        horizon: float,
        columns: HistoryColumns = HISTORY,
        output_col: str = "probability_of_at_least_n_purchases",
    ) -> IntoFrameT:
        """Add the probability of ``n`` purchases or more in ``(T, T + horizon]``.

        With ``n=1`` it is the probability that the next purchase comes in that span.
        """
        score = partial(self.probability_of_at_least_n_purchases, n=n, horizon=horizon)
        return self._with(customers, columns, output_col, score)

    @final
    @typed
    def with_time_to_next_purchase(
        self,
        customers: IntoFrameT,
        *,
        probability: float = 0.5,
        columns: HistoryColumns = HISTORY,
        output_col: str = "time_to_next_purchase",
    ) -> IntoFrameT:
        """Add the time after ``T`` by which each customer has probably bought again.

        Parameters
        ----------
        customers
            One row per customer, as ``rfm_summary`` makes it. A lazy frame stays
            lazy.
        probability
            The probability of a purchase by that time; 0.5 gives the median.
        columns
            The names of the columns of the history.
        output_col
            The column added; infinite where the purchase never becomes that likely.

        Examples
        --------
        >>> import pandas as pd
        >>> from crmkit.clv import BgNbd
        >>> customers = pd.DataFrame(
        ...     {"frequency": [26, 1], "recency": [30.857, 2.0], "T": [31.0, 39.0]}
        ... )
        >>> model = BgNbd(r=0.2426, alpha=4.4136, a=0.7929, b=2.4259)
        >>> model.with_time_to_next_purchase(customers).round(2)
           frequency  recency     T  time_to_next_purchase
        0         26    30.86  31.0                   0.99
        1          1     2.00  39.0                    inf
        """
        score = partial(self.time_to_next_purchase, probability=probability)
        return self._with(customers, columns, output_col, score)

    @final
    @typed
    def with_expected_purchases_if_active(
        self,
        customers: IntoFrameT,
        *,
        horizon: float,
        start: float = 0.0,
        columns: HistoryColumns = HISTORY,
        output_col: str = "expected_purchases_if_active",
    ) -> IntoFrameT:
        """Add the expected purchases of customers known to be active at ``T``."""
        score = partial(self.expected_purchases_if_active, horizon=horizon, start=start)
        return self._with(customers, columns, output_col, score)

    @final
    @typed
    def with_log_likelihood(
        self,
        customers: IntoFrameT,
        *,
        columns: HistoryColumns = HISTORY,
        output_col: str = "log_likelihood",
    ) -> IntoFrameT:
        """Add the log-likelihood of each history, in the unit of ``T``."""
        return self._with(customers, columns, output_col, self.log_likelihood)

    @final
    @typed
    def with_posterior_mean_rate(
        self,
        customers: IntoFrameT,
        *,
        columns: HistoryColumns = HISTORY,
        output_col: str = "posterior_mean_rate",
    ) -> IntoFrameT:
        """Add each customer's expected purchases per unit of time while active.

        For the BG/BB it is the expected probability of using an opportunity.
        """
        return self._with(customers, columns, output_col, self.posterior_mean_rate)

    @final
    @typed
    def with_posterior_mean_dropout(
        self,
        customers: IntoFrameT,
        *,
        columns: HistoryColumns = HISTORY,
        output_col: str = "posterior_mean_dropout",
    ) -> IntoFrameT:
        """Add each customer's expected dropout, as ``posterior_mean_dropout`` has it.

        For BG/NBD and MBG/NBD it is the probability of leaving after a purchase, for
        the Pareto/NBD the rate of leaving per unit of time, for the BG/BB the
        probability of leaving before an opportunity, for the NBD always 0.
        """
        return self._with(customers, columns, output_col, self.posterior_mean_dropout)

    @final
    @typed
    def with_variance_of_purchases(
        self,
        customers: IntoFrameT,
        *,
        horizon: float,
        columns: HistoryColumns = HISTORY,
        output_col: str = "variance_of_purchases",
    ) -> IntoFrameT:
        """Add the variance of the number of purchases in ``(T, T + horizon]``."""
        score = partial(self.variance_of_purchases, horizon=horizon)
        return self._with(customers, columns, output_col, score)

    @final
    def _with(
        self,
        customers: IntoFrameT,
        columns: HistoryColumns,
        output_col: str,
        score: Score,
    ) -> IntoFrameT:
        named = instance("columns", columns, HistoryColumns)
        return with_history_scores(
            customers,
            named.history,
            {output_col: partial(_within_fit, self, score)},
            rules=self.formulas.clock.rules,
            id_col=named.customer_id,
        )


def _within_fit(
    model: object,
    score: Score,
    frequency: FloatArray,
    recency: FloatArray,
    T: FloatArray,
) -> FloatArray:
    within_time_of_fit(model, T)
    return score(frequency, recency, T)
