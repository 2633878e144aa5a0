"""CDNOW's published sample: the same answers as lifetimes, and how soon.

CPU milliseconds of this process, the least of several runs, on the pandas frames that
both libraries read. lifetimes' CLV discounts monthly sums and is not compared.
"""

import time
from collections.abc import Callable
from typing import Any

import pandas as pd
from lifetimes import BetaGeoFitter, GammaGammaFitter
from lifetimes.utils import summary_data_from_transaction_data

import crmkit as ck

END = "1997-09-30"
RUNS = 5


def milliseconds(job: Callable[[], Any]) -> tuple[float, Any]:
    """Return the least CPU time of several runs, and the answer."""
    spent = []
    answer = None
    for _ in range(RUNS):
        start = time.process_time()
        answer = job()
        spent.append(time.process_time() - start)
    return 1000 * min(spent), answer


def line(job: str, ours: float, theirs: float, note: str) -> None:
    print(f"{job:<22}{ours:9.1f}{theirs:12.1f}{theirs / ours:8.1f}x  {note}")


def main() -> None:
    log = ck.datasets.load_cdnow_sample()
    print(f"{'CPU ms':<22}{'crmkit':>9}{'lifetimes':>12}{'':>9}  the same answer?")

    ours, customers = milliseconds(
        lambda: ck.rfm_summary(log, observation_period_end=END, time_unit="week")
    )
    theirs, summary = milliseconds(
        lambda: summary_data_from_transaction_data(
            log, "customer_id", "date", "amount", observation_period_end=END
        )
    )
    same = _same_summary(customers, summary)
    line("summary", ours, theirs, f"frequency, 7 x recency, 7 x T equal: {same}")

    weekly = summary[["frequency", "recency", "T"]] / [1, 7, 7]
    ours, fit = milliseconds(lambda: ck.clv.fit_bg_nbd(customers))
    theirs, peer = milliseconds(
        lambda: BetaGeoFitter().fit(weekly["frequency"], weekly["recency"], weekly["T"])
    )
    line("BG/NBD fit", ours, theirs, _parameters(fit.parameters, peer.params_))

    back = summary[(summary["frequency"] > 0) & (summary["monetary_value"] > 0)]
    ours, spend = milliseconds(
        lambda: ck.clv.fit_gamma_gamma(customers, nonpositive="drop")
    )
    theirs, peer = milliseconds(
        lambda: GammaGammaFitter().fit(back["frequency"], back["monetary_value"])
    )
    line("Gamma-Gamma fit", ours, theirs, _parameters(spend.parameters, peer.params_))


def _same_summary(ours: pd.DataFrame, theirs: pd.DataFrame) -> bool:
    left = ours.set_index("customer_id")
    return bool(
        (left["frequency"] == theirs["frequency"]).all()
        and ((7 * left["recency"] - theirs["recency"]).abs() < 1e-9).all()
        and ((7 * left["T"] - theirs["T"]).abs() < 1e-9).all()
    )


def _parameters(ours: dict[str, float], theirs: "pd.Series[float]") -> str:
    apart = max(abs(ours[name] / theirs[name] - 1) for name in ours)
    said = " ".join(f"{name} {value:.4f}" for name, value in ours.items())
    return f"{said} (at most {apart:.0e} apart)"


if __name__ == "__main__":
    main()
