"""Risks, outcomes and values of customers, read and checked together."""

from dataclasses import dataclass

import numpy as np

from ..._check import positive
from ..._frames import numbers
from ...churn.classifier.scored_outcomes import Scored, read_scored, refuse_overflow
from ...kernels.base import ranking
from ...typing import FloatArray, IntArray, IntoDataFrame

__all__ = ["Ranked", "read_ranked", "read_valued"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ranked:
    """Customers from the highest score down, and where blocks of equal scores end."""

    risk: FloatArray
    churned: FloatArray
    clv: FloatArray
    ends: IntArray


def read_valued(
    customers: IntoDataFrame, *, risk_col: str, churned_col: str, clv_col: str
) -> tuple[Scored, FloatArray]:
    """Read risks from 0 to 1, outcomes and values."""
    scored = read_scored(
        customers, risk_col=risk_col, churned_col=churned_col, extra=(clv_col,)
    )
    clv = numbers(scored.frame, clv_col)
    refuse_overflow(clv, clv_col)
    return scored, clv


def read_ranked(
    customers: IntoDataFrame,
    *,
    risk_col: str,
    churned_col: str,
    clv: float | None,
    clv_col: str,
) -> Ranked:
    """Read scores of any scale, outcomes, and one value for all or a column of them."""
    scored = read_scored(
        customers,
        risk_col=risk_col,
        churned_col=churned_col,
        probability=False,
        extra=() if clv is not None else (clv_col,),
    )
    if clv is not None:
        value = np.full(scored.risk.size, positive("clv", clv))
        risk, churned = ranking.ranked_flags(scored.risk, scored.churned)
        ends = ranking.ends_of_blocks(risk)
        return Ranked(risk=risk, churned=churned, clv=value, ends=ends)
    value = numbers(scored.frame, clv_col)
    refuse_overflow(value, clv_col)
    order, ends = ranking.block_ends(scored.risk)
    return Ranked(
        risk=scored.risk[order],
        churned=scored.churned[order],
        clv=value[order],
        ends=ends,
    )
