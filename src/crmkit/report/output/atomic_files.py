"""Write files so that each is either the old one or the new one, never a part of it."""

import os
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from ...errors import InvalidValueError

__all__ = ["Writer", "replace_files", "write_file"]

Writer = Callable[[BinaryIO], None]

_NEW = os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_BINARY", 0)


def replace_files(writers: Mapping[Path, Writer]) -> None:
    """Write all files beside their places, then move each into its place.

    If a file cannot be written, no file is replaced, and nothing is left behind.

    Raises
    ------
    InvalidValueError
        If what is in the place of a file is not a file, such as a symbolic link.
    OSError
        If a file cannot be written.
    """
    for path in writers:
        _require_place(path)
    with _written_beside(writers) as beside:
        for new, path in beside.items():
            new.replace(path)
    for folder in {path.parent for path in writers}:
        _sync_folder(folder)


def write_file(path: Path, writer: Writer) -> None:
    """Write one file that the user has named, and the folder that it is in.

    Raises
    ------
    InvalidValueError
        If the file cannot be written, or its place is not that of a file.
    """
    try:
        _require_place(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_files({path: writer})
    except OSError as error:
        raise InvalidValueError(
            subject=f"file {str(path)!r}",
            found=f"not writable ({error.strerror or error})",
            remedy="Pass another file with --out.",
        ) from None


@contextmanager
def _written_beside(writers: Mapping[Path, Writer]) -> Iterator[dict[Path, Path]]:
    """Give the new files, each with its place; remove those that were not moved."""
    beside: dict[Path, Path] = {}
    try:
        for path, writer in writers.items():
            new = path.with_name(f".{path.name}.{secrets.token_hex(8)}.part")
            beside[new] = path
            _write(new, writer)
        yield beside
    finally:
        for new in beside:
            new.unlink(missing_ok=True)


def _write(path: Path, writer: Writer) -> None:
    # O_EXCL: never write into a file or through a link that is there already.
    with os.fdopen(os.open(path, _NEW, 0o666), "wb") as file:
        writer(file)
        file.flush()
        os.fsync(file.fileno())


def _require_place(path: Path) -> None:
    # Replacing a link would break it in silence; following it could overwrite a file
    # anywhere. Refusing does neither. A device such as /dev/null would be gone as well.
    if path.is_symlink():
        found, first = "a symbolic link, which is not followed", "Remove it, or p"
    elif path.is_dir():
        found, first = "a folder, not a file", "P"
    elif path.exists() and not path.is_file():
        found, first = "a device or a pipe, which no file replaces", "P"
    else:
        return
    raise InvalidValueError(
        subject=f"file {str(path)!r}",
        found=found,
        remedy=f"{first}ass another path with --out.",
    )


def _sync_folder(folder: Path) -> None:
    """Make the new names last, where the system can sync a folder."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
