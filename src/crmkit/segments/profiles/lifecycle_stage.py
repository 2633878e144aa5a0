"""Life-cycle stages of customers, from development to termination, by rules."""

from typing import Final

from ..._check import day_count, fraction, nonnegative, typed
from ..._frames import (
    native,
    number_rules,
    nw,
    probability_rules,
    read,
    refuse,
    require_numbers,
)
from ...typing import IntoFrameT

__all__ = ["LIFECYCLE_STAGES", "with_lifecycle_stage"]

LIFECYCLE_STAGES: Final = (
    "potential",
    "development",
    "growth",
    "maturity",
    "decline",
    "termination",
    "recovery",
)

# What lifecycle_summary writes.
_NUMBERS: Final = (
    "tenure_days",
    "inactivity",
    "latest_gap_days",
    "recent_amount",
    "previous_amount",
)


@typed
def with_lifecycle_stage(
    customers: IntoFrameT,
    *,
    lapse_days: float,
    window_days: int,
    tolerance: float = 0.1,
    probability_alive_col: str | None = None,
    alive_from: float = 0.5,
    output_col: str = "lifecycle_stage",
) -> IntoFrameT:
    """Add the life-cycle stage of each customer, by the first rule that applies.

    1. ``termination``: inactive for longer than ``lapse_days``, or, if the
       probability of a fitted model is given, active with a probability below
       ``alive_from``;
    2. ``recovery``: bought in the recent window after a gap longer than
       ``lapse_days``;
    3. ``development``: acquired in the recent window;
    4. ``decline``: spent less in the recent window than in the one before, by more
       than the tolerance; or bought in neither;
    5. ``growth``: spent more, by more than the tolerance;
    6. ``maturity``: all other customers.

    The stage before these, ``potential``, is that of prospects: see
    :func:`with_potential_stage`.

    Parameters
    ----------
    customers
        One row per customer, as :func:`lifecycle_summary` returns. A lazy frame stays
        lazy.
    lapse_days
        Number of days of inactivity after which a customer counts as lost: see
        :func:`crmkit.churn.fit_lapse_window`.
    window_days
        Length of the windows in the summary, in days.
    tolerance
        The change that is ignored as noise: 0.1 for 10% of the previous window.
    probability_alive_col
        A column that ``with_probability_alive`` of a fitted model has added; None uses
        inactivity alone.
    alive_from
        The probability below which a customer counts as lost.
    output_col
        The column to write.

    Returns
    -------
    The same rows with one more column.

    Raises
    ------
    InvalidValueError
        If a number is missing or infinite, or a probability outside 0 to 1.

    Examples
    --------
    >>> import pandas as pd
    >>> import crmkit as ck
    >>> customers = pd.DataFrame({
    ...     "tenure_days": [800, 900, 20, 700],
    ...     "inactivity": [400, 10, 20, 5],
    ...     "latest_gap_days": [30, 300, 0, 30],
    ...     "recent_amount": [0.0, 50.0, 30.0, 100.0],
    ...     "previous_amount": [0.0, 0.0, 0.0, 60.0],
    ... })
    >>> ck.segments.with_lifecycle_stage(
    ...     customers, lapse_days=180, window_days=90
    ... )["lifecycle_stage"].to_list()
    ['termination', 'recovery', 'development', 'growth']
    """
    lapse = nonnegative("lapse_days", lapse_days)
    recent = day_count("window_days", window_days, at_least=1)
    noise = nonnegative("tolerance", tolerance)
    alive = fraction("alive_from", alive_from, closed=True)
    model = [] if probability_alive_col is None else [probability_alive_col]
    opened = read(customers, [*_NUMBERS, *model])
    require_numbers(opened, [*_NUMBERS, *model])
    refuse(opened, [rule for name in _NUMBERS for rule in number_rules(opened, name)])
    gone = nw.col("inactivity") > lapse
    for column in model:
        refuse(opened, probability_rules(opened, column))
        gone = gone | (nw.col(column) < alive)
    bought = nw.col("inactivity") < recent
    before = nw.col("previous_amount")
    change = nw.col("recent_amount") - before
    silent = nw.col("inactivity") >= 2 * recent
    rules = {
        "termination": gone,
        "recovery": bought & (nw.col("latest_gap_days") > lapse),
        "development": nw.col("tenure_days") < recent,
        "decline": silent | (change < -noise * before),
        "growth": change > noise * before,
    }
    stage = nw.lit("maturity")
    for name, rule in reversed(rules.items()):
        stage = nw.when(rule).then(nw.lit(name)).otherwise(stage)
    return native(opened.with_columns(stage.alias(output_col)), customers)
