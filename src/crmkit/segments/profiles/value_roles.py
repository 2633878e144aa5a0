"""Value roles: keep, grow or stop losing, by actual and potential value."""

from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

import numpy as np

from ..._check import fraction, one_of, typed
from ..._frames import (
    Frame,
    Rule,
    collect,
    native,
    number_rules,
    numbers,
    nw,
    read,
    refuse,
    require_numbers,
)
from ...errors import NotEnoughDataError
from ...fits import JsonResult, checked
from ...kernels.groups import lorenz, tier_cuts
from ...typing import FloatArray, IntoFrame, IntoFrameT

__all__ = ["ROLE_ACTIONS", "ValueRoles", "fit_value_roles", "with_value_role"]

BelowZero = Literal["both", "actual"]

ROLE_ACTIONS: Final[dict[str, str]] = {
    "BZ": "stop losing",
    "MVC": "keep",
    "MGC": "grow",
    "migrator": "nudge",
}


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class ValueRoles(JsonResult):
    """Value roles: the values from which a customer is most valuable or most growable.

    The rules are applied in this order, so that each customer has exactly one role:

    1. ``BZ``, below zero: the actual value is negative, and so is the actual plus the
       potential value (or the actual value decides alone, with
       ``below_zero="actual"``): without a plausible path to profit;
    2. ``MVC``, most valuable customer: an actual value of ``most_valuable_from`` or
       more;
    3. ``MGC``, most growable customer: a potential value, which is what could be added,
       of ``most_growable_from`` or more;
    4. ``migrator``: all other customers.

    Attributes
    ----------
    most_valuable_from
        The lowest actual value of an MVC; None if no customer has a positive value.
    most_growable_from
        The lowest potential value of an MGC; None if there is nothing to add.
    below_zero
        What must be negative for ``BZ``.
    actual_col, potential_col
        The columns they were cut on.

    References
    ----------
    Peppers & Rogers (1997), Enterprise One to One.
    """

    most_valuable_from: float | None = None
    most_growable_from: float | None = None
    below_zero: BelowZero = "both"
    actual_col: str = "current_value"
    potential_col: str = "potential_value"

    @typed
    def with_value_role(
        self,
        customers: IntoFrameT,
        *,
        output_col: str = "value_role",
        action_col: str = "role_action",
    ) -> IntoFrameT:
        """Add the role of each customer, and the action it suggests.

        Parameters
        ----------
        customers
            One row per customer, with the columns of the fit. A lazy frame stays lazy.
        output_col, action_col
            The columns to write.

        Returns
        -------
        The same rows with two more columns.

        Raises
        ------
        InvalidValueError
            If a value is missing or infinite, or a potential value is negative.
        """
        opened = _opened(customers, self.actual_col, self.potential_col)
        return _with_roles(self, opened, customers, (output_col, action_col))


def fit_value_roles(
    customers: IntoFrame,
    *,
    actual_col: str = "current_value",
    potential_col: str = "potential_value",
    most_valuable_share: float = 0.8,
    most_growable_share: float = 0.8,
    below_zero: BelowZero = "both",
) -> ValueRoles:
    """Learn the values from which customers are most valuable or most growable.

    Parameters
    ----------
    customers
        One row per customer. Of a lazy frame, two columns are fetched.
    actual_col
        What the customer is worth: expected value (``current_value`` of
        ``crmkit.clv.with_value_tenses``), past value, or both.
    potential_col
        What could be added to it, at least 0: ``potential_value`` of
        ``crmkit.clv.with_value_tenses``, or what she spends elsewhere.
    most_valuable_share
        The MVC are the fewest customers who hold this share of all positive actual
        value.
    most_growable_share
        The MGC are the fewest of the other customers who hold this share of the
        potential value.
    below_zero
        ``"both"``: a customer is ``BZ`` only if actual plus potential value is negative
        too;
        ``"actual"``: the actual value decides alone.

    Returns
    -------
    The frozen cuts, with ``with_value_role`` to apply them.

    Raises
    ------
    InvalidValueError
        If a value is missing or infinite, or a potential value is negative.
    NotEnoughDataError
        If there are no customers.

    Examples
    --------
    >>> import pandas as pd
    >>> import crmkit as ck
    >>> customers = pd.DataFrame({
    ...     "current_value": [800.0, 100.0, 60.0, -20.0, 40.0],
    ...     "potential_value": [100.0, 600.0, 10.0, 10.0, 0.0],
    ... })
    >>> roles = ck.segments.fit_value_roles(customers)
    >>> roles.most_valuable_from, roles.most_growable_from
    (800.0, 600.0)
    >>> roles.with_value_role(customers)["value_role"].to_list()
    ['MVC', 'MGC', 'migrator', 'BZ', 'migrator']
    """
    opened = _opened(customers, actual_col, potential_col)
    asked = _Asked(most_valuable_share, most_growable_share, below_zero)
    return _cut(opened, (actual_col, potential_col), asked)


class _Asked(NamedTuple):
    """How value roles are to be cut."""

    most_valuable_share: float
    most_growable_share: float
    below_zero: BelowZero


