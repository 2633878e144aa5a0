"""Fits and predictions beside pymc-marketing, where it is installed.

python benchmarks/beside_pymc_marketing.py [CUSTOMERS ...]

Its point estimates (MAP) stand against ours. Each of its fits is run once before the
clock starts, because the first one compiles. Its priors pull the estimates away from
the likeliest ones: "gap" says by how many nats over all customers. It is heavy, wants
Python and pandas of its own choosing, and so is no dependency of these benchmarks:

    pip install pymc-marketing lifetimes crmkit
"""

import sys
import warnings
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np
import pandas as pd
from value_models import bytes_each, cdnow, line, seconds, simulated

from crmkit import clv

SIZES = (2_357, 100_000)
MODELS: tuple[tuple[str, str, Any, Any], ...] = (
    ("BG/NBD", "BetaGeoModel", clv.fit_bg_nbd, clv.BgNbd),
    ("MBG/NBD", "ModifiedBetaGeoModel", clv.fit_mbg_nbd, clv.MbgNbd),
    ("Pareto/NBD", "ParetoNBDModel", clv.fit_pareto_nbd, clv.ParetoNbd),
)


def race(peer: Any, customers: pd.DataFrame) -> None:  # noqa: ANN401 - a module
    """Race the models of purchases: each fit, then what it predicts."""
    n = len(customers)
    columns = [customers[name] for name in ("frequency", "recency", "T")]
    for name, theirs, fit, model in MODELS:

        def fitted(theirs: str = theirs) -> Any:  # noqa: ANN401 - their model
            found = getattr(peer, theirs)(data=customers)
            found.fit(method="map", progressbar=False)
            return found

        fitted()  # compiles
        ours, own = seconds(partial(fit, customers))
        memory = bytes_each(partial(fit, customers), n)
        other, found = seconds(fitted)
        point = {key: float(found.fit_result[key].mean()) for key in own.parameters}
        gap = own.report.log_likelihood - model(**point).log_likelihood(*columns).sum()
        line(f"{name} fit", n, (ours, other), memory, f"gap {gap:+.1e}")

        same = model(**point)
        scored = partial(_scored, same, customers)
        ours, _ = seconds(scored)
        other, expected = seconds(partial(_peer_scored, found))
        off = np.nanmax(np.abs(scored()["expected_purchases"] - expected))
        note = f"largest difference {off:.0e}"
        line(f"{name} predictions", n, (ours, other), bytes_each(scored, n), note)


def _scored(model: Any, customers: pd.DataFrame) -> pd.DataFrame:  # noqa: ANN401
    scored: pd.DataFrame = customers.pipe(model.with_probability_alive).pipe(
        model.with_expected_purchases, horizon=13
    )
    return scored


def _peer_scored(found: Any) -> np.ndarray:  # noqa: ANN401 - their model
    found.expected_probability_alive()
    return np.asarray(found.expected_purchases(future_t=13)).ravel()


def main(sizes: list[int]) -> None:
    """Print the table, or say what is missing."""
    if find_spec("pymc_marketing") is None:
        print("pymc-marketing is not installed; nothing to compare with.")
        return
    peer = import_module("pymc_marketing.clv")
    print("| job | customers | crmkit | pymc-marketing | ratio | bytes | |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | --- |")
    for n in sizes or SIZES:
        customers = cdnow() if n == 2_357 else simulated(n)
        race(peer, customers[["customer_id", "frequency", "recency", "T"]])


if __name__ == "__main__":
    warnings.filterwarnings("ignore", module="(?!crmkit)")
    main([int(size) for size in sys.argv[1:]])
