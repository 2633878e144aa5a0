"""How quantities respond to a product's own price, and what a change would bring."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

from ..._check import HUGE, fraction, nonnegative, rate, typed
from ..._frames import (
    EagerFrame,
    Frame,
    Rule,
    group_rows,
    id_rules,
    number_rules,
    numbers,
    read_eager,
    refuse,
    require_ids,
    require_numbers,
    with_scores,
)
from ...errors import ConvergenceError, NotEnoughDataError
from ...fits import Interval, JsonResult, checked
from ...kernels.campaigns.price_elasticity import elasticity, informative
from ...typing import FloatArray, IntoDataFrame, IntoFrameT

__all__ = ["PriceResponse", "fit_price_response"]

_VARIED = 1e-8  # variance of the logarithm of prices: a hundredth of a percent


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class PriceResponse(JsonResult):
    """How many percent the quantity changes if the price rises by one percent.

    Attributes
    ----------
    elasticity
        The percentage; below -1 a higher price lowers revenue.
    standard_error
        Its standard error, with customers as units.
    n_rows, n_customers, n_products
        What it was learned from.
    price_variation
        The standard deviation of the logarithm of price that is left within customers
        and products: .1 means that prices varied by about 10%.

    Examples
    --------
    >>> response = PriceResponse(
    ...     elasticity=-1.5, standard_error=0.1, n_rows=900, n_customers=300,
    ...     n_products=4, price_variation=0.12,
    ... )
    >>> lower, upper = response.interval()
    >>> round(lower, 2), round(upper, 2)
    (-1.7, -1.3)
    """

    elasticity: float
    standard_error: float
    n_rows: int
    n_customers: int
    n_products: int
    price_variation: float

    def interval(self, *, level: float = 0.95) -> Interval:
        """Return the interval of the elasticity, by Student's t over customers."""
        inside = fraction("level", level)
        half = float(stdtrit(self.n_customers - 1, 0.5 + inside / 2))
        half *= self.standard_error
        return Interval(
            lower=self.elasticity - half, upper=self.elasticity + half, level=inside
        )

    @typed
    def with_price_change(
        self,
        customers: IntoFrameT,
        *,
        change: float,
        revenue_col: str = "revenue",
        cost_col: str = "goods_cost",
        clv6_col: str = "clv6",
        level: float = 0.95,
    ) -> IntoFrameT:
        """Add what another price would have changed in each customer's value.

        Parameters
        ----------
        customers
            One row per customer; a lazy frame stays lazy.
        change
            The change of all prices paid: .05 is a rise of 5%.
        revenue_col, cost_col
            What the customer paid, and what the goods cost (``clv.profit_by``).
        clv6_col
            What the customer paid above the reference price (``clv.clv_components``
            without discounting).
        level
            The confidence level of the limits, from the error of the elasticity.

        Returns
        -------
        DataFrame
            The same rows with ``premium_change``, the change of clv6 (the price paid
            above the reference, at the new quantity); ``volume_change``, the margin at
            the reference price of the quantity won or lost, which is the change of clv1
            to clv3; and ``profit_change``, their sum, with ``_lower`` and ``_upper``.

        Raises
        ------
        InvalidValueError
            If an amount is missing, or a revenue or cost is negative.

        Notes
        -----
        With k = (1 + change)^elasticity, revenue R, cost C and premium P, profit
        changes by k (R (1 + change) - C) - (R - C), the premium by
        k (R (1 + change) - (R - P)) - P. One elasticity is used for all customers.

        Examples
        --------
        >>> import pandas as pd
        >>> response = PriceResponse(
        ...     elasticity=-1.0, standard_error=0.1, n_rows=900, n_customers=300,
        ...     n_products=4, price_variation=0.12,
        ... )
        >>> customers = pd.DataFrame(
        ...     {"revenue": [100.0], "goods_cost": [60.0], "clv6": [-10.0]}
        ... )
        >>> found = response.with_price_change(customers, change=0.25)
        >>> found[["premium_change", "volume_change", "profit_change"]].round(2)
           premium_change  volume_change  profit_change
        0            22.0          -10.0           12.0
        """
        up = 1 + rate("change", change)
        nonnegative("change", abs(change), at_most=HUGE)
        lower, upper = self.interval(level=level)
        # A higher elasticity may be the better or the worse end: both ends are tried.
        ends = [up**value for value in (lower, upper)]
        k = up**self.elasticity

        def profit(
            times: float, paid: FloatArray, cost: FloatArray, _: FloatArray
        ) -> FloatArray:
            return np.asarray(times * (paid * up - cost) - (paid - cost))

        def premium(paid: FloatArray, _: FloatArray, above: FloatArray) -> FloatArray:
            return np.asarray(k * (paid * up - (paid - above)) - above)

        def volume(paid: FloatArray, cost: FloatArray, above: FloatArray) -> FloatArray:
            return np.asarray((k - 1) * (paid - above - cost))

        def least(*amounts: FloatArray) -> FloatArray:
            return np.minimum(profit(ends[0], *amounts), profit(ends[1], *amounts))

        def most(*amounts: FloatArray) -> FloatArray:
            return np.maximum(profit(ends[0], *amounts), profit(ends[1], *amounts))

        keys = (revenue_col, cost_col, clv6_col)

        def rules(frame: Frame) -> list[Rule]:
            require_numbers(frame, keys)
            return [
                *number_rules(frame, revenue_col, sign="nonnegative"),
                *number_rules(frame, cost_col, sign="nonnegative"),
                *number_rules(frame, clv6_col),
            ]

        scores: dict[str, Callable[..., FloatArray]] = {
            "premium_change": premium,
            "volume_change": volume,
            "profit_change": lambda *amounts: profit(k, *amounts),
            "profit_change_lower": least,
            "profit_change_upper": most,
        }
        return with_scores(customers, keys, scores, rules=rules)


