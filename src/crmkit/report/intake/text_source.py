"""Read a text file of rows: any delimiter, any encoding, a title above the names."""

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NoReturn

from ...errors import InvalidValueError
from ..bounded_text import cut
from .csv_format import CsvFormat
from .file_layout import SPACES, Layout, encoding_of, read_layout
from .line_numbers import line_of_record, record_of_row
from .log_source import LogSource
from .utf8_stream import Utf8Stream

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["HEADER_ALONE", "refused_source", "text_source"]

HEADER_ALONE = "a header and no rows"

_LONGEST = 72  # characters of a path in a message
_PREVIEW = 1 << 18
_BLOCK = 1 << 23  # bytes that are split into cells at a time
_LONGEST_REASON = 200
_BLANK = "\ufeff\0 \t\r\n"
# The module that reads it, how a name ends, how the bytes begin.
_COMPRESSED = (
    ("gzip", ".gz", b"\x1f\x8b"),
    ("bz2", ".bz2", b"BZh"),
    ("lzma", ".xz", b"\xfd7zXZ\x00"),
)
_LONGEST_MARK = 6
# Codecs of host names: they hold words back and change them.
_NOT_OF_FILES = {"idna", "punycode"}
_UTF8 = {"utf-8", "utf8", "utf-8-sig"}


