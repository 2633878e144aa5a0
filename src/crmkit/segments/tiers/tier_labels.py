"""Names for ranges of a value, as an expression any engine can compute."""

from collections.abc import Sequence

from ..._check import whole
from ..._frames import Frame, missing, nw
from ...errors import InvalidValueError
from ..list_arguments import listed

__all__ = ["default_labels", "labelled", "require_labels"]


def labelled(
    frame: Frame, column: str, cuts: Sequence[float], labels: Sequence[str]
) -> nw.Expr:
    """Name each value: the first label whose cut it reaches, the last for the rest.

    ``cuts`` descend, one fewer than ``labels``; a hole has no name.
    """
    value = nw.col(column).cast(nw.Float64)
    name = nw.lit(labels[-1])
    for cut, label in zip(reversed(cuts), reversed(labels[:-1]), strict=True):
        name = nw.when(value >= cut).then(nw.lit(label)).otherwise(name)
    return nw.when(~missing(frame, column)).then(name)


def default_labels(count: int) -> tuple[str, ...]:
    """Return A, B, C and so on."""
    whole("count", count, at_least=1)
    return tuple(chr(ord("A") + at) for at in range(count))


def require_labels(name: str, labels: Sequence[str], count: int) -> tuple[str, ...]:
    """Return the labels: so many of them, all different."""
    given = listed(name, labels)
    if len(given) != count or len(set(given)) != count:
        raise InvalidValueError(
            subject=f"argument {name!r}",
            found=f"labels {labels!r} for {count} groups",
            remedy=f"Pass {count} different names, the best first.",
        )
    return given
