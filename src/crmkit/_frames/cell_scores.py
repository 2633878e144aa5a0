"""Scores are computed once per cell: the distinct values the formula reads."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import narwhals.stable.v2 as nw
import numpy as np

from ..errors import NotEnoughDataError
from ..typing import FloatArray, IntoFrameT
from .asked_rules import Rule, refuse
from .conversion import (
    Frame,
    column_names,
    native,
    numbers,
    read,
    row_count,
    with_arrays,
)
from .joined_table import beside
from .kept_rows import run_once

__all__ = ["MAX_CELLS", "cells", "few_cells", "score_cells", "with_scores"]

MAX_CELLS = 5_000_000
# A fit takes up to 200 bytes for each, so that it stays within some 4 GB.
MAX_FETCHED = 20_000_000

_WEIGHT = "crmkit_weight"

Score: TypeAlias = Callable[..., FloatArray]


def with_scores(
    frame: IntoFrameT,
    keys: Sequence[str],
    scores: Mapping[str, Score],
    *,
    rules: Callable[[Frame], Sequence[Rule]],
    id_col: str | None = None,
    repeatable: bool = False,
) -> IntoFrameT:
    """Check the key columns, and add one column per score, a function of them alone."""
    opened = read(frame, keys)
    known = id_col if id_col in column_names(opened) else None
    refuse(opened, rules(opened), id_col=known)
    return native(score_cells(opened, keys, scores, repeatable=repeatable), frame)


def score_cells(
    opened: Frame,
    keys: Sequence[str],
    scores: Mapping[str, Score],
    *,
    repeatable: bool = False,
) -> Frame:
    """Add one column per score to an opened frame whose key columns were checked.

    In memory the rows are scored; in an engine the distinct keys are fetched, scored
    here and joined back, so that no customer leaves it. A sum of floats may differ in
    its last digit each time an engine adds it up, and would then find no score: unless
    the keys are ``repeatable`` (counts, or counts over a constant), the plan is run
    once and kept where it ran.
    """
    if isinstance(opened, nw.DataFrame):
        values = [numbers(opened, key) for key in keys]
        added = {name: score(*values) for name, score in scores.items()}
        return with_arrays(opened, added)
    settled = opened if repeatable else run_once(opened)
    return _joined(settled, keys, scores)


def cells(
    frame: Frame,
    keys: Sequence[str],
    *,
    weight_col: str | None = None,
    what: str = "histories",
    remedy: str = "Fit to a sample of the customers, or use a coarser grain.",
) -> tuple[list[FloatArray], FloatArray]:
    """Fetch the distinct keys and how many rows (or how much weight) each has.

    ``what`` the keys are, and the ``remedy``, are told where an engine has too many of
    them to be held in memory.
    """
    names, columns = _named(keys)
    if weight_col is not None:
        columns.append(nw.col(weight_col).cast(nw.Float64).alias(_WEIGHT))
    rows = frame.select(*columns)
    if isinstance(rows, nw.DataFrame):
        ones = np.ones(len(rows))
        weight = ones if weight_col is None else numbers(rows, _WEIGHT)
    else:
        total = nw.len() if weight_col is None else nw.col(_WEIGHT).sum()
        counted = rows.group_by(*names).agg(total.alias(_WEIGHT))
        # One too many is enough to know, and saves counting them first.
        rows = counted.head(MAX_FETCHED + 1).collect()
        if len(rows) > MAX_FETCHED:
            raise _too_many(counted, MAX_FETCHED, f"distinct {what} in memory", remedy)
        weight = numbers(rows, _WEIGHT)
    return [numbers(rows, name) for name in names], weight


def few_cells(
    frame: nw.LazyFrame[Any], keys: Sequence[str]
) -> tuple[list[FloatArray], FloatArray]:
    """Fetch what ``cells`` does, of rows that the caller has counted and found few.

    Without a limit to ask for, Spark hands them out from each partition, and gathers
    them in none.
    """
    names, columns = _named(keys)
    counted = frame.select(*columns).group_by(*names).agg(nw.len().alias(_WEIGHT))
    rows = counted.collect()
    return [numbers(rows, name) for name in names], numbers(rows, _WEIGHT)


def _named(keys: Sequence[str]) -> tuple[list[str], list[nw.Expr]]:
    """Name the keys by their place, so that a key may be given twice."""
    names = [f"crmkit_key_{at}" for at in range(len(keys))]
    columns = [
        nw.col(key).cast(nw.Float64).alias(name)
        for key, name in zip(keys, names, strict=True)
    ]
    return names, columns


def _joined(
    frame: nw.LazyFrame[Any], keys: Sequence[str], scores: Mapping[str, Score]
) -> nw.LazyFrame[Any]:
    once = list(dict.fromkeys(keys))
    # One too many is enough to know, and saves counting them first.
    fetched = frame.select(*once).unique().head(MAX_CELLS + 1).collect()
    if len(fetched) > MAX_CELLS:
        raise _too_many(
            frame.select(*once).unique(),
            MAX_CELLS,
            "distinct histories to score in an engine",
            "Use a coarser grain or time unit, or score the frame in blocks of rows.",
        )
    values = [numbers(fetched, key) for key in keys]
    columns = {key: fetched[key].to_numpy() for key in once}
    columns |= {name: score(*values) for name, score in scores.items()}
    stale = [name for name in scores if name in frame.collect_schema().names()]
    kept = frame.drop(*stale) if stale else frame
    return kept.join(beside(frame, columns), on=once, how="left")


def _too_many(found: Frame, most: int, what: str, remedy: str) -> NotEnoughDataError:
    return NotEnoughDataError(
        needed=f"at most {most:,} {what}", got=f"{row_count(found):,}", remedy=remedy
    )
