"""Write files so that each is either the old one or the new one, never a part of it."""

import os
import secrets
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from ...errors import InvalidValueError

__all__ = ["Writer", "replace_files"]

Writer = Callable[[BinaryIO], None]

_NEW = os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_BINARY", 0)


def replace_files(writers: Mapping[Path, Writer]) -> None:
    """Write all files beside their places, then move each into its place.

    Folders that are missing are made. If a file cannot be written, no file is replaced,
    and nothing is left behind.

    Raises
    ------
    InvalidValueError
        If something other than a file is in the place of a file, or a file cannot be
        written.
    """
    for path in writers:
        _refuse_other_than_a_file(path)
    folders = {path.parent for path in writers}
    try:
        for folder in folders:
            folder.mkdir(parents=True, exist_ok=True)
        with _written_beside(writers) as beside:
            for new, path in beside.items():
                new.replace(path)
    except OSError as error:
        raise _unfit(
            " and ".join(sorted(repr(str(path)) for path in folders)),
            f"not writable ({error.strerror or error})",
            kind="folder",
        ) from None
    for folder in folders:
        _sync_folder(folder)


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


def _refuse_other_than_a_file(path: Path) -> None:
    # Replacing a link, a pipe or a device would break it in silence (root can turn
    # /dev/null into a file); following a link could overwrite a file anywhere.
    if not path.name:
        raise _unfit(repr(str(path)), "a folder, not the name of a file")
    try:
        kind = path.lstat().st_mode
    except OSError:  # not there, or writing will say why it cannot be reached
        return
    if stat.S_ISLNK(kind):
        raise _unfit(repr(str(path)), "a symbolic link, which is not followed")
    if stat.S_ISDIR(kind):
        raise _unfit(repr(str(path)), "a folder, not a file")
    if not stat.S_ISREG(kind):
        raise _unfit(repr(str(path)), "a pipe or a device, which is not replaced")


def _unfit(names: str, found: str, *, kind: str = "file") -> InvalidValueError:
    return InvalidValueError(
        subject=f"{kind} {names}", found=found, remedy="Pass another place with --out."
    )


def _sync_folder(folder: Path) -> None:
    """Make the new names last, where the system can sync a folder."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
