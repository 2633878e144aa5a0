"""The four factors behind satisfaction, each with its mean, reliability and weight.

Core (the product does what it should), support (help with it), recovery (what happens
when something goes wrong), personalisation (it is made for me).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from ..._frames import read_eager
from ...errors import InvalidValueError
from ...fits import checked, from_document, to_document
from ...kernels.survey import reliability
from ...typing import FloatArray, IntoDataFrame
from ..answers import column_names
from ..item_columns import Range, complete_rows, items, require_range
from .driver_weights import driver_weights_of

__all__ = ["FACTORS", "Factor", "FactorAnalysis", "satisfaction_factors"]

FACTORS: Final = ("core", "support", "recovery", "personalisation")


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class Factor:
    """One factor.

    Attributes
    ----------
    name, item_cols
        The factor and its questions.
    mean
        Mean answer of all who answered its questions, on their scale.
    alpha
        Cronbach's reliability of its questions; None for a single one.
    weight
        Its part of the R-squared of overall satisfaction (Shapley).
    n
        Customers who answered all its questions.
    """

    name: str
    item_cols: tuple[str, ...]
    mean: float
    weight: float
    n: int
    alpha: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class FactorAnalysis:
    """All factors together.

    Attributes
    ----------
    factors
        In the order given.
    r_squared
        What they explain of overall satisfaction together: the sum of their weights.
    n, incomplete
        Customers who answered every question, on whom the weights rest, and others.
    """

    factors: tuple[Factor, ...]
    r_squared: float
    n: int
    incomplete: int

    def to_dict(self) -> dict[str, object]:
        """Return the analysis as a JSON document."""
        return to_document(self)

    @classmethod
    def from_dict(cls, document: Mapping[str, object]) -> "FactorAnalysis":
        """Build the analysis from its JSON document."""
        return from_document(cls, document)


def satisfaction_factors(
    responses: IntoDataFrame,
    *,
    factors: Mapping[str, Sequence[str]],
    satisfaction_col: str = "satisfaction",
    scale: Range,
) -> FactorAnalysis:
    """Measure the factors behind satisfaction and what each explains of it.

    Parameters
    ----------
    responses
        One row per customer. Only who had a problem can rate its recovery: means use
        all who answered a factor, weights those who answered all.
    factors
        The questions of ``"core"``, ``"support"``, ``"recovery"`` and
        ``"personalisation"``, or of some of them.
    satisfaction_col
        Overall satisfaction.
    scale
        The ends of the scale of the factors' questions.

    Returns
    -------
    FactorAnalysis
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
    values = np.column_stack([X, y])
    kept = complete_rows(values, at_least=len(columns) + 2)
    sizes = [len(group) for group in named.values()]
    divide = driver_weights_of("shapley", "linear")
    weights = divide(values[kept], np.ones(int(kept.sum())), sizes)
    blocks = np.split(X, np.cumsum(sizes)[:-1], axis=1)
    return FactorAnalysis(
        factors=tuple(
            _factor(name, group, block, weight)
            for (name, group), block, weight in zip(
                named.items(), blocks, weights.tolist(), strict=True
            )
        ),
        r_squared=float(weights.sum()),
        n=int(kept.sum()),
        incomplete=int((~kept).sum()),
    )


def _named(factors: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    unknown = [name for name in factors if name not in FACTORS]
    if unknown or not factors:
        raise InvalidValueError(
            subject="argument 'factors'",
            found=f"no such factor {unknown[0]!r}" if unknown else "no factor",
            remedy=f"The factors are {', '.join(FACTORS)}; for others use "
            "fit_driver_weights.",
        )
    return {name: column_names("factors", factors[name]) for name in factors}


def _factor(
    name: str, columns: tuple[str, ...], block: FloatArray, weight: float
) -> Factor:
    rows = block[~np.isnan(block).any(axis=1)]
    some = len(columns) > 1 and rows.sum(axis=1).std() > 0
    return Factor(
        name=name,
        item_cols=columns,
        mean=float(rows.mean()),
        alpha=reliability.cronbach_alpha(rows) if some else None,
        weight=weight,
        n=len(rows),
    )
