"""By how much each part misses in each draw, because the models are not right."""

from dataclasses import dataclass

import numpy as np
from scipy.special import chdtri, ndtri

from ...typing import FloatArray
from .part_model_error import PartModelError

__all__ = ["Shocks", "relative_shifts"]

_PARTS = ("clv1", "clv2", "clv3", "clv4", "clv5", "clv6")
_LEAST = 1e-100


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Shocks:
    """Random numbers of each draw that turn into errors once their scales are known.

    Attributes
    ----------
    common, own
        Standard normal: one that all parts share, (draws,), and one for each part,
        (draws, parts).
    size
        Uniform: how large all errors of a draw are.
    """

    common: FloatArray
    own: FloatArray
    size: FloatArray

    @classmethod
    def drawn(cls, n_draws: int, rng: np.random.Generator) -> "Shocks":
        """Draw them, each an evenly filled sample in random order.

        With 200 draws, plain random numbers of heavy tails leave the ends of an
        interval uncertain.
        """
        even = (np.arange(n_draws) + 0.5) / n_draws
        normal = ndtri(even)
        return cls(
            common=rng.permutation(normal),
            own=np.stack([rng.permutation(normal) for _ in _PARTS], axis=1),
            size=rng.permutation(even),
        )


def relative_shifts(
    error: PartModelError, shocks: Shocks, sizes: FloatArray, *, lead_days: float
) -> FloatArray:
    """Return the error of each part in each draw, over the part's size: (draws, parts).

    ``sizes`` are those of clv1 to clv6 over all customers.
    """
    found = [error.at(part=part, lead_days=lead_days) for part in _PARTS]
    # What is not foreseen at all has no size that an error could be relative to.
    scale = np.where(sizes > 0, [each.scale for each in found], 0.0)
    freedom = np.array([each.degrees_of_freedom for each in found])
    total = error.at(part="clv", lead_days=lead_days).scale * float(sizes.sum())
    shared = _shared(scale * sizes, total)
    normal = np.sqrt(shared) * shocks.common[:, None] + np.sqrt(1 - shared) * shocks.own
    # A multivariate Student distribution: where one part misses by much, so do others.
    heavy = np.sqrt(chdtri(freedom, shocks.size[:, None]) / freedom)
    # With a weight near 0 the tails know no end; an error stays a number.
    heavy = np.maximum(heavy, _LEAST)
    shifts = scale * normal / heavy
    # The error has mean 0: what is expected of a part stays what it was.
    centred: FloatArray = shifts - shifts.mean(axis=0)
    return centred


def _shared(errors: FloatArray, total: float) -> float:
    """Return the correlation of errors at which their sum has the scale it should."""
    apart = float(np.square(errors).sum())
    together = float(errors.sum()) ** 2
    if together <= apart * (1 + 1e-12):
        return 1.0  # one part alone is the sum
    return float(np.clip((total**2 - apart) / (together - apart), 0.0, 1.0))