@typed
def fit_price_response(
    lines: IntoDataFrame,
    *,
    quantity_col: str = "quantity",
    price_col: str = "price",
    product_col: str = "product_id",
    customer_id_col: str = "customer_id",
) -> PriceResponse:
    """Fit how the quantity responds to a product's own price.

    Each customer and each product has its own level, so that products that are cheap
    and popular, and customers who buy much and pay little, do not look like a response
    to price. What counts is how the same customer reacts when the same product changes
    its price.

    Parameters
    ----------
    lines
        One row per customer, product and occasion, such as a visit or a week. Rows with
        a quantity of 0, at the price that the customer saw, belong to it where they are
        known.
    quantity_col
        The quantity: 0 or more.
    price_col
        The price of one unit, above 0.
    product_col
        The product whose price it is.
    customer_id_col
        The customer.

    Returns
    -------
    PriceResponse
        The elasticity with its standard error.

    Raises
    ------
    InvalidValueError
        If a price is 0 or less, a quantity is negative, or a value is missing.
    NotEnoughDataError
        If prices do not vary within customers and products, or there are fewer than
        two customers.
    ConvergenceError
        If the search does not end.

    Notes
    -----
    Poisson pseudo-maximum likelihood with two sets of effects: quantities need not be
    Poisson, only their mean must follow. Standard errors are clustered by customer.

    A log of sales holds no row for who saw a price and did not buy. Without rows of
    quantity 0 the elasticity is that of the quantity *given* a purchase, which is
    nearer to 0 than that of all sales. Prices that are lowered where demand is high
    anyway, such as before holidays, or that come with a display, are not told apart
    from the response.

    References
    ----------
    Santos Silva and Tenreyro (2006), "The log of gravity", Review of Economics and
    Statistics 88, 641-658; Liang and Zeger (1986), "Longitudinal data analysis using
    generalized linear models".

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit import campaigns
    >>> lines = pd.DataFrame({
    ...     "customer_id": ["ann", "ann", "bob", "bob", "cyd", "cyd"],
    ...     "product_id": "tea", "price": [2.0, 4.0] * 3,
    ...     "quantity": [8, 4, 20, 10, 4, 2],
    ... })
    >>> round(campaigns.fit_price_response(lines).elasticity, 6)
    -1.0
    """
    names = [quantity_col, price_col]
    frame = read_eager(lines, [customer_id_col, product_col, *names])
    _refuse(frame, customer_id_col, product_col, quantity_col, price_col)
    customer, product = (
        group_rows(frame, name).codes for name in (customer_id_col, product_col)
    )
    quantity = numbers(frame, quantity_col)
    rows = informative(quantity, customer, product)
    # Numbers without holes: effects of those left out would have nothing to learn from.
    customer, product = (
        np.unique(code[rows], return_inverse=True)[1] for code in (customer, product)
    )
    n_customers = int(customer.max(initial=-1)) + 1
    if n_customers < 2:
        raise NotEnoughDataError(
            needed="2 customers or more who bought something",
            got=str(n_customers),
            remedy="Pass more lines.",
        )
    log_price = np.log(numbers(frame, price_col)[rows])
    found = elasticity(quantity[rows], log_price, customer, product)
    if found.spread < _VARIED:
        raise NotEnoughDataError(
            needed="prices that vary within customers and products",
            got="prices that each customer and product keep",
            remedy="Pass a longer log, or products whose price changed.",
        )
    response = PriceResponse(
        elasticity=found.value,
        standard_error=found.standard_error,
        n_rows=int(rows.sum()),
        n_customers=n_customers,
        n_products=int(product.max()) + 1,
        price_variation=float(np.sqrt(found.spread)),
    )
    if found.steps is None:
        message = (
            "The search for an elasticity did not end. Pass rows with quantities of 0, "
            "or drop products that were sold at one price only."
        )
        raise ConvergenceError(message, fit=response)
    return response


def _refuse(
    frame: EagerFrame, customer: str, product: str, quantity: str, price: str
) -> None:
    for name in (customer, product):
        require_ids(frame, name)
    require_numbers(frame, [quantity, price])
    refuse(
        frame,
        [
            *id_rules(frame, customer),
            *id_rules(frame, product),
            *number_rules(frame, quantity, sign="nonnegative"),
            *number_rules(frame, price, sign="positive"),
        ],
    )
