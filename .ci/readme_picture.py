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
        figsize=(13.5, 4.4),
        width_ratios=(1, 0.75, 1.25),
        layout="constrained",
        dpi=120,
    )
    log = ck.datasets.load_cdnow_sample()
    customers = ck.rfm_summary(log, observation_period_end=END, time_unit="week")
    model = ck.clv.fit_pareto_nbd(customers, time_unit="week")

    bought = log[log["customer_id"] == 2389]
    start = bought["date"].min().to_numpy().astype("datetime64[D]")
    days = np.arange(start, np.datetime64(END), 3).astype(str)
    path_of = ck.clv.probability_alive_path(
        bought, model=model, days=days, time_unit="week"
    )
    ck.plot.customer_history(
        path_of, transactions=log, ax=active, title="Is this customer still active?"
    )

    spend = ck.clv.fit_gamma_gamma(customers, nonpositive="drop")
    valued = ck.clv.with_clv(
        customers, purchases=model, spend=spend, horizon=52, discount_rate=0.002
    )
    ck.plot.pareto_curve(
        ck.segments.pareto_curve(valued), ax=matters, title="Who brings the money?"
    )

    company = ck.datasets.simulate_company(customers=2000, rng=np.random.default_rng(1))
    components = ck.clv.clv_components(
        company,
        references=ck.clv.fit_references(company, as_of="2023-12-31"),
        as_of="2023-12-31",
        time_unit="year",
        discount_rate=0.0,
    )
    steps = ck.clv.value_waterfall(components)
    ck.plot.waterfall(steps, ax=parts, title="Where does value come from?")
    figure.savefig(path, metadata={"Software": None})


if __name__ == "__main__":
    main(Path(__file__).parents[1] / "docs" / "pictures" / "three-questions.png")
