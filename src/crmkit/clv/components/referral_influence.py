"""Referral influence, the marketing view: it overlaps, and is never summed."""

from dataclasses import dataclass
from typing import NoReturn

import numpy as np

from ..._check import instance, one_of, rate, whole
from ..._dates import day_number
from ...errors import InvalidTypeError, InvalidValueError, shown
from ...fits import checked
from ...kernels.log.calendar import DAYS_PER_UNIT
from ...kernels.value.component_identity import NEVER
from ...kernels.value.referral import gross_values, sweep
from ...ledger import Ledger
from ...typing import Day, IntoDataFrameT, TimeUnit
from .ledger_flows import draw_up
from .period_sums import cash_by_customer, periods_of
from .reference_arrays import standards_of
from .references import References

__all__ = ["Influence", "ReferralInfluence", "referral_influence"]


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class Influence:
    """The value of one customer and of all referees, direct and indirect.

    Two influences cannot be added: both may contain the same customers.

    Attributes
    ----------
    customer_id
        The id of the customer, as the ledger has it: a number stays a number.
    own
        The customer's own value.
    influence
        The customer's own value and the influence of every referee, in full.
    n_referees
        The number of direct referees.
    """

    customer_id: int | float | str
    own: float
    influence: float
    n_referees: int

    def __add__(self, other: object) -> NoReturn:
        """Refuse: influences overlap."""
        raise _overlap()

    __radd__ = __add__


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class ReferralInfluence:
    """The influence of every customer; not a frame, so that a column is not summed.

    Attributes
    ----------
    influences
        One :class:`Influence` per customer, the largest first.
    """

    influences: tuple[Influence, ...]

    def of(self, customer_id: object) -> Influence:
        """Return the influence of one customer."""
        known: dict[object, Influence] = {
            each.customer_id: each for each in self.influences
        }
        try:
            return known[customer_id]
        except (KeyError, TypeError):
            raise InvalidValueError(
                subject="argument 'customer_id'",
                found=f"unknown customer {shown(customer_id)}",
                remedy="Pass an id of the ledger.",
            ) from None

    def top(self, n_customers: int) -> tuple[Influence, ...]:
        """Return the most influential customers."""
        return self.influences[: whole("n_customers", n_customers)]

    def __add__(self, other: object) -> NoReturn:
        """Refuse: influences overlap."""
        raise _overlap()

    __radd__ = __add__


def referral_influence(
    ledger: Ledger[IntoDataFrameT],
    *,
    as_of: Day,
    time_unit: TimeUnit,
    discount_rate: float,
) -> ReferralInfluence:
    """Return the influence of each customer: own value and that of all referees.

    Every referrer is credited in full, at any depth, even if the customer would have
    come without the referral. The same value counts many times: use the influence to
    find advocates, and ``clv5`` to count money.

    Parameters
    ----------
    ledger
        The company's ledger.
    as_of, time_unit, discount_rate
        As in :func:`clv_components`.

    Returns
    -------
    ReferralInfluence
        A value that refuses to be summed.

    Raises
    ------
    InvalidValueError
        If the rate is not above -1, or an option is unknown.

    Examples
    --------
    >>> import numpy as np
    >>> from crmkit.clv import referral_influence
    >>> from crmkit.datasets.simulated_company import simulate_company
    >>> ledger = simulate_company(customers=200, rng=np.random.default_rng(1))
    >>> found = referral_influence(
    ...     ledger, as_of="2023-12-31", time_unit="year", discount_rate=0.0
    ... )
    >>> best = found.top(1)[0]
    >>> best.influence > best.own
    True
    """
    whole_book = instance("ledger", ledger, Ledger).book
    statement = draw_up(
        whole_book,
        standards_of(References.from_standards(), whole_book),
        day=day_number("as_of", as_of),
        rate=rate("discount_rate", discount_rate),
        unit_days=DAYS_PER_UNIT[one_of("time_unit", time_unit, tuple(DAYS_PER_UNIT))],
        cross_sell="persistent",
    )
    book = statement.book
    # A referral without a purchase has influenced nothing that can be counted.
    won = statement.won_day[book.referrals.referee] < NEVER
    referrer, referee = book.referrals.referrer[won], book.referrals.referee[won]
    own = cash_by_customer(statement, periods_of(statement, None))
    # Every referrer gets all of a referee: influences overlap by design.
    reach = gross_values(
        own,
        referrer,
        referee,
        np.ones(referee.size),
        sweep(referrer, referee, book.customers),
    )
    brought = np.bincount(referrer, minlength=book.customers)
    ids = book.ids.to_list()
    order = np.argsort(-reach[:, 0], kind="stable")
    seen = book.seen()
    return ReferralInfluence(
        influences=tuple(
            Influence(
                customer_id=_id(ids[at]),
                own=float(own[at, 0]),
                influence=float(reach[at, 0]),
                n_referees=int(brought[at]),
            )
            for at in order[seen[order]].tolist()
        )
    )


def _id(given: object) -> int | float | str:
    # An id may also be a date or another value, which is told by its text.
    return given if isinstance(given, int | float | str) else str(given)


def _overlap() -> InvalidTypeError:
    return InvalidTypeError(
        subject="a sum of referral influences",
        expected="values that do not overlap",
        got="influences, which count the same customers many times",
        remedy="Sum clv5 of clv_components: it moves value and counts it once.",
    )
