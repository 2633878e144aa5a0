"""The counter of openings; conftest.py counts those of every example with it."""

import numpy as np
import pandas as pd
import pytest
from openings import HANDED_OVER, counted, public_functions

import crmkit as ck
from crmkit.datasets import load_cdnow_sample

LOG = load_cdnow_sample()
HISTORY = pd.DataFrame(
    {
        "customer_id": ["ann", "bob"],
        "frequency": [2.0, 0.0],
        "recency": [6.0, 0.0],
        "T": [12.0, 4.0],
        "monetary_value": [30.0, 0.0],
    }
)
MODELS = {
    "purchases": ck.clv.BgNbd(r=0.24, alpha=4.4, a=0.8, b=2.4),
    "spend": ck.clv.GammaGamma(p=6.2, q=3.7, v=15.4),
}


def test_a_value_is_made_of_one_opening_and_one_proof() -> None:
    with counted(public_functions()) as found:
        ck.clv.with_clv(
            HISTORY,
            **MODELS,
            horizon=52,
            discount_rate=0.001,
        )
    assert sum(found.opened.values()) == 1
    assert sum(found.proved.values()) == 1


def test_a_summary_is_made_of_one_opening() -> None:
    with counted(public_functions()) as found:
        ck.rfm_summary(LOG, observation_period_end="1998-06-30")
    assert sum(found.opened.values()) == 1


def test_a_score_by_group_is_made_of_one_opening() -> None:
    answers = pd.DataFrame({"score": [9, 3, 10, 7], "channel": ["a", "a", "b", "b"]})
    with counted(public_functions()) as found:
        ck.satisfaction.nps_by(answers, by="channel")
    assert sum(found.opened.values()) == 1


def test_two_openings_of_one_frame_are_seen() -> None:
    def twice(frame: pd.DataFrame) -> None:
        ck.segments.gini(frame, value_col="value")
        ck.segments.gini(frame, value_col="value")

    frame = pd.DataFrame({"value": [1.0, 2.0, np.pi]})
    with counted({twice.__code__: "twice"}) as found:
        twice(frame)
    assert found.repeated() == {"twice": "opens one frame 2 times"}
    with counted(public_functions()) as found:
        twice(frame)
    assert not found.repeated()  # two calls of one function


@pytest.mark.parametrize("name", sorted(HANDED_OVER))
def test_an_exception_is_a_public_function(name: str) -> None:
    assert name in public_functions().values()
