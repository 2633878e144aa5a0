"""Numbers beside marks have three digits, whatever their size."""

import numpy as np
import pytest

from crmkit._chart import Scale
from crmkit.plot.drawing.number_formats import counted, money, percent, tick_text

UNITS = {"k": 1e3, "M": 1e6, "B": 1e9}


def read(text: str) -> float:
    return float(text.rstrip("kMB")) * UNITS.get(text[-1], 1.0)


@pytest.mark.parametrize("exponent", range(-6, 11))
def test_an_amount_has_three_digits_and_is_right_to_them(exponent: int) -> None:
    sizes = np.array([1.0, 1.005, 1.2345, 4.999, 9.984, 9.996, 9.99949, 9.9999])
    for size in sizes * 10.0**exponent:
        text = money(float(size))
        assert read(text) == pytest.approx(size, rel=5.1e-3, abs=0)
        number = text.rstrip("kMB")
        assert len(number.replace(".", "").strip("0")) <= 3
        assert len(number.split(".")[0]) <= 3
        assert money(-float(size), "$") == f"-${text}"


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (0.0, "0"),
        (1e-12, "0.000000000001"),
        (9e-13, "0"),
        (999.49, "999"),
        (999.5, "1k"),
        (999_499.0, "999k"),
        (999_500.0, "1M"),
        (999_700.0, "1M"),
        (999_499_999.0, "999M"),
        (999_500_000.0, "1B"),
        (100.0, "100"),
        (12_500.0, "12.5k"),
    ],
)
def test_an_amount_changes_its_letter_where_it_would_need_four_digits(
    amount: float, text: str
) -> None:
    assert money(amount) == text


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.0, "0%"),
        (0.0004, "0.0%"),
        (0.0994, "9.9%"),
        (0.0995, "10%"),
        (-0.0994, "-9.9%"),
        (-0.0995, "-10%"),
        (0.996, "100%"),
        (2.346, "235%"),
    ],
)
def test_a_small_share_has_a_digit_more(share: float, text: str) -> None:
    assert percent(share) == text


def test_one_is_counted_without_an_s() -> None:
    said = [counted(number, "gap") for number in (0, 1, 1.4, 1.6, 1234567)]
    assert said == ["0 gaps", "1 gap", "1 gap", "2 gaps", "1,234,567 gaps"]


def test_ticks_are_written_by_their_unit() -> None:
    assert tick_text(Scale(unit="share"), 0.125) == "12.5%"
    assert tick_text(Scale(unit="money", currency="$"), 12_500.0) == "$12.5k"
    signed = [tick_text(Scale(unit="signed"), at) for at in (-1500.0, 0.0, 2.5)]
    assert signed == ["-1,500", "0", "+2.5"]
    assert tick_text(Scale(), 1234567.5) == "1,234,567.5"
