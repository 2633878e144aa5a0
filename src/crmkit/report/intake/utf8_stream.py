"""Text of any encoding as a stream of UTF-8 bytes, never whole in memory."""

import io
from codecs import getincrementaldecoder
from collections.abc import Iterator
from typing import BinaryIO

__all__ = ["Utf8Stream"]

_PART = 1 << 20


class Utf8Stream(io.RawIOBase):
    """A file that reads as UTF-8, with one mark for each run of blanks if asked to."""

    def __init__(self, file: BinaryIO, encoding: str, *, blanks: str | None) -> None:
        super().__init__()
        self._file = file
        texts = _texts(file, encoding)
        self._parts = texts if blanks is None else _joined(texts, blanks)
        self._left = b""

    def readable(self) -> bool:
        """Tell that this is a stream to read from."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Return at most ``size`` bytes; all that is left without it."""
        wanted = [self._left]
        length = len(self._left)
        while size < 0 or length < size:
            part = next(self._parts, None)
            if part is None:
                break
            wanted.append(part.encode())
            length += len(wanted[-1])
        whole = b"".join(wanted)
        end = len(whole) if size < 0 else size
        self._left = whole[end:]
        return whole[:end]

    def close(self) -> None:
        """Close the file that is read."""
        self._file.close()
        super().close()


def _texts(file: BinaryIO, encoding: str) -> Iterator[str]:
    decoder = getincrementaldecoder(encoding)()
    while part := file.read(_PART):
        yield decoder.decode(part)
    yield decoder.decode(b"", final=True)


def _joined(texts: Iterator[str], mark: str) -> Iterator[str]:
    """Put one mark between the words of each line."""
    rest = ""
    for text in texts:
        whole = (rest + text).removeprefix("\ufeff")
        *lines, rest = whole.splitlines(keepends=True) or [""]
        yield "".join(f"{mark.join(line.split())}\n" for line in lines)
    yield mark.join(rest.split())
