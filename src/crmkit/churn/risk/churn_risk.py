"""Churn without a contract: customers do not announce it, so a model has to tell."""

from collections.abc import Callable

import numpy as np

from ..._check import able_to, instance, positive, typed
from ..._frames import Frame, Rule, number_rules, nw, require_numbers, with_scores
from ...fits import within_time_of_fit
from ...typing import (
    HISTORY,
    FloatArray,
    HistoryColumns,
    IntoFrameT,
    PauseModel,
    PurchaseModel,
)

__all__ = ["with_churn_risk", "with_departure_risk"]


@typed
def with_churn_risk(
    customers: IntoFrameT,
    *,
    purchases: PauseModel,
    horizon: float,
    columns: HistoryColumns = HISTORY,
    output_col: str = "churn_risk",
) -> IntoFrameT:
    """Add the probability that a customer buys nothing within the coming horizon.

    This churn can be checked: wait for the horizon to pass, and count who came back. It
    is at least the probability of having left for good (``with_departure_risk``),
    because a slow buyer may stay away and still be a customer.

    Parameters
    ----------
    customers
        One row per customer, as ``rfm_summary`` returns; lazy frames stay lazy.
    purchases
        A fitted purchase model.
    horizon
        The time without a purchase that counts as churn, in the unit of ``T``.
    columns
        The names of the columns of the purchase history; errors name the id.
    output_col
        The column added, from 0 to 1.

    Returns
    -------
    DataFrame
        The same rows and one more column.

    Raises
    ------
    MissingColumnError
        If a column is missing.
    InvalidValueError
        If a history is impossible, or the horizon is not above 0.

    Notes
    -----
    It is the model's ``probability_of_n_purchases`` at ``n=0``: the probability of no
    purchase in (T, T + horizon] given frequency, recency and T.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> from crmkit.churn import with_churn_risk
    >>> class Steady:
    ...     def probability_of_n_purchases(self, frequency, recency, T, *, n, horizon):
    ...         return np.exp(-frequency / T * horizon)
    >>> customers = pd.DataFrame(
    ...     {"frequency": [8, 1], "recency": [39, 5], "T": [40, 40]}
    ... )
    >>> customers.pipe(with_churn_risk, purchases=Steady(), horizon=13).round(3)
       frequency  recency   T  churn_risk
    0          8       39  40       0.074
    1          1        5  40       0.723
    """
    able_to("purchases", purchases, "probability_of_n_purchases")
    instance("columns", columns, HistoryColumns)
    ahead = positive("horizon", horizon)

    def score(frequency: FloatArray, recency: FloatArray, T: FloatArray) -> FloatArray:
        within_time_of_fit(purchases, T)
        quiet = purchases.probability_of_n_purchases
        return np.asarray(quiet(frequency, recency, T, n=0, horizon=ahead))

    return with_scores(
        customers,
        columns.history,
        {output_col: score},
        rules=_history_rules(columns),
        id_col=columns.customer_id,
    )


@typed
def with_departure_risk(
    customers: IntoFrameT,
    *,
    purchases: PurchaseModel,
    columns: HistoryColumns = HISTORY,
    output_col: str = "departure_risk",
) -> IntoFrameT:
    """Add the probability that a customer has already left for good.

    It is 1 - P(alive), and cannot be checked: a customer who has left and one who
    pauses look alike. Use it to rank, and ``with_churn_risk`` for a number that can be
    compared with what happens.

    Parameters
    ----------
    customers
        One row per customer, as ``rfm_summary`` returns; lazy frames stay lazy.
    purchases
        A fitted purchase model.
    columns
        The names of the columns of the purchase history; errors name the id.
    output_col
        The column added, from 0 to 1.

    Returns
    -------
    DataFrame
        The same rows and one more column.

    Raises
    ------
    MissingColumnError
        If a column is missing.
    InvalidValueError
        If a history is impossible.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit.churn import with_departure_risk
    >>> from crmkit.clv import BgNbd
    >>> model = BgNbd(r=0.2426, alpha=4.4136, a=0.7929, b=2.4259)
    >>> customers = pd.DataFrame(
    ...     {"frequency": [8, 1], "recency": [39, 5], "T": [40, 40]}
    ... )
    >>> customers.pipe(with_departure_risk, purchases=model).round(3)
       frequency  recency   T  departure_risk
    0          8       39  40           0.092
    1          1        5  40           0.692
    """
    instance("columns", columns, HistoryColumns)
    able_to("purchases", purchases, "probability_alive")

    def score(frequency: FloatArray, recency: FloatArray, T: FloatArray) -> FloatArray:
        within_time_of_fit(purchases, T)
        return np.subtract(1.0, purchases.probability_alive(frequency, recency, T))

    return with_scores(
        customers,
        columns.history,
        {output_col: score},
        rules=_history_rules(columns),
        id_col=columns.customer_id,
    )


def _history_rules(columns: HistoryColumns) -> Callable[[Frame], list[Rule]]:
    # A model of another library may allow what crmkit's models refuse, such as a
    # frequency that is not whole: only what no history can be is refused here.
    def rules(frame: Frame) -> list[Rule]:
        require_numbers(frame, columns.history)
        numbers = [
            rule
            for column in columns.history
            for rule in number_rules(frame, column, sign="nonnegative")
        ]
        late = Rule(
            column=columns.recency,
            broken=nw.col(columns.recency) > nw.col(columns.T),
            found=f"value above {columns.T}",
            remedy="Correct or drop these rows: the last purchase is not after the "
            "end of observation.",
        )
        return [*numbers, late]

    return rules
