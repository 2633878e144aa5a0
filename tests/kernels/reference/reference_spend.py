"""The gamma-gamma and the special functions by their closed forms."""

from collections.abc import Iterator
from itertools import product
from typing import Any

import mpmath as mp

from .reference_rows import Numbers, condition, exact, log_nbd, row

COUNTS = [
    (0, 39.0),
    (1, 1e-3),
    (2, 6.0),
    (10, 2.0),
    (40, 30.0),
    (171, 365.0),
    (5000, 1e3),
]


def gamma_gamma_values() -> Iterator[Numbers]:
    """Compute the gamma-gamma by its closed forms."""
    parameters = [
        {"p": 6.25, "q": 3.74, "v": 15.44},
        {"p": 1e-3, "q": 1.0, "v": 1e-3},
        {"p": 0.5, "q": 1.0 + 1e-9, "v": 1e4},
        {"p": 1e3, "q": 0.5, "v": 1.0},
        {"p": 2.0, "q": 1e4, "v": 50.0},
    ]
    spends = [(1, 11.77), (2, 22.35), (7, 73.74), (1, 1e-9), (3, 1e12), (5000, 35.2)]
    for at, (x, m) in product(parameters, spends):
        inputs = {"frequency": float(x), "monetary_value": m, **at}
        numbers = exact({"x": x, "m": m, **at})
        value = gamma_gamma_log_likelihood(**numbers)
        scale = condition(gamma_gamma_log_likelihood, numbers)
        yield row("log_likelihood", inputs, value, condition=scale)
        for name, terms in gamma_gamma_gradient(**numbers).items():
            weight = mp.fsum(abs(term) for term in terms)
            yield row(f"gradient_{name}", inputs, mp.fsum(terms), scale=weight)
        p, q, v = numbers["p"], numbers["q"], numbers["v"]
        if p * x + q > 1:
            mean = p * (v + x * numbers["m"]) / (p * x + q - 1)
            excess = (p * x + abs(q - 1)) / abs(p * x + q - 1)
            yield row("expected_spend", inputs, mean, condition=excess)
            if p * x + q > 2:
                excess = (p * x + abs(q - 2)) / abs(p * x + q - 2)
                value = mean**2 / (p * x + q - 2)
                yield row("variance_of_mean_spend", inputs, value, condition=excess)


def gamma_gamma_log_likelihood(x: int, m: Any, p: Any, q: Any, v: Any) -> Any:
    """Equation 1a of Fader and Hardie (2013)."""
    return (
        mp.loggamma(p * x + q)
        - mp.loggamma(p * x)
        - mp.loggamma(q)
        + q * mp.log(v)
        + (p * x - 1) * mp.log(m)
        + p * x * mp.log(x)
        - (p * x + q) * mp.log(x * m + v)
    )


def gamma_gamma_gradient(
    x: int, m: Any, p: Any, q: Any, v: Any
) -> dict[str, list[Any]]:
    """Terms of the derivatives on log-parameters."""
    both = mp.digamma(p * x + q)
    return {
        "p": [p * x * (both - mp.digamma(p * x)), -p * x * mp.log1p(v / (x * m))],
        "q": [q * (both - mp.digamma(q)), -q * mp.log1p(x * m / v)],
        "v": [q * x * m / (v + x * m), -p * x * v / (v + x * m)],
    }


def special_values() -> Iterator[Numbers]:
    """Compute the special functions."""
    for z, n in product([1e-3, 0.5, 1.0, 9.9, 10.1, 1e4], [1.0, 3.0, 171.0, 5000.0]):
        at, by = mp.mpf(z), mp.mpf(n)
        value = mp.loggamma(at + by) - mp.loggamma(at)
        yield row("log_gamma_ratio", {"z": z, "n": n}, value)
        value = mp.digamma(at + by) - mp.digamma(at)
        yield row("digamma_difference", {"z": z, "n": n}, value)
    for r, alpha, (n, t) in product([0.05, 1.0, 40.0], [1e-3, 4.0, 1e4], COUNTS):
        share = mp.mpf(t) / (mp.mpf(alpha) + mp.mpf(t))
        tail = mp.betainc(n, r, 0, share, regularized=True) if n else mp.mpf(1)
        inputs = {"n": float(n), "t": t, "r": r, "alpha": alpha}
        yield row("log_negative_binomial_tail", inputs, mp.log(tail))
        value = log_nbd(n, mp.mpf(t), mp.mpf(r), mp.mpf(alpha))
        yield row("log_negative_binomial", inputs, value)
