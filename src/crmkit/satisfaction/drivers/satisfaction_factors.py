"""Four factors of satisfaction, each with its mean, reliability and weight.

Core (the product does what it should), support (help with the product), recovery (what
happens when something goes wrong) and personalisation (the product suits the customer).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from ..._check import names_given, typed
from ..._frames import read_eager
from ...errors import InvalidValueError
from ...fits import JsonResult, checked
from ...kernels.survey import reliability
from ...typing import FloatArray, IntoDataFrame
from ..reading.questions import (
    Range,
    complete_rows,
    in_content_order,
    items,
    require_range,
)
from .weight_methods import driver_weights_of

__all__ = ["SatisfactionFactor", "SatisfactionFactors", "satisfaction_factors"]

_FACTORS: Final = ("core", "support", "recovery", "personalisation")


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class SatisfactionFactor:
    """One factor of satisfaction.

    Attributes
    ----------
    name, item_cols
        The factor and its questions.
    mean
        Mean answer of all customers who answered its questions, on their scale.
    alpha
        Cronbach's alpha of its questions; None for a single question.
    weight
        Its part of the R-squared of overall satisfaction (Shapley).
    n_customers
        Number of customers who answered all its questions.
    """

    name: str
    item_cols: tuple[str, ...]
    mean: float
    weight: float
    n_customers: int
    alpha: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class SatisfactionFactors(JsonResult):
    """The factors of satisfaction, measured together.

    Attributes
    ----------
    factors
        In the order given.
    r_squared
        Share of the variance of overall satisfaction that the factors explain: the sum
        of their weights.
    n_customers, incomplete
        Number of customers who answered all questions, on whom the weights are based,
        and of others.
    """

    factors: tuple[SatisfactionFactor, ...]
    r_squared: float
    n_customers: int
    incomplete: int


@typed
def satisfaction_factors(
    responses: IntoDataFrame,
    *,
    factors: Mapping[str, Sequence[str]],
    satisfaction_col: str = "satisfaction",
    scale: Range,
) -> SatisfactionFactors:
    """Measure the factors of satisfaction and the weight of each.

    Parameters
    ----------
    responses
        One row per customer. Recovery can only be rated by customers who had a problem,
        so means use all customers who answered a factor, and weights those who answered
        all factors.
    factors
        The questions of ``"core"``, ``"support"``, ``"recovery"`` and
        ``"personalisation"``, or of some of these factors.
    satisfaction_col
        Overall satisfaction.
    scale
        Lowest and highest answer of the questions of the factors.

    Returns
    -------
    SatisfactionFactors
        Mean, reliability and weight of each factor.

    Raises
    ------
    InvalidValueError
        If a factor has another name, or an answer is outside the scale.
    NotEnoughDataError
        If too few customers answered all questions.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> rng = np.random.default_rng(2)
    >>> core, support = rng.integers(1, 8, size=(2, 200))
    >>> answers = pd.DataFrame({
    ...     "core": core, "support": support,
    ...     "satisfaction": core + 0.5 * support + rng.normal(0, 1, 200),
    ... })
    >>> found = satisfaction_factors(
    ...     answers, factors={"core": ["core"], "support": ["support"]}, scale=(1, 7)
    ... )
    >>> [(factor.name, factor.weight) for factor in found.factors]
    [('core', 0.67), ('support', 0.13)]
    """
    named = _named(factors)
    columns = [column for group in named.values() for column in group]
    frame = read_eager(responses, (*columns, satisfaction_col))
    X = items(frame, columns, require_range(scale))
    y = items(frame, (satisfaction_col,), None)
    values = in_content_order(np.column_stack([X, y]))
    X = values[:, :-1]
    kept = complete_rows(values, at_least=len(columns) + 2)
    sizes = [len(group) for group in named.values()]
    divide = driver_weights_of("shapley", "linear")
    weights = divide(values[kept], np.ones(int(kept.sum())), sizes)
    blocks = np.split(X, np.cumsum(sizes)[:-1], axis=1)
    return SatisfactionFactors(
        factors=tuple(
            _factor(name, group, block, weight)
            for (name, group), block, weight in zip(
                named.items(), blocks, weights.tolist(), strict=True
            )
        ),
        r_squared=float(weights.sum()),
        n_customers=int(kept.sum()),
        incomplete=int((~kept).sum()),
    )


def _named(factors: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    unknown = [name for name in factors if name not in _FACTORS]
    if unknown or not factors:
        raise InvalidValueError(
            subject="argument 'factors'",
            found=f"unknown factor {unknown[0]!r}" if unknown else "no factor",
            remedy=f"The factors are {', '.join(_FACTORS)}; for others use "
            "fit_driver_weights.",
        )
    return {name: tuple(names_given("factors", factors[name])) for name in factors}


def _factor(
    name: str, columns: tuple[str, ...], block: FloatArray, weight: float
) -> SatisfactionFactor:
    rows = block[~np.isnan(block).any(axis=1)]
    some = len(columns) > 1 and rows.sum(axis=1).std() > 0
    return SatisfactionFactor(
        name=name,
        item_cols=columns,
        mean=float(rows.mean()),
        alpha=reliability.cronbach_alpha(rows) if some else None,
        weight=weight,
        n_customers=len(rows),
    )
