"""How many customers each customer will refer, and what a referee is worth."""

from dataclasses import dataclass

import numpy as np

from ..._check import (
    day_count,
    finite_array,
    fraction,
    instance,
    nonnegative,
    nonnegative_array,
    one_of,
    time_span,
    typed,
)
from ..._dates import day_number
from ..._frames import group_rows
from ...errors import InvalidValueError, MissingColumnError
from ...fits import JsonResult, checked
from ...kernels.log.calendar import DAYS_PER_UNIT
from ...kernels.value.component_identity import NEVER, totals
from ...kernels.value.referral import normalised_weights
from ...ledger import Book, Ledger
from ...ledger.ledger import customers_of
from ...typing import Day, FloatArray, IntArray, IntoDataFrameT, TimeUnit
from .customer_occasions import occasions_of
from .reference_arrays import standards_of
from .references import References
from .result_rows import without_holes

__all__ = ["ReferralOutlook", "fit_referral_outlook", "group_codes", "referee_chance"]

_LEAST_REFERRED = 20  # recent referrals, below which all of the log is counted
_LEAST_FOLLOWED = 10  # referees behind every age of the curve


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class ReferralOutlook(JsonResult):
    """The referrals to expect, per purchase occasion of a customer.

    Attributes
    ----------
    overall_rate
        Customers referred per purchase occasion, over all customers.
    groups, rates
        Groups of customers (by satisfaction, say) and the rate of each; any other group
        has the overall rate.
    share
        The mean share of a referee's value that is credited to the referrers.
    referee_value
        What a referee who comes at an even pace within the horizon brings until its
        end, as if acquired at standard cost.
    referee_value_error
        Its standard error; 0 where it was stated by hand.
    acquisition_cost
        The cost of acquiring a referee.
    reward
        The reward paid to the referrers of one referee.
    by
        The column of the customers that names the groups; None without groups.
    occasions
        The number of occasions behind the rates; None where stated by hand.
    horizon_days
        The horizon that ``referee_value`` belongs to; None where it holds for any.
    """

    overall_rate: float
    share: float
    referee_value: float
    acquisition_cost: float
    reward: float
    referee_value_error: float = 0.0
    groups: tuple[str, ...] = ()
    rates: tuple[float, ...] = ()
    by: str | None = None
    occasions: float | None = None
    horizon_days: float | None = None

    def __post_init__(self) -> None:
        money = ("reward", "acquisition_cost", "referee_value_error")
        for name in ("overall_rate", *money):
            nonnegative(name, getattr(self, name))
        fraction("share", self.share, closed=True)
        finite_array("referee_value", self.referee_value)
        nonnegative_array("rates", self.rates)
        if self.occasions is not None:
            nonnegative("occasions", self.occasions)
        if self.horizon_days is not None:
            nonnegative("horizon_days", self.horizon_days)
        if len(self.groups) != len(self.rates):
            raise InvalidValueError(
                subject="the referral outlook",
                found=f"{len(self.rates)} rates for {len(self.groups)} groups",
                remedy="Give each group one rate.",
            )

    @typed
    def value_per_referee(self, standard_acquisition: float) -> float:
        """Return the gain from one referee: credited value and saving, less reward."""
        standard_acquisition = nonnegative("standard_acquisition", standard_acquisition)
        saving = standard_acquisition - self.acquisition_cost
        return self.share * self.referee_value + saving - self.reward


