"""The command ``crmkit``: says in one sentence what is missing, or hands over."""

import sys
from collections.abc import Sequence
from importlib.util import find_spec

from ..errors import CrmkitError, MissingExtraError

__all__ = ["main", "run"]


def main() -> None:
    """Run the command line and leave with its exit code: 0, or 2 for bad input."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code."""
    try:
        _require_command_line()
        from . import command  # noqa: PLC0415 - it needs the extra just checked

        return command.run(arguments)
    except CrmkitError as error:
        sys.stderr.write(f"crmkit: {error}\n")
        return 2


def _require_command_line() -> None:
    for package in ("typer", "rich"):
        if find_spec(package) is None:
            raise MissingExtraError(package=package, extra="report")


if __name__ == "__main__":
    main()
