"""A Sphinx extension: the gallery of plots, drawn by the examples in their docstrings.

Each picture is what the example of a plot draws, so that a reader can copy the code
that made it. A picture is drawn again only if the code of the plots has changed.
"""

import contextlib
import doctest
import inspect
import io
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any, Final

import matplotlib as mpl
from matplotlib import pyplot as plt

from crmkit import plot

HERE = Path(__file__).parent
SOURCES = Path(inspect.getfile(plot)).parent

# The plots by the question that they answer.
SECTIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "Which model, and how well does it fit?": (
        "tracking_line",
        "frequency_bars",
        "spend_density",
        "model_scores",
        "backtest_errors",
        "calibration_by_tenth",
        "predicted_against_actual",
        "heterogeneity_curve",
        "parameter_forest",
        "covariate_forest",
        "seasonal_index",
    ),
    "Who is still active, and when do they buy?": (
        "probability_alive",
        "frequency_recency_heatmap",
        "customer_history",
        "purchase_timelines",
        "purchase_gap_histogram",
    ),
    "What are customers worth?": (
        "clv_intervals",
        "forecast_fan",
        "waterfall",
        "pareto_curve",
        "whale_curve",
    ),
    "Which segments are there, and how do they move?": (
        "tier_bars",
        "rfm_grid",
        "migration_heatmap",
        "lifecycle_flow",
        "growth_bars",
        "retention_heatmap",
        "cohort_curves",
        "retention_curve",
        "revenue_curve",
    ),
    "How satisfied are they, and why?": (
        "nps_by_group",
        "nps_bars",
        "nps_over_time",
        "driver_bars",
        "priority_matrix",
        "penalty_reward_bars",
        "kano_map",
        "loyalty_zones",
    ),
    "Who is leaving?": (
        "survival_steps",
        "survival_lines",
        "retention_line",
        "gain_line",
        "calibration_line",
    ),
    "What does a campaign earn?": (
        "campaign_profit_line",
        "uplift_bars",
        "uplift_line",
        "arm_forest",
        "funnel_bars",
        "incremental_profit_forest",
        "interval_forest",
        "budget_line",
        "payback_line",
        "price_response_curve",
        "redemption_bars",
        "liability_bars",
    ),
}

HEAD = """# Gallery

Every plot, drawn by the example in its documentation. Each takes a result or a summary,
`title="finding"` for a title that says what it shows, `label=` where several share the
axes, and `ax=`.
"""
FIGURE = """
```{{figure}} pictures/{name}.png
:alt: {alt}
:figclass: gallery

{{py:func}}`{name} <crmkit.plot.{name}>`: {sentence}
```
"""


def page(titles: Mapping[str, str]) -> str:
    """Write the page: the pictures of each question, with their sentences."""
    parts = [HEAD]
    for question, names in SECTIONS.items():
        parts.append(f"\n## {question}\n")
        for name in names:
            first, *_ = (inspect.getdoc(getattr(plot, name)) or "").splitlines()
            parts.append(
                FIGURE.format(name=name, alt=titles[name] or first, sentence=first)
            )
    return "".join(parts)


def picture(function: Callable[..., Any], path: Path) -> str:
    """Run the example of a plot, save what it draws, and return its title."""
    names: dict[str, Any] = {}
    for example in doctest.DocTestParser().get_examples(inspect.getdoc(function) or ""):
        code = compile(example.source, path.stem, "single")
        with contextlib.redirect_stdout(io.StringIO()):
            exec(code, names)  # noqa: S102 - the examples are the project's own
    axes = names["ax"]
    path.parent.mkdir(parents=True, exist_ok=True)
    axes.figure.savefig(path, dpi=110)
    plt.close("all")
    return axes.get_title(loc="left").replace("\n", " ") or axes.get_ylabel()


def draw(path: Path) -> None:
    """Draw the picture of the plot that the path is named by, and keep its title."""
    mpl.use("agg")
    title = picture(getattr(plot, path.stem), path)
    path.with_suffix(".txt").write_text(title, "utf-8")


def build(folder: Path, *, processes: int = 1) -> None:
    """Draw the pictures that are older than the plots, and write the page."""
    changed = max(path.stat().st_mtime for path in SOURCES.rglob("*.py"))
    names = [name for each in SECTIONS.values() for name in each]
    said = {name: folder / "pictures" / f"{name}.txt" for name in names}
    stale = [
        path.with_suffix(".png")
        for path in said.values()
        if not path.exists() or path.stat().st_mtime < changed
    ]
    (folder / "pictures").mkdir(exist_ok=True)
    if processes > 1 and len(stale) > 1:
        with ProcessPoolExecutor(processes) as pool:
            list(pool.map(draw, stale))
    else:
        for path in stale:
            draw(path)
    titles = {name: path.read_text("utf-8") for name, path in said.items()}
    (folder / "index.md").write_text(page(titles), "utf-8")


def setup(app: Any) -> dict[str, bool]:  # noqa: ANN401 - Sphinx is not imported here
    """Draw the gallery before Sphinx looks for its pages."""
    app.connect(
        "config-inited", lambda app, _config: build(HERE, processes=app.parallel)
    )
    return {"parallel_read_safe": True}
