"""The purchase occasions of a log, checked and merged."""

from .._check import one_of
from .._frames import Groups, collect, group_rows, read
from ..errors import NotEnoughDataError
from ..kernels.log.occasions import Occasions
from ..rfm import summary_in_memory
from ..rfm.open_log import REFUNDS, TransactionLog, read_log
from ..typing import Day, Grain, Refunds

__all__ = ["checked_log", "nothing_seen", "occasions_in_memory"]


def checked_log(
    transactions: object,
    *,
    end: Day,
    grain: Grain,
    refunds: Refunds,
    customer_id_col: str,
    date_col: str,
    amount_col: str,
) -> TransactionLog:
    """Open a log in days up to its end, and apply the policy on refunds."""
    one_of("refunds", refunds, REFUNDS)
    log = read_log(
        read(transactions, (customer_id_col, date_col, amount_col)),
        end=end,
        end_argument="observation_period_end",
        grain=grain,
        time_unit="day",
        customer_id_col=customer_id_col,
        date_col=date_col,
        amount_col=amount_col,
    )
    log.refuse(refunds)
    return log


def occasions_in_memory(
    log: TransactionLog, refunds: Refunds
) -> tuple[Occasions, Groups]:
    """Merge the rows of each customer and period, and return whose they are."""
    frame = collect(log.frame)
    groups = group_rows(frame, log.customer_id)
    merged = summary_in_memory.occasions_between(log, frame, groups, refunds)
    summary_in_memory.refuse_without_purchase(log, merged, groups)
    if not merged.day.size:
        raise nothing_seen()
    return merged, groups


def nothing_seen() -> NotEnoughDataError:
    """Return the error of a log without rows in its window."""
    return NotEnoughDataError(
        needed="at least 1 row within the window",
        got="0",
        remedy="Pass the transactions up to observation_period_end.",
    )
