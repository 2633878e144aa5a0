"""Intervals hold what they promise, over many simulated sets of customers."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from scipy import stats

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "interval_coverage.py"


@pytest.fixture(scope="module")
def coverage() -> ModuleType:
    spec = importlib.util.spec_from_file_location("crmkit_coverage", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def _shares(coverage: ModuleType, name: str, sets: int) -> dict[str, float]:
    rng = np.random.default_rng(4)
    found = [coverage.covered(name, rng) for _ in range(sets)]
    ratios = [each.likelihood_ratio for each in found]
    return {
        "purchases": float(np.mean([each.purchases for each in found])),
        "value": float(np.mean([each.value for each in found])),
        "customers": float(np.mean([each.customers for each in found])),
        "ratio": float(stats.kstest(ratios, stats.chi2(df=4).cdf).pvalue),
        "least": min(ratios),
    }


def test_a_sample_of_it(coverage: ModuleType) -> None:
    shares = _shares(coverage, "BG/NBD", 4)
    assert shares["purchases"] >= 0.5
    assert shares["customers"] > 0.95
    assert shares["least"] > 0  # no fit is worse than the truth: invariant 18


@pytest.mark.heavy
@pytest.mark.parametrize("name", ["BG/NBD", "MBG/NBD", "Pareto/NBD", "BG/BB"])
def test_intervals_cover_what_they_promise(coverage: ModuleType, name: str) -> None:
    # 200 sets: a share of 0.95 has a standard error of 0.015.
    shares = _shares(coverage, name, 200)
    assert 0.90 < shares["purchases"] < 0.99
    assert 0.90 < shares["value"] < 0.99
    assert shares["customers"] > 0.95
    assert shares["ratio"] > 1e-3
