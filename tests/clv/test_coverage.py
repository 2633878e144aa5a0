"""Intervals hold what they promise, over many simulated sets of customers."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

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


def _share(found: list[Any], what: str) -> float:
    return float(np.mean([getattr(each, what) for each in found]))


def test_a_sample_of_it(coverage: ModuleType) -> None:
    found = [coverage.covered("BG/NBD", seed) for seed in range(4)]
    assert _share(found, "purchases") >= 0.5
    assert _share(found, "customers") == pytest.approx(
        _share(found, "promised"), abs=0.01
    )
    assert _share(found, "randomised") == pytest.approx(0.95, abs=0.015)
    # No fit is worse than the truth: invariant 18.
    assert min(each.likelihood_ratio for each in found) > 0


def test_a_sample_of_parameter_intervals(coverage: ModuleType) -> None:
    held = [coverage.parameters_held("BG/NBD", seed) for seed in range(20)]
    assert {len(each) for each in held} == {7}
    wald, profile = np.mean([list(each.values()) for each in held], axis=(0, 1))
    assert 0.85 < wald < 1
    assert 0.85 < profile < 1


@pytest.mark.heavy
@pytest.mark.parametrize("name", ["BG/NBD", "MBG/NBD", "Pareto/NBD", "BG/BB"])
def test_intervals_cover_what_they_promise(coverage: ModuleType, name: str) -> None:
    # 200 sets: a share of 0.95 has a standard error of 0.015. The customers of one set
    # share its estimates, so their shares are less sure than 160,000 draws would be.
    found = [coverage.covered(name, seed) for seed in range(200)]
    for total in ("purchases", "value"):
        assert 0.90 < _share(found, total) < 0.99
    assert abs(_share(found, "customers") - _share(found, "promised")) < 0.005
    assert 0.94 < _share(found, "randomised") < 0.96
    ratios = [each.likelihood_ratio for each in found]
    assert min(ratios) > 0
    assert stats.kstest(ratios, stats.chi2(df=4).cdf).pvalue > 1e-3
    assert _share(found, "free") < 0.1


@pytest.mark.heavy
@pytest.mark.parametrize("name", ["BG/NBD", "MBG/NBD", "Pareto/NBD", "BG/BB"])
def test_profile_intervals_hold_the_truth(coverage: ModuleType, name: str) -> None:
    held = [coverage.parameters_held(name, seed) for seed in range(300)]
    for parameter in held[0]:  # invariant 25
        assert 0.91 <= np.mean([each[parameter][1] for each in held]) <= 0.98
