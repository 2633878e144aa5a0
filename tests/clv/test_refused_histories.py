"""A history that no log can give is refused by the rule that it breaks."""

from collections.abc import Callable
from typing import Any

import pytest

from crmkit.clv import BgNbd
from crmkit.errors import InvalidValueError

MODEL = BgNbd(r=0.5, alpha=9.0, a=0.9, b=3.0, time_unit="week")


@pytest.mark.parametrize(
    ("history", "said"),
    [
        ((0.0, 0.5, 9.0), "'recency'.*Recency is 0 where frequency is 0"),
        ((1.0, 9.0625, 9.0), "'recency'.*Recency may not exceed T"),
        ((0.5, 0.0, 9.0), "'frequency'.*Frequency is a count"),
        ((0.25, 0.0, 0.0), "'frequency'.*Frequency is a count"),
        ((1.0, 0.0, 0.0), "'T'.*Repeat purchases need a T above 0"),
        ((-1.0, 0.0, 9.0), "'frequency'.*negative"),
    ],
)
def test_a_history_is_refused_by_its_rule(
    frame: Callable[[dict[str, Any]], Any],
    history: tuple[float, float, float],
    said: str,
) -> None:
    rows = zip((1.0, 0.25, 4.0), history, strict=True)
    given = {
        "customer_id": ["a", "b"],
        **dict(zip(("frequency", "recency", "T"), map(list, rows), strict=True)),
    }
    with pytest.raises(InvalidValueError, match=said) as refused:
        MODEL.with_expected_purchases(frame(given), horizon=4)
    assert "in 1 of 2 rows" in str(refused.value)
