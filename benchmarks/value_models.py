"""Fits and predictions of the value models beside lifetimes: CPU, accuracy, memory.

python benchmarks/value_models.py [CUSTOMERS ...]

CPU seconds of this process, the median of three runs (one where a run takes more than
ten seconds), on the pandas frames both libraries read. "gap" is the log-likelihood of
crmkit's fit minus that of lifetimes' parameters, both by crmkit's formula: above 0,
crmkit's is the better fit. "bytes" is the peak of memory allocated during crmkit's job,
per customer. lifetimes' CLV adds monthly sums, a similar but not the same number.
"""

import sys
import time
import tracemalloc
import warnings
from collections.abc import Callable
from functools import partial
from statistics import median
from typing import Any

import numpy as np
import pandas as pd
from lifetimes import (
    BetaGeoBetaBinomFitter,
    BetaGeoFitter,
    GammaGammaFitter,
    ModifiedBetaGeoFitter,
    ParetoNBDFitter,
)

import crmkit as ck
from crmkit import clv

SIZES = (2_357, 10_000, 100_000)
LONG = 10.0
PARETO_LIMIT = 10_000  # lifetimes takes more than a minute beyond
LIMIT = 1_000_000  # and its other fits beyond this
PART = 1_000_000
HISTORY = ("frequency", "recency", "T")


def cdnow() -> pd.DataFrame:
    """Return the published sample, in weeks."""
    customers: pd.DataFrame = ck.rfm_summary(
        ck.datasets.load_cdnow_sample(),
        observation_period_end="1997-09-30",
        time_unit="week",
    )
    return customers


def simulated(n: int) -> pd.DataFrame:
    """Draw customers like CDNOW's, on whole days, observed for one to two years."""
    sizes = [min(PART, n - at) for at in range(0, n, PART)]
    parts = [
        _drawn(size, np.random.default_rng([1, at])) for at, size in enumerate(sizes)
    ]
    customers = pd.concat(parts, ignore_index=True)
    customers["customer_id"] = np.arange(n)
    return customers


def _drawn(n: int, rng: np.random.Generator) -> pd.DataFrame:
    model = clv.ParetoNbd(r=0.5533, alpha=74.05, s=0.6062, beta=81.68)
    T = rng.integers(364, 728, n)
    nothing = np.zeros(n)
    rows, times = model.sample_purchase_times(
        nothing, nothing, nothing, horizon=728.0, rng=rng
    )
    day = np.floor(times).astype(np.int64)
    seen = (day <= T[rows]) & (day > 0)
    occasions = np.unique(rows[seen] * 1000 + day[seen])
    customer, day = occasions // 1000, occasions % 1000
    last = np.zeros(n)
    np.maximum.at(last, customer, day)
    x = np.bincount(customer, minlength=n)
    mean = rng.gamma(6.25 * np.maximum(x, 1)) / np.maximum(x, 1)
    amount = np.round(mean * 15.44 / rng.gamma(3.74, size=n), 2) + 0.01
    return pd.DataFrame(
        {
            "frequency": x,
            "recency": last / 7,
            "T": T / 7,
            "monetary_value": np.where(x > 0, amount, 0.0),
        }
    )


def seconds(job: Callable[[], Any]) -> tuple[float, Any]:
    """Return the median CPU time of three runs, and the answer."""
    spent: list[float] = []
    answer = None
    while len(spent) < 3 and (not spent or spent[-1] < LONG):
        start = time.process_time()
        answer = job()
        spent.append(time.process_time() - start)
    return median(spent), answer


def bytes_each(job: Callable[[], Any], customers: int) -> float:
    """Return the peak of memory allocated during a job, per customer."""
    tracemalloc.start()
    job()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / customers


def line(
    job: str, n: int, times: tuple[float, float | None], memory: float, note: str
) -> None:
    """Print one row of the table."""
    ours, theirs = times
    peer = "      -" if theirs is None else f"{theirs:7.3f}"
    ratio = "     -" if theirs is None else f"{theirs / ours:5.1f}x"
    print(
        f"| {job:<25} | {n:>9,} | {ours:7.4f} | {peer} | {ratio} | {memory:6.0f}"
        f" | {note} |",
        flush=True,
    )


def fits(customers: pd.DataFrame) -> None:
    """Race the fits of continuous time and of spend."""
    n = len(customers)
    columns = [customers[name] for name in HISTORY]
    races: list[tuple[str, Callable[..., Any], Any, Any]] = [
        ("BG/NBD fit", clv.fit_bg_nbd, BetaGeoFitter, clv.BgNbd),
        ("MBG/NBD fit", clv.fit_mbg_nbd, ModifiedBetaGeoFitter, clv.MbgNbd),
        ("Pareto/NBD fit", clv.fit_pareto_nbd, ParetoNBDFitter, clv.ParetoNbd),
    ]
    for name, fit, peer, model in races:
        ours, found = seconds(partial(fit, customers))
        memory = bytes_each(partial(fit, customers), n)
        if n > (PARETO_LIMIT if peer is ParetoNBDFitter else LIMIT):
            line(name, n, (ours, None), memory, "lifetimes not run")
            continue
        theirs, fitter = seconds(partial(_peer_fitted, peer, columns))
        other = model.from_lifetimes(fitter).log_likelihood(*columns).sum()
        gap = found.report.log_likelihood - other
        line(name, n, (ours, theirs), memory, f"gap {gap:+.1e}")
    _spend_fit(customers)


