"""Purchases times spend times margin, in one pass over a frame of any library."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, TypeAlias

import numpy as np

from ..._check import able_to, one_of
from ..._frames import (
    Frame,
    Rule,
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
from ...fits import within_time_of_fit
from ...typing import FloatArray, HistoryColumns, IntoFrameT, SpendModel
from ..models.covariate_columns import covariate_rules
from ..models.covariate_scores import covariates_of, scored_by_model
from ..models.histories import Score, history_rules, known_id
from ..models.model_arguments import new_columns
from ..models.spend_columns import spending_rules, unused
from ..models.spend_expression import spend_expression
from .customer_terms import at_own_rate, share_for_all, term_rules
from .opened_customers import nonpositive_rule, proved

__all__ = ["Nonpositive", "able_to_count", "able_to_price", "with_expected_value"]

Nonpositive: TypeAlias = Literal["error", "keep"]
# From a model and the arrays of a history, at a discount_rate, what is expected.
Discounted: TypeAlias = Callable[..., FloatArray]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Terms:
    """What a value is made of; a rate or share of None is a column of the frame."""

    purchases: object
    discounted: Discounted
    spend: object
    rate: float | None
    share: float | None
    nonpositive: Nonpositive
    columns: HistoryColumns
    output_col: str

    @property
    def read(self) -> tuple[str, ...]:
        """The columns of the history and the amount, and those of single customers."""
        every = (
            *self.columns.history,
            self.columns.monetary_value,
            *self.columns.terms,
            *covariates_of(self.purchases),
            *covariates_of(self.spend),
        )
        return tuple(dict.fromkeys(every))

    def rules(self, frame: Frame) -> list[Rule]:
        """Return the rules of the columns that single customers bring."""
        named = (*covariates_of(self.purchases), *covariates_of(self.spend))
        return [
            *term_rules(self.columns)(frame),
            *covariate_rules(tuple(dict.fromkeys(named)))(frame),
        ]

    def bought(self, *columns: FloatArray) -> FloatArray:
        """Return discounted purchases, from history, covariates and own rate."""
        if self.rate is not None:
            return self._bought(*columns, self.rate)
        *rest, rate = columns
        return at_own_rate(self._bought, rate, *rest)

    def _bought(self, *columns: Any) -> FloatArray:  # noqa: ANN401 - arrays, then a rate
        *arrays, rate = columns
        score = partial(self._of_model, rate)
        return scored_by_model(self.purchases, score, arrays[:3], arrays[3:])

    def _of_model(self, rate: float, model: Any, *history: FloatArray) -> FloatArray:  # noqa: ANN401 - any model that can
        within_time_of_fit(model, history[2])
        return _finite(partial(self.discounted, model, discount_rate=rate), *history)

    def spent(self, *columns: FloatArray) -> FloatArray:
        """Return expected spend, from frequency, mean amount and covariates."""
        return scored_by_model(self.spend, _spend_of, columns[:2], columns[2:])


_PURCHASES = "_crmkit_purchases"
_SPEND = "_crmkit_spend"
_AMOUNT = "_crmkit_amount"
_KEEP = 'Correct them, or pass nonpositive="keep" to value these customers at 0.'


def with_expected_value(
    customers: IntoFrameT,
    *,
    purchases: object,
    discounted: Discounted,
    spend: object,
    rate: float | None,
    margin: float,
    nonpositive: Nonpositive,
    columns: HistoryColumns,
    output_col: str,
) -> IntoFrameT:
    """Add discounted purchases times expected spend times the margin."""
    one_of("nonpositive", nonpositive, ("error", "keep"))
    terms = _Terms(
        purchases=purchases,
        discounted=discounted,
        spend=spend,
        rate=rate,
        share=share_for_all(margin, columns),
        nonpositive=nonpositive,
        columns=columns,
        output_col=output_col,
    )
    new_columns((output_col,), read=terms.read)
    opened = read(customers, terms.read)
    valued = _in_an_engine if is_lazy(opened) else _in_memory
    return native(valued(opened, terms), customers)


def able_to_count(purchases: object, *more: str) -> object:
    """Return a purchase model that can be valued, a plain one or by covariates."""
    if not covariates_of(purchases):
        able_to("purchases", purchases, "discounted_expected_purchases", *more)
    return purchases


def able_to_price(spend: object) -> object:
    """Return a spend model that can be valued, a plain one or by covariates."""
    if not covariates_of(spend):
        able_to("spend", spend, "expected_spend")
    return spend


def _in_memory(opened: Frame, terms: _Terms) -> Frame:
    frame, columns = collect(opened), terms.columns
    history = proved(frame, columns)
    known = known_id(frame, columns.customer_id)
    rules = [*spending_rules(columns.spend, sign="any")(frame), *terms.rules(frame)]
    refuse(frame, rules, id_col=known)
    x = np.asarray(history.frequency)
    amount = np.where(x > 0, numbers(frame, columns.monetary_value), 0.0)
    if terms.nonpositive == "error" and np.any((x > 0) & (amount <= 0)):
        refuse(frame, [nonpositive_rule(columns, remedy=_KEEP)], id_col=known)
    asked = [*covariates_of(terms.purchases)]
    if columns.discount_rate is not None:
        asked.append(columns.discount_rate)
    bought = terms.bought(*history, *(numbers(frame, name) for name in asked))
    covariates = [numbers(frame, name) for name in covariates_of(terms.spend)]
    share = terms.share
    kept = numbers(frame, str(columns.margin)) if share is None else share
    value = bought * terms.spent(x, amount, *covariates) * kept
    return with_arrays(frame, {terms.output_col: value})


def _in_an_engine(opened: Frame, terms: _Terms) -> Frame:
    columns = terms.columns
    rules = [
        *history_rules(columns.history)(opened),
        *spending_rules(columns.spend, sign="any")(opened),
        *terms.rules(opened),
    ]
    if terms.nonpositive == "error":
        rules.append(nonpositive_rule(columns, remedy=_KEEP))
    refuse(opened, rules, id_col=known_id(opened, columns.customer_id))
    bought, spent, amount = (
        unused(name, opened) for name in (_PURCHASES, _SPEND, _AMOUNT)
    )
    keys = [*columns.history, *covariates_of(terms.purchases)]
    if columns.discount_rate is not None:
        keys.append(columns.discount_rate)
    plain = len(keys) == len(columns.history)
    counted = score_cells(opened, keys, {bought: terms.bought}, repeatable=plain)
    # A hole where nothing was bought again is as good as a 0, and joins as one.
    repeat = nw.col(columns.frequency) > 0
    mean = nw.when(repeat).then(nw.col(columns.monetary_value)).otherwise(nw.lit(0.0))
    keyed = counted.with_columns(mean.alias(amount))
    priced = _priced(keyed, spent, amount, terms)
    value = nw.col(bought) * nw.col(spent)
    share = terms.share
    kept = value * (nw.col(str(columns.margin)) if share is None else share)
    valued = priced.with_columns(kept.alias(terms.output_col))
    return valued.drop(bought, spent, amount)


def _priced(keyed: Frame, spent: str, amount: str, terms: _Terms) -> Frame:
    """Add expected spend: as arithmetic of the engine where the model is that simple.

    Otherwise by distinct amounts, apart from distinct histories: together they are
    nearly as many as the rows.
    """
    frequency, mean = terms.columns.frequency, nw.col(amount)
    expected = spend_expression(terms.spend, frequency, mean)
    if expected is None:
        paid = (frequency, amount, *covariates_of(terms.spend))
        return score_cells(keyed, paid, {spent: terms.spent})
    worthless = (nw.col(frequency) > 0) & (mean <= 0)
    known = nw.when(worthless).then(nw.lit(0.0)).otherwise(expected)
    return keyed.with_columns(known.alias(spent))


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


def _finite(score: Score, *history: FloatArray) -> FloatArray:
    """Refuse an infinite value: no decision can be based on it."""
    scores = score(*history)
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
