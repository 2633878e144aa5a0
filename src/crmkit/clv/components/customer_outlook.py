"""Each customer's shares, prices and costs at ``as_of``, which divide value ahead."""

from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from ...errors import InvalidValueError, NotEnoughDataError
from ...kernels.value.component_identity import NEVER, members_of, totals
from ...kernels.value.credibility import Credibility, credibility
from ...kernels.value.rate_by_tenure import learning_path, mean_ahead, turns
from ...kernels.value.referral import normalised_weights, transfers
from ...ledger import Book
from ...typing import FloatArray
from .category_shares import CategoryShares, Presences, presences_of, shares_of
from .customer_occasions import History, Occasions, history_of, occasions_of
from .ledger_flows import CrossSell
from .reference_arrays import Standards

__all__ = [
    "Outlook",
    "PartsAhead",
    "look_ahead",
    "parts_ahead",
    "with_draws",
    "with_referral",
]

PartsAhead: TypeAlias = dict[str, FloatArray]

_ROUNDING = 1e-9
_LEAST_PAID = 0.01  # of list: a customer given everything still pays something


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Outlook:
    """One number per customer, unless said otherwise.

    Attributes
    ----------
    history
        What the models read.
    home
        Share of list amount expected in home categories.
    alike
        Occasions seen and presumed: how firm ``home`` is.
    home_price, other_price, home_cost, other_cost
        Reference price and cost of goods per unit of list, inside and outside home.
    price, service
        The customer's own paid share of list, and cost to serve an order, at the level
        of a first purchase, shrunk.
    price_path, service_path
        Their change with the number of purchases, relative to the first.
    orders
        Orders per occasion, over the company.
    standard_service, standard_acquisition
        The standards for what comes after ``as_of``.
    """

    book: Book
    history: History
    home: FloatArray
    alike: FloatArray
    home_price: FloatArray
    other_price: FloatArray
    home_cost: FloatArray
    other_cost: FloatArray
    price: Credibility
    service: Credibility
    price_path: FloatArray
    service_path: FloatArray
    orders: float
    standard_service: float
    standard_acquisition: float


def look_ahead(
    whole: Book,
    standards: Standards,
    *,
    day: int,
    unit_days: float,
    cross_sell: CrossSell,
    shares: CategoryShares | None,
) -> Outlook:
    """Return each customer's prices, costs and categories as known at a day."""
    book = whole.until(day)
    occasions = occasions_of(book)
    presences = presences_of(book, occasions)
    known = shares_of(book, presences) if shares is None else shares
    after = np.array([day + 1])
    _require_prices(book, occasions)
    mix = _mix(
        book,
        occasions,
        presences,
        shares=known,
        standards=standards,
        day=day,
        cross_sell=cross_sell,
    )
    price, price_path = _own(book, occasions, occasions.paid, occasions.listed)
    service, service_path = _own(book, occasions, occasions.service, occasions.orders)
    return Outlook(
        book=book,
        history=history_of(book, occasions, day, unit_days),
        price=price,
        service=service,
        price_path=price_path,
        service_path=service_path,
        orders=float(occasions.orders.sum() / max(occasions.customer.size, 1)),
        standard_service=float(standards.service_cost(after)[0]),
        standard_acquisition=float(standards.acquisition_cost(after)[0]),
        **mix,
    )


def parts_ahead(
    outlook: Outlook, purchases: FloatArray, spend: FloatArray
) -> PartsAhead:
    """Divide expected purchases and spend into the parts; the sum is the forecast."""
    paid = purchases * spend
    made = outlook.history.frequency + 1
    path = mean_ahead(outlook.price_path, made, purchases)
    listed = paid / np.maximum(outlook.price.estimate * path, _LEAST_PAID)
    service = outlook.service.estimate * mean_ahead(
        outlook.service_path, made, purchases
    )
    home, other = outlook.home, 1 - outlook.home
    orders = purchases * outlook.orders
    at_standard = home * outlook.home_price + other * outlook.other_price
    repeat = listed * home * (outlook.home_price - outlook.home_cost)
    return {
        "clv1": np.zeros_like(paid),
        "clv2": repeat - orders * outlook.standard_service,
        "clv3": listed * other * (outlook.other_price - outlook.other_cost),
        "clv4": orders * (outlook.standard_service - service),
        "clv5": np.zeros_like(paid),
        "clv6": paid - listed * at_standard,
    }


def with_referral(book: Book, parts: PartsAhead, gained: FloatArray) -> PartsAhead:
    """Add clv5: the value of new referees, and the value credited to referrers."""
    own = np.sum([values for name, values in parts.items() if name != "clv5"], axis=0)
    referrals = book.referrals
    first_day = book.first_purchase_days()
    won = first_day[referrals.referee] < NEVER
    moved = np.zeros((book.customers, 1))
    if won.any():
        referee = referrals.referee[won]
        weight = normalised_weights(referee, referrals.weight[won], book.customers)
        moved = transfers(
            (own + gained)[:, None],
            np.zeros((book.customers, 1)),
            referrer=referrals.referrer[won],
            referee=referee,
            weight=weight,
            share=referrals.share[won],
        )
    return parts | {"clv5": moved[:, 0] + gained}


