"""Which values a field takes, what it makes of them, and how it words a refusal."""

import dataclasses
import json
from typing import Any, Literal

import numpy as np
import pytest

from crmkit.errors import InvalidTypeError, InvalidValueError
from crmkit.fits import Interval, checked, from_document, to_document
from crmkit.fits.field_rules import FieldRule, _known, _name, _remedy


@pytest.mark.parametrize("name", ["level", "p_value", "probability", "response_rate"])
def test_a_field_named_as_a_share_lies_from_0_to_1(name: str) -> None:
    rule = FieldRule("Fit", name)
    assert [rule.read(float, given) for given in (0, 1.0)] == [0.0, 1.0]
    for given in (-1e-9, 1 + 1e-9):
        with pytest.raises(InvalidValueError, match=r"Pass a number from 0 to 1\."):
            rule.read(float, given)
    with pytest.raises(InvalidValueError, match=name):
        rule.read(tuple[float, ...], (0.5, 1 + 1e-9))


@pytest.mark.parametrize("name", ["standard_error", "n_customers"])
def test_a_count_and_an_error_are_0_or_more(name: str) -> None:
    rule = FieldRule("Fit", name)
    assert [rule.read(float, given) for given in (0.0, 1e300)] == [0.0, 1e300]
    assert rule.read(tuple[float, ...], (0.0, 3.0)) == (0.0, 3.0)
    for given in (-1e-9, float("inf")):
        with pytest.raises(InvalidValueError, match="finite number of 0 or more"):
            rule.read(float, given)
        with pytest.raises(InvalidValueError, match=name):
            rule.read(tuple[float, ...], (1.0, given))


def test_other_numbers_are_only_finite_and_keep_their_kind() -> None:
    rule = FieldRule("Fit", "mean")
    assert rule.read(float, -3) == -3.0
    assert type(rule.read(float, 3)) is float
    assert type(rule.read(float, np.float32(0.5))) is float
    assert type(rule.read(int, np.int64(7))) is int
    assert rule.read(int, 2**53 + 1) == 2**53 + 1
    for given in (10**400, -float("inf")):
        with pytest.raises(InvalidValueError, match="or None where the field allows"):
            rule.read(float, given)
    for hint, value, told in (
        (int, 2.0, "a whole number"),
        (int, True, "a whole number"),
        (float, True, "a number"),
        (float, "2", "a number"),
        (str, 2, "a text"),
        (bool, 1, "a bool"),
    ):
        with pytest.raises(InvalidTypeError, match=f"{told}, got"):
            rule.read(hint, value)
    assert _remedy(0.0, 1.0) == "Pass a number from 0 to 1."


def test_a_tuple_is_kept_where_nothing_changes_and_made_of_a_list() -> None:
    rule = FieldRule("Fit", "values")
    whole = (1.0, -2.0)
    assert rule.read(tuple[float, ...], whole) is whole
    assert rule.read(tuple[float, ...], [1.0, -2.0]) == whole
    assert rule.read(tuple[float, ...], []) == ()
    assert rule.read(tuple[float, ...], ()) == ()
    mixed: Any = rule.read(tuple[float, ...], (1.0, 2))
    assert [type(each) for each in mixed] == [float, float]
    names = ("a", "b")
    assert rule.read(tuple[str, ...], names) is names
    assert rule.read(tuple[str, ...], ["a", "b"]) == names
    assert rule.read(tuple[str, int], ["a", 3]) == ("a", 3)
    with pytest.raises(InvalidTypeError, match="a tuple or a list of 2, got"):
        rule.read(tuple[str, int], ("a", 3, 4))
    with pytest.raises(InvalidTypeError, match="a tuple or a list, got"):
        rule.read(tuple[float, ...], "12")
    with pytest.raises(InvalidTypeError, match="a whole number"):
        rule.read(tuple[str, int], ("a", 3.5))


def test_unions_and_options_are_read_by_type() -> None:
    rule = FieldRule("Fit", "found")
    assert rule.read(float | None, None) is None
    assert type(rule.read(float | None, 2)) is float
    assert type(rule.read(int | str, np.int64(2))) is int
    assert rule.read(int | str, "two") == "two"
    with pytest.raises(InvalidTypeError, match="a whole number or a text"):
        rule.read(int | str, 2.5)
    assert rule.read(Literal["a", 1], 1) == 1
    for given in (True, 2, np.zeros(2)):
        with pytest.raises(InvalidValueError, match="Choose one of 'a', 1"):
            rule.read(Literal["a", 1], given)
    assert (_known(float | None), _known(float | str | None)) == (float, object)
    assert (_name(bytes), _name("Later")) == ("a bytes", "Later")


@checked
@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    ends: tuple[Interval, ...]
    best: Interval | None = None
    steps: int = 3
    label: str | None = "none"


def test_results_within_results_and_defaults_come_back_from_a_document() -> None:
    ends = tuple(Interval(lower=-float(k), upper=1.0, level=0.5) for k in range(2))
    kept = _Kept(ends=ends, best=ends[1], steps=4, label=None)
    document = json.loads(json.dumps(to_document(kept)))
    assert document["ends"][1]["lower"] == -1.0
    assert "label" not in document
    # What was None stays None, whatever the default; a plain default may be absent.
    assert from_document(_Kept, document) == kept
    del document["steps"]
    assert from_document(_Kept, document).steps == 3
    keys = r"Its keys are \['kind', 'schema', 'ends', 'best', 'steps', 'label'\]"
    with pytest.raises(InvalidValueError, match=f"no key 'ends'. {keys}"):
        from_document(_Kept, {"kind": "_Kept", "schema": 1})
    for schema in (1.0, True, 0):
        with pytest.raises(InvalidValueError, match="'schema'"):
            from_document(_Kept, {**document, "schema": schema})
    with pytest.raises(InvalidTypeError, match="a mapping, got list"):
        from_document(_Kept, [document])  # type: ignore[arg-type]
    for given in (_Kept, 3.0):
        with pytest.raises(InvalidTypeError, match="a result of crmkit"):
            to_document(given)
