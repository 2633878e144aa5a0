"""How many customers bought how often, and how many a model expects."""

from collections.abc import Mapping
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike

from ..._check import instance, models_named, whole
from ..._frames import native, numbers, read_eager, refuse, table
from ...typing import HISTORY, FloatArray, HistoryColumns, IntoDataFrameT
from ..models.histories import history_rules, known_id

__all__ = ["frequency_fit"]


class _CountModel(Protocol):
    """Knows the probability of a number of purchases of a new customer."""

    def probability_of_n_purchases_new_customer(
        self, n: ArrayLike, t: ArrayLike
    ) -> FloatArray: ...


def frequency_fit(
    customers: IntoDataFrameT,
    *,
    models: Mapping[str, _CountModel],
    most: int = 7,
    columns: HistoryColumns = HISTORY,
) -> IntoDataFrameT:
    """Count the customers by repeat purchases, beside the counts that models expect.

    A model that fits has expected counts close to the actual ones in every row. Each
    model expects the sum, over customers, of the probability that a new customer of
    that age has made so many repeat purchases.

    Parameters
    ----------
    customers
        One row per customer with its history, as ``rfm_summary`` returns it.
    models
        Fitted models by the names to give them.
    most
        The last row holds the customers with so many repeat purchases, or more.
    columns
        The names of the columns.

    Returns
    -------
    DataFrame
        One row per model and number of purchases: ``model``, ``n_purchases``,
        ``actual`` and ``expected`` customers.

    Raises
    ------
    InvalidValueError
        If a history is impossible, or there is no model.

    See Also
    --------
    tracking : Compare the purchases over time.

    References
    ----------
    Fader, Hardie and Lee (2005), "Counting your customers the easy way", Marketing
    Science 24, figure 1.

    Examples
    --------
    >>> import crmkit as ck
    >>> from crmkit.datasets import load_cdnow_sample
    >>> customers = ck.rfm_summary(
    ...     load_cdnow_sample(), observation_period_end="1997-09-30", time_unit="week"
    ... )
    >>> fit = ck.clv.fit_bg_nbd(customers)
    >>> frequency_fit(customers, models={"BG/NBD": fit}, most=3).round(1)
        model  n_purchases  actual  expected
    0  BG/NBD            0    1411    1407.7
    1  BG/NBD            1     439     460.3
    2  BG/NBD            2     214     192.5
    3  BG/NBD            3     293     296.5
    """
    last = whole("most", most, at_least=1, at_most=10_000)
    models_named(models, "probability_of_n_purchases_new_customer")
    instance("columns", columns, HistoryColumns)
    frame = read_eager(customers, columns.history)
    rules = history_rules(columns.history)(frame)
    refuse(frame, rules, id_col=known_id(frame, columns.customer_id))
    x, _, T = (numbers(frame, column) for column in columns.history)
    below = np.arange(last)
    actual = np.bincount(np.minimum(x, last).astype(np.int64), minlength=last + 1)
    # Whoever first bought on one day has one probability.
    ages, at_age = np.unique(T, return_counts=True)
    expected = []
    for model in models.values():
        each = model.probability_of_n_purchases_new_customer(below[:, None], ages)
        fewer = np.asarray(each, dtype=np.float64) @ at_age
        expected.append(np.append(fewer, at_age.sum() - fewer.sum()))
    return native(
        table(
            frame,
            {
                "model": np.repeat(np.array(list(models), dtype=object), last + 1),
                "n_purchases": np.tile(np.arange(last + 1), len(models)),
                "actual": np.tile(actual, len(models)),
                "expected": np.concatenate(expected),
            },
        ),
        customers,
    )
