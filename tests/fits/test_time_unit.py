"""A model with a known unit of time refuses another one."""

import pytest

from crmkit.clv import BgNbd, GammaGamma
from crmkit.errors import InvalidValueError
from crmkit.fits import require_unit

WEEKLY = BgNbd(r=0.24, alpha=4.4, a=0.79, b=2.4, time_unit="week")
UNKNOWN = BgNbd(r=0.24, alpha=4.4, a=0.79, b=2.4)


def test_another_unit_is_refused_in_one_sentence() -> None:
    said = (
        "argument 'time_unit': 'day', but the BgNbd is in 'week'. "
        "Pass time_unit='week', or fit the model in 'day'."
    )
    with pytest.raises(InvalidValueError) as refused:
        require_unit(WEEKLY, "day")
    assert str(refused.value) == said


@pytest.mark.parametrize(
    ("model", "unit"),
    [
        (WEEKLY, "week"),
        (WEEKLY, None),
        (UNKNOWN, "day"),
        (GammaGamma(p=6.0, q=4.0, v=15.0), "day"),  # money has no unit of time
    ],
)
def test_an_equal_or_unknown_unit_passes(model: object, unit: str | None) -> None:
    require_unit(model, unit)
