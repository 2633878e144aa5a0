"""Purchases times spend times margin, in one pass over a frame of any library."""

from dataclasses import dataclass
from functools import partial
from typing import Literal, TypeAlias

import numpy as np

from ..._check import one_of
from ..._frames import (
    Frame,
    collect,
    is_lazy,
    native,
    numbers,
    nw,
    read,
    refuse,
    score_cells,
    with_arrays,
)
from ...errors import InvalidValueError
from ...typing import FloatArray, HistoryColumns, IntoFrameT, SpendModel
from ..models.credibility_spend import CredibilitySpend
from ..models.gamma_gamma import GammaGamma
from ..models.histories import Score, history_rules, known_id
from ..models.model_arguments import finite_margin, new_columns
from ..models.spend_columns import spending_rules, unused
from ..models.spend_line import spend_line
from .opened_customers import nonpositive_rule, proved

__all__ = ["Nonpositive", "with_expected_value"]

Nonpositive: TypeAlias = Literal["error", "keep"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Terms:
    discounted: Score
    spend: SpendModel
    share: float
    nonpositive: Nonpositive
    columns: HistoryColumns
    output_col: str


# Whose expected spend is a line in the mean amount, at each frequency.
_LINES = (GammaGamma, CredibilitySpend)

_PURCHASES = "_crmkit_purchases"
_SPEND = "_crmkit_spend"
_RISE = "_crmkit_rise"
_AMOUNT = "_crmkit_amount"
_KEEP = 'Correct them, or pass nonpositive="keep" to value these customers at 0.'


def with_expected_value(
    customers: IntoFrameT,
    *,
    discounted: Score,
    spend: SpendModel,
    margin: float,
    nonpositive: Nonpositive,
    columns: HistoryColumns,
    output_col: str,
) -> IntoFrameT:
    """Add discounted purchases times expected spend times the margin."""
    one_of("nonpositive", nonpositive, ("error", "keep"))
    asked = (*columns.history, columns.monetary_value)
    terms = _Terms(
        discounted=discounted,
        spend=spend,
        share=finite_margin(margin),
        nonpositive=nonpositive,
        columns=columns,
        output_col=output_col,
    )
    new_columns((output_col,), read=asked)
    opened = read(customers, asked)
    valued = _in_an_engine if is_lazy(opened) else _in_memory
    return native(valued(opened, terms), customers)


def _in_memory(opened: Frame, terms: _Terms) -> Frame:
    frame, columns = collect(opened), terms.columns
    history = proved(frame, columns)
    known = known_id(frame, columns.customer_id)
    refuse(frame, spending_rules(columns.spend, sign="any")(frame), id_col=known)
    x = np.asarray(history.frequency)
    amount = np.where(x > 0, numbers(frame, columns.monetary_value), 0.0)
    if terms.nonpositive == "error" and np.any((x > 0) & (amount <= 0)):
        refuse(frame, [nonpositive_rule(columns, remedy=_KEEP)], id_col=known)
    bought = _finite(terms.discounted, *history)
    value = bought * _spend_of(terms.spend, x, amount) * terms.share
    return with_arrays(frame, {terms.output_col: value})


def _in_an_engine(opened: Frame, terms: _Terms) -> Frame:
    columns = terms.columns
    rules = [
        *history_rules(columns.history)(opened),
        *spending_rules(columns.spend, sign="any")(opened),
    ]
    if terms.nonpositive == "error":
        rules.append(nonpositive_rule(columns, remedy=_KEEP))
    refuse(opened, rules, id_col=known_id(opened, columns.customer_id))
    made = _on_a_line if isinstance(terms.spend, _LINES) else _by_amounts
    return made(opened, terms)


def _on_a_line(opened: Frame, terms: _Terms) -> Frame:
    """Score the distinct histories; the amounts never leave the engine."""
    level, slope = spend_line(terms.spend.expected_spend)
    bought, flat, rise = (unused(name, opened) for name in (_PURCHASES, _SPEND, _RISE))
    scores: dict[str, Score] = {
        bought: partial(_finite, terms.discounted),
        flat: lambda x, t_x, T: level(x),  # noqa: ARG005 - a history has three columns
        rise: lambda x, t_x, T: slope(x),  # noqa: ARG005
    }
    scored = score_cells(opened, terms.columns.history, scores, repeatable=True)
    x, amount = (nw.col(name) for name in terms.columns.spend)
    paid = nw.when(x > 0).then(amount).otherwise(nw.lit(0.0))
    spent = nw.col(flat) + nw.col(rise) * paid
    line = nw.col(bought) * spent * terms.share
    value = nw.when((x > 0) & (amount <= 0)).then(nw.lit(0.0)).otherwise(line)
    return scored.with_columns(value.alias(terms.output_col)).drop(bought, flat, rise)


def _by_amounts(opened: Frame, terms: _Terms) -> Frame:
    columns = terms.columns
    bought, spent, amount = (
        unused(name, opened) for name in (_PURCHASES, _SPEND, _AMOUNT)
    )
    # Distinct histories and distinct amounts are fetched apart: together they are
    # nearly as many as the rows.
    discounted = {bought: partial(_finite, terms.discounted)}
    counted = score_cells(opened, columns.history, discounted, repeatable=True)
    # A hole where nothing was bought again is as good as a 0, and joins as one.
    repeat = nw.col(columns.frequency) > 0
    mean = nw.when(repeat).then(nw.col(columns.monetary_value)).otherwise(nw.lit(0.0))
    keyed = counted.with_columns(mean.alias(amount))
    paid = {spent: partial(_spend_of, terms.spend)}
    priced = score_cells(keyed, (columns.frequency, amount), paid)
    value = nw.col(bought) * nw.col(spent) * terms.share
    valued = priced.with_columns(value.alias(terms.output_col))
    return valued.drop(bought, spent, amount)


def _spend_of(
    spend: SpendModel, frequency: FloatArray, amount: FloatArray
) -> FloatArray:
    """Return expected spend; 0 for a customer whose repeat amounts are not positive."""
    worthless = (frequency > 0) & (amount <= 0)
    if not worthless.any():
        return spend.expected_spend(frequency, amount)
    expected = np.zeros(frequency.size)
    kept = ~worthless
    expected[kept] = spend.expected_spend(frequency[kept], amount[kept])
    return expected


def _finite(
    score: Score, frequency: FloatArray, recency: FloatArray, T: FloatArray
) -> FloatArray:
    """Refuse an infinite value: no decision can be based on it."""
    scores = score(frequency, recency, T)
    endless = int(np.count_nonzero(~np.isfinite(scores)))
    if endless:
        raise InvalidValueError(
            subject="the purchases expected in the horizon",
            found="infinite value",
            count=endless,
            total=scores.size,
            remedy="Pass a finite horizon or a positive discount_rate.",
        )
    return scores
