"""What a result shows, and which of its fields it takes, one step about each limit."""

import dataclasses
import math
import warnings
from types import SimpleNamespace

import numpy as np
import pytest

from crmkit.errors import UnitWarning
from crmkit.fits.field_rules import FieldRule
from crmkit.fits.result_facts import tables_of
from crmkit.fits.shown_results import html_of, sentence_of
from crmkit.fits.time_unit import within_time_of_fit
from crmkit.fits.value_texts import short_repr, text_of


@pytest.mark.parametrize("times", [[], [0.5], [40.0], [1.0, 40.0]])
def test_up_to_four_times_what_the_fit_saw_nothing_is_warned_of(
    times: list[float],
) -> None:
    model = SimpleNamespace(report=SimpleNamespace(longest_observation=10.0))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        within_time_of_fit(model, np.array(times))
        within_time_of_fit(SimpleNamespace(), np.array([1e9]))


@pytest.mark.parametrize("times", [[40.1], [1.0, 40.1]])
def test_beyond_four_times_what_the_fit_saw_a_unit_is_doubted(
    times: list[float],
) -> None:
    model = SimpleNamespace(report=SimpleNamespace(longest_observation=10.0))
    with pytest.warns(UnitWarning, match=r"value up to 40\.1"):
        within_time_of_fit(model, np.array(times))


@pytest.mark.parametrize(("letters", "whole"), [(195, True), (196, True), (197, False)])
def test_a_line_of_code_has_200_characters_before_its_bracket(
    letters: int, *, whole: bool
) -> None:
    # "R(", the name of the field, and "=1".
    kind = dataclasses.make_dataclass("R", [("a" * letters, int)])
    shown = short_repr(kind(1))
    assert shown == (f"R({'a' * letters}=1)" if whole else "R(, ...)")


@pytest.mark.parametrize(("values", "text"), [(4, "0.0, 1.0, 2.0, 3.0"), (5, "...")])
def test_four_entries_of_a_tuple_are_written(values: int, text: str) -> None:
    kind = dataclasses.make_dataclass("R", [("a", tuple)])
    shown = short_repr(kind(tuple(map(float, range(values)))))
    assert text in shown
    assert ("5 in all" in shown) == (values == 5)
    assert ("in all" in shown) == (values == 5)


@pytest.mark.parametrize(
    ("rows", "told"), [(3, 3), (9, 9), (10, 10), (11, 11), (60, 11)]
)
def test_a_tuple_of_three_or_more_is_a_table_of_ten_rows(rows: int, told: int) -> None:
    kind = dataclasses.make_dataclass("R", ["a", "b"])
    ((headings, lines),) = tables_of(kind(tuple(range(rows)), (1.0, 2.0)))
    assert headings == ("a",)
    assert len(lines) == told
    if rows > 10:
        assert lines[-1][0] == (f"{rows - 10} more rows", False)
    assert not tables_of(kind((1.0, 2.0), ()))


@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan])
def test_an_infinite_number_is_no_number_but_an_end_of_an_interval(
    value: float,
) -> None:
    with pytest.raises(ValueError, match="mean"):
        FieldRule("Fit", "mean").read(float, value)
    with pytest.raises(ValueError, match="mean"):
        FieldRule("Fit", "mean").read(tuple[float, ...], (1.0, value))
    if math.isinf(value):
        assert FieldRule("Interval", "lower").read(float, value) == value
    else:
        with pytest.raises(ValueError, match="lower"):
            FieldRule("Interval", "lower").read(float, value)


@pytest.mark.parametrize(("value", "taken"), [(0, True), (1, True), (-1e-9, False)])
def test_a_share_takes_its_ends(value: float, *, taken: bool) -> None:
    rule = FieldRule("Fit", "p_value")
    for given, hint in (
        (float(value), float),
        ((float(value), 0.5), tuple[float, ...]),
    ):
        if taken:
            assert rule.read(hint, given) == given
        else:
            with pytest.raises(ValueError, match="p_value"):
                rule.read(hint, given)
    with pytest.raises(ValueError, match="p_value"):
        rule.read(float, 1 + 1e-9)


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("note", "b" * 60, "b" * 60),
        ("note", "b" * 61, "b" * 57 + "..."),
        ("p_value", 1e-3, "0.001"),
        ("p_value", 9.9e-4, "below 0.001"),
        ("share_targeted", 1.0, "100%"),
        ("share_targeted", 1.5, "1.5"),
        ("profit", 999.4, "999.4"),
        ("profit", 1000.0, "1,000"),
        ("profit", 9.99e14, "999,000,000,000,000"),
        ("profit", 1e15, "1e+15"),
        ("n_customers", 2.5, "2.5"),
    ],
)
def test_a_value_is_written_as_its_reader_wants_it(
    name: str, value: object, text: str
) -> None:
    assert text_of(name, value) == text


def test_a_sentence_has_seven_facts_and_two_tables() -> None:
    facts = [f"fact_{letter}" for letter in "abcdefgh"]
    kind = dataclasses.make_dataclass("WhalePeak", ["n_buyers", *facts, *"xyz"])
    value = kind(1, *range(2, 10), (1, 2, 3), (4, 5, 6, 7), (8, 9, 1, 2, 3))
    told = ", ".join(f"fact {letter} {at}" for at, letter in enumerate("abcdef", 2))
    tables = "3 rows of x, 4 rows of y"
    assert sentence_of(value) == f"Whale peak: 1 buyer, {told}, {tables}"
    seven = dataclasses.make_dataclass("R", facts[:7])(*range(7))
    assert sentence_of(seven).endswith("fact g 6")
    # All of them are in the table of a notebook.
    table = html_of(value)
    assert all(f"fact {letter}<" in table for letter in "abcdefgh")
    assert table.count("<table>") == 4
    assert sentence_of(dataclasses.make_dataclass("R", [])()) == "R: nothing to tell"
