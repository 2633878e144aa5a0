"""BG/NBD and MBG/NBD: buyers who may leave after a purchase.

Fader, Hardie and Lee (2005), "Counting your customers the easy way: an alternative to
the Pareto/NBD model", Marketing Science 24: while there, a customer buys at a rate that
is gamma distributed (shape ``r``, rate ``alpha``); after each repeat purchase the
customer leaves with a chance that is beta distributed (``a``, ``b``). No customer
leaves before a first repeat purchase.

Batislam, Denizel and Filiztekin (2007), "Empirical validation and comparison of models
for customer base analysis", International Journal of Research in Marketing 24: the
same with one more toss of the coin, right after the first purchase.

A history is ``frequency`` (repeat purchases), ``recency`` (time of the last one) and
``T`` (time observed), each counted from the first purchase.
"""

from dataclasses import dataclass

import numpy as np

from ...typing import FloatArray, IntArray
from ..base.newton import Objective
from ..base.special import Numbers, log1p_exp, log_mixed_with_zero
from . import beta_geometric_future, beta_geometric_likelihood, beta_geometric_sample

__all__ = ["BetaGeometric", "bg_nbd", "mbg_nbd"]


@dataclass(frozen=True, slots=True)
class BetaGeometric:
    """The formulas of both models.

    Attributes
    ----------
    first_toss
        How often a customer may leave at the first purchase: 0 in the BG/NBD, 1 in the
        MBG/NBD.
    """

    first_toss: int

    def log_likelihood(
        self,
        frequency: FloatArray,
        recency: FloatArray,
        T: FloatArray,
        *,
        r: float,
        alpha: float,
        a: float,
        b: float,
    ) -> FloatArray:
        """Return the log-likelihood of each customer's history.

        Equation 6 of Fader, Hardie and Lee, its two cases joined by the logarithm of
        their odds.
        """
        return beta_geometric_likelihood.log_likelihood(
            frequency, recency, T, self._tosses(frequency), r=r, alpha=alpha, a=a, b=b
        )

    def gradient(
        self,
        frequency: FloatArray,
        recency: FloatArray,
        T: FloatArray,
        *,
        r: float,
        alpha: float,
        a: float,
        b: float,
    ) -> FloatArray:
        """Return each customer's gradient on ``log(r, alpha, a, b)``, one row each."""
        return beta_geometric_likelihood.gradient(
            frequency, recency, T, self._tosses(frequency), r=r, alpha=alpha, a=a, b=b
        )

    def objective(
        self,
        frequency: FloatArray,
        recency: FloatArray,
        T: FloatArray,
        weights: FloatArray,
    ) -> Objective:
        """Prepare the weighted log-likelihood and its derivatives on log-parameters."""
        return beta_geometric_likelihood.objective(
            frequency, recency, T, self._tosses(frequency), weights
        )

    def start_values(
        self, frequency: FloatArray, T: FloatArray, weights: FloatArray
    ) -> FloatArray:
        """Return log-parameters to start a fit from, in the unit of the data."""
        # r / alpha is then the mean rate of the data, and a / (a + b) a quarter.
        rate = float(weights @ frequency) / float(weights @ T)
        return np.log([0.5, 0.5 / rate, 1.0, 3.0])

    def log_probability_alive(
        self,
        frequency: FloatArray,
        recency: FloatArray,
        T: FloatArray,
        *,
        r: float,
        alpha: float,
        a: float,
        b: float,
    ) -> FloatArray:
        """Return the logarithm of the probability of being active at ``T``."""
        # log(1 / (1 + odds)), without the sum that would lose tiny or huge odds.
        return -log1p_exp(
            self._log_odds_dead(frequency, recency, T, r=r, alpha=alpha, a=a, b=b)
        )

    def probability_alive(
        self,
        frequency: FloatArray,
        recency: FloatArray,
        T: FloatArray,
        *,
        r: float,
        alpha: float,
        a: float,
        b: float,
    ) -> FloatArray:
        """Return the probability of being active at ``T``.

        At ``frequency = 0`` it is 1 in the BG/NBD, where no customer leaves before a
        repeat purchase, and below 1 in the MBG/NBD.
        """
        return beta_geometric_likelihood.probability_alive(
            frequency, recency, T, self._tosses(frequency), r=r, alpha=alpha, a=a, b=b
        )

    def log_probability_alive_after(
        self,
        frequency: FloatArray,
        recency: FloatArray,
        T: FloatArray,
        *,
        elapsed: Numbers,
        r: float,
        alpha: float,
        a: float,
        b: float,
    ) -> FloatArray:
        """Return the logarithm of the probability of being active later.

        As a sum of logarithms it is a number where the product is too small for one.
        """
        now = self._now(frequency, T, r=r, alpha=alpha, a=a, b=b)
        return self.log_probability_alive(
            frequency, recency, T, r=r, alpha=alpha, a=a, b=b
        ) + beta_geometric_future.log_survival(elapsed, now)

    def probability_alive_after(
        self,
        frequency: FloatArray,
        recency: FloatArray,
        T: FloatArray,
        *,
        elapsed: Numbers,
        r: float,
        alpha: float,
        a: float,
        b: float,
    ) -> FloatArray:
        """Return the probability of being active at ``T + elapsed``."""
        return self.probability_alive(
            frequency, recency, T, r=r, alpha=alpha, a=a, b=b
        ) * beta_geometric_future.survival(
            elapsed, self._now(frequency, T, r=r, alpha=alpha, a=a, b=b)
        )

    def expected_purchases(
        self,
        frequency: FloatArray,
        recency: FloatArray,
        T: FloatArray,
        *,
        start: Numbers,
        end: Numbers,
        r: float,
        alpha: float,
        a: float,
        b: float,
    ) -> FloatArray:
        """Return the expected purchases in ``(T + start, T + end]``.

        Without an end (infinity) it is finite for ``a > 1`` only.
        """
        return self.probability_alive(
            frequency, recency, T, r=r, alpha=alpha, a=a, b=b
        ) * beta_geometric_future.purchases(
            start, end, self._now(frequency, T, r=r, alpha=alpha, a=a, b=b)
        )

    def discounted_expected_purchases(
        self,
        frequency: FloatArray,
        recency: FloatArray,
        T: FloatArray,
        *,
        horizon: Numbers,
        log_rate: Numbers,
        r: float,
        alpha: float,
        a: float,
        b: float,
    ) -> FloatArray:
        """Return the expected purchases ahead, each worth ``exp(-log_rate t)``."""
        return self.probability_alive(
            frequency, recency, T, r=r, alpha=alpha, a=a, b=b
        ) * beta_geometric_future.discounted_purchases(
            horizon, log_rate, self._now(frequency, T, r=r, alpha=alpha, a=a, b=b)
        )

    def variance_of_purchases(
        self,
        frequency: FloatArray,
        recency: FloatArray,
        T: FloatArray,
        *,
        horizon: Numbers,
        r: float,
        alpha: float,
        a: float,
        b: float,
    ) -> FloatArray:
        """Return the variance of the purchases in ``(T, T + horizon]``."""
        alive = self.probability_alive(
            frequency, recency, T, r=r, alpha=alpha, a=a, b=b
        )
        now = self._now(frequency, T, r=r, alpha=alpha, a=a, b=b)
        mean = alive * beta_geometric_future.purchases(0.0, horizon, now)
        pairs = beta_geometric_future.purchases_factorial_moment(horizon, now)
        return alive * pairs + mean * (1.0 - mean)

    def expected_purchases_new_customer(
        self,
        t: Numbers,
        *,
        r: float,
        alpha: float,
        a: float,
        b: float,
    ) -> FloatArray:
        """Return the expected repeat purchases of a new customer in ``(0, t]``."""
        # In the MBG/NBD a customer may leave at the very first purchase.
        stayed = b / (a + b) if self.first_toss else 1.0
        return stayed * beta_geometric_future.purchases(
            0.0, t, self._now(0.0, 0.0, r=r, alpha=alpha, a=a, b=b)
        )

    def log_pmf_new_customer(
        self,
        n: Numbers,
        t: Numbers,
        *,
        r: float,
        alpha: float,
        a: float,
        b: float,
    ) -> FloatArray:
        """Return the log probability of ``n`` repeat purchases in ``(0, t]``."""
        return beta_geometric_future.log_pmf(
            n, t, self._tosses(n), k=r, A=alpha, a=a, b=b
        )

    def log_pmf(
        self,
        n: Numbers,
        frequency: FloatArray,
        recency: FloatArray,
        T: FloatArray,
        *,
        horizon: Numbers,
        r: float,
        alpha: float,
        a: float,
        b: float,
    ) -> FloatArray:
        """Return the log probability of ``n`` purchases in ``(T, T + horizon]``."""
        now = self._now(frequency, T, r=r, alpha=alpha, a=a, b=b)
        here = beta_geometric_future.log_pmf_at(n, horizon, now)
        odds = self._log_odds_dead(frequency, recency, T, r=r, alpha=alpha, a=a, b=b)
        return log_mixed_with_zero(here, n, log_odds_zero=odds)

    def posterior_mean_rate(
        self,
        frequency: FloatArray,
        recency: FloatArray,
        T: FloatArray,
        *,
        r: float,
        alpha: float,
        a: float,
        b: float,
    ) -> FloatArray:
        """Return the mean of each customer's purchase rate, given the history."""
        alive = self.probability_alive(
            frequency, recency, T, r=r, alpha=alpha, a=a, b=b
        )
        shape = r + frequency
        # Who left was observed to buy at that rate up to the last purchase only.
        return shape * (alive / (alpha + T) + (1.0 - alive) / (alpha + recency))

    def posterior_mean_dropout(
        self,
        frequency: FloatArray,
        recency: FloatArray,
        T: FloatArray,
        *,
        r: float,
        alpha: float,
        a: float,
        b: float,
    ) -> FloatArray:
        """Return the mean of each customer's probability of leaving at a purchase."""
        alive = self.probability_alive(
            frequency, recency, T, r=r, alpha=alpha, a=a, b=b
        )
        return (a + 1.0 - alive) / (a + b + self._tosses(frequency))

    def sample_customers(
        self,
        size: int,
        rng: np.random.Generator,
        *,
        r: float,
        alpha: float,
        a: float,
        b: float,
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Draw new customers: purchase rate, probability of leaving, lifetime."""
        rate = beta_geometric_sample.sample_rates(
            np.full(size, r), np.full(size, alpha), rng
        )
        dropout = beta_geometric_sample.sample_chances(
            np.full(size, a), np.full(size, b), rng
        )
        lifetime = beta_geometric_sample.sample_lifetimes(rate, dropout, rng)
        # The toss at the first purchase: who leaves there never comes back.
        if self.first_toss:
            lifetime = np.where(rng.random(size) < dropout, 0.0, lifetime)
        return rate, dropout, lifetime

    def sample_purchase_times(
        self,
        rate: FloatArray,
        dropout: FloatArray,
        lifetime: FloatArray,
        T: FloatArray,
        rng: np.random.Generator,
    ) -> tuple[IntArray, FloatArray]:
        """Draw the repeat purchases in ``(0, T]``: number of the customer, and time."""
        return beta_geometric_sample.sample_times(rate, dropout, lifetime, T, rng)

    def _tosses(self, purchases: Numbers) -> FloatArray:
        """Return how often customers who made these purchases could have left."""
        return np.asarray(purchases, np.float64) + self.first_toss

    def _now(
        self,
        frequency: Numbers,
        T: Numbers,
        *,
        r: float,
        alpha: float,
        a: float,
        b: float,
    ) -> beta_geometric_future.Now:
        return beta_geometric_future.Now(
            frequency=frequency,
            T=T,
            first_toss=self.first_toss,
            r=r,
            alpha=alpha,
            a=a,
            b=b,
        )

    def _log_odds_dead(
        self,
        frequency: FloatArray,
        recency: FloatArray,
        T: FloatArray,
        *,
        r: float,
        alpha: float,
        a: float,
        b: float,
    ) -> FloatArray:
        return beta_geometric_likelihood.log_odds_dead(
            frequency, recency, T, self._tosses(frequency), r=r, alpha=alpha, a=a, b=b
        )


bg_nbd = BetaGeometric(first_toss=0)
mbg_nbd = BetaGeometric(first_toss=1)
