"""The best of several models by their losses, and how far behind the others are."""

from dataclasses import dataclass
from math import sqrt

import numpy as np

from ...errors import NotEnoughDataError
from ...fits import checked
from .choice_trials import Candidate

__all__ = ["ModelGap", "gap_lines", "ranked"]

_SURE = 2.0  # standard errors from which on a difference is called clear


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class ModelGap:
    """By how much one model is behind the chosen one.

    Attributes
    ----------
    model
        The model that was not chosen.
    difference
        How much worse it is: in log score per customer for purchases, in the root mean
        square error of the mean amount for spend. None where it has no score.
    standard_error
        Of the difference, from its scatter between customers. The cutoffs share
        customers, so more cutoffs do not make it smaller. None likewise.
    n_cutoffs_lost
        At how many cutoffs it was worse than the chosen one.
    reason
        Why it could not be chosen, where a fit failed or a probability was 0.
    """

    model: str
    difference: float | None = None
    standard_error: float | None = None
    n_cutoffs_lost: int = 0
    reason: str | None = None

    @property
    def clear(self) -> bool:
        """Whether the difference is more than two standard errors."""
        if self.difference is None or self.standard_error is None:
            return False
        return self.difference > _SURE * self.standard_error


def ranked(models: list[Candidate], *, root: bool) -> tuple[str, tuple[ModelGap, ...]]:
    """Return the name of the best model, and the gaps of the others, nearest first.

    A cutoff counts as much as another, whatever the number of customers. ``root`` takes
    the root of a mean loss: squared errors become errors.
    """
    able = [one for one in models if one.reason is None]
    if not able:
        raise NotEnoughDataError(
            needed="a model that can be fitted at every cutoff",
            got="; ".join(f"{one.name} {one.reason}" for one in models),
            remedy="Choose later cutoffs, or a longer log.",
        )
    # The first of equals: the order of the mapping decides, and nothing else.
    best = min(able, key=lambda one: float(np.mean(_values(one, root=root))))
    gaps = [_gap(one, best, root=root) for one in models if one is not best]
    far = float("inf")
    return best.name, tuple(
        sorted(gaps, key=lambda gap: far if gap.difference is None else gap.difference)
    )


def gap_lines(gaps: tuple[ModelGap, ...], unit: str) -> list[str]:
    """Show how far each model is behind, one line each."""
    return [f"  {gap.model} {_behind(gap, unit)}" for gap in gaps]


def _behind(gap: ModelGap, unit: str) -> str:
    if gap.difference is None:
        return f"has no score: {gap.reason}"
    verdict = "clear" if gap.clear else "no clear difference"
    return (
        f"{gap.difference:.2g} worse in {unit} (standard error "
        f"{gap.standard_error or 0.0:.2g}: {verdict})"
    )


def _values(model: Candidate, *, root: bool) -> list[float]:
    means = [float(loss.mean()) for loss in model.losses]
    return [sqrt(mean) for mean in means] if root else means


def _gap(one: Candidate, best: Candidate, *, root: bool) -> ModelGap:
    if one.reason is not None:
        return ModelGap(model=one.name, reason=one.reason)
    own, other = (_values(each, root=root) for each in (one, best))
    errors = []
    for at, (mine, theirs) in enumerate(zip(one.losses, best.losses, strict=True)):
        apart = mine - theirs
        error = float(np.std(apart)) / sqrt(apart.size)
        # a - b is (a**2 - b**2) / (a + b).
        errors.append(error / max(own[at] + other[at], 1e-300) if root else error)
    return ModelGap(
        model=one.name,
        difference=float(np.mean(own) - np.mean(other)),
        # As if all cutoffs shared their customers wholly: more of them do not help.
        standard_error=float(np.mean(errors)),
        n_cutoffs_lost=sum(a > b for a, b in zip(own, other, strict=True)),
    )
