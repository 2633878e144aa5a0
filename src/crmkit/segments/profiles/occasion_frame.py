"""Purchase occasions as a frame: in memory or in the engine, the same three columns."""

import numpy as np

from ..._check import one_of
from ..._frames import Frame, collect, group_rows, nw, table
from ...errors import NotEnoughDataError
from ...rfm import summary_in_engine, summary_in_memory
from ...rfm.open_log import REFUNDS, TransactionLog, open_log
from ...typing import Day, Grain, Refunds

__all__ = ["AMOUNT", "CUSTOMER", "DAY", "occasion_frame"]

CUSTOMER, DAY, AMOUNT = "customer", "day", "amount"


def occasion_frame(
    transactions: object,
    *,
    end: Day,
    grain: Grain,
    refunds: Refunds,
    customer_id_col: str,
    date_col: str,
    amount_col: str,
) -> tuple[TransactionLog, Frame]:
    """Check a log and merge it: a row per customer and period they bought in."""
    one_of("refunds", refunds, REFUNDS)
    log = open_log(
        transactions,
        end=end,
        end_argument="observation_period_end",
        grain=grain,
        time_unit="day",
        customer_id_col=customer_id_col,
        date_col=date_col,
        amount_col=amount_col,
    )
    if refunds == "error":
        log.refuse_refunds()
    if isinstance(log.frame, nw.LazyFrame):
        return log, summary_in_engine.merged_occasions(log, refunds)
    return log, _in_memory(log, refunds)


def _in_memory(log: TransactionLog, refunds: Refunds) -> Frame:
    frame = collect(log.frame)
    groups = group_rows(frame, log.customer_id)
    merged = summary_in_memory.occasions_between(log, frame, groups, refunds)
    summary_in_memory.refuse_without_purchase(log, merged, groups)
    if not merged.day.size:
        raise NotEnoughDataError(
            needed="at least 1 row within the window",
            got="0",
            remedy="Pass the transactions up to observation_period_end.",
        )
    return table(
        frame,
        {
            CUSTOMER: groups.ids[merged.customer],
            DAY: np.asarray(merged.day, dtype=np.int64),
            AMOUNT: merged.amount,
        },
    )
