"""How many customers each customer will refer, and what a referee is worth."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..._check import (
    finite_array,
    fraction,
    instance,
    nonnegative,
    nonnegative_array,
)
from ..._dates import day_number
from ..._frames import group_rows, read_eager
from ...errors import InvalidValueError, MissingColumnError
from ...fits import checked, from_document, to_document
from ...kernels.value.component_identity import NEVER
from ...kernels.value.referral import normalised_weights
from ...ledger import Ledger
from ...typing import Day, FloatArray, IntArray, IntoDataFrameT
from .customer_occasions import occasions_of
from .ledger_flows import draw_up
from .period_sums import cash_by_customer, periods_of
from .reference_arrays import standards_of
from .references import References
from .result_rows import without_holes

__all__ = ["ReferralOutlook", "fit_referral_outlook", "group_codes"]


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class ReferralOutlook:
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
        The value of a referee, as if acquired at standard cost.
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

    def __post_init__(self) -> None:
        money = ("reward", "acquisition_cost", "referee_value_error")
        for name in ("overall_rate", *money):
            nonnegative(name, getattr(self, name))
        fraction("share", self.share, closed=True)
        finite_array("referee_value", self.referee_value)
        nonnegative_array("rates", self.rates)
        if self.occasions is not None:
            nonnegative("occasions", self.occasions)
        if len(self.groups) != len(self.rates):
            raise InvalidValueError(
                subject="the referral outlook",
                found=f"{len(self.rates)} rates for {len(self.groups)} groups",
                remedy="Give each group one rate.",
            )

    def value_per_referee(self, standard_acquisition: float) -> float:
        """Return the gain from one referee: credited value and saving, less reward."""
        saving = standard_acquisition - self.acquisition_cost
        return self.share * self.referee_value + saving - self.reward

    def to_dict(self) -> dict[str, object]:
        """Return the outlook as a JSON document."""
        return to_document(self)

    @classmethod
    def from_dict(cls, document: Mapping[str, object]) -> "ReferralOutlook":
        """Build the outlook from its JSON document."""
        return from_document(cls, document)


def fit_referral_outlook(
    ledger: Ledger[IntoDataFrameT],
    *,
    references: References,
    as_of: Day,
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
        Rates per purchase occasion, and the mean value of a referee so far (cash up to
        ``as_of``, which is less than over a lifetime).

    Raises
    ------
    MissingColumnError
        If the ledger has no table of customers, or the table lacks the column.
    InvalidValueError
        If a customer has no group.

    Examples
    --------
    >>> import numpy as np
    >>> from crmkit.clv import fit_referral_outlook, fit_references
    >>> from crmkit.datasets.simulated_company import simulate_company
    >>> ledger = simulate_company(customers=500, rng=np.random.default_rng(1))
    >>> references = fit_references(ledger, as_of="2023-12-31")
    >>> outlook = fit_referral_outlook(
    ...     ledger, references=references, as_of="2023-12-31", by="region"
    ... )
    >>> outlook.groups
    ('east', 'north', 'south', 'west')
    """
    weight = nonnegative("parent_weight", parent_weight)
    whole = instance("ledger", ledger, Ledger).book
    standards = standards_of(references, whole)
    statement = draw_up(
        whole,
        standards,
        day=day_number("as_of", as_of),
        rate=0.0,
        unit_days=1.0,
        cross_sell="persistent",
    )
    book = statement.book
    referrals = book.referrals
    brought = statement.won_day[referrals.referee] < NEVER
    referee, referrer = referrals.referee[brought], referrals.referrer[brought]
    credit = normalised_weights(referee, referrals.weight[brought], book.customers)
    occasions = np.bincount(occasions_of(book).customer, minlength=book.customers)
    made = np.bincount(referrer, credit, minlength=book.customers)
    groups, code = group_codes(ledger, by)
    overall = float(made.sum() / max(occasions.sum(), 1))
    seen = np.bincount(code, occasions, minlength=len(groups))
    rates = np.bincount(code, made, minlength=len(groups)) + weight * overall
    rates /= np.maximum(seen + weight, 1e-300)
    people = np.unique(referee)
    cost = np.bincount(
        book.acquisition.customer, book.acquisition.amount, minlength=book.customers
    )[people]
    own = cash_by_customer(statement, periods_of(statement, None))[people, 0]
    value = own + cost - statement.saving[people]
    count = max(people.size, 1)
    return ReferralOutlook(
        overall_rate=overall,
        groups=groups if by is not None else (),
        rates=tuple(rates.tolist()) if by is not None else (),
        share=float(credit @ referrals.share[brought] / count),
        referee_value=float(value.sum() / count),
        referee_value_error=_error(value),
        acquisition_cost=float(cost.sum() / count),
        reward=float(referrals.reward[brought].sum() / count),
        by=by,
        occasions=float(occasions.sum()),
    )


def group_codes(
    ledger: Ledger[IntoDataFrameT], by: str | None
) -> tuple[tuple[str, ...], IntArray]:
    """Return the names of the groups, and the group of each customer."""
    if by is None:
        return ("all",), np.zeros(ledger.book.customers, dtype=np.int64)
    if ledger.customers is None or not ledger.book.listed.any():
        raise MissingColumnError([by], [])
    people = read_eager(ledger.customers, [by])
    groups = group_rows(without_holes(people, by), by)
    of_customer = np.zeros(ledger.book.customers, dtype=np.int64)
    of_customer[group_rows(people, ledger.customer_id_col).codes] = groups.codes
    return tuple(str(name) for name in groups.ids.to_list()), of_customer


def _error(values: FloatArray) -> float:
    if values.size < 2:
        return 0.0
    return float(np.std(values, ddof=1) / np.sqrt(values.size))
