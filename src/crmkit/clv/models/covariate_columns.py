"""Columns of covariates: numbers, which tell customers apart."""

from collections.abc import Callable, Iterable

import numpy as np

from ..._check import names_given
from ..._frames import Frame, Rule, number_rules, nw
from ...errors import InvalidTypeError, InvalidValueError
from ...typing import FloatArray

__all__ = ["covariate_names", "covariate_rules", "effect_factors", "require_distinct"]


def covariate_names(argument: str, names: str | Iterable[str]) -> tuple[str, ...]:
    """Return the names of covariates; none is a choice."""
    given = names if isinstance(names, str) else tuple(names)
    return tuple(names_given(argument, given)) if given else ()


def covariate_rules(names: Iterable[str]) -> Callable[[Frame], list[Rule]]:
    """Make the rules of covariates; refuse words with the way out."""
    columns = tuple(dict.fromkeys(names))

    def rules(frame: Frame) -> list[Rule]:
        schema = frame.collect_schema()
        for column in columns:
            dtype = schema[column]
            if not dtype.is_numeric():
                raise InvalidTypeError(
                    subject=f"column {column!r}",
                    expected="a covariate that is a number",
                    got=str(dtype),
                    remedy=_way_out(column, boolean=dtype == nw.Boolean),
                )
        return [rule for column in columns for rule in number_rules(frame, column)]

    return rules


def effect_factors(values: FloatArray, effects: FloatArray) -> FloatArray:
    """Return the factors that covariates make of effects; refuse infinite ones."""
    with np.errstate(over="ignore"):
        factors = np.exp(values @ effects)
    beyond = ~np.isfinite(factors)
    if beyond.any():
        raise InvalidValueError(
            subject="the covariates",
            found=f"values whose effect is infinite in {np.count_nonzero(beyond)} of "
            f"{beyond.size} places",
            remedy="Pass them in the unit of the fit.",
        )
    return np.asarray(factors)


def require_distinct(
    table: FloatArray,
    weights: FloatArray,
    names: tuple[str, ...],
    *,
    among: str = "customers",
) -> None:
    """Refuse covariates that are constant, or that others determine."""
    mean = weights @ table / weights.sum()
    spread = np.sqrt(weights @ (table - mean) ** 2 / weights.sum())
    for name, size, values in zip(names, spread, table.T, strict=True):
        at, other = float(values.min()), float(values.max())
        if size > 1e-12 * max(abs(at), abs(other), 1e-300):
            continue
        if at == other:
            raise InvalidValueError(
                subject=f"column {name!r}",
                found=f"the value {at:g} for all {among}",
                remedy=f"Leave it out: a covariate has to differ between {among}.",
            )
        raise InvalidValueError(
            subject=f"column {name!r}",
            found=f"values from {at:g} that differ by at most {other - at:.2g}",
            remedy="Subtract its mean, and choose a unit in which they show.",
        )
    if not names:
        return
    unit = (table - mean) / spread * np.sqrt(weights / weights.sum())[:, None]
    values, axes = np.linalg.eigh(unit.T @ unit)
    if values[0] < 1e-10:
        tied = [
            n for n, part in zip(names, axes[:, 0], strict=True) if abs(part) > 0.05
        ]
        raise InvalidValueError(
            subject=f"columns {', '.join(map(repr, tied))}",
            found="each determined by the others",
            remedy="Leave one of them out: of a set of dummies, any one.",
        )


def _way_out(column: str, *, boolean: bool) -> str:
    if boolean:
        return f"Make {column!r} a column of 0 and 1 first, by .astype(int) or a cast."
    return (
        "Make a column of 0 and 1 of each value, and leave one of them out: "
        f"pd.get_dummies(customers, columns=[{column!r}], drop_first=True, "
        f"dtype=float) in pandas, customers.to_dummies({column!r}, drop_first=True) "
        "in Polars."
    )
