"""The facts and the tables of a result, and how they are written."""

import dataclasses
from typing import Any

import numpy as np
import pytest

from crmkit.errors import NotEnoughDataError
from crmkit.fits import FitReport, Interval
from crmkit.fits.html_tables import html_table, paragraph
from crmkit.fits.result_facts import _grid, _is_table, facts_of, tables_of
from crmkit.fits.shown_results import _counted, html_of, sentence_of
from crmkit.fits.told_steps import told, told_within
from crmkit.fits.value_texts import _code, is_number, text_of, words_of

RANGE = Interval(lower=1.0, upper=2.5, level=0.9)


@dataclasses.dataclass
class Trial:
    n_buyers: int
    hidden: int = dataclasses.field(repr=False, default=4)
    missing: float | None = None
    few: tuple[float, ...] = ()
    resampled_gain: Interval = RANGE

    @property
    def rate(self) -> float:
        return 0.25

    @property
    def undefined(self) -> float:
        raise NotEnoughDataError(needed="more", got="less", remedy="Add some.")

    @property
    def listed(self) -> list[int]:
        return [1]

    def interval(self, level: float = 0.8) -> Interval:
        return Interval(lower=0.0, upper=3.0, level=level)


def test_facts_are_fields_then_properties_then_the_interval() -> None:
    result = Trial(n_buyers=2)
    assert [(label, name) for label, name, _ in facts_of(result)] == [
        ("buyers", "n_buyers"),
        ("missing", "missing"),
        ("few", "few"),
        ("90% interval of gain", "resampled_gain"),
        ("rate", "rate"),
        ("80% interval", "interval"),
    ]
    assert sentence_of(result) == (
        "Trial: 2 buyers, 90% interval of gain 1 to 2.5, rate 0.25, 80% interval 0 to 3"
    )


def test_an_interval_that_needs_an_argument_or_cannot_be_given_is_no_fact() -> None:
    class Asks(Trial):
        def interval(self, level: float) -> Interval:  # type: ignore[override]
            return Interval(lower=0.0, upper=3.0, level=level)

    class Refuses(Trial):
        def interval(self, level: float = 0.8) -> Interval:
            raise NotEnoughDataError(needed="draws", got="none", remedy=f"Ask {level}.")

    class Other(Trial):
        def interval(self, level: float = 0.8) -> Any:
            return level

    class Resampled(Trial):
        resampled = None

    for kind in (Asks, Refuses, Other, Resampled):
        assert facts_of(kind(n_buyers=2))[-1][1] == "rate"


def test_a_tuple_of_three_or_of_results_is_a_table() -> None:
    assert [_is_table(each) for each in ((), (1, 2), (1, 2, 3), (RANGE,), [1] * 3)] == [
        False,
        False,
        True,
        True,
        False,
    ]


def test_a_grid_fills_short_rows_and_ends_after_ten_of_each() -> None:
    assert _grid("n_paths", ((1, 2), (3,), (4, 5, 6))) == (
        ("paths", "", ""),
        [
            [("1", True), ("2", True), ("", True)],
            [("3", True), ("", True), ("", True)],
            [("4", True), ("5", True), ("6", True)],
        ],
    )
    headings, rows = _grid("a", tuple(tuple(range(11)) for _ in range(12)))
    assert headings == ("a", *[""] * 9)
    assert [len(row) for row in rows] == [10] * 11
    assert rows[-1] == [("2 more rows", False), *[("", False)] * 9]


def test_columns_of_one_length_and_results_are_tables_of_their_own() -> None:
    kind = dataclasses.make_dataclass("R", ["n_a", "b", "c", "within"])
    pair = (RANGE, Interval(lower=7.0, upper=8.0, level=0.5))
    side, within = tables_of(kind((1, 2, 3), ("x", "y", "z"), 4.0, pair))
    assert side == (
        ("a", "b"),
        [[(str(at), True), (text, False)] for at, text in enumerate("xyz", 1)],
    )
    assert within[0] == ("lower", "upper", "level")
    assert within[1][1] == [("7", True), ("8", True), ("50%", True)]
    many = tables_of(kind(1, 2, 3, pair * 6))[0][1]
    assert len(many) == 11
    assert many[-1] == [("2 more rows", False), ("", False), ("", False)]


def test_one_of_a_count_is_singular_and_a_double_s_stays() -> None:
    assert _counted(1, "customers lost") == "1 customer lost"
    assert _counted(1, "class members") == "1 class members"
    assert _counted(2, "customers lost") == "2 customers lost"
    assert _counted(1.0, "buyers") == "1 buyer"


def test_a_page_begins_with_the_only_line_or_with_the_sentence() -> None:
    kind = dataclasses.make_dataclass("R", ["a"], repr=False)
    one = type("One", (kind,), {"__str__": lambda _: "one <line>"})(3)
    two = type("Two", (kind,), {"__str__": lambda _: "two\nlines"})(3)
    assert html_of(one).startswith("<p>one &lt;line&gt;</p><table>")
    assert html_of(two).startswith("<p>Two: a 3</p><table>")
    assert html_of(dataclasses.make_dataclass("R", [])()).count("<table>") == 0
    assert paragraph("a\n<b>") == "<p>a<br>&lt;b&gt;</p>"


