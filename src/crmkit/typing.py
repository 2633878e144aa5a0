"""Types of public signatures: arrays, policies, column names and model protocols."""

import datetime as dt
from dataclasses import dataclass, fields
from typing import Any, Final, Literal, Protocol, TypeAlias

import numpy as np
from narwhals.stable.v2.typing import (
    IntoDataFrame,
    IntoDataFrameT,
    IntoFrame,
    IntoFrameT,
)
from numpy.typing import ArrayLike, NDArray

from .errors import InvalidTypeError, InvalidValueError, shown

__all__ = [
    "HISTORY",
    "BoolArray",
    "Day",
    "FloatArray",
    "Grain",
    "HistoryColumns",
    "IntArray",
    "IntoDataFrame",
    "IntoDataFrameT",
    "IntoFrame",
    "IntoFrameT",
    "Link",
    "Missing",
    "PauseModel",
    "ProbabilityEstimator",
    "Progress",
    "PurchaseModel",
    "Refunds",
    "SpendModel",
    "SurvivalModel",
    "TimeUnit",
]

FloatArray: TypeAlias = NDArray[np.float64]
IntArray: TypeAlias = NDArray[np.int64]
BoolArray: TypeAlias = NDArray[np.bool_]

# A day: a date, a datetime (its local day) or an ISO-8601 text.
Day: TypeAlias = dt.date | str
# The calendar period that makes one purchase occasion, and the ruler of time.
Grain: TypeAlias = Literal["day", "week", "month", "quarter", "year"]
TimeUnit: TypeAlias = Literal["day", "week", "month", "quarter", "year"]
# The scale on which covariates add up to a hazard.
Link: TypeAlias = Literal["logit", "cloglog"]
# What to do with amounts below zero, and with values that are missing.
# A function that supports fewer of these names its own Literal.
Refunds: TypeAlias = Literal["error", "drop", "net", "cancel"]
Missing: TypeAlias = Literal["error", "drop", "keep"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnNames:
    """Names of columns: each a text, none empty, no two alike.

    A wrong name is refused when the names are built, where it was written, and not by
    the first function that reads a frame with them. A field whose default is None may
    be None: the frame has no such column.
    """

    def __post_init__(self) -> None:
        """Refuse names that no column can have, and one name for two columns.

        Raises
        ------
        InvalidTypeError
            If a name is not a text.
        InvalidValueError
            If a name is empty, or two fields share a name.
        """
        field_of: dict[str, str] = {}
        for field in fields(self):
            name = getattr(self, field.name)
            if name is None and field.default is None:
                continue
            subject = f"field {field.name!r} of {type(self).__name__}"
            if not isinstance(name, str):
                raise InvalidTypeError(
                    subject=subject,
                    expected="the name of a column",
                    got=f"{type(name).__name__} {shown(name)}",
                    remedy="Pass the name as a text.",
                )
            if not name:
                raise InvalidValueError(
                    subject=subject,
                    found="empty text",
                    remedy="Pass the name of a column.",
                )
            if name in field_of:
                raise InvalidValueError(
                    subject=subject,
                    found=f"name {shown(name)} that {field_of[name]!r} has too",
                    remedy="Name a different column for each field.",
                )
            field_of[name] = field.name


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryColumns(ColumnNames):
    """The names of the columns that hold a customer's purchase history.

    Every function that reads a history takes it as ``columns=``. The defaults are the
    names that ``rfm_summary`` writes.

    Attributes
    ----------
    frequency
        Number of repeat purchase occasions.
    recency
        Time from the first to the last purchase.
    T
        Time from the first purchase to the end of observation.
    monetary_value
        Mean amount of a repeat purchase occasion; read where money is needed.
    customer_id
        Who the row is about; errors name the customer by it where it is present.
    margin, discount_rate
        Each customer's own share of an amount that is profit, and own rate per unit of
        ``T``; None where one ``margin=`` and one ``discount_rate=`` hold for all. Read
        by the functions that value customers.

    Raises
    ------
    InvalidTypeError
        If a name is not a text.
    InvalidValueError
        If a name is empty, or two fields share a name.

    Examples
    --------
    >>> HistoryColumns(frequency="x", recency="t_x").history
    ('x', 't_x', 'T')
    """

    frequency: str = "frequency"
    recency: str = "recency"
    T: str = "T"
    monetary_value: str = "monetary_value"
    customer_id: str = "customer_id"
    margin: str | None = None
    discount_rate: str | None = None

    @property
    def history(self) -> tuple[str, str, str]:
        """The three columns a purchase model reads, in the order of its arguments."""
        return self.frequency, self.recency, self.T

    @property
    def spend(self) -> tuple[str, str]:
        """The two columns a spend model reads, in the order of its arguments."""
        return self.frequency, self.monetary_value

    @property
    def terms(self) -> tuple[str, ...]:
        """The columns of each customer's own margin and rate, those that are named."""
        named = (self.margin, self.discount_rate)
        return tuple(name for name in named if name is not None)


# The default of every ``columns=``: the names that ``rfm_summary`` writes.
HISTORY: Final = HistoryColumns()


class PurchaseModel(Protocol):
    """A model with the probability to be active and the expected purchases.

    The three numbers of a customer are ``frequency`` (repeat occasions), ``recency``
    (first to last purchase) and ``T`` (first purchase to the end of observation);
    ``horizon`` and ``discount_rate`` are in the unit of ``T``.
    """

    def probability_alive(
        self, frequency: ArrayLike, recency: ArrayLike, T: ArrayLike
    ) -> FloatArray:
        """Return the probability that each customer is still active at ``T``."""
        ...

    def expected_purchases(
        self,
        frequency: ArrayLike,
        recency: ArrayLike,
        T: ArrayLike,
        *,
        horizon: float,
    ) -> FloatArray:
        """Return the expected purchases in ``(T, T + horizon]``."""
        ...

    def discounted_expected_purchases(
        self,
        frequency: ArrayLike,
        recency: ArrayLike,
        T: ArrayLike,
        *,
        horizon: float,
        discount_rate: float,
    ) -> FloatArray:
        """Return the purchases in ``(T, T + horizon]``, discounted to ``T``."""
        ...


class Progress(Protocol):
    """Is told how far long work has come; functions that take it are silent without.

    It is called before the first step, with ``done`` 0, and after every step, in the
    thread that works. An error that it raises stops the work: a way to cancel.

    Examples
    --------
    >>> def show(done: int, total: int) -> None:
    ...     print(f"{done} of {total}")
    >>> show(1, 4)
    1 of 4
    """

    def __call__(self, done: int, total: int) -> object:
        """Take the number of steps that are done, and of all steps."""
        ...


class PauseModel(Protocol):
    """A model with the probability of a number of purchases.

    The fitted purchase models of ``crmkit.clv`` do.
    """

    def probability_of_n_purchases(
        self,
        frequency: ArrayLike,
        recency: ArrayLike,
        T: ArrayLike,
        *,
        n: int,
        horizon: float,
    ) -> FloatArray:
        """Return the probability of exactly ``n`` purchases in ``(T, T + horizon]``."""
        ...


class ProbabilityEstimator(Protocol):
    """Anything with scikit-learn's ``fit`` and ``predict_proba``."""

    def fit(self, X: Any, y: Any) -> Any:  # noqa: ANN401 - scikit-learn has no types
        """Learn from features and outcomes."""
        ...

    @property
    def predict_proba(self) -> Any:  # noqa: ANN401 - a pipeline's is a descriptor
        """Take features, and return the probability of each class."""
        ...


class SpendModel(Protocol):
    """A model with the expected amount of a purchase occasion of a customer."""

    def expected_spend(
        self, frequency: ArrayLike, monetary_value: ArrayLike
    ) -> FloatArray:
        """Return the expected mean amount of the next occasions of a customer."""
        ...


class SurvivalModel(Protocol):
    """A model with the probability that a customer stays longer than a time."""

    def survival_table(self, customers: IntoFrame, times: ArrayLike) -> FloatArray:
        """Return S(t) from the start of a customer: a row each, a column per time."""
        ...
