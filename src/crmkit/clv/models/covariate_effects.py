"""The effect of a covariate, and whether a set of covariates tells anything."""

from dataclasses import dataclass
from math import exp
from statistics import NormalDist

from scipy.special import chdtrc

from ..._check import fraction
from ...errors import NotEnoughDataError
from ...fits import Interval, checked

__all__ = ["CovariateEffect", "CovariateTest"]


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class CovariateEffect:
    """The effect of one covariate on one part of a model.

    Attributes
    ----------
    covariate
        The column.
    on
        ``"purchase rate"``, ``"dropout"`` or ``"spend"``.
    estimate
        Maximum-likelihood estimate for one unit of the covariate: of the logarithm of
        the purchase rate, of spend or of the death rate (Pareto/NBD), or of the logit
        of the mean probability of leaving after a purchase (BG/NBD and MBG/NBD).
    standard_error
        Of the estimate; None where the data do not give one.
    shrunk
        The effect that predictions use: the estimate, drawn towards 0 by the penalty.

    Examples
    --------
    >>> web = CovariateEffect(
    ...     covariate="web", on="purchase rate", estimate=0.3, standard_error=0.1,
    ...     shrunk=0.28,
    ... )
    >>> round(web.factor, 3), round(web.p_value, 4)
    (1.35, 0.0027)
    >>> lower, upper = web.interval()
    >>> round(lower, 3), round(upper, 3)
    (0.104, 0.496)
    """

    covariate: str
    on: str
    estimate: float
    standard_error: float | None
    shrunk: float

    @property
    def factor(self) -> float:
        """What the rate, the spend or the odds of leaving are multiplied by."""
        return exp(self.estimate)

    @property
    def p_value(self) -> float:
        """Probability of so large an estimate if there is no effect (Wald)."""
        ratio = abs(self.estimate) / self._error()
        return 2.0 * NormalDist().cdf(-ratio)

    def interval(self, level: float = 0.95) -> Interval:
        """Return a Wald interval of the estimate."""
        width = NormalDist().inv_cdf(0.5 + fraction("level", level) / 2) * self._error()
        return Interval(
            lower=self.estimate - width, upper=self.estimate + width, level=level
        )

    def _error(self) -> float:
        if self.standard_error is None:
            raise NotEnoughDataError(
                needed=f"a standard error of {self.covariate!r} on {self.on}",
                got="a fit whose curvature gives none",
                remedy="Leave out covariates that others determine.",
            )
        return self.standard_error


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class CovariateTest:
    """A likelihood-ratio test of a model with covariates against the plain model.

    Attributes
    ----------
    log_likelihood, plain_log_likelihood
        At the maximum-likelihood estimates, with the covariates and without.
    degrees_of_freedom
        Number of effects.

    Examples
    --------
    >>> test = CovariateTest(
    ...     log_likelihood=-5821.0627, plain_log_likelihood=-5826.5342,
    ...     degrees_of_freedom=1,
    ... )
    >>> round(test.statistic, 3), round(test.p_value, 7)
    (10.943, 0.0009396)
    """

    log_likelihood: float
    plain_log_likelihood: float
    degrees_of_freedom: int

    @property
    def statistic(self) -> float:
        """Twice the gain in log-likelihood."""
        return 2.0 * (self.log_likelihood - self.plain_log_likelihood)

    @property
    def p_value(self) -> float:
        """Probability of so large a gain if no covariate has an effect."""
        return float(chdtrc(self.degrees_of_freedom, max(self.statistic, 0.0)))
