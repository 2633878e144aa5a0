"""The time and margin still to come of customers, given their tenure."""

import numpy as np

from ..._check import MOST_REPEATS, able_to, rate, typed, whole
from ..._frames import (
    EagerFrame,
    native,
    number_rules,
    numbers,
    read_eager,
    refuse,
    require_numbers,
    whole_rules,
    with_arrays,
)
from ...errors import InvalidValueError
from ...typing import FloatArray, IntoDataFrameT, IntoFrame, SurvivalModel

__all__ = ["with_remaining_life", "with_remaining_value"]

_BLOCK = 1 << 22


@typed
def with_remaining_life(
    customers: IntoDataFrameT,
    *,
    survival: SurvivalModel,
    horizon: int,
    age_col: str = "tenure",
    output_col: str = "remaining_life",
) -> IntoDataFrameT:
    """Add the expected remaining periods within the horizon, given the tenure.

    Parameters
    ----------
    customers
        One row per customer, with the columns the model reads.
    survival
        A fitted ``SurvivalModel``: ``DiscreteHazard``, or a model of another library
        through ``LifelinesSurvival`` or ``ScikitSurvival``.
    horizon
        The number of periods ahead.
    age_col
        Whole periods since the customer came.
    output_col
        The column added.

    Returns
    -------
    DataFrame
        The same rows and one more column.

    Raises
    ------
    InvalidValueError
        If a tenure is not whole, or longer than any customer stays in the model.

    Notes
    -----
    The sum over t = 1 .. horizon of S(age + t) / S(age).

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit.churn import DiscreteHazard
    >>> model = DiscreteHazard(
    ...     link="logit", baseline="constant", last_period=9, covariates=(),
    ...     names=("level",), coefficients=(-1.386294,),
    ... )
    >>> customers = pd.DataFrame({"tenure": [0, 7]})
    >>> customers.pipe(with_remaining_life, survival=model, horizon=100).round(3)
       tenure  remaining_life
    0       0             4.0
    1       7             4.0
    """
    ahead = whole("horizon", horizon, at_least=1, at_most=MOST_REPEATS)
    frame, age = _aged(customers, age_col)
    life = _summed(frame, age, survival, np.ones(ahead))
    return native(with_arrays(frame, {output_col: life}), customers)


@typed
def with_remaining_value(
    customers: IntoDataFrameT,
    *,
    survival: SurvivalModel,
    horizon: int,
    discount_rate: float,
    age_col: str = "tenure",
    margin_col: str = "margin",
    output_col: str = "remaining_value",
) -> IntoDataFrameT:
    """Add the expected discounted margin within the horizon, given the tenure.

    Parameters
    ----------
    customers
        One row per customer, with the columns the model reads.
    survival
        A fitted ``SurvivalModel``.
    horizon
        The number of periods ahead.
    discount_rate
        The effective rate per period.
    age_col, margin_col
        Whole periods since the customer came, and the margin per period of a customer
        who stays, which is earned at its end.
    output_col
        The column added.

    Returns
    -------
    DataFrame
        The same rows and one more column.

    Raises
    ------
    InvalidValueError
        If a tenure is not whole, or longer than any customer stays in the model.

    Notes
    -----
    The margin times the sum over t = 1 .. horizon of S(age + t) / S(age) / (1 + d)^t.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit.churn import DiscreteHazard
    >>> model = DiscreteHazard(
    ...     link="logit", baseline="constant", last_period=9, covariates=(),
    ...     names=("level",), coefficients=(-1.386294,),
    ... )
    >>> customers = pd.DataFrame({"tenure": [3], "margin": [10.0]})
    >>> customers.pipe(
    ...     with_remaining_value, survival=model, horizon=200, discount_rate=0.1
    ... ).round(2)
       tenure  margin  remaining_value
    0       3    10.0            26.67
    """
    ahead = whole("horizon", horizon, at_least=1, at_most=MOST_REPEATS)
    factor = (1 + rate("discount_rate", discount_rate)) ** -np.arange(1.0, ahead + 1)
    frame, age = _aged(customers, age_col, margin_col)
    value = _summed(frame, age, survival, factor) * numbers(frame, margin_col)
    return native(with_arrays(frame, {output_col: value}), customers)


def _aged(
    customers: IntoFrame, age_col: str, *measured: str
) -> tuple[EagerFrame, FloatArray]:
    frame = read_eager(customers, (age_col, *measured))
    require_numbers(frame, (age_col, *measured))
    rules = [rule for name in measured for rule in number_rules(frame, name)]
    refuse(frame, [*rules, *whole_rules(frame, age_col, at_most=MOST_REPEATS)])
    return frame, numbers(frame, age_col)


def _summed(
    frame: EagerFrame, age: FloatArray, survival: SurvivalModel, factor: FloatArray
) -> FloatArray:
    """Add S(age + t) / S(age) times a factor, block by block of customers."""
    able_to("survival", survival, "survival_table")
    result = np.empty(age.size)
    last = int(age.max(initial=0.0)) + factor.size
    times = np.arange(last + 1)
    step = max(_BLOCK // times.size, 1)
    for start in range(0, age.size, step):
        rows = slice(start, start + step)
        table = survival.survival_table(frame[rows].to_native(), times)
        own = age[rows].astype(np.int64)
        at = own[:, None] + np.arange(factor.size + 1)
        ahead = np.take_along_axis(table, at, axis=1)
        _require_reached(ahead[:, 0], own)
        result[rows] = (ahead[:, 1:] @ factor) / ahead[:, 0]
    return result


def _require_reached(reached: FloatArray, age: np.ndarray) -> None:
    never = np.flatnonzero(~(reached > 0))
    if never.size:
        raise InvalidValueError(
            subject="the tenures",
            found="tenure that no customer reaches in the model",
            count=never.size,
            total=age.size,
            first=f"tenure {int(age[never[0]])}",
            remedy="Fit the model to customers who stayed as long.",
        )
