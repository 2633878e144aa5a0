"""How long a silence must last before a customer counts as lapsed."""

from dataclasses import dataclass

import numpy as np

from ..._check import day_count, fraction, nonnegative, typed
from ..._dates import day_number
from ..._frames import (
    Frame,
    Rule,
    collect,
    day_numbers,
    group_rows,
    id_rules,
    number_rules,
    read_eager,
    refuse,
    require_dates,
    require_ids,
    require_numbers,
    with_scores,
)
from ...errors import NotEnoughDataError
from ...fits import JsonResult, checked
from ...kernels.survival.purchase_gaps import returns_after_silence
from ...typing import BoolArray, Day, FloatArray, IntArray, IntoDataFrame, IntoFrameT

__all__ = ["LapseWindow", "fit_lapse_window"]

# A share of fewer silences than this may be off by 15 points.
_FEWEST = 50
# A share of the customers whose silence may remain unjudged.
_NEGLIGIBLE = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class LapseWindow(JsonResult):
    """The silence after which few customers return; ``print`` shows it as a sentence.

    Attributes
    ----------
    days
        A customer who has been silent for so many days counts as lapsed. None where
        there is no window: customers of every silence observed still return.
    return_chance
        The chance to return below which a customer counts as lapsed.
    horizon_days
        The days within which a return counts.
    returned
        The share that returned within the horizon after a silence of ``days`` (without
        a window, after the longest silence that can be judged).
    n_silent
        How many silences that share rests on.
    n_gaps, n_open_gaps
        Gaps between purchases that ended in a purchase, and those still open at the end
        of the log.
    """

    days: float | None = None
    return_chance: float
    horizon_days: int
    returned: float | None = None
    n_silent: int | None = None
    n_gaps: int | None = None
    n_open_gaps: int | None = None

    def __post_init__(self) -> None:
        """Refuse a window that cannot exist."""
        if self.days is not None:
            nonnegative("days", self.days)
        fraction("return_chance", self.return_chance, closed=True)
        day_count("horizon_days", self.horizon_days, at_least=1)

    def __str__(self) -> str:
        """Return the window as a sentence."""
        share = f"{self.return_chance:.3g}"
        if self.days is None:
            seen = "" if self.returned is None else f" ({self.returned:.0%} do)"
            return (
                f"no lapse window: the chance to return within {self.horizon_days} "
                f"days does not fall below {share} after any silence observed{seen}"
            )
        return (
            f"after {self.days:g} days of silence, the chance to return within "
            f"{self.horizon_days} days is below {share}"
        )

    @typed
    def with_lapsed(
        self,
        customers: IntoFrameT,
        *,
        inactivity_col: str = "inactivity",
        customer_id_col: str = "customer_id",
        output_col: str = "lapsed",
    ) -> IntoFrameT:
        """Add whether a customer has been silent for as long as the window.

        Parameters
        ----------
        customers
            One row per customer; lazy frames stay lazy.
        inactivity_col
            The days since the last purchase.
        customer_id_col
            The id that errors name, where the column exists.
        output_col
            The column added: 1.0 for lapsed, else 0.0. Without a window all are 0.0.
        """

        def rules(frame: Frame) -> list[Rule]:
            require_numbers(frame, [inactivity_col])
            return number_rules(frame, inactivity_col, sign="nonnegative")

        window = np.inf if self.days is None else self.days

        def lapsed(inactivity: FloatArray) -> FloatArray:
            return np.asarray(inactivity >= window, dtype=np.float64)

        return with_scores(
            customers,
            [inactivity_col],
            {output_col: lapsed},
            rules=rules,
            id_col=customer_id_col,
        )


