"""Read the answers of a survey from a file."""

from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING

import numpy as np

from ...errors import InvalidValueError
from .csv_format import CsvFormat
from .opened_source import open_source
from .read_values import read_amounts

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["read_survey"]


def read_survey(
    place: str,
    *,
    score: str = "score",
    by: Sequence[str] = (),
    table: str | None = None,
    csv: CsvFormat | None = None,
) -> "pa.Table":
    """Read the score of each answer, and the columns of its groups.

    Raises
    ------
    InvalidValueError
        If a column is missing, or an answer is not a number.
    """
    written = csv or CsvFormat()
    source = open_source(place, table=table, csv=written)
    absent = [name for name in (score, *by) if name not in source.names]
    if absent:
        raise InvalidValueError(
            subject=f"file {source.name!r}",
            found=f"no column {', '.join(map(repr, absent))}",
            remedy=f"Its columns are {list(source.names[:20])}: name the answers with "
            "--score.",
        )
    cells = source.read((score, *by), [])
    read = read_amounts(score, cells[score], written)
    if read.wrong.any():
        raise InvalidValueError(
            subject=f"column {score!r}",
            found="answer that is not a number",
            count=int(np.count_nonzero(read.wrong)),
            total=read.wrong.size,
            first=source.place(int(np.argmax(read.wrong))),
            remedy="Correct these answers, or empty their cells.",
        )
    arrow = import_module("pyarrow")
    groups = {name: cells[name].cast(arrow.string()) for name in by}
    return arrow.table({score: read.values, **groups})
