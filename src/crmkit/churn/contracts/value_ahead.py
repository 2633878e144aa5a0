"""Expected payments of customers under contract, added to their rows."""

from collections.abc import Callable

import numpy as np

from ..._check import MOST_REPEATS, whole
from ..._frames import Frame, Rule, number_rules, nw, require_numbers, with_scores
from ...errors import InvalidValueError
from ...typing import FloatArray, IntoFrameT

__all__ = ["residual_terms", "tenure_array", "with_tenure_scores"]

_LEFT_OUT = 1e-16
_MOST_TERMS = 10_000_000


def with_tenure_scores(
    customers: IntoFrameT,
    *,
    tenure_col: str,
    margin_col: str | None,
    score: Callable[[FloatArray], FloatArray],
    output_col: str,
    id_col: str,
) -> IntoFrameT:
    """Add a function of the renewals made, times a margin where there is one."""
    keys = [tenure_col, *([margin_col] if margin_col is not None else [])]

    def rules(frame: Frame) -> list[Rule]:
        require_numbers(frame, keys)
        found = number_rules(frame, tenure_col, sign="nonnegative")
        if frame.collect_schema()[tenure_col].is_float():
            found.append(
                Rule(
                    column=tenure_col,
                    broken=nw.col(tenure_col) != nw.col(tenure_col).floor(),
                    found="value that is not whole",
                    remedy="Count the renewals already made.",
                )
            )
        return found + (
            number_rules(frame, margin_col) if margin_col is not None else []
        )

    def valued(tenure: FloatArray, *margin: FloatArray) -> FloatArray:
        each = score(tenure)
        return each * margin[0] if margin else each

    return with_scores(
        customers, keys, {output_col: valued}, rules=rules, id_col=id_col
    )


def tenure_array(values: FloatArray) -> FloatArray:
    """Return renewals already made, whole numbers of 0 or more."""
    if np.any(values != np.floor(values)):
        raise InvalidValueError(
            subject="argument 'tenure'",
            found="value that is not whole",
            remedy="Count the renewals already made.",
        )
    # The survival curve is counted out up to the longest tenure.
    if np.any(values > MOST_REPEATS):
        raise InvalidValueError(
            subject="argument 'tenure'",
            found=f"value above {MOST_REPEATS:,}",
            remedy="Count the renewals already made.",
        )
    return values


def residual_terms(horizon: float, discount_rate: float) -> int:
    """Return how many renewals ahead to add: the horizon, or until nothing is left."""
    if np.isfinite(horizon):
        if horizon != int(horizon):
            raise InvalidValueError(
                subject="argument 'horizon'",
                found=f"invalid value {horizon!r}",
                remedy="Pass a whole number of renewals, or infinity.",
            )
        return whole("horizon", int(horizon), at_most=MOST_REPEATS)
    if discount_rate <= 0:
        raise InvalidValueError(
            subject="argument 'discount_rate'",
            found=f"invalid value {discount_rate!r} over an endless horizon",
            remedy="Pass a rate above 0, or a finite horizon.",
        )
    terms = int(np.ceil(-np.log(_LEFT_OUT) / np.log1p(discount_rate)))
    return min(terms, _MOST_TERMS)
