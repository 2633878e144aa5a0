"""Steps of long work, and how far it has come."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

from ..typing import Progress

__all__ = ["told"]

_Step = TypeVar("_Step")


def told(steps: Sequence[_Step], progress: Progress | None) -> Iterator[_Step]:
    """Yield each step, and tell before the first and after every one how many are done.

    Examples
    --------
    >>> list(told("ab", lambda done, total: print(done, "of", total)))
    0 of 2
    1 of 2
    2 of 2
    ['a', 'b']
    """
    if progress is not None:
        progress(0, len(steps))
    for at, step in enumerate(steps, start=1):
        yield step
        if progress is not None:
            progress(at, len(steps))
