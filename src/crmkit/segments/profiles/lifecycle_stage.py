"""The customer's life cycle: from prospect to parting, by rules one can read."""

from typing import Final

from ..._check import fraction, nonnegative, whole
from ..._frames import (
    Frame,
    Rule,
    collect,
    id_rules,
    native,
    number_rules,
    nw,
    read,
    refuse,
    require_ids,
    require_numbers,
)
from ...typing import Day, Grain, IntoFrameT, Refunds
from ..concentration.holdings import sorted_rows
from ..list_arguments import require_same_ids
from .occasion_frame import AMOUNT, CUSTOMER, DAY, occasion_frame

__all__ = [
    "LIFECYCLE_STAGES",
    "lifecycle_summary",
    "with_lifecycle_stage",
    "with_potential_stage",
]

LIFECYCLE_STAGES: Final = (
    "potential",
    "development",
    "growth",
    "maturity",
    "decline",
    "termination",
    "recovery",
)

_KNOWN: Final = "crmkit_known"

_NUMBERS: Final = (
    "tenure_days",
    "inactivity_days",
    "latest_gap_days",
    "recent_amount",
    "previous_amount",
)


def lifecycle_summary(
    transactions: IntoFrameT,
    *,
    observation_period_end: Day,
    window_days: int,
    grain: Grain = "day",
    refunds: Refunds = "error",
    customer_id_col: str = "customer_id",
    date_col: str = "date",
    amount_col: str = "amount",
) -> IntoFrameT:
    """Summarise what a life-cycle stage is read from: one row per customer.

    Parameters
    ----------
    transactions
        One row per purchase; a lazy frame stays lazy.
    observation_period_end
        The last day seen, inclusive.
    window_days
        How long "recently" is. The recent window ends with the last day seen; the
        previous one, of equal length, ends where it begins.
    grain
        What makes one occasion.
    refunds
        As for :func:`crmkit.rfm_summary`.
    customer_id_col, date_col, amount_col
        The columns to read.

    Returns
    -------
    A row per customer, sorted (a lazy frame is not), with ``tenure_days`` (since the
    first purchase), ``inactivity_days`` (since the last), ``latest_gap_days`` (between
    the last two; 0 for who bought once), ``recent_amount`` and ``previous_amount``.

    Raises
    ------
    InvalidValueError
        If a value is missing or infinite, or negative with ``refunds="error"``.

    Examples
    --------
    >>> import pandas as pd
    >>> import crmkit as ck
    >>> log = pd.DataFrame({
    ...     "customer_id": ["ann", "ann", "bob"],
    ...     "date": pd.to_datetime(["2024-01-05", "2024-05-20", "2024-06-11"]),
    ...     "amount": [10.0, 20.0, 15.0],
    ... })
    >>> ck.segments.lifecycle_summary(
    ...     log, observation_period_end="2024-06-30", window_days=90
    ... )[["customer_id", "inactivity_days", "latest_gap_days", "recent_amount"]]
      customer_id  inactivity_days  latest_gap_days  recent_amount
    0         ann               41              136           20.0
    1         bob               19                0           15.0
    """
    length = whole("window_days", window_days, at_least=1)
    log, rows = occasion_frame(
        transactions,
        end=observation_period_end,
        grain=grain,
        refunds=refunds,
        customer_id_col=customer_id_col,
        date_col=date_col,
        amount_col=amount_col,
    )
    found = _summarised(rows, end=log.window.end_day, length=length)
    named = found.rename({CUSTOMER: customer_id_col})
    return native(sorted_rows(named, customer_id_col), transactions)


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
    """Add each customer's stage of life, by the first rule that fits.

    1. ``termination``: silent for longer than ``lapse_days``, or, where a fitted
       model's probability is given, less likely than ``alive_from`` to be there;
    2. ``recovery``: bought in the recent window after a gap longer than
       ``lapse_days``;
    3. ``development``: acquired in the recent window;
    4. ``decline``: brought less in the recent window than in the one before, by more
       than the tolerance; or nothing in either, being silent through both;
    5. ``growth``: brought more, by more than the tolerance;
    6. ``maturity``: everybody else.

    The stage before all of them, ``potential``, is that of prospects: see
    :func:`with_potential_stage`.

    Parameters
    ----------
    customers
        One row per customer, as :func:`lifecycle_summary` makes; a lazy frame stays
        lazy.
    lapse_days
        How long a silence means goodbye: see :func:`fit_lapse_window`.
    window_days
        The length of the windows in the summary.
    tolerance
        Which change is noise: 0.1 for 10 % of the previous window.
    probability_alive_col
        A column of a fitted model's ``with_probability_alive``; None uses silence
        alone.
    alive_from
        The probability below which a customer counts as gone.
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
    ...     "inactivity_days": [400, 10, 20, 5],
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
    recent = whole("window_days", window_days, at_least=1)
    noise = nonnegative("tolerance", tolerance)
    alive = fraction("alive_from", alive_from, closed=True)
    model = [] if probability_alive_col is None else [probability_alive_col]
    opened = read(customers, [*_NUMBERS, *model])
    require_numbers(opened, [*_NUMBERS, *model])
    refuse(opened, [rule for name in _NUMBERS for rule in number_rules(opened, name)])
    gone = nw.col("inactivity_days") > lapse
    for column in model:
        refuse(opened, _probability_rules(opened, column))
        gone = gone | (nw.col(column) < alive)
    bought = nw.col("inactivity_days") < recent
    before = nw.col("previous_amount")
    change = nw.col("recent_amount") - before
    silent = nw.col("inactivity_days") >= 2 * recent
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


def with_potential_stage(
    prospects: IntoFrameT,
    customers: IntoFrameT,
    *,
    customer_id_col: str = "customer_id",
    output_col: str = "lifecycle_stage",
) -> IntoFrameT:
    """Add ``"potential"`` to the prospects who are no customers yet.

    Parameters
    ----------
    prospects
        One row per prospect.
    customers
        One row per customer, of the same library and connection.
    customer_id_col
        The id, in both frames.
    output_col
        The column to write: ``"potential"``, or missing for who has become a
        customer and has a stage there.

    Returns
    -------
    The prospects with one more column; a lazy frame stays lazy and is not ordered.

    Raises
    ------
    InvalidValueError
        If an id is missing.
    InvalidTypeError
        If the frames are of two libraries, or their ids of two kinds.

    Examples
    --------
    >>> import pandas as pd
    >>> import crmkit as ck
    >>> leads = pd.DataFrame({"customer_id": ["ann", "zoe"]})
    >>> base = pd.DataFrame({"customer_id": ["ann", "bob"]})
    >>> stages = ck.segments.with_potential_stage(leads, base)["lifecycle_stage"]
    >>> stages.isna().to_list(), stages.to_list()[1]
    ([True, False], 'potential')
    """
    asked = _with_ids(prospects, customer_id_col)
    known = _with_ids(customers, customer_id_col).select(customer_id_col).unique()
    require_same_ids(asked, known, customer_id_col)
    return native(_marked(asked, known, customer_id_col, output_col), prospects)


def _marked(asked: Frame, known: Frame, customer_id_col: str, output_col: str) -> Frame:
    potential = nw.lit("potential")
    if isinstance(asked, nw.LazyFrame) and isinstance(known, nw.LazyFrame):
        there = known.with_columns(nw.lit(1).alias(_KNOWN))
        joined = asked.join(there, on=customer_id_col, how="left")
        new = nw.when(nw.col(_KNOWN).is_null()).then(potential)
        return joined.with_columns(new.alias(output_col)).drop(_KNOWN)
    ids = collect(known)[customer_id_col].to_list()
    new = nw.when(~nw.col(customer_id_col).is_in(ids)).then(potential)
    return asked.with_columns(new.alias(output_col))


def _with_ids(frame: object, customer_id_col: str) -> Frame:
    opened = read(frame, [customer_id_col])
    require_ids(opened, customer_id_col)
    refuse(opened, id_rules(opened, customer_id_col))
    return opened


def _summarised(rows: Frame, *, end: int, length: int) -> Frame:
    day, amount = nw.col(DAY), nw.col(AMOUNT)
    zero = nw.lit(0.0)
    is_recent = day > end - length
    is_previous = (day > end - 2 * length) & ~is_recent
    last = rows.with_columns(day.max().over(CUSTOMER).alias("last"))
    split = last.with_columns(
        nw.when(day < nw.col("last")).then(day).alias("before_last"),
        nw.when(is_recent).then(amount).otherwise(zero).alias("recent_amount"),
        nw.when(is_previous).then(amount).otherwise(zero).alias("previous_amount"),
    ).with_columns(day.alias("first"))
    found = split.group_by(CUSTOMER).agg(
        nw.col("first").min(),
        nw.col("last").max(),
        nw.col("before_last").max(),
        nw.col("recent_amount").sum(),
        nw.col("previous_amount").sum(),
    )
    gap = (nw.col("last") - nw.col("before_last")).fill_null(0)
    return found.select(
        CUSTOMER,
        (end - nw.col("first")).cast(nw.Int64).alias("tenure_days"),
        (end - nw.col("last")).cast(nw.Int64).alias("inactivity_days"),
        gap.cast(nw.Int64).alias("latest_gap_days"),
        "recent_amount",
        "previous_amount",
    )


def _probability_rules(frame: Frame, column: str) -> list[Rule]:
    outside = (nw.col(column) < 0) | (nw.col(column) > 1)
    return [
        *number_rules(frame, column),
        Rule(
            column=column,
            broken=outside,
            found="value outside 0 to 1",
            remedy="Pass a probability.",
        ),
    ]
