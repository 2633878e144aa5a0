"""What a backtest of the parts found: each part as predicted, and as it came."""

from dataclasses import dataclass
from typing import Generic

from ...fits import Interval, checked, resampled_interval_of
from ...typing import IntoDataFrameT

__all__ = ["ComponentBacktest", "PartScore"]

_WITHIN_PART, _WITHIN_TOTAL = 0.10, 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class PartScore:
    """One part after one cutoff, over all customers known by then.

    Attributes
    ----------
    cutoff, part
        The last day known, and the part (``clv`` is their sum).
    n_customers
        Customers who had bought by the cutoff.
    predicted, came
        The part in the horizon: as expected, and as it was booked.
    past_share
        What the plain forecast times the part's share in the company's past repeat
        revenue would have predicted.
    total
        What came over all parts.
    resampled
        The 95% interval of what comes, from draws; None without them.
    customers_within
        The share of customers of whom the part came within each one's 95% interval;
        None without draws, or for too many customers to keep all draws of.

    Examples
    --------
    >>> score = PartScore(
    ...     cutoff="2023-06-30", part="clv2", n_customers=100, predicted=95.0,
    ...     came=100.0, past_share=80.0, total=300.0,
    ... )
    >>> score.error, score.past_share_error, score.close
    (-5.0, -20.0, True)
    """

    cutoff: str
    part: str
    n_customers: int
    predicted: float
    came: float
    past_share: float
    total: float
    resampled: Interval | None = None
    customers_within: float | None = None

    def interval(self, level: float | None = None) -> Interval:
        """Return the interval of what comes; ``level`` 0.95, or None for that."""
        return resampled_interval_of(
            self.resampled,
            level,
            remedy="Pass 'rng' to backtest_components, for 95% intervals.",
        )

    @property
    def error(self) -> float:
        """Predicted less came."""
        return self.predicted - self.came

    @property
    def past_share_error(self) -> float:
        """The same distance for the past share."""
        return self.past_share - self.came

    @property
    def close(self) -> bool:
        """Whether the error is within 10% of the part or 2% of the total."""
        room = max(_WITHIN_PART * abs(self.came), _WITHIN_TOTAL * abs(self.total))
        return abs(self.error) <= room


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
@checked
class ComponentBacktest(Generic[IntoDataFrameT]):
    """What each part was predicted to be, and what came.

    Attributes
    ----------
    horizon_days
        How many days ahead was predicted.
    scores
        One entry per cutoff and part, over all customers.
    table
        One row per cutoff, group of customers and part: ``n_customers``,
        ``predicted``, ``came`` and ``past_share``, in the library of the ledger.
    """

    horizon_days: int
    scores: tuple[PartScore, ...]
    table: IntoDataFrameT

    def __repr__(self) -> str:
        """Show how many cutoffs were tried."""
        cutoffs = len({score.cutoff for score in self.scores})
        return f"ComponentBacktest({cutoffs} cutoffs, {self.horizon_days} days)"

    def __str__(self) -> str:
        """Show the scores as a table."""
        head = (
            f"{'cutoff':<10}  {'part':<4}  {'predicted':>12}  {'came':>12}"
            f"  {'past share':>12}"
        )
        rows = [
            f"{each.cutoff:<10}  {each.part:<4}  {each.predicted:>12,.0f}"
            f"  {each.came:>12,.0f}  {each.past_share:>12,.0f}"
            for each in self.scores
        ]
        return "\n".join([head, *rows])