@typed
def fit_referral_outlook(
    ledger: Ledger[IntoDataFrameT],
    *,
    references: References,
    as_of: Day,
    horizon: float,
    time_unit: TimeUnit,
    by: str | None = None,
    parent_weight: float = 200.0,
) -> ReferralOutlook:
    """Estimate future referrals from past ones.

    Parameters
    ----------
    ledger
        The company's ledger.
    references
        The standards, for the standard acquisition cost.
    as_of
        The last day seen, inclusive.
    horizon, time_unit
        How far ahead referees are valued: the horizon of the forecast. Infinity values
        them as far as any was followed.
    by
        A column of the ledger's customers: each group has a separate rate. With the
        groups of a satisfaction survey, the outlook contains the value of
        satisfaction.
    parent_weight
        The rate of a group is shrunk to the overall rate, as if that were this many
        more occasions.

    Returns
    -------
    ReferralOutlook
        Rates per purchase occasion (so that a referrer counts by her expected
        purchases, hence by her chance to be active), and what a referee brings within
        the horizon: cash, not discounted.

    Raises
    ------
    MissingColumnError
        If the ledger has no table of customers, or the table lacks the column.
    InvalidValueError
        If a customer has no group.

    Notes
    -----
    The mean cash of a referee by age is summed over ages from those who were followed
    that long; beyond the age that ten were followed to, nothing is added. A referee
    comes on any day of the horizon with equal chance, so the curve is averaged over the
    ages that can be reached.

    Examples
    --------
    >>> import numpy as np
    >>> from crmkit.clv import fit_referral_outlook, fit_references
    >>> from crmkit.datasets.simulated_company import simulate_company
    >>> ledger = simulate_company(customers=500, rng=np.random.default_rng(1))
    >>> references = fit_references(ledger, as_of="2023-12-31")
    >>> outlook = fit_referral_outlook(
    ...     ledger, references=references, as_of="2023-12-31", horizon=52,
    ...     time_unit="week", by="region",
    ... )
    >>> outlook.groups
    ('east', 'north', 'south', 'west')
    """
    weight = nonnegative("parent_weight", parent_weight)
    unit = DAYS_PER_UNIT[one_of("time_unit", time_unit, tuple(DAYS_PER_UNIT))]
    span = time_span("horizon", horizon, infinite=True) * unit
    if span < np.inf:
        day_count("horizon", int(span))
    whole = instance("ledger", ledger, Ledger).book
    standards = standards_of(references, whole)
    day = day_number("as_of", as_of)
    book = whole.until(day)
    referrals = book.referrals
    first_day = book.first_purchase_days()
    brought = first_day[referrals.referee] < NEVER
    referee, referrer = referrals.referee[brought], referrals.referrer[brought]
    credit = normalised_weights(referee, referrals.weight[brought], book.customers)
    occasions, made = _recent(
        book, referrer, referrals.day[brought], credit, day - span
    )
    groups, code = group_codes(ledger, by)
    overall = float(made.sum() / max(occasions.sum(), 1))
    seen = np.bincount(code, occasions, minlength=len(groups))
    rates = np.bincount(code, made, minlength=len(groups)) + weight * overall
    rates /= np.maximum(seen + weight, 1e-300)
    people = np.unique(referee)
    cost = np.bincount(
        book.acquisition.customer, book.acquisition.amount, minlength=book.customers
    )[people]
    count = max(people.size, 1)
    value, error = _value_within(book, first_day, people, day, span)
    standard = float(standards.acquisition_cost(np.array([day + 1]))[0])
    return ReferralOutlook(
        overall_rate=overall,
        groups=groups if by is not None else (),
        rates=tuple(rates.tolist()) if by is not None else (),
        share=float(credit @ referrals.share[brought] / count),
        referee_value=value - standard if people.size else 0.0,
        referee_value_error=error,
        acquisition_cost=float(cost.sum() / count),
        reward=float(referrals.reward[brought].sum() / count),
        by=by,
        occasions=float(occasions.sum()),
        horizon_days=float(span) if np.isfinite(span) else None,
    )


def _recent(
    book: Book,
    referrer: IntArray,
    made_on: IntArray,
    credit: FloatArray,
    since: float,
) -> tuple[FloatArray, FloatArray]:
    """Count repeat purchases and referrals of each customer in the latest span.

    Those of the first day are not counted: it is over for all who are forecast.
    """
    first_day, bought = book.first_purchase_days(), occasions_of(book)
    count = book.customers

    def counted(start: float) -> tuple[FloatArray, FloatArray]:
        later = (bought.day > first_day[bought.customer]) & (bought.day > start)
        own = (made_on > first_day[referrer]) & (made_on > start)
        return (
            totals(bought.customer[later], np.ones(int(later.sum())), count),
            totals(referrer[own], credit[own], count),
        )

    recent = counted(since)
    # Rates drift as a company grows; too few recent referrals say nothing about it.
    enough = recent[1].sum() >= _LEAST_REFERRED and recent[0].any()
    return recent if enough else counted(-np.inf)


