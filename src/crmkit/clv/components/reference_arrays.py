"""The references as arrays: the standard of a day, for the codes of one ledger."""

import datetime as dt
from dataclasses import dataclass

import numpy as np

from ..._check import instance
from ..._dates import EPOCH
from ...errors import InvalidValueError
from ...ledger import Book
from ...typing import FloatArray, IntArray
from .references import References

__all__ = ["Standards", "standards_of"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Standards:
    """Period starts (rows), and the standards of each period by category code."""

    starts: IntArray
    depth: FloatArray
    overall: FloatArray
    service: FloatArray
    acquisition: FloatArray

    def discount_depth(self, day: IntArray, category: IntArray) -> FloatArray:
        """Return the standard depth of each line."""
        found: FloatArray = self.depth[self._period(day), category]
        return found

    def service_cost(self, day: IntArray) -> FloatArray:
        """Return the standard cost of serving an order of each day."""
        found: FloatArray = self.service[self._period(day)]
        return found

    def acquisition_cost(self, day: IntArray) -> FloatArray:
        """Return the standard cost of winning a customer on each day."""
        found: FloatArray = self.acquisition[self._period(day)]
        return found

    def _period(self, day: IntArray) -> IntArray:
        after = np.searchsorted(self.starts, day, side="right")
        return np.maximum(after - 1, 0)


def standards_of(references: References, book: Book) -> Standards:
    """Match the references to the category codes of a ledger, by name."""
    references = instance("references", references, References)
    days = [dt.date.fromisoformat(period).toordinal() for period in references.periods]
    overall = np.array(references.overall_depth)
    named = np.array(references.discount_depth)
    columns = {name: at for at, name in enumerate(references.categories)}
    if columns and not columns.keys() & set(map(str, book.categories)):
        raise InvalidValueError(
            subject="argument 'references'",
            found=f"none of the ledger's categories among {sorted(columns)}",
            remedy="Name the depths by the categories of the ledger.",
        )
    depth = np.repeat(overall[:, None], len(book.categories), axis=1)
    for code, category in enumerate(book.categories):
        at = columns.get(str(category))
        if at is not None:
            depth[:, code] = named[:, at]
    return Standards(
        starts=np.array(days) - EPOCH.toordinal(),
        depth=depth,
        overall=overall,
        service=np.array(references.service_cost),
        acquisition=np.array(references.acquisition_cost),
    )
