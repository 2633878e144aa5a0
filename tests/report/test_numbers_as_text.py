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


def test_counts_take_their_noun() -> None:
    assert numbers_as_text.plural(1, "customer") == "1 customer"
    assert numbers_as_text.plural(23_570, "customer") == "23,570 customers"


def test_a_day_is_written_out() -> None:
    assert numbers_as_text.day(dt.date(1997, 9, 30)) == "30 September 1997"
