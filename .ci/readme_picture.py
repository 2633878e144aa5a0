"""Draw the picture of the README and of the landing page.

python .ci/readme_picture.py
"""

from pathlib import Path

import matplotlib as mpl
import numpy as np

import crmkit as ck

__all__ = ["main"]

END = "1998-06-30"


def main(path: Path) -> None:
    """Write three panels: who is active, who matters, where value comes from."""
    mpl.use("agg")
    from matplotlib import pyplot as plt  # noqa: PLC0415 - after the choice of a backend

    figure, (active, matters, parts) = plt.subplots(
        1,
        3,
        figsize=(16, 4.4),
        width_ratios=(1, 0.75, 1.25),
        layout="constrained",
        dpi=90,
    )
    log = ck.datasets.load_cdnow_sample()
    customers = ck.rfm_summary(log, observation_period_end=END, time_unit="week")
    model = ck.clv.fit_pareto_nbd(customers, time_unit="week")

    for customer, color in ((2389, "#1f77b4"), (5221, "#d95f02")):
        bought = log[log["customer_id"] == customer]
        start = bought["date"].min().to_numpy().astype("datetime64[D]")
        days = np.arange(start, np.datetime64(END), 3).astype(str)
        path_of = ck.clv.probability_alive_path(
            bought, model=model, days=days, time_unit="week"
        )
        active.plot(path_of["date"], path_of["probability_alive"], color=color)
        mark = np.full(len(bought), -0.03 if color == "#1f77b4" else -0.09)
        active.plot(bought["date"], mark, "|", color=color, markersize=8)
    active.set(title="Who is still active?", ylabel="probability to be active")
    active.set_ylim(-0.14, 1.02)
    active.xaxis.set_major_locator(mpl.dates.MonthLocator(interval=4))

    spend = ck.clv.fit_gamma_gamma(customers, nonpositive="drop")
    valued = ck.clv.with_clv(
        customers, purchases=model, spend=spend, horizon=52, discount_rate=0.002
    )
    ck.plot.pareto_curve(ck.segments.pareto_curve(valued), ax=matters)
    matters.set_title("Who brings the money?")

    company = ck.datasets.simulate_company(customers=2000, rng=np.random.default_rng(1))
    components = ck.clv.clv_components(
        company,
        references=ck.clv.fit_references(company, as_of="2023-12-31"),
        as_of="2023-12-31",
        time_unit="year",
        discount_rate=0.0,
    )
    ck.plot.waterfall(ck.clv.value_waterfall(components), ax=parts)
    parts.set_title("Where does value come from?")
    figure.savefig(path, metadata={"Software": None})


if __name__ == "__main__":
    main(Path(__file__).parents[1] / "docs" / "pictures" / "three-questions.png")
