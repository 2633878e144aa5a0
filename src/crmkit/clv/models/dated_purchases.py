"""A log as dated purchases of customers, some of whom came back."""

from dataclasses import dataclass

import numpy as np

from ..._frames import Groups, collect, group_rows, read_eager
from ...errors import NotEnoughDataError
from ...kernels.log.occasions import Histories, Occasions, histories
from ...rfm.open_log import LogColumns, open_log
from ...rfm.summary_in_memory import occasions_between, refuse_without_purchase
from ...typing import BoolArray, Day, IntoDataFrame, Refunds

__all__ = ["DatedPurchases", "dated_purchases"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DatedPurchases:
    """The purchases of a log by day, and the history of each customer.

    Attributes
    ----------
    groups
        The ids of the log; customers are numbered by them.
    occasions
        One row per customer and day with a purchase.
    known
        One row per customer.
    end
        Number of the last day seen.
    """

    groups: Groups
    occasions: Occasions
    known: Histories
    end: int

    @property
    def repeat(self) -> BoolArray:
        """Which occasions are repeat purchases."""
        return np.asarray(np.diff(self.occasions.customer, prepend=-1) == 0)


def dated_purchases(
    transactions: IntoDataFrame,
    *,
    observation_period_end: Day,
    refunds: Refunds,
    customer_id_col: str,
    date_col: str,
    amount_col: str,
) -> DatedPurchases:
    """Read a log by the day; refuse one that ``rfm_summary`` refuses, or no repeats."""
    columns = LogColumns(customer_id_col, date_col, amount_col)
    log = open_log(
        read_eager(transactions, columns),
        columns,
        observation_period_end,
        refunds=refunds,
    )
    frame = collect(log.frame)
    groups = group_rows(frame, customer_id_col)
    occasions = occasions_between(log, frame, groups, refunds)
    refuse_without_purchase(log, occasions, groups)
    known = histories(occasions)
    if not np.any(known.count > 1):
        raise NotEnoughDataError(
            needed="customers who came back",
            got="none",
            remedy="Observe for longer: a rate or a season needs repeat purchases.",
        )
    return DatedPurchases(
        groups=groups, occasions=occasions, known=known, end=log.window.end_day
    )
