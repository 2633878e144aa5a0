"""Names for ranges of a value, as an expression any engine can compute."""

from collections.abc import Sequence

from ..._check import listed
from ..._frames import Frame, Rule, column_types, missing, nw
from ...errors import InvalidValueError

__all__ = ["default_labels", "is_among", "known_tier", "labelled", "require_labels"]

_NAMES = (nw.String, nw.Categorical, nw.Enum, nw.Object)


def labelled(
    frame: Frame, column: str, cuts: Sequence[float], labels: Sequence[str]
) -> nw.Expr:
    """Name each value: the first label whose cut it reaches, the last for the rest.

    ``cuts`` descend, one fewer than ``labels``; a missing value has no name.
    """
    value = nw.col(column).cast(nw.Float64)
    name = nw.lit(labels[-1])
    for cut, label in zip(reversed(cuts), reversed(labels[:-1]), strict=True):
        name = nw.when(value >= cut).then(nw.lit(label)).otherwise(name)
    return nw.when(~missing(frame, column)).then(name)


def default_labels(count: int) -> tuple[str, ...]:
    """Return A, B, C and so on."""
    return tuple(chr(ord("A") + at) for at in range(count))


def require_labels(
    name: str, labels: Sequence[str], count: int | None = None
) -> tuple[str, ...]:
    """Return the labels: all different, and as many as ``count`` if it is given."""
    given = listed(name, labels)
    wanted = len(given) if count is None else count
    if len(given) != wanted or len(set(given)) != wanted:
        raise InvalidValueError(
            subject=f"argument {name!r}",
            found=f"labels {labels!r} for {wanted} groups",
            remedy=f"Pass {wanted} different names, the best first.",
        )
    return given


def known_tier(frame: Frame, column: str, names: Sequence[str], *, remedy: str) -> Rule:
    """Require one of the names, or none at all."""
    given = ~nw.col(column).is_null()
    named = column_types(frame, [column])[column] in _NAMES
    return Rule(
        column=column,
        broken=~is_among(column, names) & given if named else given,
        found=f"tier that is not one of {list(names)}",
        remedy=remedy,
    )


def is_among(column: str, names: Sequence[str]) -> nw.Expr:
    """Return whether a tier is one of the names; an absent tier may give either."""
    # Arrow has no type for a column without a value.
    return nw.col(column).cast(nw.String).is_in(list(names))