def _spend_fit(customers: pd.DataFrame) -> None:
    n = len(customers)
    repeat = customers[customers["frequency"] > 0]
    spend = [repeat["frequency"], repeat["monetary_value"]]
    ours, found = seconds(lambda: clv.fit_gamma_gamma(customers))
    memory = bytes_each(lambda: clv.fit_gamma_gamma(customers), n)
    if n > LIMIT:
        line("Gamma-Gamma fit", n, (ours, None), memory, "lifetimes not run")
        return
    theirs, fitter = seconds(lambda: GammaGammaFitter().fit(*spend))
    other = clv.GammaGamma.from_lifetimes(fitter).log_likelihood(*spend).sum()
    gap = found.report.log_likelihood - other
    line("Gamma-Gamma fit", n, (ours, theirs), memory, f"gap {gap:+.1e}")


def predictions(customers: pd.DataFrame) -> None:
    """Race the predictions at one set of parameters."""
    n = len(customers)
    columns = [customers[name] for name in HISTORY]
    bg = clv.BgNbd(r=0.2426, alpha=4.4136, a=0.7929, b=2.4259)
    pareto = clv.ParetoNbd(r=0.5533, alpha=10.5776, s=0.6062, beta=11.6687)
    spend = clv.GammaGamma(p=6.25, q=3.744, v=15.444)
    for name, model, peer in (
        ("BG/NBD alive and expected", bg, BetaGeoFitter()),
        ("Pareto/NBD the same", pareto, ParetoNBDFitter()),
    ):
        peer.params_ = pd.Series(model.parameters)

        score = partial(_scored, customers, model)
        peer_score = partial(_peer_scored, columns, peer)
        ours, scored = seconds(score)
        memory = bytes_each(score, n)
        if n > LIMIT:
            line(name, n, (ours, None), memory, "lifetimes not run")
            continue
        theirs, expected = seconds(peer_score)
        off = np.nanmax(np.abs(scored["expected_purchases"] - expected))
        line(name, n, (ours, theirs), memory, f"largest difference {off:.0e}")
    money = GammaGammaFitter()
    money.params_ = pd.Series(spend.parameters)
    fitter = BetaGeoFitter()
    fitter.params_ = pd.Series(bg.parameters)

    fitter.predict = fitter.conditional_expected_number_of_purchases_up_to_time
    value = partial(
        clv.with_clv,
        customers,
        purchases=bg,
        spend=spend,
        horizon=52,
        discount_rate=0.0018,
    )
    amounts = customers["monetary_value"]
    peer_value = partial(
        money.customer_lifetime_value, fitter, *columns, amounts, time=12, freq="W"
    )
    ours, _ = seconds(value)
    memory = bytes_each(value, n)
    other = seconds(peer_value)[0] if n <= LIMIT else None
    line("CLV of a year", n, (ours, other), memory, "not the same sum")


def _peer_fitted(peer: Callable[[], Any], columns: list["pd.Series[float]"]) -> object:
    return peer().fit(*columns)


def _scored(customers: pd.DataFrame, model: clv.BgNbd | clv.ParetoNbd) -> pd.DataFrame:
    return customers.pipe(model.with_probability_alive).pipe(
        model.with_expected_purchases, horizon=13
    )


def _peer_scored(
    columns: list["pd.Series[float]"], peer: BetaGeoFitter | ParetoNBDFitter
) -> "pd.Series[float]":
    peer.conditional_probability_alive(*columns)
    expected: pd.Series[float] = (
        peer.conditional_expected_number_of_purchases_up_to_time(13, *columns)
    )
    return expected


def donors() -> None:
    """Race the BG/BB: on the published 22 cells, and on as many rows as donors."""
    cells = ck.datasets.load_donations()
    _donor_fit("BG/BB fit, 22 cells", cells, weight_col="weight")
    rows = cells.loc[cells.index.repeat(cells["weight"].to_numpy() * 9)]
    _donor_fit("BG/BB fit, rows", rows.reset_index(drop=True), weight_col=None)


def _donor_fit(name: str, frame: pd.DataFrame, *, weight_col: str | None) -> None:
    one = pd.Series(np.ones(len(frame)))
    weights = one if weight_col is None else frame[weight_col]
    n = int(weights.sum())
    fit = partial(clv.fit_bg_bb, frame, weight_col=weight_col)
    ours, found = seconds(fit)
    memory = bytes_each(fit, n)
    columns = [frame[column] for column in HISTORY]
    theirs, fitter = seconds(
        lambda: BetaGeoBetaBinomFitter().fit(*columns, weights=weights)
    )
    other = clv.BgBb.from_lifetimes(fitter).log_likelihood(*columns) @ weights
    gap = found.report.log_likelihood - other
    line(name, n, (ours, theirs), memory, f"gap {gap:+.1e}")


def main(sizes: list[int]) -> None:
    """Print the table."""
    print("| job | customers | crmkit | lifetimes | ratio | bytes | |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | --- |")
    for n in sizes or SIZES:
        customers = cdnow() if n == 2_357 else simulated(n)
        fits(customers)
        predictions(customers)
    donors()


if __name__ == "__main__":
    # lifetimes warns of its own overflows; what crmkit warns of is an error.
    warnings.filterwarnings("ignore", module="lifetimes|autograd|pandas|scipy")
    main([int(size) for size in sys.argv[1:]])
