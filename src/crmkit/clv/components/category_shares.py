"""The shares of categories in a customer's purchases, and their variation."""

from dataclasses import dataclass

import numpy as np

from ..._check import instance, positive
from ..._dates import day_number
from ...errors import InvalidValueError, NotEnoughDataError
from ...fits import JsonResult, checked
from ...kernels.value.component_identity import totals
from ...kernels.value.compositions import presumed_purchases
from ...ledger import Book, Ledger
from ...typing import Day, FloatArray, IntArray, IntoDataFrameT
from .customer_occasions import Occasions, occasions_of

__all__ = [
    "CategoryShares",
    "Compositions",
    "compositions_of",
    "fit_category_shares",
    "net_of_returns",
    "shares_of",
    "usual_prices",
]

_ROUNDING = 1e-9
_LEAST_PRICE = 0.01  # of list: a category given away still has a price


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class CategoryShares(JsonResult):
    """What customers' purchases consist of before anything is known of one of them.

    Attributes
    ----------
    categories
        Their names, as text.
    concentration
        How many purchases to presume of each category, in addition to those seen: the
        larger their sum, the more alike customers are.

    Examples
    --------
    >>> shares = CategoryShares(categories=("tea", "cups"), concentration=(3.0, 1.0))
    >>> CategoryShares.from_dict(shares.to_dict()) == shares
    True
    """

    categories: tuple[str, ...]
    concentration: tuple[float, ...]

    def __post_init__(self) -> None:
        if len(self.categories) != len(self.concentration):
            raise InvalidValueError(
                subject="the category shares",
                found="columns of unequal length",
                remedy="Give each category a concentration.",
            )
        if len(set(self.categories)) < len(self.categories):
            raise InvalidValueError(
                subject="the category shares",
                found="a category named twice",
                remedy="Give each category one concentration.",
            )
        for value in self.concentration:
            positive("concentration", value)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Compositions:
    """What each occasion consists of: one row per occasion and category.

    Attributes
    ----------
    occasion, category
        Of each row, ascending.
    amount
        Usual price of what was bought of the category, less returns, at least 0.
    share
        Its share of the occasion.
    usual
        Of each occasion: the usual price of all of it, less returns.
    """

    occasion: IntArray
    category: IntArray
    amount: FloatArray
    share: FloatArray
    usual: FloatArray


def usual_prices(book: Book) -> FloatArray:
    """Return what customers pay of the list amount, by category, over the log."""
    lines, width = book.lines, len(book.categories)
    sold = ~lines.returned
    paid = totals(lines.category[sold], lines.paid[sold], width)
    listed = totals(lines.category[sold], lines.listed[sold], width)
    overall = float(paid.sum() / listed.sum()) if listed.sum() > 0 else 1.0
    ratio = np.divide(paid, listed, out=np.full(width, overall), where=listed > 0)
    prices: FloatArray = np.maximum(ratio, _LEAST_PRICE)
    return prices


def compositions_of(book: Book, occasions: Occasions) -> Compositions:
    """Divide the usual price of each occasion over the categories."""
    lines, width = book.lines, len(book.categories)
    usual = lines.listed * usual_prices(book)[lines.category]
    cells, at = np.unique(occasions.line * width + lines.category, return_inverse=True)
    amount = net_of_returns(
        totals(at, usual, cells.size), totals(at, abs(usual), cells.size)
    )
    occasion = cells // width
    whole = totals(occasion, amount, occasions.customer.size)[occasion]
    share = np.divide(amount, whole, out=np.zeros_like(amount), where=whole > 0)
    return Compositions(
        occasion=occasion,
        category=cells % width,
        amount=amount,
        share=share,
        usual=net_of_returns(
            totals(occasions.line, usual, occasions.customer.size),
            totals(occasions.line, abs(usual), occasions.customer.size),
        ),
    )


def net_of_returns(amount: FloatArray, moved: FloatArray) -> FloatArray:
    """Return amounts of at least 0; what rounding leaves of a full return is 0."""
    return np.where(amount > _ROUNDING * moved, amount, 0.0)


def fit_category_shares(
    ledger: Ledger[IntoDataFrameT], *, as_of: Day
) -> CategoryShares:
    """Fit the shares of categories in customers' purchases.

    Parameters
    ----------
    ledger
        The company's ledger.
    as_of
        The last day seen, inclusive.

    Returns
    -------
    CategoryShares
        By category, how many purchases to presume of a customer: the mean composition,
        times the ratio of the variance within customers to that between them (Buhlmann
        and Straub 1970). An occasion counts once, however many lines it has.

    Raises
    ------
    NotEnoughDataError
        If the ledger has no sale up to ``as_of``.

    Examples
    --------
    >>> import numpy as np
    >>> from crmkit.clv import fit_category_shares
    >>> from crmkit.datasets.simulated_company import simulate_company
    >>> ledger = simulate_company(customers=500, rng=np.random.default_rng(1))
    >>> fit_category_shares(ledger, as_of="2023-12-31").categories
    ('books', 'games', 'music', 'paper', 'toys')
    """
    book = instance("ledger", ledger, Ledger).book.until(day_number("as_of", as_of))
    occasions = occasions_of(book)
    return shares_of(book, occasions, compositions_of(book, occasions))


def shares_of(
    book: Book, occasions: Occasions, compositions: Compositions
) -> CategoryShares:
    """Fit the shares of a book."""
    there = compositions.amount > 0
    if not there.any():
        raise NotEnoughDataError(
            needed="at least one sale up to 'as_of'",
            got="none",
            remedy="Pass a later 'as_of'.",
        )
    valued = np.unique(compositions.occasion[there])
    presumed = presumed_purchases(
        occasions.customer[compositions.occasion[there]],
        compositions.category[there],
        compositions.share[there],
        np.bincount(occasions.customer[valued], minlength=book.customers),
        len(book.categories),
    )
    sold = np.flatnonzero(presumed > 0)
    return CategoryShares(
        categories=tuple(str(book.categories[at]) for at in sold),
        concentration=tuple(presumed[sold].tolist()),
    )
