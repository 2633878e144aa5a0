"""BG/NBD and MBG/NBD by hypergeometric functions."""

from typing import Any

import mpmath as mp

from .reference_rows import log_beta, log_nbd, log_quad

COIN_PARAMETERS = [
    {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426},
    {"r": 0.5, "alpha": 1e-3, "a": 1.0, "b": 2.5},
    {"r": 2.0, "alpha": 1e4, "a": 1.0 + 1e-9, "b": 0.5},
    {"r": 0.1, "alpha": 1.0, "a": 0.3, "b": 0.4},
    {"r": 0.25, "alpha": 4.0, "a": 0.25, "b": 0.75},
    {"r": 0.01, "alpha": 10.0, "a": 0.25, "b": 0.75 + 1e-9},
    {"r": 5.0, "alpha": 0.5, "a": 30.0, "b": 40.0},
    {"r": 1.0, "alpha": 1.0, "a": 1.0 - 1e-9, "b": 1.0},
]


class Coin:
    """BG/NBD (``first_toss`` 0) and MBG/NBD (1)."""

    parameters = COIN_PARAMETERS

    def __init__(self, first_toss: int) -> None:
        self.first_toss = first_toss

    def _parts(
        self, x: int, t_x: Any, T: Any, *, r: Any, alpha: Any, a: Any, b: Any
    ) -> Any:
        y = x + self.first_toss
        there = (
            mp.loggamma(r + x)
            - mp.loggamma(r)
            + r * mp.log(alpha)
            + log_beta(a, b + y)
            - log_beta(a, b)
            - (r + x) * mp.log(alpha + T)
        )
        if y == 0:
            return there, mp.mpf(0)
        odds = mp.exp(
            mp.log(a)
            - mp.log(b + y - 1)
            + (r + x) * mp.log((alpha + T) / (alpha + t_x))
        )
        return there, odds

    def log_likelihood(
        self,
        *,
        frequency: int,
        recency: Any,
        T: Any,
        r: Any,
        alpha: Any,
        a: Any,
        b: Any,
    ) -> Any:
        there, odds = self._parts(frequency, recency, T, r=r, alpha=alpha, a=a, b=b)
        return there + mp.log1p(odds)

    def log_probability_alive(
        self, frequency: int, recency: Any, T: Any, **at: Any
    ) -> Any:
        return -mp.log1p(self._parts(frequency, recency, T, **at)[1])

    def probability_alive(self, **inputs: Any) -> Any:
        return mp.exp(self.log_probability_alive(**inputs))

    def gradient(
        self,
        *,
        frequency: int,
        recency: Any,
        T: Any,
        r: Any,
        alpha: Any,
        a: Any,
        b: Any,
    ) -> dict[str, list[Any]]:
        x, y = frequency, frequency + self.first_toss
        odds = self._parts(x, recency, T, r=r, alpha=alpha, a=a, b=b)[1]
        p = odds / (1 + odds)
        both = mp.digamma(a + b + y) - mp.digamma(a + b)
        ratio = mp.log((alpha + T) / (alpha + recency))
        moved = alpha * (1 / (alpha + T) - 1 / (alpha + recency))
        return {
            "r": [
                r * (mp.digamma(r + x) - mp.digamma(r)),
                -r * mp.log1p(T / alpha),
                p * r * ratio,
            ],
            "alpha": [
                r * T / (alpha + T),
                -x * alpha / (alpha + T),
                p * (r + x) * moved,
            ],
            "a": [-a * both, p],
            "b": [
                b * (mp.digamma(b + y) - mp.digamma(b)),
                -b * both,
                -p * b / (b + y - 1) if y else mp.mpf(0),
            ],
        }

    def _here(
        self, x: int, T: Any, *, r: Any, alpha: Any, a: Any, b: Any
    ) -> tuple[Any, ...]:
        return r + x, alpha + T, a, b + x + self.first_toss

    def probability_alive_after(
        self, elapsed: Any, frequency: int, T: Any, recency: Any, **at: Any
    ) -> Any:
        k, A, a, b = self._here(frequency, T, **at)
        alive = self.probability_alive(frequency=frequency, recency=recency, T=T, **at)
        return alive * mp.hyp2f1(k, a, a + b, -elapsed / A)

    def expected_purchases(
        self, start: Any, end: Any, frequency: int, recency: Any, T: Any, **at: Any
    ) -> Any:
        alive = self.probability_alive(frequency=frequency, recency=recency, T=T, **at)
        here = self._here(frequency, T, **at)
        return alive * (coin_mean(end, *here) - coin_mean(start, *here))

    def expected_purchases_new_customer(
        self, t: Any, r: Any, alpha: Any, a: Any, b: Any
    ) -> Any:
        stays = b / (a + b) if self.first_toss else 1
        return stays * coin_mean(t, r, alpha, a, b + self.first_toss)

    def discounted_expected_purchases(
        self,
        horizon: Any,
        log_rate: Any,
        frequency: int,
        recency: Any,
        T: Any,
        **at: Any,
    ) -> Any:
        alive = self.probability_alive(frequency=frequency, recency=recency, T=T, **at)
        k, A, a, b = self._here(frequency, T, **at)
        with mp.workdps(25):
            total = log_quad(
                lambda u: mp.exp(-log_rate * u) * mp.hyp2f1(k + 1, a, a + b, -u / A),
                min(horizon, 80 / log_rate),
                [A / (k + 1), A, 1 / log_rate],
            )
        return alive * k / A * total

    def variance_of_purchases(
        self, horizon: Any, frequency: int, recency: Any, T: Any, **at: Any
    ) -> Any:
        alive = self.probability_alive(frequency=frequency, recency=recency, T=T, **at)
        k, A, a, b = self._here(frequency, T, **at)
        c = horizon / A
        # E[(1-p)/p^2 (1 - (1+cp)^-k - kcp (1+cp)^-(k+1))], by moving p^-2 into a.
        with mp.workdps(90):
            shifted = a + mp.mpf(10) ** -40
            first = shifted - 2
            scale = mp.beta(first, b + 1) / mp.beta(shifted, b)
            slope = mp.beta(first + 1, b + 1) / mp.beta(shifted, b)
            pairs = 2 * (
                scale * (1 - mp.hyp2f1(k, first, first + b + 1, -c))
                - slope * k * c * mp.hyp2f1(k + 1, first + 1, first + b + 2, -c)
            )
            mean = alive * coin_mean(horizon, k, A, a, b)
            return alive * pairs + mean - mean**2

    def log_pmf_new(self, n: int, t: Any, *, r: Any, alpha: Any, a: Any, b: Any) -> Any:
        return coin_log_pmf(n, t, n + self.first_toss, (r, alpha, a, b))

    def log_pmf(
        self, n: int, horizon: Any, frequency: int, recency: Any, T: Any, **at: Any
    ) -> Any:
        alive = self.probability_alive(frequency=frequency, recency=recency, T=T, **at)
        here = mp.exp(coin_log_pmf(n, horizon, n, self._here(frequency, T, **at)))
        return mp.log(alive * here + (0 if n else 1 - alive))


def coin_mean(t: Any, k: Any, A: Any, a: Any, b: Any) -> Any:
    """Mean purchases in ``t`` of who is there (Fader, Hardie and Lee 2005)."""
    with mp.workdps(90):
        a = a + mp.mpf(10) ** -40  # a = 1 is a limit
        lost = mp.hyp2f1(k, a - 1, a + b - 1, -t / A)
        return (a + b - 1) / (a - 1) * (1 - lost)


def coin_log_pmf(n: int, t: Any, tosses: int, now: tuple[Any, ...]) -> Any:
    """Log probability of ``n`` purchases with ``tosses`` coins."""
    k, A, a, b = now
    stays = mp.exp(log_beta(a, b + tosses) - log_beta(a, b) + log_nbd(n, t, k, A))
    if tosses == 0:
        return mp.log(stays)
    share = t / (A + t)
    tail = mp.betainc(n, k, 0, share, regularized=True) if n else mp.mpf(1)
    return mp.log(
        stays + mp.exp(log_beta(a + 1, b + tosses - 1) - log_beta(a, b)) * tail
    )
