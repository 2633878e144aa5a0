"""Churn without a contract: nobody says goodbye, so a purchase model has to tell."""

from collections.abc import Callable
from functools import partial

import numpy as np

from ..._check import positive
from ..._frames import Frame, Rule, number_rules, nw, require_numbers, with_scores
from ...typing import FloatArray, IntoFrameT, PauseModel, PurchaseModel

__all__ = ["with_churn_risk", "with_departure_risk"]


def with_churn_risk(
    customers: IntoFrameT,
    *,
    purchases: PauseModel,
    horizon: float,
    customer_id_col: str = "customer_id",
    frequency_col: str = "frequency",
    recency_col: str = "recency",
    T_col: str = "T",
    output_col: str = "churn_risk",
) -> IntoFrameT:
    """Add the probability that a customer buys nothing in the coming horizon.

    This is the churn a company can check: wait for the horizon to pass, and count who
    came back. It is at least the probability to have left for good
    (``with_departure_risk``), for a slow buyer may stay away and still be a customer.

    Parameters
    ----------
    customers
        One row per customer, as ``rfm_summary`` returns; lazy frames stay lazy.
    purchases
        A fitted purchase model.
    horizon
        The time without a purchase that counts as churn, in the unit of ``T``.
    customer_id_col, frequency_col, recency_col, T_col
        The columns read; the id is only named in errors.
    output_col
        The column added, from 0 to 1.

    Returns
    -------
    DataFrame
        The same rows and one column more.

    Raises
    ------
    MissingColumnError
        If a column is absent.
    InvalidValueError
        If a history is impossible, or the horizon is not above 0.

    Notes
    -----
    It is the model's ``probability_of_n_purchases`` at ``n=0``: the chance of no event
    in (T, T + horizon] given frequency, recency and T.

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
    score = partial(
        purchases.probability_of_n_purchases, n=0, horizon=positive("horizon", horizon)
    )
    keys = (frequency_col, recency_col, T_col)
    return with_scores(
        customers,
        keys,
        {output_col: score},
        rules=_history_rules(*keys),
        id_col=customer_id_col,
    )


def with_departure_risk(
    customers: IntoFrameT,
    *,
    purchases: PurchaseModel,
    customer_id_col: str = "customer_id",
    frequency_col: str = "frequency",
    recency_col: str = "recency",
    T_col: str = "T",
    output_col: str = "departure_risk",
) -> IntoFrameT:
    """Add the probability that a customer has left for good already: 1 - P(alive).

    Nobody can check it: a customer who has left and one who pauses look the same. Use
    it to rank, and ``with_churn_risk`` where a number must come true.

    Parameters
    ----------
    customers
        One row per customer, as ``rfm_summary`` returns; lazy frames stay lazy.
    purchases
        A fitted purchase model.
    customer_id_col, frequency_col, recency_col, T_col
        The columns read; the id is only named in errors.
    output_col
        The column added, from 0 to 1.

    Returns
    -------
    DataFrame
        The same rows and one column more.

    Raises
    ------
    MissingColumnError
        If a column is absent.
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

    def score(frequency: FloatArray, recency: FloatArray, T: FloatArray) -> FloatArray:
        return np.subtract(1.0, purchases.probability_alive(frequency, recency, T))

    keys = (frequency_col, recency_col, T_col)
    return with_scores(
        customers,
        keys,
        {output_col: score},
        rules=_history_rules(*keys),
        id_col=customer_id_col,
    )


def _history_rules(
    frequency: str, recency: str, T: str
) -> Callable[[Frame], list[Rule]]:
    def rules(frame: Frame) -> list[Rule]:
        columns = (frequency, recency, T)
        require_numbers(frame, columns)
        numbers = [
            rule
            for column in columns
            for rule in number_rules(frame, column, sign="nonnegative")
        ]
        late = Rule(
            column=recency,
            broken=nw.col(recency) > nw.col(T),
            found="impossible value",
            remedy=f"Recency may not exceed {T}: correct or drop these rows.",
        )
        return [*numbers, late]

    return rules
