"""The command ``crmkit``: run a command line, and report an error in a sentence."""

import errno
import gc
import os
import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import LazyLoader, find_spec
from io import TextIOWrapper
from types import ModuleType

from ..errors import CrmkitError, CrmkitWarning, MissingExtraError
from .bounded_text import bounded_message, cut

__all__ = ["main", "run"]

_OBJECTS = 100_000  # new objects between two searches for unreachable cycles
_UNUSED = frozenset({"numpy.f2py", "numpy.testing"})


def main() -> None:
    """Run the command line and leave with its exit code: 0, 1, 2 or 130."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a character gets its number, not a traceback.
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    with _without_pandas(), _deferred(), _fewer_collections():
        sys.exit(run(sys.argv[1:]))


class _NotFound(MetaPathFinder):
    """Answer that pandas is not installed."""

    def find_spec(self, fullname: str, *_: object) -> None:
        if fullname == "pandas":
            raise ModuleNotFoundError(fullname, name=fullname)


@contextmanager
def _without_pandas() -> Iterator[None]:
    """Keep pandas out of a process that has not loaded it.

    PyArrow imports pandas, where it is installed, at the first conversion of an array:
    half a second for what no command uses.
    """
    finder = _NotFound()
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)


class _AtFirstUse(MetaPathFinder):
    """Find modules that no command uses, to be read when something is asked of them."""

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,
        target: ModuleType | None = None,
    ) -> ModuleSpec | None:
        if fullname not in _UNUSED:
            return None
        found = PathFinder.find_spec(fullname, path, target)
        if found is not None and found.loader is not None:
            found.loader = LazyLoader(found.loader)
        return found


@contextmanager
def _deferred() -> Iterator[None]:
    """Put off the modules that SciPy loads only because NumPy lists their names.

    It copies the names of NumPy: a tenth of a second for a Fortran compiler and tests.
    """
    finder = _AtFirstUse()
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)


@contextmanager
def _fewer_collections() -> Iterator[None]:
    """Look for unreachable cycles less often than Python does.

    A command loads hundreds of modules, and then holds a few large arrays: looking
    through all of that after each 700 new objects takes a tenth of a second and more,
    and finds next to nothing.
    """
    usual = gc.get_threshold()
    gc.set_threshold(_OBJECTS)
    try:
        yield
    finally:
        gc.set_threshold(*usual)
        # The end of the process frees what is left; Python would search it first.
        gc.freeze()


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code."""
    try:
        # PYTHONWARNINGS=error would end in a traceback; the command reports crmkit's
        # own warnings as notes, and no others.
        with (
            warnings.catch_warnings(action="ignore"),
            warnings.catch_warnings(action="always", category=CrmkitWarning),
        ):
            _require_command_line()
            from .command import command_line  # noqa: PLC0415 - it needs the extra just checked

            code = command_line.run(arguments)
            if sys.stdout is not None:  # None where a shell closed it
                sys.stdout.flush()
            return code
    except CrmkitError as error:
        sys.stderr.write(f"crmkit: {bounded_message(error)}\n")
        return 2
    except OSError as error:
        return _unwritten(error)


def _unwritten(error: OSError) -> int:
    """Report a file that failed: most often standard output on a full disk."""
    # At its end Python writes what is left in the buffer, and would fail once more.
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    if error.errno == errno.EPIPE:  # the reader, such as head, has seen enough
        return 1
    where = "standard output" if error.filename is None else repr(error.filename)
    found = cut(error.strerror or type(error).__name__)
    sys.stderr.write(f"crmkit: {cut(where)}: {found}.\n")
    return 2


def _require_command_line() -> None:
    for package in ("typer", "rich"):
        if find_spec(package) is None:
            raise MissingExtraError(package=package, extra="report")


if __name__ == "__main__":
    main()
