"""A prepared log merged into days once, for all figures of days or longer periods."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..._dates import date_of
from ..._frames import EagerFrame, Groups, table
from ...kernels.log.occasions import Occasions, coarser, histories, shortened
from ...rfm import summary_in_memory
from ...rfm.calibration_holdout_summary import calibration_log, split_columns
from ...rfm.open_log import TransactionLog
from ...rfm.transaction_report import TransactionReport
from ...typing import Grain
from .doubtful_rows import kept_rows
from .prepare import SUBTRACTED, PreparedLog

__all__ = ["MergedLog", "merge_log"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MergedLog:
    """What each customer bought on each day, up to the end of observation.

    Attributes
    ----------
    log
        The prepared log; without its rows where the days say all that they do.
    by_day
        One row per customer and day.
    first_day
        The day of the first row, be it dropped or not; at most the end of observation.
    """

    log: PreparedLog
    by_day: Occasions
    first_day: int

    @property
    def facts(self) -> TransactionReport:
        """What the log held before any customer was left out."""
        return self.log.facts

    def summary(self) -> EagerFrame:
        """Summarise each customer up to the end of observation, in weeks."""
        log, groups = self.log.log, self.log.groups
        summary_in_memory.refuse_without_purchase(log, self.by_day, groups)
        history = histories(self.by_day)
        columns = summary_in_memory.summary_columns(log, history, groups)
        return table(self.log.frame, columns)

    def split_summary(self, end_day: int, names: Sequence[str]) -> EagerFrame:
        """Summarise each customer up to an earlier day, with what came after it.

        Only the named columns are made.
        """
        if self.log.refunds in SUBTRACTED:
            # What a refund after the day is subtracted from depends on the rows.
            return self.log.split_summary(end_day, names)
        log, groups = self.log.log, self.log.groups
        early = calibration_log(log, date_of(end_day))
        seen = self.by_day.day <= end_day
        known, after = histories(self.by_day.where(seen)), self.by_day.where(~seen)
        columns = split_columns(known, after, groups, early, log)
        return table(self.log.frame, {name: columns[name] for name in names})

    def periods(self, grain: Grain) -> tuple[TransactionLog, Occasions]:
        """Merge the days of each customer into longer periods.

        Their amounts are sums of days: the last bit may differ from sums of rows.
        """
        log = self.log.log
        log = replace(log, window=replace(log.window, grain=grain))
        if self.log.refunds == "net":
            # A period of refunds alone is not the sum of its days, which moved.
            return log, _merged(self.log, log)
        return log, coarser(self.by_day, log.window.period(self.by_day.day))


def merge_log(log: PreparedLog) -> MergedLog:
    """Merge the rows of each customer and day up to the end of observation."""
    if log.refunds != "cancel":  # whose arithmetic needs 64 bits
        codes = shortened(log.groups.codes)
        log = replace(log, groups=replace(log.groups, codes=codes))
    return MergedLog(
        log=log if log.refunds in SUBTRACTED else _without_rows(log),
        by_day=_merged(log, log.log),
        first_day=int(log.day.min(initial=log.log.window.end_day)),
    )


def _merged(log: PreparedLog, until: TransactionLog) -> Occasions:
    return summary_in_memory.occasions_between(
        until, log.frame, log.groups, log.refunds
    )


def _without_rows(log: PreparedLog) -> PreparedLog:
    """Keep the customers alone: the rows of a large log are most of the memory."""
    # A slice would keep the rows; the groups hold the ids.
    none = np.zeros(len(log.frame), dtype=np.bool_)
    frame = kept_rows(log.frame.drop(log.log.customer_id), none)
    return replace(
        log,
        log=replace(log.log, frame=frame),
        frame=frame,
        groups=Groups(codes=log.groups.codes[:0].copy(), ids=log.groups.ids),
        day=log.day[:0].copy(),
        amount=log.amount[:0].copy(),
    )
