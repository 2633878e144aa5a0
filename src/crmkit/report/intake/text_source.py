"""Read a text file of rows: any delimiter, any encoding, a title above the names."""

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NoReturn

from ...errors import InvalidValueError
from ..bounded_text import cut
from .csv_format import CsvFormat
from .file_layout import SPACES, Layout, encoding_of, read_layout
from .line_numbers import line_of_record
from .log_source import LogSource

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["HEADER_ALONE", "refused_source", "text_source"]

HEADER_ALONE = "a header and no rows"

_LONGEST = 72  # characters of a path in a message
_PREVIEW = 1 << 18
_LONGEST_REASON = 200
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

    @property
    def plain(self) -> bool:
        """Whether the bytes can be split as they are, without a copy in memory."""
        return self.encoding in _UTF8 and self.layout.delimiter != SPACES

    def text(self) -> str:
        with self.open() as file:
            return decoded(self.name, file.read(), self.encoding)


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
    if not start.strip():
        refuse_source(name, "no rows", "Pass a file with rows.")
    encoding, said = _encoding(name, start, csv_format.encoding)
    layout = _layout(name, decoded(name, start, encoding, part=True), csv_format)
    if not layout.preview:
        refuse_source(name, HEADER_ALONE, "Pass a file with rows.")
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


def refused_source(name: str, found: str, remedy: str) -> InvalidValueError:
    """Return the refusal of a file or table."""
    # The end of a long path tells the file.
    shown = name if len(name) <= _LONGEST else f"...{name[3 - _LONGEST :]}"
    return InvalidValueError(subject=f"file {shown!r}", found=found, remedy=remedy)


def refuse_source(name: str, found: str, remedy: str) -> NoReturn:
    """Refuse a file or table."""
    raise refused_source(name, found, remedy) from None


def decoded(name: str, content: bytes, encoding: str, *, part: bool = False) -> str:
    """Return the bytes as text; of the beginning of a file, a cut last letter goes."""
    try:
        io.TextIOWrapper(io.BytesIO(), encoding)  # refuses codecs not for text
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
    if isinstance(content, bytes):
        return io.BytesIO(content)
    if content.suffix.lower() in {".gz", ".bz2", ".xz"}:
        module = {".gz": "gzip", ".bz2": "bz2", ".xz": "lzma"}[content.suffix.lower()]
        opened: BinaryIO = import_module(module).open(content, "rb")
        return opened
    return content.open("rb")


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
    delimiter = file.layout.delimiter
    if delimiter == SPACES:
        return f"line {file.layout.first_line + row}"
    skipped = file.layout.n_records_before + (file.layout.header_line > 0)
    return f"line {line_of_record(file.text(), delimiter, row + skipped)}"


def _read(file: _TextFile, columns: Sequence[str], bad_rows: list[str]) -> "pa.Table":
    try:
        return _arrow_table(file, columns, bad_rows)
    except _NotUtf8Error:
        with file.open() as opened:
            encoding, _ = _western(opened.read())
        other = _TextFile(
            name=file.name, open=file.open, encoding=encoding, layout=file.layout
        )
        return _arrow_table(other, columns, bad_rows)


def _arrow_table(
    file: _TextFile, columns: Sequence[str], bad_rows: list[str]
) -> "pa.Table":
    arrow, reader = import_module("pyarrow"), import_module("pyarrow.csv")
    layout = file.layout

    def skip(row: Any) -> str:  # noqa: ANN401 - pyarrow publishes no types
        bad_rows.append(cut(str(row.text)))
        return "skip"

    text = arrow.dictionary(arrow.int32(), arrow.string())
    try:
        with _stream(file) as stream:
            return reader.read_csv(
                stream,
                read_options=reader.ReadOptions(
                    column_names=list(layout.names),
                    skip_rows=max(layout.first_line - 1, 0),
                    block_size=1 << 23,
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
    except (arrow.ArrowInvalid, arrow.ArrowKeyError) as error:
        if "UTF8" in str(error) and file.encoding in _UTF8:
            raise _NotUtf8Error from None
        reason = cut(" ".join(str(error).split()), _LONGEST_REASON)
        refuse_source(
            file.name, f"not readable as CSV ({reason})", "Pass a CSV or Parquet file."
        )


def _stream(file: _TextFile) -> BinaryIO:
    if file.plain:
        return file.open()
    text = file.text().removeprefix("\ufeff")
    if file.layout.delimiter == SPACES:
        text = "\n".join("\t".join(line.split()) for line in text.splitlines())
    return io.BytesIO(text.encode())
