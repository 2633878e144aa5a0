"""Each doubt begins just beyond its limit, and says what was found."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

import pandas as pd
import pytest

from crmkit.report import Question
from crmkit.report.findings.log_doubts import log_doubts
from crmkit.report.intake.dated_amounts import dated_amounts
from crmkit.report.intake.prepare import prepare_log

START = dt.date(2023, 1, 1)
QUESTION = Question(source="a log", observation_period_end=START)


def _doubts(
    days: Sequence[int],
    *,
    who: Sequence[object] | None = None,
    paid: Sequence[float] | None = None,
    end: int | None = None,
    question: Question = QUESTION,
    start: dt.date = START,
) -> tuple[str, ...]:
    """Doubt a log of purchases on some days after its start."""
    log = pd.DataFrame(
        {
            "customer_id": [*range(len(days))] if who is None else who,
            "date": [pd.Timestamp(start) + pd.Timedelta(days=day) for day in days],
            "amount": 1.0 if paid is None else paid,
        }
    )
    last = start + dt.timedelta(days=max(days) if end is None else end)
    asked = replace(question, observation_period_end=last)
    prepared = prepare_log(log, question=asked)
    return log_doubts(prepared, dated_amounts(prepared), question=asked)


def test_a_rate_of_a_whole_a_year_is_taken_for_a_slip() -> None:
    below = replace(QUESTION, annual_discount_rate=0.999)
    assert _doubts([0, 1], question=below) == ()
    (said,) = _doubts([0, 1], question=replace(QUESTION, annual_discount_rate=1.0))
    assert said.startswith("The discount rate is 100% a year")
    (said,) = _doubts([0, 1], question=replace(QUESTION, annual_discount_rate=12.5))
    assert said.endswith("If you meant 12.5%, pass 0.125.")


@pytest.mark.parametrize(
    ("days", "usual", "pause"),
    [
        ((0, 3, 5), 14, "3 days"),  # two weeks are nothing unusual
        ((0, 7, 9), 14, "7 days"),
        ((0, 8, 9), 16, "8 days"),  # nor is twice the longest pause
        ((0, 10, 29), 38, "19 days"),
        ((4,), 14, "1 day"),
        ((0, 0, 1), 14, "1 day"),
    ],
)
def test_a_silent_end_is_longer_than_any_pause(
    days: tuple[int, ...], usual: int, pause: str
) -> None:
    last = max(days)
    assert _doubts(days, end=last + usual) == ()
    (said,) = _doubts(days, end=last + usual + 1)
    day = START + dt.timedelta(days=last)
    found = f"{day.day} {day:%B %Y}, {usual + 1} days before"
    assert said.startswith(f"The last row is dated {found} the end of observation")
    assert f"never paused for more than {pause}." in said


def test_rows_after_the_end_count_from_one_in_twenty() -> None:
    assert _doubts([*range(19), 40], end=18) == ()
    (said,) = _doubts([*range(18), 40], end=18)
    assert said.startswith("1 of 19 rows are dated after the end of observation, 19 J")


def test_a_customer_of_more_than_a_tenth_is_named() -> None:
    days = [0] * 40
    others = [f"c{at}" for at in range(36)]
    assert _doubts(days, who=["guest x"] * 4 + others) == ()
    (said,) = _doubts(days, who=["guest x"] * 5 + others[1:])
    assert said.startswith("One customer, 'guest x', holds 12% of the rows.")
    assert said.endswith("--where 'customer_id!=guest x'.")
    # Of nineteen customers, one with a tenth is no surprise.
    assert _doubts([0] * 22, who=[*["a"] * 4, *others[:18]]) == ()
    assert len(_doubts([0] * 23, who=[*["a"] * 4, *others[:19]])) == 1


@pytest.mark.parametrize(("letters", "whole"), [(60, True), (61, False)])
def test_an_option_names_the_whole_id_or_is_not_proposed(
    letters: int, *, whole: bool
) -> None:
    name = "g" * letters
    (said,) = _doubts([0] * 40, who=[name] * 5 + [f"c{at}" for at in range(35)])
    assert f"One customer, '{'g' * 60}', holds" in said
    assert said.endswith(
        f"leave it out: --where 'customer_id!={name}'." if whole else "leave it out."
    )


def test_a_customer_of_more_than_a_tenth_of_the_money_is_named() -> None:
    days = [0] * 20
    assert _doubts(days, paid=[19.0, *[9.0] * 19]) == ()  # 19 of 190
    (said,) = _doubts(days, paid=[19.1, *[9.0] * 19])
    assert said.startswith("One customer, '0', holds 10% of the money.")
    assert _doubts(days, paid=[0.0] * 20) == ()


def _months(*new: int, after: int = 0, start: dt.date = START) -> tuple[str, ...]:
    """Doubt a log with so many new customers in each of its months of 30 days."""
    days = [30 * month for month, some in enumerate(new) for _ in range(some)]
    # An old customer comes every two weeks: the log does not fall silent.
    last = 30 * len(new) + after
    regular = [*range(0, last, 14), last]
    who = [*[f"n{at}" for at in range(len(days))], *["n0"] * len(regular)]
    return tuple(
        each
        for each in _doubts([*days, *regular], who=who, start=start)
        if "new in the first month" in each
    )


@pytest.mark.parametrize(
    ("new", "usual"),
    [
        ((5, 2, 2, 2, 2, 2), None),  # 2.5 times a usual month
        ((6, 2, 2, 2, 2, 2), 2),
        ((6, 2, 2, 2, 2), None),  # five months tell too little
        ((3, 1, 1, 1, 1, 1), 1),
        ((3, 1, 1, 1, 0, 0, 0), None),  # a usual month has none: a cohort
        ((6, 2, 2, 2, 2, 0), 2),  # new customers in four of five months
        ((6, 2, 2, 2, 0, 2, 0), None),  # in four of six
        ((40, 9, 7, 3, 4, 12, 8), 8),
    ],
)
def test_a_log_that_begins_amid_lives_has_a_crowded_first_month(
    new: tuple[int, ...], usual: int | None
) -> None:
    for after in (0, 29):  # a month that is not whole does not count
        found = _months(*new, after=after)
        assert len(found) == (usual is not None)
        if found:
            assert found[0].startswith(
                f"{new[0]} customers are new in the first month of the log, {usual} in"
            )


def test_a_log_before_1970_may_begin_amid_lives() -> None:
    new = (40, 9, 7, 3, 4, 12, 8)
    assert _months(*new, start=dt.date(1961, 1, 1)) == _months(*new)
    assert len(_months(*new)) == 1
