"""Who the members of a segment are, against all customers."""

from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pytest
from scipy import stats

from crmkit.errors import InvalidValueError, NotEnoughDataError
from crmkit.segments import segment_profile


def test_a_profile_is_that_of_a_contingency_table(frame: Any, columns_of: Any) -> None:
    base = {
        "segment": ["best"] * 40 + ["rest"] * 60,
        "region": ["north"] * 30 + ["south"] * 10 + ["north"] * 20 + ["south"] * 40,
        "kids": [0, 1] * 50,
    }
    found = columns_of(segment_profile(frame(base), attribute_cols=["region", "kids"]))
    cells = list(zip(found["segment"], found["value"], strict=True))
    at = cells.index(("best", "north"))
    expected = stats.chi2_contingency([[30, 10], [20, 40]])
    assert found["p_value"][at] == pytest.approx(expected.pvalue, rel=1e-9)
    assert found["lift"][at] == pytest.approx(1.5)
    # Each segment is counted once by each attribute.
    assert sum(found["n_customers"]) == 200


def test_a_value_that_all_have_tells_nothing_of_a_segment(
    frame: Any, columns_of: Any
) -> None:
    base = {"segment": ["best", "best", "rest"], "region": ["north"] * 3}
    found = columns_of(segment_profile(frame(base), attribute_cols=["region"]))
    assert list(found["p_value"]) == list(found["adjusted_p_value"]) == [1.0, 1.0]
    assert list(found["lift"]) == [1.0, 1.0]


def test_attributes_that_mean_nothing_are_rarely_named(
    rng: np.random.Generator,
) -> None:
    import pandas as pd

    named = 0
    for _ in range(40):
        base = pd.DataFrame(rng.integers(0, 4, (800, 6)), columns=list("abcdef"))
        base["segment"] = rng.integers(0, 3, 800)
        found = segment_profile(base, attribute_cols=list("abcdef"))
        named += bool((found["adjusted_p_value"] <= 0.05).any())
    assert named <= 5


def test_one_segment_has_no_base(frame: Any) -> None:
    base = {"segment": ["a", "a"], "region": ["x", "y"]}
    with pytest.raises(NotEnoughDataError, match="2 segments"):
        segment_profile(frame(base), attribute_cols=["region"])
    one = nw.from_native(frame({"segment": ["a"], "region": ["x"]}))
    nothing = one.filter(nw.col("region") == "y").to_native()
    with pytest.raises(NotEnoughDataError, match="got 0"):
        segment_profile(nothing, attribute_cols=["region"])
    with pytest.raises(InvalidValueError, match="missing value"):
        segment_profile(
            frame({"segment": ["a", "b"], "region": ["x", None]}),
            attribute_cols=["region"],
        )
