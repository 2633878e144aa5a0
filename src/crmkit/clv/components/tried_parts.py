"""What a backtest of the parts found: each part as predicted, and as it came."""

from dataclasses import dataclass
from typing import Generic

from ...fits import checked
from ...typing import IntoDataFrameT
from .part_model_error import PartModelError
from .part_score import PartScore

__all__ = ["ComponentBacktest"]


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

    @property
    def model_error(self) -> PartModelError:
        """The errors found, for :meth:`ComponentDraws.intervals` of the next span."""
        return PartModelError(errors=self.scores)

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