def test_with_headings_no_cell_of_a_row_is_one() -> None:
    rows = [[("x<", False), ("2", True)], [("y", False), ("3", True)]]
    left, right = 'style="text-align:left"', 'style="text-align:right"'
    assert html_table(("a&", "b"), rows) == (
        f"<table><thead><tr><th {left}>a&amp;</th><th {right}>b</th></tr></thead>"
        "<tbody>"
        f"<tr><td {left}>x&lt;</td><td {right}>2</td></tr>"
        f"<tr><td {left}>y</td><td {right}>3</td></tr></tbody></table>"
    )
    plain = html_table((), rows)
    assert plain.startswith(f"<table><tbody><tr><th {left}>x&lt;</th><td {right}>2<")
    assert html_table(("a",), []) == "<table><tbody></tbody></table>"


def test_values_and_names_are_written_by_their_kind() -> None:
    names = ("p_value", "r_squared", "n_nps", "clv3_share", "fractions", "BgNbdFit")
    assert [words_of(name) for name in names] == [
        "p-value",
        "R-squared",
        "NPS",
        "CLV3 share",
        "fractions",
        "bg nbd fit",
    ]
    assert [is_number(each) for each in (1, 0.5, np.int8(1), np.float32(1), RANGE)] == [
        True
    ] * 5
    assert not any(map(is_number, (True, "1", None, (1,))))
    assert text_of("", np.bool_(False)) == "no"  # noqa: FBT003 - a value to be shown
    assert text_of("churn_rate", np.float64(-0.5)) == "-50%"
    assert text_of("rate", 0.5) == "0.5"
    assert text_of("n_a", 1.0) == "1"
    assert text_of("p_value", 0.5) == "0.5"
    assert text_of("p_value", float("-inf")) == "-inf"
    assert text_of("", [True, None]) == "yes, unknown"
    assert text_of("", {1}) == "set"
    assert _code((RANGE, 2)) == "(Interval(lower=1.0, upper=2.5, level=0.9), 2)"
    assert _code(Trial(n_buyers=1)) == "Trial(...)"
    assert _code((1,) * 1005) == "(1, 1, 1, 1, ... 1,005 in all)"
    assert [_code(each) for each in (None, True, (1,), np.zeros((2, 3)))] == [
        "None",
        "True",
        "(1,)",
        "<array of 2 x 3>",
    ]
    assert str(RANGE) == "1 to 2.5 (90%)"


@pytest.mark.parametrize(
    ("lower", "upper", "text"),
    [
        (-1.0, 1.0, "-100% to 100%"),
        (0.98, 1.03, "0.98 to 1.03"),
        (-1.5, 0.25, "-1.5 to 0.25"),
    ],
)
def test_both_ends_of_an_interval_of_a_share_are_in_one_unit(
    lower: float, upper: float, text: str
) -> None:
    found = Interval(lower=lower, upper=upper, level=0.9)
    assert text_of("top_share", found) == text
    assert text_of("n_buyers", found) == text_of("n_buyers", lower) + " to " + text_of(
        "n_buyers", upper
    )


def _report(**changes: Any) -> FitReport:
    given: dict[str, Any] = {
        "names": ("a", "bb"),
        "estimates": (2.0, -0.5),
        "converged": False,
        "iterations": 4,
        "gradient_norm": 1e-12,
        "message": "Out of iterations.",
        "log_likelihood": -1000.0,
        "n_customers": 2500.0,
        "n_cells": 1900,
    }
    return FitReport(**(given | changes))


def test_a_report_without_a_covariance_prints_its_notes_in_order() -> None:
    report = _report(
        penalty=0.25,
        boundary=("bb",),
        longest_observation=38.857142,
        steadied_estimates=(1.0, 1.5),
        steadied_covariance=((0.25, 0.0), (0.0, 1.0)),
        steadied_penalty=4.0,
        difference_p_value=0.0625,
        notes=("Last.",),
    )
    assert str(report).splitlines() == [
        "parameter  estimate  standard error  95% interval",
        "a                 2         unknown       unknown",
        "bb             -0.5         unknown       unknown",
        "2,500 customers, 1,900 distinct histories, T up to 38.857",
        "log-likelihood -1,000.000, AIC 2,004.000, BIC 2,015.648",
        "did NOT converge in 4 iterations; Out of iterations.",
        "penalty 0.25 on the logarithms of the parameters",
        "at the boundary: bb",
        "weakly identified: a, bb",
        "ranges are drawn from a fit with a penalty of 4",
        "no difference between customers was found (p = 0.062): a ranking is noise",
        "Last.",
    ]
    assert report._repr_html_().count('<td style="text-align:right">') == 6
    steadied = report.steadied
    assert (steadied.estimates, steadied.penalty) == ((1.0, 1.5), 4.0)
    assert (steadied.covariance, steadied.boundary) == (report.steadied_covariance, ())
    assert steadied.steadied is steadied
    assert (steadied.steadied_penalty, steadied.steadied_covariance) == (None, None)
    unknown = dataclasses.replace(report, steadied_penalty=None)
    assert unknown.steadied.penalty == 0.0
    assert "fit with a penalty of 0" in str(unknown)


def test_an_error_twice_the_size_of_an_estimate_is_not_weak_yet() -> None:
    exact = _report(covariance=((16.0, 0.0), (0.0, 1.0)))
    assert exact.weakly_identified == ()
    wider = _report(covariance=((16.0, 0.0), (0.0, 1.0625)))
    assert wider.weakly_identified == ("bb",)
    assert wider.standard_errors == {"a": 4.0, "bb": 1.0625**0.5}


def test_silent_work_is_not_told_and_what_cannot_be_called_is_refused_at_once() -> None:
    assert told_within(None, step=0, of=2) is None
    assert list(told("ab", None)) == ["a", "b"]
    with pytest.raises(TypeError, match="progress"):
        told("ab", 3)  # type: ignore[arg-type]
