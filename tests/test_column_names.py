"""Names of columns are checked when they are written, not when a frame is read."""

from dataclasses import fields
from typing import Any

import pytest

from crmkit.errors import InvalidTypeError, InvalidValueError
from crmkit.snapshots import TransactionColumns
from crmkit.typing import ColumnNames, HistoryColumns

FIELDS = [
    (kind, field.name)
    for kind in (HistoryColumns, TransactionColumns)
    for field in fields(kind)
]


@pytest.mark.parametrize(("kind", "name"), FIELDS)
def test_a_name_is_a_text_that_no_other_field_has(
    kind: type[ColumnNames], name: str
) -> None:
    other = next(each for of, each in FIELDS if of is kind and each != name)
    taken: Any = getattr(kind(), other)
    for wrong in (3, b"x", ["x"], True, float("nan")):
        with pytest.raises(
            InvalidTypeError, match=f"field '{name}' of {kind.__name__}"
        ):
            kind(**{name: wrong})
    with pytest.raises(InvalidValueError, match="empty text"):
        kind(**{name: ""})
    with pytest.raises(InvalidValueError, match=f"name '{taken}' that"):
        kind(**{name: taken})


@pytest.mark.parametrize(("kind", "name"), FIELDS)
def test_only_a_column_that_may_be_absent_is_none(
    kind: type[ColumnNames], name: str
) -> None:
    if getattr(kind(), name) is None:
        assert getattr(kind(**{name: None}), name) is None
    else:
        with pytest.raises(InvalidTypeError, match="NoneType"):
            kind(**{name: None})