def _cut(opened: Frame, columns: tuple[str, str], asked: _Asked) -> ValueRoles:
    """Cut the roles of a frame that is open and checked."""
    valuable = fraction("most_valuable_share", asked.most_valuable_share)
    growable = fraction("most_growable_share", asked.most_growable_share)
    below_zero = asked.below_zero
    one_of("below_zero", below_zero, ("both", "actual"))
    actual_col, potential_col = columns
    actual, potential = _fetched(opened, actual_col, potential_col)
    lost = (actual < 0) & ((actual + potential < 0) | (below_zero == "actual"))
    most_valuable = _from(actual, valuable)
    top = np.zeros(actual.size, dtype=np.bool_)
    if most_valuable is not None:
        top = actual >= most_valuable
    rest = ~lost & ~top
    return ValueRoles(
        most_valuable_from=most_valuable,
        most_growable_from=_from(potential[rest], growable),
        below_zero=below_zero,
        actual_col=actual_col,
        potential_col=potential_col,
    )


@typed
def with_value_role(
    customers: IntoFrameT,
    *,
    actual_col: str = "current_value",
    potential_col: str = "potential_value",
    most_valuable_share: float = 0.8,
    most_growable_share: float = 0.8,
    below_zero: BelowZero = "both",
    output_col: str = "value_role",
    action_col: str = "role_action",
) -> IntoFrameT:
    """Add the role of each customer (MVC, MGC, BZ or migrator), cut on the same base.

    Parameters
    ----------
    customers
        One row per customer. A lazy frame stays lazy.
    actual_col
        What the customer is worth: expected value (``current_value`` of
        ``crmkit.clv.with_value_tenses``), past value, or both.
    potential_col
        What could be added to it, at least 0: ``potential_value`` of
        ``crmkit.clv.with_value_tenses``, or what she spends elsewhere.
    most_valuable_share
        The MVC are the fewest customers who hold this share of all positive actual
        value.
    most_growable_share
        The MGC are the fewest of the other customers who hold this share of the
        potential value.
    below_zero
        ``"both"``: a customer is ``BZ`` only if actual plus potential value is negative
        too;
        ``"actual"``: the actual value decides alone.
    output_col, action_col
        The columns to write: the role, and the action it suggests (keep, grow, stop
        losing, nudge).

    Returns
    -------
    The same rows with two more columns.

    Raises
    ------
    InvalidValueError
        If a value is missing or infinite, or a potential value is negative.
    NotEnoughDataError
        If there are no customers.

    Examples
    --------
    >>> import pandas as pd
    >>> import crmkit as ck
    >>> customers = pd.DataFrame({
    ...     "current_value": [800.0, 100.0, -20.0],
    ...     "potential_value": [100.0, 600.0, 10.0],
    ... })
    >>> found = ck.segments.with_value_role(customers)
    >>> found[["value_role", "role_action"]]
      value_role  role_action
    0        MVC         keep
    1        MGC         grow
    2         BZ  stop losing
    """
    opened = _opened(customers, actual_col, potential_col)
    asked = _Asked(most_valuable_share, most_growable_share, below_zero)
    roles = _cut(opened, (actual_col, potential_col), asked)
    return _with_roles(roles, opened, customers, (output_col, action_col))


def _with_roles(
    roles: ValueRoles, opened: Frame, like: IntoFrameT, names: tuple[str, str]
) -> IntoFrameT:
    """Add the role and its action to a frame that is open and checked."""
    role, action = nw.lit("migrator"), nw.lit(ROLE_ACTIONS["migrator"])
    for name, rule in reversed(_rules(roles).items()):
        role = nw.when(rule).then(nw.lit(name)).otherwise(role)
        action = nw.when(rule).then(nw.lit(ROLE_ACTIONS[name])).otherwise(action)
    columns = dict(zip(names, (role, action), strict=True))
    return native(opened.with_columns(**columns), like)


def _rules(roles: ValueRoles) -> dict[str, nw.Expr]:
    actual = nw.col(roles.actual_col).cast(nw.Float64)
    potential = nw.col(roles.potential_col).cast(nw.Float64)
    below = actual < 0
    if roles.below_zero == "both":
        below = below & (actual + potential < 0)
    rules = {"BZ": below}
    if roles.most_valuable_from is not None:
        rules["MVC"] = actual >= roles.most_valuable_from
    if roles.most_growable_from is not None:
        rules["MGC"] = potential >= roles.most_growable_from
    return rules


def _opened(customers: object, actual_col: str, potential_col: str) -> Frame:
    names = [actual_col, potential_col]
    opened = read(customers, names)
    require_numbers(opened, names)
    below = Rule(
        column=potential_col,
        broken=nw.col(potential_col) < 0,
        found="negative value",
        remedy="Pass what could be added to the actual value, at least 0.",
    )
    rules = [rule for name in names for rule in number_rules(opened, name)]
    refuse(opened, [*rules, below])
    return opened


def _fetched(
    frame: Frame, actual_col: str, potential_col: str
) -> tuple[FloatArray, FloatArray]:
    # One column may serve as both, and no frame holds a column twice.
    rows = collect(frame.select(*dict.fromkeys((actual_col, potential_col))))
    if not len(rows):
        raise NotEnoughDataError(
            needed="at least 1 customer",
            got="0",
            remedy="Pass a frame with at least one customer.",
        )
    return numbers(rows, actual_col), numbers(rows, potential_col)


def _from(values: FloatArray, share: float) -> float | None:
    """Return the lowest value of the fewest who hold the share; None if none do."""
    if not np.any(values > 0):
        return None
    ones = np.broadcast_to(np.float64(1.0), values.shape)
    x, w = lorenz.tie_groups(*lorenz.descending(values, ones))
    return float(tier_cuts.cuts_by_gains(x, w, np.array([share]))[0])
