"""Models as plausible as a fit: draws of its parameters."""

from typing import TypeVar

import numpy as np

from ..._arguments import random_source
from ..._check import MOST_REPEATS, whole
from ..._typed import typed
from .parameter_draws import Fitted, drawable, plausible, steady

__all__ = ["draw_models"]

_Model = TypeVar("_Model", bound=Fitted)


@typed
def draw_models(
    fit: _Model, *, n_draws: int = 1000, rng: np.random.Generator
) -> tuple[_Model, ...]:
    """Draw models whose parameters scatter as the standard errors of a fit say.

    Parameters
    ----------
    fit
        A fitted model of purchases or of spend, with its report.
    n_draws
        How many models to draw.
    rng
        The source of randomness; the same seed gives the same models.

    Returns
    -------
    tuple
        Models of the same class without a report. Their parameters are drawn from the
        normal approximation on the logarithms.

    Raises
    ------
    NotEnoughDataError
        If the model was built by hand, or its fit leaves parameters all but free.
    InvalidTypeError
        If ``rng`` is not a ``numpy.random.Generator``.

    Examples
    --------
    >>> import numpy as np
    >>> from crmkit import rfm_summary
    >>> from crmkit.clv import fit_bg_nbd
    >>> from crmkit.datasets import load_cdnow_sample
    >>> customers = rfm_summary(
    ...     load_cdnow_sample(), observation_period_end="1997-09-30", time_unit="week"
    ... )
    >>> fit = fit_bg_nbd(customers)
    >>> models = draw_models(fit, n_draws=3, rng=np.random.default_rng(2))
    >>> len(models), type(models[0]).__name__
    (3, 'BgNbd')
    """
    count = whole("n_draws", n_draws, at_least=1, at_most=MOST_REPEATS)
    random_source(rng)
    # All draws of a model built by hand would be equal, which hides its uncertainty.
    drawable(steady(fit))
    return tuple(plausible(fit, count, rng))
