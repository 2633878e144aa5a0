"""How the page says numbers."""

import datetime as dt

import pytest

from crmkit.report.page import numbers_as_text

_GAP = "\N{NO-BREAK SPACE}"
_MINUS = "\N{MINUS SIGN}"


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (0.0, "0"),
        (0.0001, "under 0.1"),
        (0.0123, "1.2"),
        (0.0996, "10"),
        (0.1234, "12"),
        (0.994, "99"),
        (0.9957, "over 99"),
        (1.0, "100"),
        (-0.5, f"{_MINUS}50"),
    ],
)
def test_a_share_is_said_in_two_digits(share: float, said: str) -> None:
    assert numbers_as_text.percent(share) == f"{said}%"


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        (0.0, "$0"),
        (5.355, "$5.36"),
        (999.99, "$999.99"),
        (790_728.66, "$790,729"),
        (2_500_315.63, f"$2.50{_GAP}million"),
        (123_456_789.0, f"$123{_GAP}million"),
        (1.5e9, f"$1.50{_GAP}billion"),
        (6.9e16, f"$69,000{_GAP}trillion"),
        (0.0003, "$0.0003"),
        (-1234.5, f"{_MINUS}$1,234"),
    ],
)
def test_a_large_amount_is_said_in_words(amount: float, said: str) -> None:
    assert numbers_as_text.dollars(amount, "$") == said


def test_amounts_in_tables_are_whole_and_small_ones_to_the_cent() -> None:
    assert numbers_as_text.exact(2_500_315.63, "$") == "$2,500,316"
    assert numbers_as_text.exact(12.5, "") == "12.50"
    assert numbers_as_text.exact(-12.5, "€") == f"{_MINUS}€12.50"


def test_an_average_has_fewer_digits_the_larger_it_is() -> None:
    assert [numbers_as_text.number(x) for x in (1.4823, 28.712, 100.66)] == [
        "1.48",
        "28.7",
        "101",
    ]


def test_an_error_is_above_below_or_equal() -> None:
    assert numbers_as_text.signed(-0.143) == "14% below"
    assert numbers_as_text.signed(0.021) == "2.1% above"
    assert numbers_as_text.signed(0.0001) == "equal to"


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (0.000499, "under 0.1"),  # 0.05% would be rounded up to a tenth
        (0.0005, "0.1"),
        (0.0994, "9.9"),
        (0.0995, "10"),
        (0.9949, "99"),
        (0.995, "over 99"),
        (1.004, "100"),
        (-0.0004, "under 0.1"),
        (-0.0994, f"{_MINUS}9.9"),
    ],
)
def test_a_share_changes_its_digits_where_rounding_would(
    share: float, said: str
) -> None:
    assert numbers_as_text.percent(share) == f"{said}%"


@pytest.mark.parametrize(
    ("share", "difference", "error"),
    [
        (0.000499, "equal to", "exact"),
        (0.0005, "0.1% above", "0.1% too high"),
        (-0.0005, "0.1% below", "0.1% too low"),
        (1.5, "150% above", "150% too high"),
    ],
)
def test_a_difference_counts_from_where_it_is_told(
    share: float, difference: str, error: str
) -> None:
    assert numbers_as_text.signed(share) == difference
    assert numbers_as_text.off(share) == error


@pytest.mark.parametrize(
    ("amount", "whole", "table", "axis"),
    [
        (0.0, "$0", "$0.00", "$0"),
        (0.00499, "$0.005", "$0.00", "$0.00499"),
        (0.0001, "$0.0001", "$0.00", "$0.0001"),
        (0.0000999, "$0.00", "$0.00", "$9.99e-05"),
        (0.005, "$0.01", "$0.01", "$0.005"),
        (999.994, "$999.99", "$999.99", "$1k"),
        (1000.0, "$1,000", "$1,000", "$1k"),
        (999_999.0, "$999,999", "$999,999", "$1M"),
        (1e6, f"$1.00{_GAP}million", "$1,000,000", "$1M"),
        (1e9, f"$1.00{_GAP}billion", "$1,000,000,000", "$1B"),
        (2.5e12, f"$2.50{_GAP}trillion", "$2,500,000,000,000", "$2.5T"),
        (1.234e7, f"$12.3{_GAP}million", "$12,340,000", "$12.3M"),
        (-20_000.0, f"{_MINUS}$20,000", f"{_MINUS}$20,000", f"{_MINUS}$20k"),
    ],
)
def test_an_amount_is_said_in_a_sentence_a_table_and_on_an_axis(
    amount: float, whole: str, table: str, axis: str
) -> None:
    assert numbers_as_text.dollars(amount, "$") == whole
    assert numbers_as_text.exact(amount, "$") == table
    assert numbers_as_text.short(amount, "$") == axis


@pytest.mark.parametrize(
    ("value", "said"),
    [(9.99, "9.99"), (10.0, "10.0"), (99.94, "99.9"), (100.0, "100"), (0.0, "0.00")],
)
def test_an_average_changes_its_digits_at_ten_and_a_hundred(
    value: float, said: str
) -> None:
    assert numbers_as_text.number(value) == said
    assert numbers_as_text.number(-value) in {said, f"{_MINUS}{said}"}


@pytest.mark.parametrize(
    ("month", "quarter"), [(1, 1), (3, 1), (4, 2), (6, 2), (7, 3), (10, 4), (12, 4)]
)
def test_a_period_is_named_by_its_first_day(month: int, quarter: int) -> None:
    first = dt.date(1997, month, 1)
    assert numbers_as_text.period(first, "quarter") == f"Q{quarter} 1997"
    assert numbers_as_text.period(first, "year") == "1997"
    assert numbers_as_text.period(dt.date(1997, 1, 1), "month") == "Jan 1997"


def test_names_are_joined_as_a_sentence_does() -> None:
    assert numbers_as_text.both(["A"]) == "A"
    assert numbers_as_text.both(["A", "B"]) == "A and B"
    assert numbers_as_text.both(["A", "B", "C"]) == "A, B and C"


def test_a_span_of_weeks_is_whole_where_it_is() -> None:
    assert numbers_as_text.span(1040.0) == "1,040 weeks"
    assert numbers_as_text.span(4.5) == "4.5 weeks"


def test_counts_take_their_noun() -> None:
    assert numbers_as_text.plural(1, "customer") == "1 customer"
    assert numbers_as_text.plural(0, "customer") == "0 customers"
    assert numbers_as_text.plural(2, "company", "companies") == "2 companies"
    assert numbers_as_text.plural(23_570, "customer") == "23,570 customers"


def test_a_day_is_written_out() -> None:
    assert numbers_as_text.day(dt.date(1997, 9, 30)) == "30 September 1997"
