"""The shares of categories in a customer's purchases, and their variation."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..._check import instance, nonnegative_array, positive
from ..._dates import day_number
from ...errors import ConvergenceError, InvalidValueError, NotEnoughDataError
from ...fits import checked, from_document, to_document
from ...kernels.value import dirichlet_multinomial
from ...kernels.value.component_identity import totals
from ...ledger import Book, Ledger
from ...typing import Day, FloatArray, IntArray, IntoDataFrameT
from .customer_occasions import Occasions, occasions_of

__all__ = [
    "CategoryShares",
    "Presences",
    "fit_category_shares",
    "presences_of",
    "shares_of",
]


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class CategoryShares:
    """A Dirichlet distribution of the categories of a customer's next purchases.

    Attributes
    ----------
    categories
        Their names, as text.
    concentration
        The prior number of purchases of each category: the larger their sum, the more
        alike customers are.
    list_amount
        Mean list amount of a category in an occasion that holds it.
    log_likelihood
        The log-likelihood of the fit; None for shares stated by hand.

    Examples
    --------
    >>> shares = CategoryShares(
    ...     categories=("tea", "cups"), concentration=(3.0, 1.0),
    ...     list_amount=(20.0, 40.0),
    ... )
    >>> CategoryShares.from_dict(shares.to_dict()) == shares
    True
    """

    categories: tuple[str, ...]
    concentration: tuple[float, ...]
    list_amount: tuple[float, ...]
    log_likelihood: float | None = None

    def __post_init__(self) -> None:
        if not (
            len(self.categories) == len(self.concentration) == len(self.list_amount)
        ):
            raise InvalidValueError(
                subject="the category shares",
                found="columns of unequal length",
                remedy="Give each category a concentration and a list amount.",
            )
        if len(set(self.categories)) < len(self.categories):
            raise InvalidValueError(
                subject="the category shares",
                found="a category named twice",
                remedy="Give each category one concentration and one list amount.",
            )
        for value in self.concentration:
            positive("concentration", value)
        nonnegative_array("list_amount", self.list_amount)

    def to_dict(self) -> dict[str, object]:
        """Return the shares as a JSON document."""
        return to_document(self)

    @classmethod
    def from_dict(cls, document: Mapping[str, object]) -> "CategoryShares":
        """Build the shares from their JSON document."""
        return from_document(cls, document)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Presences:
    """The number of occasions of each customer and category, where there are any."""

    customer: IntArray
    category: IntArray
    count: IntArray


def presences_of(book: Book, occasions: Occasions) -> Presences:
    """Count the occasions of every pair of customer and category with a purchase."""
    lines, width = book.lines, len(book.categories)
    sold = ~lines.returned
    met = np.unique(occasions.line[sold] * width + lines.category[sold])
    pair = occasions.customer[met // width] * width + met % width
    keys, count = np.unique(pair, return_counts=True)
    return Presences(customer=keys // width, category=keys % width, count=count)


def fit_category_shares(
    ledger: Ledger[IntoDataFrameT], *, as_of: Day
) -> CategoryShares:
    """Fit the shares of categories in customers' occasions.

    Parameters
    ----------
    ledger
        The company's ledger.
    as_of
        The last day seen, inclusive.

    Returns
    -------
    CategoryShares
        The Dirichlet-multinomial of the number of occasions per customer and category,
        by maximum likelihood.

    Raises
    ------
    NotEnoughDataError
        If the ledger has no sale up to ``as_of``.
    ConvergenceError
        If the search did not reach an optimum.

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
    return shares_of(book, presences_of(book, occasions_of(book)))


def shares_of(book: Book, presences: Presences) -> CategoryShares:
    """Fit the shares of a book."""
    if not presences.customer.size:
        raise NotEnoughDataError(
            needed="at least one sale up to 'as_of'",
            got="none",
            remedy="Pass a later 'as_of'.",
        )
    sold = np.unique(presences.category)
    code = np.searchsorted(sold, presences.category)
    met = np.bincount(code, presences.count)
    names = tuple(str(book.categories[at]) for at in sold)
    amounts = tuple((_listed(book)[sold] / met).tolist())
    if sold.size == 1:
        return CategoryShares(
            categories=names, concentration=(1.0,), list_amount=amounts
        )
    total = np.bincount(presences.customer, presences.count).astype(np.int64)
    data = dirichlet_multinomial.Counts(code, presences.count, total)
    optimum = dirichlet_multinomial.fit(data)
    alpha = np.exp(optimum.parameters)
    shares = CategoryShares(
        categories=names,
        concentration=tuple(alpha.tolist()),
        list_amount=amounts,
        log_likelihood=dirichlet_multinomial.log_likelihood(alpha, data)[0],
    )
    if not optimum.converged:
        message = f"the category shares did not converge: {optimum.message}"
        raise ConvergenceError(message, fit=shares)
    return shares


def _listed(book: Book) -> FloatArray:
    lines = book.lines
    sold = ~lines.returned
    return totals(lines.category[sold], lines.listed[sold], len(book.categories))
