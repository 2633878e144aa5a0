"""One part as it was predicted in the past, and as it came."""

from dataclasses import dataclass

from ...fits import Interval, checked, resampled_interval_of

__all__ = ["PartScore"]

_WITHIN_PART, _WITHIN_TOTAL = 0.10, 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class PartScore:
    """One part after one cutoff, over all customers known by then.

    Attributes
    ----------
    cutoff, lead_days, part
        The last day known, how many days ahead was predicted, and the part (``clv`` is
        their sum).
    n_customers
        Customers who had bought by the cutoff.
    predicted, came
        The part in the horizon: as expected, and as it was booked.
    past_share
        What the plain forecast times the part's share in the company's past repeat
        revenue would have predicted.
    total
        What came over all parts.
    size
        The sum of what was expected of each customer, all taken as positive; that of
        ``clv`` is the sum over its parts.
    chance
        The variance of what comes, in the draws; 0 without them.
    resampled
        The 95% interval of what comes, with the model error that could be known at the
        cutoff; None without draws.
    plain
        The interval from the draws alone, which takes the models as right.
    customers_within
        The share of customers of whom the part came within each one's 95% interval;
        None without draws, or for too many customers to keep all draws of.

    Examples
    --------
    >>> score = PartScore(
    ...     cutoff="2023-06-30", lead_days=91, part="clv2", n_customers=100,
    ...     predicted=95.0, came=100.0, past_share=80.0, total=300.0, size=95.0,
    ... )
    >>> score.error, score.past_share_error, score.close
    (-5.0, -20.0, True)
    """

    cutoff: str
    lead_days: int
    part: str
    n_customers: int
    predicted: float
    came: float
    past_share: float
    total: float
    size: float
    chance: float = 0.0
    resampled: Interval | None = None
    plain: Interval | None = None
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