def fit_lapse_window(
    transactions: IntoDataFrame,
    *,
    return_chance: float,
    horizon_days: int,
    observation_period_end: Day,
    customer_id_col: str = "customer_id",
    date_col: str = "date",
) -> LapseWindow:
    """Find the silence after which few customers return within a fixed horizon.

    Each purchase starts a silence, which lasts until the next purchase or is still open
    at the end of the log. Of the silences of w days that could be followed for
    ``horizon_days`` more, some share ends in a return within these days. The window is
    the shortest w for which that share is below ``return_chance``.

    Parameters
    ----------
    transactions
        One row per purchase; several on one day count once. Leave returns out.
    return_chance
        The chance to return below which a customer counts as lapsed, such as 0.1.
    horizon_days
        The days within which a return counts, such as 90. A longer horizon makes the
        window longer, and needs a longer log.
    observation_period_end
        The last day of the log, inclusive; later rows are left out.
    customer_id_col, date_col
        The columns of the customer and of the day.

    Returns
    -------
    LapseWindow
        The window and what it rests on. Its ``days`` are None where customers of every
        silence observed still return: then no silence means that a customer has left.

    Raises
    ------
    NotEnoughDataError
        If no customer returned, or if fewer than 50 of the long silences could be
        followed for the horizon: the log is too short for this question.

    Notes
    -----
    Because the horizon is fixed, and only silences that could be followed for all of it
    count, a longer log of the same customers' behaviour gives the same window. The
    share of purchases that are followed by another *at all*, or a percentile of the
    closed gaps, would measure the length of the log instead.

    Examples
    --------
    >>> import crmkit as ck
    >>> log = ck.datasets.load_cdnow_sample()
    >>> window = ck.churn.fit_lapse_window(
    ...     log, return_chance=0.2, horizon_days=90,
    ...     observation_period_end="1998-06-30",
    ... )
    >>> print(window)
    after 85 days of silence, the chance to return within 90 days is below 0.2
    """
    limit = fraction("return_chance", return_chance)
    horizon = day_count("horizon_days", horizon_days, at_least=1)
    end = day_number("observation_period_end", observation_period_end)
    gap, ended, followed = _gaps(transactions, end, customer_id_col, date_col)
    if not ended.any():
        raise NotEnoughDataError(
            needed="customers who bought on two days",
            got="0",
            remedy="Observe for longer: a gap ends in a second purchase.",
        )
    silent, returned = returns_after_silence(gap, ended, followed, horizon=horizon)
    enough = np.flatnonzero(silent >= _FEWEST)
    share = returned[enough] / silent[enough]
    below = np.flatnonzero(share < limit)
    if not below.size:
        _require_followed(silent, gap[~ended], first=enough.size, horizon=horizon)
    at = int(below[0]) if below.size else enough.size - 1
    return LapseWindow(
        days=float(at) if below.size else None,
        return_chance=limit,
        horizon_days=horizon,
        returned=float(share[at]),
        n_silent=int(silent[at]),
        n_gaps=int(ended.sum()),
        n_open_gaps=int((~ended).sum()),
    )


def _require_followed(
    silent: IntArray, inactivity: IntArray, *, first: int, horizon: int
) -> None:
    """Refuse a log too short to tell whether a longer silence would be the window.

    ``first`` is the shortest silence that is too rare to be judged. It is rare because
    customers return before, which is an answer, or because the log ends before. In the
    second case many customers are silent for that long when the log ends.
    """
    if first and np.mean(inactivity >= first) <= _NEGLIGIBLE:
        return
    raise NotEnoughDataError(
        needed=f"{_FEWEST} silences of {first} days followed for {horizon} days more",
        got=f"{int(silent[first])}",
        remedy="Pass a longer log, a shorter horizon_days or a larger return_chance.",
    )


def _gaps(
    transactions: IntoDataFrame, end: int, customer_id_col: str, date_col: str
) -> tuple[IntArray, BoolArray, IntArray]:
    """Return the gap after each day of purchase, whether it ended, and days to end."""
    frame = read_eager(transactions, (customer_id_col, date_col))
    require_ids(frame, customer_id_col)
    dated, rules = require_dates(frame, date_col)
    refuse(dated, [*rules, *id_rules(frame, customer_id_col)], id_col=customer_id_col)
    frame = collect(dated)
    if not len(frame):
        raise NotEnoughDataError(
            needed="transactions", got="0 rows", remedy="Pass a log with rows."
        )
    frame = frame.filter((day_numbers(frame, date_col) <= end).tolist())
    customer, day = (
        group_rows(frame, customer_id_col).codes,
        day_numbers(frame, date_col),
    )
    order = np.lexsort((day, customer))
    who, when = customer[order], day[order]
    fresh = np.ones(who.size, dtype=np.bool_)
    fresh[1:] = (who[1:] != who[:-1]) | (when[1:] != when[:-1])
    who, when = who[fresh], when[fresh]
    ended = np.append(who[1:] == who[:-1], [False] * min(who.size, 1))
    following = np.append(when[1:], [end] * min(who.size, 1))
    followed = end - when
    return np.where(ended, following - when, followed), ended, followed
