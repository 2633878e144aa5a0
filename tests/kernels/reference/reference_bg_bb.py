"""BG/BB by its sums."""

from collections.abc import Iterator
from itertools import product
from typing import Any

import mpmath as mp

from .reference_rows import Numbers, exact, log_beta, row


def bg_bb_values() -> Iterator[Numbers]:
    """Compute the BG/BB by its sums."""
    parameters = [
        {"alpha": 1.204, "beta": 0.750, "gamma": 0.657, "delta": 2.783},
        {"alpha": 0.5, "beta": 2.0, "gamma": 1.0, "delta": 0.3},
        {"alpha": 1e-3, "beta": 1e-3, "gamma": 1.0 + 1e-9, "delta": 1e-3},
        {"alpha": 1e4, "beta": 3e3, "gamma": 50.0, "delta": 1e4},
    ]
    histories = [
        (0, 0, 6),
        (0, 0, 0),
        (1, 1, 1),
        (4, 5, 6),
        (6, 6, 6),
        (1, 1, 500),
        (26, 40, 52),
        (50, 100, 200),
        (499, 500, 500),
    ]
    for at, (x, t_x, n) in product(parameters, histories):
        inputs = {"frequency": float(x), "recency": float(t_x), "T": float(n), **at}
        whole = {"frequency": x, "recency": t_x, "T": n, **exact(at)}
        logs = bg_bb_cases(**whole)
        total = mp.log(mp.fsum(logs))
        yield row("log_likelihood", inputs, total)
        yield row("probability_alive", inputs, logs[0] / mp.exp(total))
        yield row("log_probability_alive", inputs, mp.log(logs[0]) - total)
        for name in at:
            value, scale = bg_bb_gradient(name, whole)
            yield row(f"gradient_{name}", inputs, value, scale=scale)
        for start, end in ((0, 1), (0, 10), (5, 60)):
            more = {"start": float(start), "end": float(end)}
            value = logs[0] / mp.exp(total) * bg_bb_mean(start, end, 0, whole)
            yield row("expected_purchases", {**inputs, **more}, value)
        for rate in (0.1, 0.002):
            with mp.workdps(30):
                count = 100 if rate == 0.1 else 200
                value = logs[0] / mp.exp(total) * bg_bb_mean(0, count, rate, whole)
            more = {"horizon": float(count), "log_rate": rate}
            yield row("discounted_expected_purchases", {**inputs, **more}, value)
    for at, (n, t) in product(parameters, [(0, 6), (6, 6), (3, 50), (200, 500)]):
        inputs = {"n": float(n), "t": float(t), **at}
        numbers = exact(at)
        value = mp.fsum(
            mp.binomial(seen, n) * case
            for seen, case in bg_bb_lives(n, n, t, **numbers)
        )
        yield row("log_pmf_new_customer", inputs, mp.log(value))


def bg_bb_lives(
    x: int, first: int, n: int, *, alpha: Any, beta: Any, gamma: Any, delta: Any
) -> Iterator[tuple[int, Any]]:
    """List opportunities seen, and the probability of one ordering and that life."""

    def chance(seen: int, left: int) -> Any:
        return mp.exp(
            log_beta(alpha + x, beta + seen - x)
            - log_beta(alpha, beta)
            + log_beta(gamma + left, delta + seen)
            - log_beta(gamma, delta)
        )

    yield n, chance(n, 0)
    for seen in range(first, n):
        yield seen, chance(seen, 1)


def bg_bb_cases(frequency: int, recency: int, T: int, **at: Any) -> list[Any]:
    """Probabilities of the history and of each possible life, the whole one first."""
    return [case for _, case in bg_bb_lives(frequency, recency, T, **at)]


def bg_bb_gradient(name: str, whole: Numbers) -> tuple[Any, Any]:
    """Derivative on a log-parameter, and the sum of its terms' absolute values."""
    x, n = whole["frequency"], whole["T"]
    alpha, beta, gamma, delta = (whole[k] for k in ("alpha", "beta", "gamma", "delta"))
    cases = list(
        bg_bb_lives(
            x, whole["recency"], n, alpha=alpha, beta=beta, gamma=gamma, delta=delta
        )
    )
    total = mp.fsum(case for _, case in cases)
    value, scale = mp.mpf(0), mp.mpf(0)
    for at, (seen, case) in enumerate(cases):
        left = 1 if at else 0

        def rise(z: Any, count: int) -> Any:
            return mp.digamma(z + count) - mp.digamma(z)

        terms = {
            "alpha": [alpha * rise(alpha, x), -alpha * rise(alpha + beta, seen)],
            "beta": [beta * rise(beta, seen - x), -beta * rise(alpha + beta, seen)],
            "gamma": [mp.mpf(left), -gamma * rise(gamma + delta, seen + left)],
            "delta": [
                delta * rise(delta, seen),
                -delta * rise(gamma + delta, seen + left),
            ],
        }[name]
        value += case / total * mp.fsum(terms)
        scale += case / total * mp.fsum(abs(term) for term in terms)
    return value, scale


def bg_bb_mean(start: int, end: int, rate: Any, whole: Numbers) -> Any:
    """Discounted purchases to expect of who is there, by a plain sum."""
    alpha, beta, gamma, delta = (whole[k] for k in ("alpha", "beta", "gamma", "delta"))
    x, n = whole["frequency"], whole["T"]
    there = log_beta(gamma, delta + n)
    total = mp.fsum(
        mp.exp(log_beta(gamma, delta + n + j) - there - mp.mpf(rate) * j)
        for j in range(start + 1, end + 1)
    )
    return (alpha + x) / (alpha + beta + n) * total
