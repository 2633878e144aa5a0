"""The dates and amounts of a column: read in the one way that fits all of them."""

from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING

import numpy as np

from ...typing import BoolArray
from .amount_marks import (
    AmountMarks,
    currencies,
    fitting_marks,
    read_by_marks,
    without_sign,
)
from .csv_format import CsvFormat
from .date_formats import fitting_formats, format_of_most, read_by_format
from .iso_dates import read_iso
from .unsettled import Unsettled

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["ReadColumn", "read_amounts", "read_dates"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ReadColumn:
    """A column as values.

    Attributes
    ----------
    values
        Instants or numbers; missing where a cell is empty or could not be read.
    wrong
        Marks the rows whose cell could not be read.
    first
        The first cell that could not be read.
    notes
        What was inferred, as sentences.
    options
        What the command would say to read the column so.
    unsettled
        Two readings that are as good.
    currency
        The currency sign beside amounts, if there was one.
    """

    values: "pa.Array"
    wrong: BoolArray
    first: str = ""
    notes: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    unsettled: tuple[Unsettled, ...] = ()
    currency: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Texts:
    """The distinct texts of a column, and which of them each row holds."""

    coded: "pa.DictionaryArray"
    filled: "pa.Array" = field(repr=False)

    def read(
        self,
        values: "pa.Array",
        *,
        notes: tuple[str, ...] = (),
        options: tuple[str, ...] = (),
        unsettled: tuple[Unsettled, ...] = (),
        currency: str = "",
    ) -> ReadColumn:
        """Give each row the value of its text; mark those whose text has none."""
        compute = import_module("pyarrow.compute")
        wrong = compute.and_(compute.is_null(values), compute.is_valid(self.filled))
        rows = self._rows(wrong.to_numpy(zero_copy_only=False).astype(np.bool_))
        first = self.coded[int(np.argmax(rows))].as_py() if rows.any() else ""
        return ReadColumn(
            values=values.take(self.coded.indices),  # an empty cell stays missing
            wrong=rows,
            first=str(first),
            notes=notes,
            options=options,
            unsettled=unsettled,
            currency=currency,
        )

    def _rows(self, marked: BoolArray) -> BoolArray:
        """Mark the rows of the marked texts."""
        if not marked.any():
            return np.zeros(len(self.coded), dtype=np.bool_)
        index = self.coded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
        return np.asarray(np.append(marked, False)[index], dtype=np.bool_)


def read_dates(column: str, cells: "pa.ChunkedArray", stated: str | None) -> ReadColumn:
    """Read dates in the stated format, in ISO, or in the one that fits them all."""
    arrow = import_module("pyarrow")
    if not _is_text(cells.type):
        whole = cells.combine_chunks() if hasattr(cells, "combine_chunks") else cells
        return ReadColumn(values=whole, wrong=np.zeros(len(cells), dtype=np.bool_))
    texts = _distinct(cells)
    if stated is not None:
        return texts.read(
            read_by_format(texts.filled, stated).cast(arrow.timestamp("us"))
        )
    iso = read_iso(texts.filled)
    if iso.null_count == texts.filled.null_count:
        return texts.read(iso)
    return _dates_by_fit(column, texts, iso)


def _dates_by_fit(column: str, texts: _Texts, iso: "pa.Array") -> ReadColumn:
    """Read dates that are not ISO in the format that fits them all, or most."""
    arrow = import_module("pyarrow")
    filled = texts.filled.drop_null()
    fits = fitting_formats(filled)
    likely = fits or (() if _mostly(iso, texts) else format_of_most(filled))
    if not likely:
        return texts.read(iso)
    ranked = sorted(likely, key=lambda each: _span(filled, each))
    read = read_by_format(texts.filled, ranked[0]).cast(arrow.timestamp("us"))
    options = ("--date-format", ranked[0])
    if len(ranked) == 1 or not fits:
        return texts.read(
            read,
            options=options,
            notes=(f"Column {column!r}: dates were read as {ranked[0]}.",)
            if fits
            else (),
        )
    said = (
        f"column {column!r}: all dates fit {ranked[0]} ({_from_to(filled, ranked[0])}) "
        f"and {ranked[1]} ({_from_to(filled, ranked[1])}). Which of them is it?"
    )
    asked = Unsettled(said=said, options=options, instead=("--date-format", ranked[1]))
    return texts.read(read, unsettled=(asked,))


def read_amounts(
    column: str, cells: "pa.ChunkedArray", csv_format: CsvFormat
) -> ReadColumn:
    """Read amounts with the stated marks, or with those that fit them all."""
    arrow = import_module("pyarrow")
    if not _is_text(cells.type):
        values = cells.combine_chunks() if hasattr(cells, "combine_chunks") else cells
        if arrow.types.is_decimal(values.type) or arrow.types.is_integer(values.type):
            values = values.cast(arrow.float64(), safe=False)
        return ReadColumn(values=values, wrong=np.zeros(len(cells), dtype=np.bool_))
    texts = _distinct(cells)
    stated = csv_format.marks
    plain = texts.filled
    if stated is not None:
        read = read_by_marks(plain, stated)
        if read.null_count > plain.null_count:
            read = read_by_marks(without_sign(plain), stated)
        return texts.read(read, currency=_one(currencies(plain)))
    read = read_by_marks(plain, AmountMarks())
    if read.null_count == plain.null_count and not _needs_a_look(plain):
        return texts.read(read)
    return _by_fit(column, texts, without_sign(plain))


def _by_fit(column: str, texts: _Texts, plain: "pa.Array") -> ReadColumn:
    signs = currencies(texts.filled)
    if len(signs) > 1:
        said = (
            f"column {column!r}: amounts in {len(signs)} currencies, "
            f"{', '.join(signs[:5])}. Amounts of several currencies cannot be added: "
            "convert them, or keep one with --where."
        )
        return texts.read(
            read_by_marks(plain, AmountMarks()), unsettled=(Unsettled(said=said),)
        )
    filled = plain.drop_null()
    ways = fitting_marks(filled)
    marks = ways[0] if ways else _of_most(filled)
    notes = []
    if ways and marks != AmountMarks():
        notes = [f"Column {column!r}: amounts were read like {marks.example}."]
    asked: tuple[Unsettled, ...] = ()
    if len(ways) > 1:
        first = filled[0].as_py()
        values = [read_by_marks(filled[:1], way)[0].as_py() for way in ways[:2]]
        said = (
            f"column {column!r}: {first!r} and all other amounts can be read in two "
            f"ways, as {values[0]:,g} or as {values[1]:,g}. Which of them is it?"
        )
        asked = (
            Unsettled(said=said, options=ways[0].options, instead=ways[1].options),
        )
    return texts.read(
        read_by_marks(plain, marks),
        notes=tuple(notes),
        options=() if asked or marks == AmountMarks() else marks.options,
        unsettled=asked,
        currency=_one(signs),
    )


def _distinct(cells: "pa.ChunkedArray") -> _Texts:
    arrow, compute = import_module("pyarrow"), import_module("pyarrow.compute")
    whole = (
        cells.unify_dictionaries() if hasattr(cells, "unify_dictionaries") else cells
    )
    coded = whole.combine_chunks() if hasattr(whole, "combine_chunks") else whole
    if not arrow.types.is_dictionary(coded.type):
        coded = coded.cast(arrow.string()).dictionary_encode()
    trimmed = compute.utf8_trim_whitespace(coded.dictionary)
    blank = compute.equal(compute.utf8_length(trimmed), 0)
    filled = compute.if_else(blank, arrow.scalar(None, arrow.string()), trimmed)
    return _Texts(coded=coded, filled=filled)


def _is_text(kind: "pa.DataType") -> bool:
    types = import_module("pyarrow").types
    if types.is_dictionary(kind):
        kind = kind.value_type
    return bool(
        types.is_string(kind)
        or types.is_large_string(kind)
        or types.is_string_view(kind)
        or types.is_null(kind)
    )


def _needs_a_look(plain: "pa.Array") -> bool:
    """Tell whether a point may part thousands: 1.234 and 2.500, in every amount."""
    compute = import_module("pyarrow.compute")
    pointed = compute.match_substring(plain, ".")
    if not compute.any(pointed, min_count=0).as_py():
        return False
    parted = compute.match_substring_regex(plain, r"^-?[0-9]{1,3}(\.[0-9]{3})+$")
    whole = compute.match_substring_regex(plain, r"^-?[0-9]{1,3}$")
    return bool(compute.all(compute.or_(parted, whole), min_count=0).as_py())


def _mostly(iso: "pa.Array", texts: _Texts) -> bool:
    filled = len(texts.filled) - texts.filled.null_count
    return bool(len(iso) - iso.null_count > 0.5 * filled)


def _of_most(filled: "pa.Array") -> AmountMarks:
    known = [
        AmountMarks(),
        AmountMarks(".", ","),
        AmountMarks(",", "."),
        AmountMarks(","),
    ]
    return min(known, key=lambda each: read_by_marks(filled[:2_000], each).null_count)


def _span(filled: "pa.Array", date_format: str) -> int:
    read = read_by_format(filled, date_format).drop_null().cast("int64").to_numpy()
    return int(read.max() - read.min()) if read.size else 0


def _from_to(filled: "pa.Array", date_format: str) -> str:
    compute = import_module("pyarrow.compute")
    found = compute.min_max(read_by_format(filled, date_format))
    first, last = (found[end].as_py().date() for end in ("min", "max"))
    return f"{first} to {last}"


def _one(signs: tuple[str, ...]) -> str:
    return signs[0] if len(signs) == 1 else ""