def _value_within(
    book: Book, first_day: IntArray, people: IntArray, day: int, span: float
) -> tuple[float, float]:
    """Return what a referee brings within the span, and its standard error."""
    if not people.size:
        return 0.0, 0.0
    member = np.zeros(book.customers, dtype=bool)
    member[people] = True
    followed = day - first_day[people]
    ages = int(followed.max()) + 1
    lines, service = book.lines, book.service
    bought, served = member[lines.customer], member[service.customer]
    who = np.concatenate([lines.customer[bought], service.customer[served]])
    cash = np.concatenate([(lines.paid - lines.cost)[bought], -service.amount[served]])
    booked = np.concatenate([lines.day[bought], service.day[served]])
    # What serving a referee cost before the first purchase belongs to that day.
    age = np.maximum(booked - first_day[who], 0)
    at_risk = people.size - np.concatenate(
        [[0], np.cumsum(np.bincount(followed, minlength=ages))[:-1]]
    )
    firm = at_risk >= min(_LEAST_FOLLOWED, people.size)
    by_age = np.where(
        firm, np.bincount(age, cash, minlength=ages) / np.maximum(at_risk, 1), 0.0
    )
    until = np.cumsum(by_age)
    if np.isfinite(span):
        reached = np.minimum(np.arange(int(span) + 1), ages - 1)
        mean = float(until[reached].mean())
    else:
        mean = float(until[-1])
    own = totals(who, cash, book.customers)[people]
    usual = float(own.mean())
    scale = abs(mean / usual) if usual else 1.0
    return mean, _error(own) * scale


def referee_chance(book: Book, *, span: float, rng: np.random.Generator) -> FloatArray:
    """Return by how much the gain from each past referee missed the mean of all.

    Referees are followed for a random part of the span, as those to come will be.
    """
    first_day, referrals = book.first_purchase_days(), book.referrals
    brought = first_day[referrals.referee] < NEVER
    referee = referrals.referee[brought]
    people, at = np.unique(referee, return_inverse=True)
    if people.size < _LEAST_FOLLOWED:
        return np.zeros(1)
    credit = normalised_weights(referee, referrals.weight[brought], book.customers)
    share = totals(at, credit * referrals.share[brought], people.size)
    reward = totals(at, referrals.reward[brought], people.size)
    until = np.full(book.customers, -1)
    until[people] = first_day[people] + np.floor(rng.random(people.size) * span)
    lines, service, won = book.lines, book.service, book.acquisition
    sold, served = (each.day <= until[each.customer] for each in (lines, service))
    cash = totals(
        lines.customer[sold], (lines.paid - lines.cost)[sold], book.customers
    ) - totals(service.customer[served], service.amount[served], book.customers)
    cost = totals(won.customer, won.amount, book.customers)
    gain = share * cash[people] - cost[people] - reward
    missed: FloatArray = gain - gain.mean()
    return missed


def group_codes(
    ledger: Ledger[IntoDataFrameT], by: str | None
) -> tuple[tuple[str, ...], IntArray]:
    """Return the names of the groups, and the group of each customer."""
    if by is None:
        return ("all",), np.zeros(ledger.book.customers, dtype=np.int64)
    if ledger.customers is None or not ledger.book.listed.any():
        raise MissingColumnError([by], [])
    people = customers_of(ledger, [by])
    groups = group_rows(without_holes(people, by), by)
    of_customer = np.zeros(ledger.book.customers, dtype=np.int64)
    of_customer[group_rows(people, ledger.customer_id_col).codes] = groups.codes
    return tuple(str(name) for name in groups.ids.to_list()), of_customer


def _error(values: FloatArray) -> float:
    if values.size < 2:
        return 0.0
    return float(np.std(values, ddof=1) / np.sqrt(values.size))
