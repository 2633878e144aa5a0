"""Find a data file inside an installed package, without importing the package."""

from importlib.util import find_spec
from pathlib import Path

from ..errors import MissingExtraError

__all__ = ["data_file"]


def data_file(
    module: str, *parts: str, package: str, extra: str | None = "demo"
) -> Path:
    """Return the path of a file that ``package`` installs beside its ``module``.

    The module is located, never imported: importing lifetimes, for one, changes the
    warning filters of the whole process.
    """
    spec = find_spec(module)
    if spec is None or spec.origin is None:
        raise MissingExtraError(package=package, extra=extra)
    path = Path(spec.origin).parent.joinpath(*parts)
    if not path.is_file():
        raise MissingExtraError(package=package, extra=extra)
    return path
