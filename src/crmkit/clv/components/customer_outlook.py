"""Each customer's shares, prices and costs at ``as_of``, which divide value ahead."""

from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from ...errors import NotEnoughDataError
from ...kernels.value.component_identity import NEVER, totals
from ...kernels.value.credibility import Credibility, credibility
from ...kernels.value.rate_by_tenure import learning_path, mean_ahead, turns
from ...kernels.value.referral import normalised_weights, transfers
from ...ledger import Book
from ...typing import FloatArray, IntArray
from .category_shares import (
    CategoryShares,
    compositions_of,
    net_of_returns,
    shares_of,
    usual_prices,
)
from .customer_mix import Mix, customer_mix, goods_ratio
from .customer_occasions import History, Occasions, history_of, occasions_of
from .ledger_flows import CrossSell
from .reference_arrays import Standards

__all__ = [
    "Outlook",
    "PartsAhead",
    "look_ahead",
    "parts_ahead",
    "rows_of",
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
    occasions
        The days on which customers bought.
    reference_price
        Of each category: what a new customer pays of the list amount.
    mix
        Home and other categories in the next purchases.
    price, goods, service
        The customer's own paid share of the usual price, cost of goods relative to the
        usual one of the categories, and cost to serve an order, at the level of a first
        purchase, shrunk.
    price_path, goods_path, service_path
        Their change with the number of purchases, relative to the first.
    usual_per_receipts
        The usual price of all that was bought, per unit of what was paid for it.
    orders
        Orders per occasion, over the company.
    standard_service, standard_acquisition
        The standards for what comes after ``as_of``.
    """

    book: Book
    history: History
    occasions: Occasions
    reference_price: FloatArray
    mix: Mix
    price: Credibility
    goods: Credibility
    service: Credibility
    price_path: FloatArray
    goods_path: FloatArray
    service_path: FloatArray
    usual_per_receipts: float
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
    _require_prices(book, occasions)
    compositions = compositions_of(book, occasions)
    known = shares_of(book, occasions, compositions) if shares is None else shares
    after = np.array([day + 1])
    mix = customer_mix(
        book,
        occasions,
        compositions,
        shares=known,
        standards=standards,
        day=day,
        cross_sell=cross_sell,
    )
    # Prices are held against what is usual in the categories bought, so that a change
    # of categories is not taken for a change of price, whatever the references are.
    price, price_path = _own(book, occasions, occasions.paid, compositions.usual)
    usual_goods = _usual_goods(book, occasions)
    cost = totals(occasions.line, book.lines.cost, occasions.customer.size)
    goods, goods_path = _own(book, occasions, cost, usual_goods)
    service, service_path = _own(book, occasions, occasions.service, occasions.orders)
    return Outlook(
        book=book,
        history=history_of(book, occasions, day, unit_days),
        occasions=occasions,
        reference_price=1
        - standards.discount_depth(
            np.full(len(book.categories), day + 1), np.arange(len(book.categories))
        ),
        mix=mix,
        price=price,
        goods=goods,
        service=service,
        price_path=price_path,
        goods_path=goods_path,
        service_path=service_path,
        usual_per_receipts=float(compositions.usual.sum() / occasions.paid.sum()),
        orders=float(occasions.orders.mean()),
        standard_service=float(standards.service_cost(after)[0]),
        standard_acquisition=float(standards.acquisition_cost(after)[0]),
    )


def parts_ahead(
    outlook: Outlook,
    purchases: FloatArray,
    spend: FloatArray,
    *,
    certain: bool = False,
) -> PartsAhead:
    """Divide purchases and spend into the parts; the sum is the forecast.

    The purchases are what is expected, or with ``certain`` what came in one future.
    """
    paid = purchases * spend
    made = outlook.history.frequency + 1
    # Few of many customers make most purchases, and go further along a path than a mean
    # customer would: of n purchases the mean place is E[n(n - 1)] / 2 E[n], which is
    # this for a negative binomial whose shape is the number of purchases made.
    span = purchases if certain else 1 + purchases * (1 + 1 / made)

    def ahead(own: Credibility, path: FloatArray) -> FloatArray:
        found: FloatArray = own.estimate * mean_ahead(path, made, span)
        return found

    mix = outlook.mix
    usual = paid / np.maximum(ahead(outlook.price, outlook.price_path), _LEAST_PAID)
    usual *= _balance(outlook, spend)
    service = ahead(outlook.service, outlook.service_path)
    goods = usual * mix.cost * ahead(outlook.goods, outlook.goods_path)
    other = 1 - mix.home
    if mix.fading:
        # Each new category bought is home for the purchases after it.
        other = other * mix.alike / (mix.alike + purchases / 2)
    home = 1 - other
    orders = purchases * outlook.orders
    home_price, other_price = home * mix.home_price, other * mix.other_price
    home_goods, other_goods = home * mix.home_cost, other * mix.other_cost
    split = home_goods + other_goods
    # All goods together depend on no definition of home, so that the sum does not.
    at_home = np.divide(home_goods, split, out=home.copy(), where=split > 0)
    return {
        "clv1": np.zeros_like(paid),
        "clv2": usual * home_price
        - goods * at_home
        - orders * outlook.standard_service,
        "clv3": usual * other_price - goods * (1 - at_home),
        "clv4": orders * (outlook.standard_service - service),
        "clv5": np.zeros_like(paid),
        "clv6": paid - usual * (home_price + other_price),
    }


def _balance(outlook: Outlook, spend: FloatArray) -> float:
    """Return the factor by which past receipts over price levels give usual prices.

    The mean of an inverse exceeds the inverse of a mean: where spend is nearly the same
    for all and price levels differ, receipts over price levels come out too large.
    """
    there = outlook.history.bought
    made = (outlook.history.frequency + 1)[there]
    path = mean_ahead(outlook.price_path, np.zeros(made.size), made)
    level = np.maximum(outlook.price.estimate[there] * path, _LEAST_PAID)
    receipts = made * spend[there]
    expected = float((receipts / level).sum())
    if not expected > 0:
        return 1.0
    return outlook.usual_per_receipts * float(receipts.sum()) / expected


def _usual_goods(book: Book, occasions: Occasions) -> FloatArray:
    lines, usual = book.lines, usual_prices(book)
    usual = usual * goods_ratio(book, usual)
    value, size = lines.listed * usual[lines.category], occasions.customer.size
    return net_of_returns(
        totals(occasions.line, value, size), totals(occasions.line, abs(value), size)
    )


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
        mix=replace(outlook.mix, home=home),
        price=replace(outlook.price, estimate=price),
        service=replace(outlook.service, estimate=service),
    )


def rows_of(outlook: Outlook, at: IntArray) -> Outlook:
    """Return the outlook of some customers; what is common to all stays."""

    def some(own: Credibility) -> Credibility:
        return replace(own, estimate=own.estimate[at], variance=own.variance[at])

    history, mix = outlook.history, outlook.mix
    return replace(
        outlook,
        history=History(
            bought=history.bought[at],
            frequency=history.frequency[at],
            recency=history.recency[at],
            T=history.T[at],
            monetary_value=history.monetary_value[at],
        ),
        mix=Mix(
            home=mix.home[at],
            alike=mix.alike[at],
            fading=mix.fading,
            home_price=mix.home_price[at],
            other_price=mix.other_price[at],
            home_cost=mix.home_cost[at],
            other_cost=mix.other_cost[at],
            cost=mix.cost[at],
        ),
        price=some(outlook.price),
        goods=some(outlook.goods),
        service=some(outlook.service),
    )


def _require_prices(book: Book, occasions: Occasions) -> None:
    """Refuse list amounts that do not allow prices and costs to be estimated."""
    gross = float(book.lines.listed[~book.lines.returned].sum())
    sold, listed = gross, occasions.listed.sum()
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
    path = learning_path(occasions.customer, turn, amount, base)
    weight = base * path[np.minimum(turn, path.size - 1)]
    known = weight > 0
    own = credibility(
        occasions.customer[known],
        amount[known] / weight[known],
        weight[known],
        book.customers,
    )
    return own, path
