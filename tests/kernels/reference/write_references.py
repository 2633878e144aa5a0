"""Write reference numbers of the purchase models, to 50 digits, with mpmath.

Run it to write the JSON files beside it anew (some minutes)::

    python -m tests.kernels.reference.write_references

Each formula is the definition or the closed form of the literature, not the rule the
library computes by: hypergeometric functions where the library integrates, sums and
plain quadrature where it does not. ``scale`` is what an error is relative to: the value
itself, or for a gradient the sum of the absolute values of its terms. ``condition``
says by how much a relative change of the inputs is magnified in the value, where known.
"""

import math
from collections.abc import Iterator
from itertools import product
from typing import Any

import mpmath as mp

from .reference_bg_bb import bg_bb_values
from .reference_coin import Coin
from .reference_pareto import Pareto
from .reference_rows import Numbers, condition, exact, row, write
from .reference_spend import COUNTS, gamma_gamma_values, special_values

HISTORIES = [
    (0, 0.0, 39.0),
    (0, 0.0, 1e-3),
    (0, 0.0, 1e5),
    (1, 1e-3, 1e5),
    (2, 30.43, 38.86),
    (3, 5.0, 5.0),
    (10, 20.0, 39.0),
    (26, 30.857, 31.0),
    (300, 360.0, 365.0),
    (1000, 99999.0, 1e5),
    (5000, 100.0, 365.0),
    (5000, 364.9, 365.0),
]


TIMES = [1e-3, 39.0, 3650.0]


def main() -> None:
    """Write every file."""
    mp.mp.dps = 50
    for name, model in {
        "bg_nbd": Coin(first_toss=0),
        "mbg_nbd": Coin(first_toss=1),
        "pareto_nbd": Pareto(),
    }.items():
        write(name, purchase_values(model))
    write("bg_bb", bg_bb_values())
    write("gamma_gamma", gamma_gamma_values())
    write("special", special_values())


def purchase_values(model: Any) -> Iterator[Numbers]:
    """Compute everything the three purchase models share."""
    parameters = model.parameters
    for at, (x, t_x, T) in product(parameters, HISTORIES):
        inputs = {"frequency": x, "recency": t_x, "T": T, **at}
        numbers = exact(inputs)
        for quantity in (
            "log_likelihood",
            "probability_alive",
            "log_probability_alive",
        ):
            function = getattr(model, quantity)
            value = function(**numbers)
            yield row(quantity, inputs, value, condition=condition(function, numbers))
        for name, terms in model.gradient(**numbers).items():
            total = mp.fsum(terms)
            scale = mp.fsum(abs(term) for term in terms)
            yield row(f"gradient_{name}", inputs, total, scale=scale)
        for t in TIMES:
            yield from one(model, "probability_alive_after", inputs, elapsed=t)
            yield from one(model, "expected_purchases", inputs, start=0.0, end=t)
        yield from one(model, "expected_purchases", inputs, start=52.0, end=53.0)
    for at, t in product(parameters, TIMES):
        yield from one(model, "expected_purchases_new_customer", at, t=t)
    for at, (n, t) in product(parameters, COUNTS):
        inputs = {"n": n, "t": t, **at}
        yield row("log_pmf_new_customer", inputs, model.log_pmf_new(**exact(inputs)))
    for at, (x, t_x, T) in product(parameters[:4], HISTORIES[::3]):
        inputs = {"frequency": x, "recency": t_x, "T": T, **at}
        for horizon, rate in ((39.0, 0.002), (math.inf, 0.002), (520.0, 1e-6)):
            facts = {"horizon": horizon, "log_rate": rate}
            yield from one(model, "discounted_expected_purchases", inputs, **facts)
        yield from one(model, "variance_of_purchases", inputs, horizon=39.0)
        for n in (0, 3):
            yield from one(model, "log_pmf", inputs, n=n, horizon=39.0)


def one(model: Any, quantity: str, inputs: Numbers, **more: Any) -> Iterator[Numbers]:
    """Compute one quantity at one point."""
    everything = {**inputs, **more}
    yield row(quantity, everything, getattr(model, quantity)(**exact(everything)))


if __name__ == "__main__":
    main()
