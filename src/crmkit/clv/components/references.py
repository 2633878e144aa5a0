"""The standards of new customers, which value is measured against."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ..._check import finite_array, nonnegative, nonnegative_array, number, typed
from ...errors import InvalidValueError
from ...fits import JsonResult, checked

__all__ = ["Basis", "References"]

Basis = Literal["new", "all", "given"]

_ALWAYS = "0001-01-01"
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class References(JsonResult):
    """Standard discount depth, service cost and acquisition cost, by period.

    Store them with the result: the same references decompose the same customer the
    same way next month. Fit them with :func:`fit_references`, or state them yourself
    with :meth:`from_standards`.

    Attributes
    ----------
    periods
        First day of each period, ascending, as ISO text. A day before the first has the
        first period's standards, a day after the last has the last's.
    categories
        The categories with a separate discount depth, as text.
    discount_depth
        For each period and category: 1 - paid / list of new customers.
    overall_depth
        For each period: the depth over all categories, for any category not named.
    service_cost
        For each period: the cost of serving one order of a new customer.
    acquisition_cost
        For each period: the cost of winning one customer who was not referred.
    from_itself
        For each period: true if it is estimated from its own rows, because none came
        before it.
    basis
        Whether the standard is set by new customers, by all, or was given.
    parent_weight
        The weight, in customers, of the depth over all categories to which the depth
        of a category was shrunk.
    grain
        The length of a period; None where one standard holds always.

    Examples
    --------
    >>> standards = References.from_standards(
    ...     discount_depth={"books": 0.1}, overall_depth=0.2, service_cost=3.0,
    ...     acquisition_cost=20.0,
    ... )
    >>> standards.discount_depth, standards.service_cost
    (((0.1,),), (3.0,))
    >>> References.from_dict(standards.to_dict()) == standards
    True
    """

    periods: tuple[str, ...]
    categories: tuple[str, ...]
    discount_depth: tuple[tuple[float, ...], ...]
    overall_depth: tuple[float, ...]
    service_cost: tuple[float, ...]
    acquisition_cost: tuple[float, ...]
    from_itself: tuple[bool, ...]
    basis: Basis
    parent_weight: float = 0.0
    grain: str | None = None

    def __post_init__(self) -> None:
        days = tuple(_first_day(period) for period in self.periods)
        columns = (
            self.overall_depth,
            self.service_cost,
            self.acquisition_cost,
            self.from_itself,
            self.discount_depth,
        )
        widths = {len(row) for row in self.discount_depth}
        lengths = {len(column) for column in columns}
        ordered = all(map(dt.date.__lt__, days, days[1:]))
        if (
            not days
            or lengths != {len(days)}
            or widths != {len(self.categories)}
            or not ordered
        ):
            raise InvalidValueError(
                subject="the references",
                found="rows that do not match the periods and categories",
                remedy="Give each period, in order, one value per column and category.",
            )
        nonnegative("parent_weight", self.parent_weight)
        for name in ("service_cost", "acquisition_cost"):
            nonnegative_array(name, getattr(self, name))
        for name in ("overall_depth", "discount_depth"):
            depth = finite_array(name, np.asarray(getattr(self, name)))
            if depth.max(initial=0.0) > 1 + _ROUNDING:
                raise InvalidValueError(
                    subject=f"argument {name!r}",
                    found=f"a depth of {float(depth.max())!r}, above 1",
                    remedy="Depth is 1 - paid / list: 0.1 for 10% off.",
                )

    @classmethod
    @typed
    def from_standards(
        cls,
        *,
        discount_depth: float | Mapping[str, float] = 0.0,
        overall_depth: float | None = None,
        service_cost: float = 0.0,
        acquisition_cost: float = 0.0,
    ) -> "References":
        """State the standards yourself; they hold in every period.

        Parameters
        ----------
        discount_depth
            One depth for all categories, or a depth for each by name.
        overall_depth
            The depth of every other category; required beside a mapping.
        service_cost
            Cost of serving one order.
        acquisition_cost
            Cost of winning one customer.

        Returns
        -------
        The references
            One period that holds always.

        Raises
        ------
        InvalidValueError
            If a number is not finite, or the overall depth is missing.
        """
        named = discount_depth if isinstance(discount_depth, Mapping) else {}
        overall = overall_depth
        if not isinstance(discount_depth, Mapping) and overall is None:
            overall = number("discount_depth", discount_depth)
        if overall is None:
            raise InvalidValueError(
                subject="argument 'overall_depth'",
                found="no depth for the categories not named",
                remedy="Pass the depth of every other category.",
            )
        return cls(
            periods=(_ALWAYS,),
            categories=tuple(str(name) for name in named),
            discount_depth=(tuple(float(depth) for depth in named.values()),),
            overall_depth=(float(overall),),
            service_cost=(nonnegative("service_cost", service_cost),),
            acquisition_cost=(nonnegative("acquisition_cost", acquisition_cost),),
            from_itself=(False,),
            basis="given",
        )


def _first_day(period: str) -> dt.date:
    try:
        return dt.date.fromisoformat(period)
    except (TypeError, ValueError):
        raise InvalidValueError(
            subject="the references",
            found=f"a period {period!r} that is not an ISO-8601 date",
            remedy="Name the first day of each period, such as '2024-01-01'.",
        ) from None
