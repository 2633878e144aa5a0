r"""Text that a spreadsheet shows and never runs.

A spreadsheet reads a cell that begins with ``=``, ``+``, ``-``, ``@``, a tab or a line
break as a formula, also in a CSV. Such a text gets an apostrophe in front. To undo it,
remove one apostrophe from each text that begins with apostrophes and one of these
characters: ``re.sub(r"^'('*[=+\-@\t\r\n])", r"\1", text)``. A text that already
begins so gets one more, so that the rule gives back every text exactly.
"""

from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["with_safe_text"]

_FORMULA = r"^('*[=+\-@\t\r\n])"
_MARKED = r"'\1"
_FIRST = r"^['=+\-@\t\r\n]"


def with_safe_text(table: "pa.Table") -> "pa.Table":
    """Put an apostrophe before each text, names included, that could be a formula.

    Numbers and dates are not changed.
    """
    arrow, compute = import_module("pyarrow"), import_module("pyarrow.compute")
    columns = [_safe(column, arrow, compute) for column in table.columns]
    names = compute.replace_substring_regex(
        arrow.array(table.column_names, arrow.string()), _FORMULA, _MARKED
    )
    return arrow.Table.from_arrays(columns, names=names.to_pylist())


def _safe(
    column: "pa.ChunkedArray", arrow: ModuleType, compute: ModuleType
) -> "pa.ChunkedArray":
    kinds = arrow.types
    if kinds.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if kinds.is_string_view(column.type):
        column = column.cast(arrow.large_string())
    if kinds.is_string(column.type) or kinds.is_large_string(column.type):
        # Texts begin with few characters: asking those is faster than asking each text.
        first = compute.utf8_slice_codeunits(column, 0, 1).unique()
        found = compute.match_substring_regex(first, _FIRST)
        if compute.any(found, min_count=0).as_py():
            return compute.replace_substring_regex(column, _FORMULA, _MARKED)
    return column
