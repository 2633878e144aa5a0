"""A rule of a column, asked of all rows in one aggregate query.

Only a broken rule costs more: a query for its first example, and one for its count.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import narwhals.stable.v2 as nw

from ..errors import InvalidValueError
from .conversion import EagerFrame, Frame, collect, row_count

__all__ = ["MISSING_VALUE", "Rule", "refuse", "sound_row_count"]

MISSING_VALUE = "missing value"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One thing no row of a column may do.

    Attributes
    ----------
    column
        The column the sentence names.
    broken
        True in the rows that break the rule.
    found
        What such a row holds, in the singular: ``"missing value"``.
    remedy
        What the caller can do, a whole sentence.
    """

    column: str
    broken: nw.Expr
    found: str
    remedy: str


def refuse(frame: Frame, rules: Sequence[Rule], *, id_col: str | None = None) -> None:
    """Raise for the first broken rule: column, count of total, first example."""
    if rules:
        _answered(frame, rules, id_col=id_col)


def sound_row_count(frame: Frame, rules: Sequence[Rule]) -> int:
    """Refuse as :func:`refuse` does, and count the rows in the same query."""
    if isinstance(frame, nw.DataFrame):
        refuse(frame, rules)
        return len(frame)
    return int(_answered(frame, rules, nw.len().alias("rows"))["rows"].item())


def _answered(
    frame: Frame,
    rules: Sequence[Rule],
    *others: nw.Expr,
    id_col: str | None = None,
) -> EagerFrame:
    asked = {f"rule_{at}": rule.broken.any() for at, rule in enumerate(rules)}
    answers = collect(frame.select(*others, **asked))
    for at, rule in enumerate(rules):
        if answers[f"rule_{at}"].item():
            raise _broken(frame, rule, id_col)
    return answers


def _broken(frame: Frame, rule: Rule, id_col: str | None) -> InvalidValueError:
    rows = frame
    if isinstance(frame, nw.DataFrame):
        rows = frame.with_row_index("_crmkit_row")
    wrong = rows.filter(rule.broken)
    shown = None if rule.found == MISSING_VALUE else rule.column
    first = _example(collect(wrong.head(1)), id_col, shown)
    count, total = _counts(frame, wrong, rule)
    return InvalidValueError(
        subject=f"column {rule.column!r}",
        found=rule.found,
        remedy=rule.remedy,
        count=count,
        total=total,
        first=first,
    )


def _counts(frame: Frame, wrong: Frame, rule: Rule) -> tuple[int, int]:
    """Count the rows that break a rule and all rows; an engine reads them once."""
    if isinstance(frame, nw.DataFrame):
        return row_count(wrong), len(frame)
    one = nw.when(rule.broken).then(1).otherwise(0)
    counted = collect(frame.select(broken=one.sum(), rows=nw.len()))
    return int(counted["broken"].item()), int(counted["rows"].item())


def _example(first: EagerFrame, id_col: str | None, shown: str | None) -> str | None:
    def cell(name: str) -> Any:
        return first[name].to_list()[0]

    parts = []
    if "_crmkit_row" in first.columns:
        parts.append(f"row {cell('_crmkit_row')}")
    if id_col is not None:
        parts.append(f"customer {cell(id_col)!r}")
    if shown is not None and shown != id_col:
        parts.append(f"value {cell(shown)!r}")
    return ", ".join(parts) or None
