"""Steps of long work, and how far it has come."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

from .._check import function
from ..typing import Progress

__all__ = ["told", "told_within"]

_Step = TypeVar("_Step")
_SHARES = 100  # into which a step is divided that itself tells how far it has come


def told(steps: Sequence[_Step], progress: Progress | None) -> Iterator[_Step]:
    """Yield each step, and tell before the first and after every one how many are done.

    What cannot be called is refused at once, before the first step is asked for.

    Examples
    --------
    >>> list(told("ab", lambda done, total: print(done, "of", total)))
    0 of 2
    1 of 2
    2 of 2
    ['a', 'b']
    """
    if progress is None:
        return iter(steps)
    return _telling(steps, function("progress", progress, remedy="Pass a function."))


def _telling(steps: Sequence[_Step], progress: Progress) -> Iterator[_Step]:
    progress(0, len(steps))
    for at, step in enumerate(steps, start=1):
        yield step
        progress(at, len(steps))


def told_within(progress: Progress | None, *, step: int, of: int) -> Progress | None:
    """Return what tells of the work inside one step, as hundredths of that step.

    Examples
    --------
    >>> second = told_within(lambda done, total: print(done, "of", total), step=1, of=2)
    >>> second(3, 4)
    175 of 200
    """
    if progress is None:
        return None
    outer = progress

    def inner(done: int, total: int) -> None:
        # Work without steps is done as soon as it begins.
        share = _SHARES * done // total if total else _SHARES
        outer(_SHARES * step + share, _SHARES * of)

    return inner
