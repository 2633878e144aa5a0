"""The command ``crmkit``: run a command line, and report an error in a sentence."""

import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import MetaPathFinder
from importlib.util import find_spec
from io import TextIOWrapper

from ..errors import CrmkitError, CrmkitWarning, MissingExtraError
from .bounded_text import bounded_message

__all__ = ["main", "run"]


def main() -> None:
    """Run the command line and leave with its exit code: 0, 1, 2 or 130."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a character gets its number, not a traceback.
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    with _without_pandas():
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

            return command_line.run(arguments)
    except CrmkitError as error:
        sys.stderr.write(f"crmkit: {bounded_message(error)}\n")
        return 2


def _require_command_line() -> None:
    for package in ("typer", "rich"):
        if find_spec(package) is None:
            raise MissingExtraError(package=package, extra="report")


if __name__ == "__main__":
    main()