def with_draws(
    outlook: Outlook, *, home: FloatArray, price: FloatArray, service: FloatArray
) -> Outlook:
    """Return the outlook as one draw has it."""
    return replace(
        outlook,
        home=home,
        price=replace(outlook.price, estimate=price),
        service=replace(outlook.service, estimate=service),
    )


def _require_prices(book: Book, occasions: Occasions) -> None:
    """Refuse list amounts that do not allow prices and costs to be estimated."""
    sold, listed = float(_sold(book, book.lines.listed).sum()), occasions.listed.sum()
    if not (sold > 0 and listed > _ROUNDING * sold):
        raise NotEnoughDataError(
            needed="a list amount above 0 that was sold, and not returned, to 'as_of'",
            got="none",
            remedy="Pass a later 'as_of', or the list amounts of the lines.",
        )
    paid = float(occasions.paid.sum() / listed)
    if paid < _LEAST_PAID:
        raise NotEnoughDataError(
            needed=f"revenue of at least {_LEAST_PAID:.0%} of the list amount",
            got=f"{paid:.2%}",
            remedy="Pass lines with amounts paid: gifts alone give no price.",
        )


def _own(
    book: Book, occasions: Occasions, amount: FloatArray, base: FloatArray
) -> tuple[Credibility, FloatArray]:
    """Return a customer's own rate at the level of a first purchase, and its path."""
    turn = turns(occasions.customer)
    path = learning_path(turn, amount, base)
    weight = base * path[np.minimum(turn, path.size - 1)]
    known = weight > 0
    own = credibility(
        occasions.customer[known],
        amount[known] / weight[known],
        weight[known],
        book.customers,
    )
    return own, path


def _mix(
    book: Book,
    occasions: Occasions,
    presences: Presences,
    *,
    shares: CategoryShares,
    standards: Standards,
    day: int,
    cross_sell: CrossSell,
) -> dict[str, FloatArray]:
    """Weigh the categories of each customer: posterior share times list amount."""
    width = len(book.categories)
    alpha, amount = _by_code(book, presences, shares)
    price = 1 - standards.discount_depth(np.full(width, day + 1), np.arange(width))
    goods = _cost_ratio(book)
    who, what = presences.customer, presences.category
    home = _at_home(book, occasions, presences, cross_sell)
    met = presences.count + alpha[what]
    everywhere = np.bincount(who[home], minlength=book.customers) == np.count_nonzero(
        alpha
    )

    def weighed(factor: FloatArray) -> tuple[FloatArray, FloatArray]:
        value = amount * factor
        inside = totals(who[home], (met * value[what])[home], book.customers)
        presumed = totals(who[home], (alpha * value)[what][home], book.customers)
        bought = (presences.count * value[what])[~home]
        seen = totals(who[~home], bought, book.customers)
        return inside, np.where(everywhere, 0.0, seen + alpha @ value - presumed)

    inside, outside = weighed(np.ones(width))
    home_price, other_price = weighed(price)
    home_cost, other_cost = weighed(goods)
    return {
        "home": _ratio(inside, inside + outside),
        "alike": totals(who, presences.count.astype(float), book.customers)
        + alpha.sum(),
        "home_price": _ratio(home_price, inside),
        "other_price": _ratio(other_price, outside),
        "home_cost": _ratio(home_cost, inside),
        "other_cost": _ratio(other_cost, outside),
    }


def _at_home(
    book: Book, occasions: Occasions, presences: Presences, cross_sell: CrossSell
) -> np.ndarray:
    """Return which pairs of customer and category count as home from now on."""
    if cross_sell == "first_only":
        return np.ones(presences.customer.size, dtype=bool)
    lines, width = book.lines, len(book.categories)
    first_day = book.first_purchase_days()
    first = occasions.day[occasions.line] == first_day[lines.customer]
    key = lines.customer * width + lines.category
    return members_of(presences.customer * width + presences.category, key[first])


def _by_code(
    book: Book, presences: Presences, shares: CategoryShares
) -> tuple[FloatArray, FloatArray]:
    at = {name: code for code, name in enumerate(shares.categories)}
    alpha = np.zeros(len(book.categories))
    amount = np.zeros(len(book.categories))
    needed = set(np.unique(presences.category).tolist())
    for code, name in enumerate(book.categories):
        if str(name) in at:
            alpha[code] = shares.concentration[at[str(name)]]
            amount[code] = shares.list_amount[at[str(name)]]
        elif code in needed:
            raise InvalidValueError(
                subject="argument 'shares'",
                found=f"no share of category {name!r}, which the ledger has",
                remedy="Fit the shares to this ledger.",
            )
    if not alpha @ amount > 0:
        raise InvalidValueError(
            subject="argument 'shares'",
            found="no list amount above 0 in the categories of the ledger",
            remedy="Fit the shares to this ledger.",
        )
    return alpha, amount


def _cost_ratio(book: Book) -> FloatArray:
    """Return cost per list amount of what was sold; the company's where none was."""
    cost, listed = _sold(book, book.lines.cost), _sold(book, book.lines.listed)
    return np.where(listed > 0, _ratio(cost, listed), cost.sum() / listed.sum())


def _sold(book: Book, amount: FloatArray) -> FloatArray:
    """Sum the sales by category, as the list amounts of the shares are summed."""
    sold = ~book.lines.returned
    return totals(book.lines.category[sold], amount[sold], len(book.categories))


def _ratio(part: FloatArray, whole: FloatArray) -> FloatArray:
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)
