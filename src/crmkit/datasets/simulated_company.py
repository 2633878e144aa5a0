"""A company that never was: every table of a ledger, from a seed."""

from dataclasses import dataclass

import numpy as np

from .._check import random_source, whole
from ..ledger import Ledger
from ..typing import BoolArray, FloatArray, IntArray, IntoDataFrame
from .backend import MOST_SIMULATED, Backend, Column, from_columns

__all__ = ["simulate_company"]

_FIRST_DAY = np.datetime64("2022-01-01", "D").astype(np.int64)
_CATEGORIES = np.array(["books", "games", "music", "paper", "toys"])
_COST = np.array([0.55, 0.70, 0.40, 0.30, 0.60])  # of list price
_CHANNELS = np.array(["shop", "web", "phone"])
_REGIONS = np.array(["north", "south", "east", "west"])


def simulate_company(
    *, customers: int, rng: np.random.Generator, backend: Backend = "pandas"
) -> Ledger[IntoDataFrame]:
    """Simulate two years of a company with everything a ledger can hold.

    About ten lines a customer in five categories, discounts, free goods, partial and
    full returns, several orders on the first day, a cost to serve that falls with
    experience, acquisition costs, and referrals: chains of any depth, some customers
    with two referrers, some who would have come anyway. All money is in whole cents.

    Parameters
    ----------
    customers
        How many customers there are.
    rng
        The source of randomness: the same seed gives the same company.
    backend
        The library of the frames.

    Returns
    -------
    Ledger
        Lines (with ``channel``), service, acquisition, referrals and customers (with
        ``region``), of 2022 and 2023.

    Examples
    --------
    >>> import numpy as np
    >>> from crmkit.datasets.simulated_company import simulate_company
    >>> simulate_company(customers=100, rng=np.random.default_rng(1))
    Ledger(100 customers, ... lines, ... service costs, ...)
    """
    count = whole("customers", customers, at_least=1, at_most=MOST_SIMULATED)
    random_source(rng)
    arrival = np.sort(rng.integers(0, 700, count))
    orders = _orders(rng, arrival)
    brought = (rng.random(count) < 0.3) & (np.arange(count) > 0)
    return Ledger(
        lines=from_columns(_lines(rng, orders, count), backend),
        service=from_columns(_service(rng, orders), backend),
        acquisition=from_columns(_acquisition(rng, arrival, brought), backend),
        referrals=from_columns(_referrals(rng, arrival, brought), backend),
        customers=from_columns(
            {
                "customer_id": np.arange(count),
                "region": rng.choice(_REGIONS, count),
            },
            backend,
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Orders:
    customer: IntArray
    day: IntArray
    turn: IntArray


def _orders(rng: np.random.Generator, arrival: IntArray) -> _Orders:
    count = arrival.size
    stay = np.minimum(rng.exponential(400, count), 729 - arrival).astype(np.int64)
    first = 1 + (rng.random(count) < 0.1)
    later = rng.poisson(rng.gamma(0.9, 0.02, count) * stay)
    customer = np.repeat(np.arange(count), first + later)
    turn = np.arange(customer.size) - np.repeat(
        np.cumsum(first + later) - first - later, first + later
    )
    repeats = turn >= first[customer]
    wait = np.floor(rng.random(customer.size) * (stay[customer] + 1)).astype(np.int64)
    day = arrival[customer] + np.where(repeats, wait, 0)
    order = np.lexsort((day, customer))
    return _Orders(customer=customer, day=day[order], turn=turn)


def _lines(rng: np.random.Generator, orders: _Orders, count: int) -> dict[str, Column]:
    size = 1 + rng.poisson(1.2, orders.day.size)
    order = np.repeat(np.arange(orders.day.size), size)
    customer = orders.customer[order]
    taste = rng.integers(0, _COST.size, count)[customer]
    strays = rng.random(order.size) < 0.3
    category = np.where(strays, rng.integers(0, _COST.size, order.size), taste)
    listed = np.round(rng.lognormal(3.0, 0.7, order.size), 2)
    bargains = rng.beta(2, 6, count)[customer]
    depth = np.where(rng.random(order.size) < 0.4, bargains, 0.0)
    free = rng.random(order.size) < 0.01
    paid = np.where(free, 0.0, np.round(listed * (1 - depth), 2))
    cost = np.round(listed * _COST[category], 2)
    back = np.flatnonzero(rng.random(order.size) < 0.04)
    part = np.where(rng.random(back.size) < 0.7, 1.0, 0.5)
    delay = rng.integers(0, 40, back.size)

    def with_returns(sold: FloatArray) -> FloatArray:
        return np.concatenate([sold, -np.round(sold[back] * part, 2)])

    row = np.concatenate([np.arange(order.size), back])
    day = orders.day[order][row]
    day[order.size :] = np.minimum(day[order.size :] + delay, 729)
    returned = np.arange(row.size) >= order.size
    channel = rng.choice(_CHANNELS, orders.day.size, p=[0.5, 0.4, 0.1])[order]
    return {
        "line_id": np.arange(row.size),
        "customer_id": customer[row],
        "order_id": order[row],
        "date": _dates(day),
        "category": _CATEGORIES[category][row].astype(object),
        "list_amount": with_returns(listed),
        "paid_amount": with_returns(paid),
        "cost_amount": with_returns(cost),
        "return_of": np.where(returned, row, np.nan),
        "channel": channel[row].astype(object),
    }


def _service(rng: np.random.Generator, orders: _Orders) -> dict[str, Column]:
    usual = 2.0 + 3.0 / (1 + orders.turn)
    amount = np.round(usual * rng.gamma(8, 1 / 8, orders.day.size), 2)
    return {
        "customer_id": orders.customer,
        "date": _dates(orders.day),
        "kind": np.full(orders.day.size, "handling", dtype=object),
        "amount": amount,
    }


def _acquisition(
    rng: np.random.Generator, arrival: IntArray, brought: BoolArray
) -> dict[str, Column]:
    paid = np.flatnonzero(rng.random(arrival.size) < 0.9)
    mean = np.where(brought, 4.0, 18.0)[paid]
    return {
        "customer_id": paid,
        "date": _dates(arrival[paid]),
        "amount": np.round(mean * rng.gamma(6, 1 / 6, paid.size), 2),
    }


def _referrals(
    rng: np.random.Generator, arrival: IntArray, brought: BoolArray
) -> dict[str, Column]:
    referee = np.flatnonzero(brought)
    first = np.floor(rng.random(referee.size) * referee).astype(np.int64)
    other = np.floor(rng.random(referee.size) * referee).astype(np.int64)
    two = (rng.random(referee.size) < 0.15) & (other != first)
    referrer = np.concatenate([first, other[two]])
    referee = np.concatenate([referee, referee[two]])
    return {
        "referrer_id": referrer,
        "referee_id": referee,
        "date": _dates(arrival[referee]),
        "share": np.round(rng.beta(2, 3, referee.size), 2),
        "incremental": rng.random(referee.size) < 0.85,
        "weight": 1.0 + rng.integers(0, 3, referee.size),
        "reward": np.where(rng.random(referee.size) < 0.5, 5.0, 0.0),
    }


def _dates(day: IntArray) -> Column:
    return (day + _FIRST_DAY).astype("datetime64[D]")