class _NotUtf8Error(Exception):
    """A text that began as UTF-8 goes on otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _TextFile:
    """A text file: where its bytes are, and what is known of them."""

    name: str
    open: Callable[[], BinaryIO]
    encoding: str
    layout: Layout
    left_out: list[int] = field(default_factory=list)  # records of a wrong length

    @property
    def plain(self) -> bool:
        """Whether the bytes can be split as they are, without a copy in memory."""
        return self.encoding in _UTF8 and self.layout.delimiter != SPACES

    def text(self) -> str:
        with self.open() as file:
            return decoded(self.name, file.read(), self.encoding)

    def stream(self) -> BinaryIO | Utf8Stream:
        """Open the file as UTF-8 text in which one mark parts the cells."""
        if self.plain:
            return self.open()
        blanks = "\t" if self.layout.delimiter == SPACES else None
        return Utf8Stream(self.open(), self.encoding, blanks=blanks)


def text_source(name: str, content: Path | bytes, csv_format: CsvFormat) -> LogSource:
    """Open a text file, compressed or not, or text that was read already.

    Raises
    ------
    InvalidValueError
        If the file is empty or cannot be split into cells.
    """
    opened = partial(_opened, content)
    with opened() as file:
        start = file.read(_PREVIEW)
    encoding, said = _encoding(name, start, csv_format.encoding)
    text = decoded(name, start, encoding, part=True)
    if not text.strip(_BLANK):
        refuse_source(name, "no rows", "Pass a file with rows.")
    layout = _layout(name, text, csv_format)
    if not layout.preview:
        _refuse_without_rows(name, start)
    file_ = _TextFile(name=name, open=opened, encoding=encoding, layout=layout)
    return LogSource(
        name=name,
        names=layout.names,
        preview=layout.preview,
        read=partial(_read, file_),
        notes=(*said, *_layout_notes(layout, csv_format)),
        has_header=layout.header_line > 0,
        place=partial(_place, file_),
    )


def _refuse_without_rows(name: str, start: bytes) -> NoReturn:
    """Say why no row follows the names: there is none, or the names never end."""
    if start.count(b'"') % 2:
        refuse_source(
            name,
            "a quotation mark that is opened and not closed",
            "Close it, or take it out.",
        )
    if len(start) == _PREVIEW:
        refuse_source(
            name,
            f"no second row in the first {_PREVIEW:,} bytes",
            "Pass a CSV with one row per purchase.",
        )
    refuse_source(name, HEADER_ALONE, "Pass a file with rows.")


def refused_source(name: str, found: str, remedy: str) -> InvalidValueError:
    """Return the refusal of a file or table."""
    # The end of a long path tells the file.
    shown = name if len(name) <= _LONGEST else f"...{name[3 - _LONGEST :]}"
    return InvalidValueError(subject=f"file {shown!r}", found=found, remedy=remedy)


def refuse_source(name: str, found: str, remedy: str) -> NoReturn:
    """Refuse a file or table."""
    raise refused_source(name, found, remedy) from None


def refuse_place(path: Path) -> NoReturn:
    """Refuse a path where no file is."""
    remedy = "Pass the path of a CSV, Excel, Parquet or DuckDB file."
    if path.is_dir():
        refuse_source(str(path), "a folder, not a file", remedy)
    if path.exists():
        # A file is read twice: for its first lines, and whole.
        remedy = "Pass a file, or - to read standard input."
        refuse_source(str(path), "a device or a pipe, not a file", remedy)
    refuse_source(str(path), "no such file", remedy)


def decoded(name: str, content: bytes, encoding: str, *, part: bool = False) -> str:
    """Return the bytes as text; of the beginning of a file, a cut last letter goes."""
    try:
        _require_text_codec(encoding)
        if not part:
            text = content.decode(encoding)
            text.encode()  # refuses halves of letters
            return text
        decoder = import_module("codecs").getincrementaldecoder(encoding)()
        beginning: str = decoder.decode(content)
    except UnicodeDecodeError as error:
        before = content[: error.start]
        line = len(before.splitlines()) + (
            not before or before.endswith((b"\n", b"\r"))
        )
        refuse_source(
            name,
            f"line {line} is not {encoding} text (byte {content[error.start]:#04x})",
            "Pass the --encoding that it was saved in, such as cp1252 or utf-16.",
        )
    except (LookupError, ValueError, TypeError):
        # Codecs that are not for text, or that only some texts have, end here too.
        raise InvalidValueError(
            subject="option '--encoding'",
            found=f"no such text encoding {encoding!r}, or not that of this file",
            remedy="Pass a name such as cp1252, latin-1 or utf-16.",
        ) from None
    return beginning


def _opened(content: Path | bytes) -> BinaryIO:
    suffix = "" if isinstance(content, bytes) else content.suffix.lower()
    place = io.BytesIO(content) if isinstance(content, bytes) else content
    with _bytes_of(content) as plain:
        first = plain.read(_LONGEST_MARK)
    for module, ending, mark in _COMPRESSED:
        # The first bytes tell it too: standard input has no name, an export often none.
        if suffix == ending or first.startswith(mark):
            opened: BinaryIO = import_module(module).open(place, "rb")
            return opened
    return _bytes_of(content)


def _bytes_of(content: Path | bytes) -> BinaryIO:
    return io.BytesIO(content) if isinstance(content, bytes) else content.open("rb")


def _require_text_codec(encoding: str) -> None:
    io.TextIOWrapper(io.BytesIO(), encoding)  # refuses codecs not for text
    if import_module("codecs").lookup(encoding).name in _NOT_OF_FILES:
        raise LookupError(encoding)


def _encoding(
    name: str, start: bytes, stated: str | None
) -> tuple[str, tuple[str, ...]]:
    if stated is not None:
        return stated, ()
    marked = encoding_of(start)
    if marked is not None:
        shown = () if marked == "utf-8-sig" else (f"Read as {marked} text.",)
        return marked, shown
    try:
        decoded(name, start, "utf-8", part=True)
    except InvalidValueError:
        return _western(start)
    return "utf-8", ()


def _western(content: bytes) -> tuple[str, tuple[str, ...]]:
    """Choose what Excel writes on Windows, where the text is not UTF-8."""
    try:
        content.decode("cp1252")
        chosen = "cp1252"
    except UnicodeDecodeError:
        chosen = "latin-1"
    return chosen, (
        f"The text is not UTF-8: read as {chosen}; name another with --encoding.",
    )


def _layout(name: str, text: str, csv_format: CsvFormat) -> Layout:
    try:
        return read_layout(
            text.removeprefix("\ufeff"),
            delimiter=csv_format.delimiter,
            header_line=csv_format.header_line,
        )
    except csv.Error:
        refuse_source(
            name,
            "a line that cannot be split into cells (one of them is too long)",
            "Pass a CSV with one row per purchase.",
        )


def _layout_notes(layout: Layout, csv_format: CsvFormat) -> list[str]:
    if csv_format.header_line is not None:
        return []
    if not layout.header_line:
        return ["No line holds names: the columns are called column_1, column_2, ..."]
    if layout.n_records_before:
        return [
            (
                f"The names are on line {layout.header_line}; what comes before it was "
                "taken for a title."
            )
        ]
    return []


def _place(file: _TextFile, row: int) -> str:
    layout = file.layout
    skipped = layout.n_records_before + (layout.header_line > 0)
    record = record_of_row(row, file.left_out) + skipped
    # A letter of another encoding ends no line.
    with (
        file.open() as opened,
        io.TextIOWrapper(opened, file.encoding, "replace", newline="") as lines,
    ):
        return f"line {line_of_record(lines, layout.delimiter, record)}"


def _read(file: _TextFile, columns: Sequence[str], bad_rows: list[str]) -> "pa.Table":
    try:
        return _arrow_table(file, columns, bad_rows)
    except _NotUtf8Error:
        bad_rows.clear()
        return _arrow_table(_as_western(file), columns, bad_rows)


def _as_western(file: _TextFile) -> _TextFile:
    """Take a file that is not UTF-8 after all for what Excel writes."""
    encoding = "cp1252"
    with file.open() as opened:
        while part := opened.read(_BLOCK):
            if _western(part)[0] != encoding:
                encoding = "latin-1"
                break
    return replace(file, encoding=encoding)


def _arrow_table(
    file: _TextFile, columns: Sequence[str], bad_rows: list[str]
) -> "pa.Table":
    arrow, reader = import_module("pyarrow"), import_module("pyarrow.csv")
    layout = file.layout
    before = max(layout.first_line - 1, 0)
    file.left_out.clear()

    open_rows: list[str] = []

    def skip(row: Any) -> str:  # noqa: ANN401 - pyarrow publishes no types
        # Only the first is shown: a file of millions of bad rows is not kept in memory.
        # Of one line it is a mark of inches, or has swallowed nothing.
        if row.text.count('"') % 2 and len(row.text.splitlines()) > 1:
            open_rows.append(cut(row.text))
        bad_rows.append("" if bad_rows else cut(row.text))
        file.left_out.append(row.number - before - 1)
        return "skip"

    text = arrow.dictionary(arrow.int32(), arrow.string())
    try:
        with file.stream() as stream:
            table = reader.read_csv(
                stream,
                read_options=reader.ReadOptions(
                    column_names=list(layout.names),
                    skip_rows=before,
                    block_size=_BLOCK,
                    # In order, with a number for each bad row, and in less memory.
                    use_threads=False,
                ),
                parse_options=reader.ParseOptions(
                    delimiter="\t" if layout.delimiter == SPACES else layout.delimiter,
                    newlines_in_values=True,
                    invalid_row_handler=skip,
                ),
                convert_options=reader.ConvertOptions(
                    column_types=dict.fromkeys(columns, text),
                    include_columns=list(columns),
                    strings_can_be_null=True,
                    null_values=[""],
                ),
            )
    except UnicodeError:
        file.text()  # names the line that is not text of this encoding
        raise
    except (arrow.ArrowInvalid, arrow.ArrowKeyError) as error:
        if "UTF8" in str(error) and file.encoding in _UTF8:
            raise _NotUtf8Error from None
        reason = cut(" ".join(str(error).split()), _LONGEST_REASON)
        if "straddl" in reason:
            reason = f"a row of more than {_BLOCK:,} bytes"
        refuse_source(
            file.name, f"not readable as CSV ({reason})", "Pass a CSV or Parquet file."
        )
    if open_rows:  # it has swallowed all rows up to the next mark, or to the end
        refuse_source(
            file.name,
            f"a quotation mark that is not closed, in the row {open_rows[0]!r}",
            "Close it, or remove it.",
        )
    return table
