"""Purchase occasions as a frame of three columns, in memory or in an engine."""

import numpy as np

from ..._frames import Frame, collect, nw, table
from ...rfm import summary_in_engine
from ...rfm.open_log import LogColumns, TransactionLog, open_log
from ...typing import Day, Grain, Refunds
from ..occasions import occasions_in_memory

__all__ = ["AMOUNT", "CUSTOMER", "DAY", "occasion_frame"]

CUSTOMER, DAY, AMOUNT = "customer", "day", "amount"


def occasion_frame(
    transactions: object,
    columns: LogColumns,
    end: Day,
    grain: Grain,
    refunds: Refunds,
) -> tuple[TransactionLog, Frame]:
    """Check a log and merge it: a row per customer and period they bought in."""
    log = open_log(transactions, columns, end, grain, refunds=refunds)
    if isinstance(log.frame, nw.LazyFrame):
        return log, summary_in_engine.merged_occasions(log, refunds)
    merged, groups = occasions_in_memory(log, refunds)
    rows = table(
        collect(log.frame),
        {
            CUSTOMER: groups.ids[merged.customer],
            DAY: np.asarray(merged.day, dtype=np.int64),
            AMOUNT: merged.amount,
        },
    )
    return log, rows
