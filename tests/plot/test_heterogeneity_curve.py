"""The curve of how customers differ is the density of the model's distribution."""

from typing import Any

import numpy as np
import pytest
from scipy import stats

from crmkit import clv, plot

BG = clv.BgNbd(r=0.8, alpha=4.4, a=0.7, b=2.4, time_unit="week")
PARETO = clv.ParetoNbd(r=0.8, alpha=4.4, s=0.6, beta=11.6)


@pytest.mark.parametrize(
    ("model", "of", "distribution"),
    [
        (BG, "rate", stats.gamma(0.8, scale=1 / 4.4)),
        (BG, "dropout", stats.beta(0.7, 2.4)),
        (PARETO, "dropout", stats.gamma(0.6, scale=1 / 11.6)),
    ],
)
def test_the_curve_is_the_density(model: Any, of: Any, distribution: Any) -> None:
    axes: Any = plot.heterogeneity_curve(model, of=of, title="finding")
    x, y = axes.get_lines()[0].get_data()
    assert np.ptp(x) > 0
    assert y == pytest.approx(distribution.pdf(x), rel=1e-10)
    assert x[-1] >= distribution.ppf(0.95) * (1 - 1e-12)
    mean = next(iter(axes.collections[-1].get_segments()))[0][0]
    assert mean == pytest.approx(distribution.mean(), rel=1e-12)
    if of == "rate":
        half = f"half have below {distribution.median():.3g}"
        assert half in axes.get_title(loc="left")
