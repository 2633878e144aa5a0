"""Cronbach's alpha of answers that hardly differ, and of sums that do not."""

import numpy as np
import pandas as pd
import pytest

from crmkit.satisfaction import fit_satisfaction_index, satisfaction_factors

FIRST, SECOND = np.array([4, 4, 5, 5, 4, 4, 5, 4]), np.array([4, 4, 5, 4, 4, 5, 5, 4])
BY_HAND = 2 * (1 - (FIRST.var() + SECOND.var()) / (FIRST + SECOND).var())


def _answers(second: np.ndarray) -> pd.DataFrame:
    overall = [3.0, 4, 6, 5, 3, 5, 6, 4]
    return pd.DataFrame({"a": FIRST, "b": second, "satisfaction": overall})


def test_the_alpha_of_a_factor_is_known_however_close_the_answers_are() -> None:
    assert (FIRST + SECOND).std() < 1
    asked = {"factors": {"core": ["a", "b"]}, "scale": (1, 7)}
    (core,) = satisfaction_factors(_answers(SECOND), **asked).factors  # type: ignore[arg-type]
    assert core.alpha == pytest.approx(BY_HAND, rel=1e-12, abs=0)


def test_the_alpha_of_an_index_is_known_however_close_the_answers_are() -> None:
    found = fit_satisfaction_index(_answers(SECOND), item_cols=["a", "b"], scale=(1, 7))
    assert found.alpha == pytest.approx(BY_HAND, rel=1e-12, abs=0)
    # Answers of which one makes up for the other have sums that are all the same.
    same = fit_satisfaction_index(
        _answers(9 - FIRST), item_cols=["a", "b"], scale=(1, 7)
    )
    assert same.alpha is None
