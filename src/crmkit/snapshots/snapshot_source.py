"""Everything a snapshot reads, opened once; then one block of rows per cut-off."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from .._check import day_count
from .._dates import iso_text
from .._frames import native, nw, table
from ..errors import InvalidValueError, NotEnoughDataError
from ..kernels.log.visible_log import Past, breadth, future, past
from ..typing import FloatArray, IntArray, IntoDataFrameT, PurchaseModel
from .event_log import EventLog, OpenedEvents, open_events
from .snapshot_log import OpenedLog, open_transactions
from .transaction_columns import TransactionColumns

__all__ = ["Block", "FitPurchases", "Source", "open_source", "written"]

FitPurchases: TypeAlias = Callable[[IntoDataFrameT], PurchaseModel]
_Alive: TypeAlias = Callable[[Past, int], FloatArray]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Block:
    """The rows of one cut-off: customers as numbers, and their columns."""

    customer: IntArray
    columns: dict[str, np.ndarray]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Source:
    """Opened logs, and the options of the features."""

    log: OpenedLog
    events: tuple[OpenedEvents, ...]
    active_within: int | None
    window: int
    probability_alive: _Alive | None

    def features(self, cutoff: int) -> Block:
        """Return what was known before the cut-off about each eligible customer."""
        known = past(self.log.rows, cutoff=cutoff, window=self.window)
        columns = dict(known.columns)
        who = known.customer
        if self.log.categories is not None:
            columns["category_breadth"] = breadth(
                self.log.categories, cutoff=cutoff, who=who
            )
        for each in self.events:
            added = each.past(cutoff=cutoff, window=self.window, who=who)
            _require_new(added, columns)
            columns |= added
        if self.probability_alive is not None and who.size:
            columns["probability_alive"] = self.probability_alive(known, cutoff)
        keep = np.ones(who.size, dtype=np.bool_)
        if self.active_within is not None:
            keep = known.last_day >= cutoff - self.active_within
        if not keep.any():
            raise NotEnoughDataError(
                needed=f"an eligible customer at the cut-off {iso_text(cutoff)}",
                got=f"0 of {who.size:,} seen before it",
                remedy="Choose a later cut-off, or a wider active_within.",
            )
        kept = {name: values[keep] for name, values in columns.items()}
        dated: dict[str, np.ndarray] = {"cutoff": _days(cutoff, int(keep.sum()))}
        return Block(customer=who[keep], columns=dated | kept)

    def labelled(self, cutoff: int, buffer: int, horizon: int) -> Block:
        """Return the features and the outcomes of the label window."""
        block = self.features(cutoff)
        start = cutoff + buffer
        bought, money = future(
            self.log.rows,
            start=start,
            end=start + horizon,
            customers=self.log.customers.count,
        )
        size = block.customer.size
        window: dict[str, np.ndarray] = {
            "cutoff": block.columns["cutoff"],
            "label_start": _days(start, size),
            "label_end": _days(start + horizon, size),
        }
        outcomes: dict[str, np.ndarray] = {
            "churned": bought[block.customer] == 0,
            "future_purchases": bought[block.customer],
            "future_amount": money[block.customer],
        }
        return Block(customer=block.customer, columns=window | block.columns | outcomes)


def open_source(
    transactions: IntoDataFrameT,
    *,
    events: Sequence[EventLog],
    active_within: int | None,
    recent_window: int,
    fit_purchases: Callable[[IntoDataFrameT], PurchaseModel] | None,
    columns: TransactionColumns,
) -> Source:
    """Open the log and the events, and check the arguments."""
    limit = active_within
    if limit is not None:
        limit = day_count("active_within", limit, at_least=1)
    window = day_count("recent_window", recent_window, at_least=1)
    log = open_transactions(transactions, columns)
    return Source(
        log=log,
        events=tuple(open_events(each, log.customers) for each in events),
        active_within=limit,
        window=window,
        probability_alive=_alive(log, transactions, fit_purchases),
    )


def written(
    like: IntoDataFrameT, source: Source, blocks: Sequence[Block]
) -> IntoDataFrameT:
    """Write the blocks as one frame in the caller's library."""
    customer = np.concatenate([block.customer for block in blocks])
    columns: dict[str, np.ndarray] = {
        name: np.concatenate([block.columns[name] for block in blocks])
        for name in blocks[0].columns
    }
    ids = source.log.customers.ids[customer].alias("customer_id")
    frame = table(source.log.frame, {"customer_id": ids, **columns})
    holes = [name for name, values in columns.items() if _has_hole(values)]
    # An event that never happened has no date: a hole, in every library the same.
    filled = [
        nw.when(~nw.col(name).is_nan()).then(nw.col(name)).alias(name) for name in holes
    ]
    return native(frame.with_columns(*filled) if filled else frame, like)


def _require_new(added: Mapping[str, object], there: Mapping[str, object]) -> None:
    twice = [name for name in added if name in there]
    if twice:
        raise InvalidValueError(
            subject="argument 'events'",
            found=f"feature {twice[0]!r} a second time",
            remedy="Give each event log a name that no other feature begins with.",
        )


def _alive(
    log: OpenedLog,
    like: IntoDataFrameT,
    fit: Callable[[IntoDataFrameT], PurchaseModel] | None,
) -> _Alive | None:
    if fit is None:
        return None

    def probability(known: Past, cutoff: int) -> FloatArray:
        frequency = known.columns["purchases"] - 1
        recency = (known.last_day - known.first_day).astype(np.float64)
        T = (cutoff - 1 - known.first_day).astype(np.float64)
        history = {"frequency": frequency, "recency": recency, "T": T}
        customers = native(table(log.frame, history), like)
        return fit(customers).probability_alive(frequency, recency, T)

    return probability


def _days(day: int, count: int) -> np.ndarray:
    return np.full(count, np.datetime64(day, "D"))


def _has_hole(values: np.ndarray) -> bool:
    return values.dtype.kind == "f" and bool(np.isnan(values).any())
