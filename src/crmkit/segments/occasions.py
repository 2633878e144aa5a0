"""The purchase occasions of a checked log, merged."""

from .._frames import Groups, collect, group_rows
from ..errors import NotEnoughDataError
from ..kernels.log.occasions import Occasions
from ..rfm import summary_in_memory
from ..rfm.open_log import TransactionLog
from ..typing import Refunds

__all__ = ["nothing_seen", "occasions_in_memory"]


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
