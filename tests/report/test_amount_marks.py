"""Marks of amounts are read from texts, also where most of them are missing."""

import pyarrow as pa
import pytest

from crmkit.report.intake.amount_marks import fitting_marks


@pytest.mark.parametrize("missing", [0, 1, 2_000, 2_001])
@pytest.mark.parametrize(
    ("text", "decimal"), [("1.234,50", ","), ("1,234.50", "."), ("1'234.50", ".")]
)
def test_missing_amounts_tell_nothing_of_the_marks(
    missing: int, text: str, decimal: str
) -> None:
    found = fitting_marks(pa.array([*[None] * missing, text], pa.string()))
    assert [each.decimal for each in found] == [decimal]


def test_a_text_that_no_marks_read_has_none() -> None:
    assert fitting_marks(pa.array(["1.234,50", "1,234.50"])) == ()
