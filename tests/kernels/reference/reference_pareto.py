"""Pareto/NBD by hypergeometric functions and exponential integrals."""

from typing import Any

import mpmath as mp

from .reference_rows import Numbers, log_nbd, log_quad

PARETO_PARAMETERS = [
    {"r": 0.5533, "alpha": 10.58, "s": 0.6061, "beta": 11.66},
    {"r": 0.5, "alpha": 2.0, "s": 1.0, "beta": 200.0},
    {"r": 0.7, "alpha": 5.0, "s": 1.0 + 1e-9, "beta": 5.0},
    {"r": 0.7, "alpha": 5.0, "s": 0.4, "beta": 5.0 + 1e-9},
    {"r": 3.0, "alpha": 1e-3, "s": 10.0, "beta": 1.0},
    {"r": 0.05, "alpha": 1e4, "s": 0.05, "beta": 1e-3},
    {"r": 0.5143, "alpha": 2.8845, "s": 0.2856, "beta": 14.1087},
    {"r": 38.0, "alpha": 38.0, "s": 64.0, "beta": 7722.0},
]


class Pareto:
    """Pareto/NBD, in the hypergeometric form."""

    parameters = PARETO_PARAMETERS

    def _odds(
        self, x: int, t_x: Any, T: Any, *, r: Any, alpha: Any, s: Any, beta: Any
    ) -> Any:
        """Odds to be dead, by the difference of hypergeometric functions."""
        with mp.workdps(160):
            # At a whole s or alpha = beta the forms are limits: go beside them.
            s = s + mp.mpf(10) ** -100
            power = r + s + x
            low, high = min(alpha, beta), max(alpha, beta)
            second = s + 1 if alpha >= beta else r + x

            def term(u: Any) -> Any:
                z = (high - low) / (high + u)
                return mp.hyp2f1(power, second, power + 1, z) / (high + u) ** power

            area = s / power * (term(t_x) - term(T))
            return area * (alpha + T) ** (r + x) * (beta + T) ** s

    def log_likelihood(
        self,
        *,
        frequency: int,
        recency: Any,
        T: Any,
        r: Any,
        alpha: Any,
        s: Any,
        beta: Any,
    ) -> Any:
        x = frequency
        return (
            mp.loggamma(r + x)
            - mp.loggamma(r)
            + r * mp.log(alpha)
            - (r + x) * mp.log(alpha + T)
            + s * mp.log(beta)
            - s * mp.log(beta + T)
            + mp.log1p(self._odds(x, recency, T, r=r, alpha=alpha, s=s, beta=beta))
        )

    def log_probability_alive(
        self, frequency: int, recency: Any, T: Any, **at: Any
    ) -> Any:
        return -mp.log1p(self._odds(frequency, recency, T, **at))

    def probability_alive(self, **inputs: Any) -> Any:
        return mp.exp(self.log_probability_alive(**inputs))

    def gradient(
        self, frequency: int, recency: Any, T: Any, **at: Any
    ) -> dict[str, list[Any]]:
        x = frequency
        r, alpha, s, beta = at["r"], at["alpha"], at["s"], at["beta"]
        known = {
            "r": [r * (mp.digamma(r + x) - mp.digamma(r)), -r * mp.log1p(T / alpha)],
            "alpha": [r * T / (alpha + T), -x * alpha / (alpha + T)],
            "s": [-s * mp.log1p(T / beta)],
            "beta": [s * T / (beta + T)],
        }
        step = mp.mpf(10) ** -15
        for name, terms in known.items():
            up, down = ({**at, name: at[name] * mp.exp(e)} for e in (step, -step))
            rise = mp.log1p(self._odds(x, recency, T, **up))
            fall = mp.log1p(self._odds(x, recency, T, **down))
            terms.append((rise - fall) / (2 * step))
        return known

    def probability_alive_after(self, elapsed: Any, **inputs: Any) -> Any:
        B = inputs["beta"] + inputs["T"]
        return self.probability_alive(**inputs) * (B / (B + elapsed)) ** inputs["s"]

    def _rate(self, inputs: Numbers) -> Any:
        return (inputs["r"] + inputs["frequency"]) / (inputs["alpha"] + inputs["T"])

    def expected_purchases(self, start: Any, end: Any, **inputs: Any) -> Any:
        B, s = inputs["beta"] + inputs["T"], inputs["s"]
        time = time_alive(end, s, B) - time_alive(start, s, B)
        return self.probability_alive(**inputs) * self._rate(inputs) * time

    def expected_purchases_new_customer(
        self, t: Any, r: Any, alpha: Any, s: Any, beta: Any
    ) -> Any:
        return r / alpha * time_alive(t, s, beta)

    def discounted_expected_purchases(
        self, horizon: Any, log_rate: Any, **inputs: Any
    ) -> Any:
        B, s = inputs["beta"] + inputs["T"], inputs["s"]

        def ever(start: Any) -> Any:
            z = log_rate * (B + start)
            scaled = (B + start) * mp.exp(z) * mp.expint(s, z)
            return mp.exp(-log_rate * start) * (B / (B + start)) ** s * scaled

        total = ever(mp.mpf(0)) - (0 if mp.isinf(horizon) else ever(horizon))
        return self.probability_alive(**inputs) * self._rate(inputs) * total

    def variance_of_purchases(self, horizon: Any, **inputs: Any) -> Any:
        k, A = inputs["r"] + inputs["frequency"], inputs["alpha"] + inputs["T"]
        B, s = inputs["beta"] + inputs["T"], inputs["s"]
        alive = self.probability_alive(**inputs)
        with mp.workdps(90):
            s = s + mp.mpf(10) ** -40
            growth = 1 + horizon / B
            square = B**2 * (
                (growth ** (2 - s) - 1) / (2 - s) - (growth ** (1 - s) - 1) / (1 - s)
            )
            mean = alive * k / A * time_alive(horizon, s, B)
            return alive * 2 * k * (k + 1) / A**2 * square + mean - mean**2

    def log_pmf_new(
        self, n: int, t: Any, *, r: Any, alpha: Any, s: Any, beta: Any
    ) -> Any:
        return pareto_log_pmf(n, t, k=r, A=alpha, s=s, B=beta)

    def log_pmf(self, n: int, horizon: Any, **inputs: Any) -> Any:
        alive = self.probability_alive(**inputs)
        k, A = inputs["r"] + inputs["frequency"], inputs["alpha"] + inputs["T"]
        B, s = inputs["beta"] + inputs["T"], inputs["s"]
        here = mp.exp(pareto_log_pmf(n, horizon, k=k, A=A, s=s, B=B))
        return mp.log(alive * here + (0 if n else 1 - alive))


def time_alive(t: Any, s: Any, B: Any) -> Any:
    """Mean time alive within ``t``."""
    with mp.workdps(90):
        s = s + mp.mpf(10) ** -40  # s = 1 is a limit
        return B / (s - 1) * (1 - (B / (B + t)) ** (s - 1))


def pareto_log_pmf(n: int, t: Any, *, k: Any, A: Any, s: Any, B: Any) -> Any:
    """Log probability of ``n`` purchases, by an integral over the time of death."""
    with mp.workdps(30):
        stays = mp.exp(log_nbd(n, t, k, A)) * (B / (B + t)) ** s
        dies = log_quad(
            lambda u: s / B * (B / (B + u)) ** (s + 1) * mp.exp(log_nbd(n, u, k, A)),
            t,
            [A / (k + 1), (n + 1) * A / k, B / (s + 1), B, t / (n + 2), t / (k + n)],
        )
        return mp.log(stays + dies)
