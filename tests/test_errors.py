"""Each way of refusing says one whole sentence and keeps its facts."""

import copy
import inspect
from multiprocessing import Pipe

import pandas as pd
import pytest

from crmkit import errors
from crmkit.errors import (
    ConvergenceError,
    CrmkitError,
    InvalidTypeError,
    InvalidValueError,
    MissingColumnError,
    MissingExtraError,
    NotEnoughDataError,
)

EXAMPLES: list[tuple[CrmkitError, str]] = [
    (CrmkitError("The tale is told."), "The tale is told."),
    (
        MissingColumnError(["score"], ["nps", "plan"]),
        (
            "missing column ['score']; the frame has ['nps', 'plan']. "
            "Rename them, or pass the matching *_col argument."
        ),
    ),
    (
        MissingColumnError(["amount"], ["Amount ", "date"]),
        (
            "missing column ['amount']; the frame has ['Amount ', 'date']. "
            "Did you mean 'Amount ' for 'amount'? "
            "Rename them, or pass the matching *_col argument."
        ),
    ),
    (
        MissingColumnError(
            ["customer_id", "clv"], ["Customer ID"], hint="clv.with_clv writes 'clv'."
        ),
        (
            "missing columns ['customer_id', 'clv']; the frame has ['Customer ID']. "
            "Did you mean 'Customer ID' for 'customer_id'? clv.with_clv writes 'clv'. "
            "Rename them, or pass the matching *_col argument."
        ),
    ),
    (
        MissingColumnError(["amount"], ["Amount"], hint="Nothing writes 'amount'."),
        (
            "missing column ['amount']; the frame has ['Amount']. "
            "Did you mean 'Amount' for 'amount'? "
            "Rename them, or pass the matching *_col argument."
        ),
    ),
    (
        InvalidValueError(
            subject="column 'amount'",
            found="missing value",
            count=3,
            total=13,
            first="row 2, customer 'c1'",
            remedy="Drop or fill them before the summary.",
        ),
        (
            "column 'amount': missing value in 3 of 13 rows "
            "(first: row 2, customer 'c1'). Drop or fill them before the summary."
        ),
    ),
    (
        InvalidValueError(
            subject="column 'amount'",
            found="missing value",
            count=1,
            total=1,
            remedy="Drop or fill it.",
        ),
        "column 'amount': missing value in 1 of 1 rows. Drop or fill it.",
    ),
    (
        InvalidValueError(
            subject="column 'amount'",
            found="customer with refunds and no purchase",
            count=2,
            first="customer 'c1'",
            remedy="Add the purchases.",
        ),
        (
            "column 'amount': customer with refunds and no purchase "
            "(2 in all; first: customer 'c1'). Add the purchases."
        ),
    ),
    (
        InvalidValueError(
            subject="argument 'horizon'",
            found="invalid value -1.0",
            remedy="Pass a finite number of 0 or more.",
        ),
        "argument 'horizon': invalid value -1.0. Pass a finite number of 0 or more.",
    ),
    (
        InvalidTypeError(
            subject="column 'date'",
            expected="dates",
            got="String",
            remedy="Parse the column first.",
        ),
        "column 'date': expected dates, got String. Parse the column first.",
    ),
    (
        NotEnoughDataError(
            needed="2 customers who came back", got="1", remedy="Observe for longer."
        ),
        "needs 2 customers who came back, got 1. Observe for longer.",
    ),
    (
        ConvergenceError("The fit stopped after 50 steps.", fit=(0.25, 4.5)),
        "The fit stopped after 50 steps.",
    ),
    (
        MissingExtraError(package="matplotlib", extra="plot"),
        "matplotlib is not installed. Install it with: pip install 'crmkit[plot]'.",
    ),
    (
        MissingExtraError(package="some-data", extra=None),
        "some-data is not installed. Install it with: pip install --no-deps some-data.",
    ),
]

CAUGHT_AS: list[tuple[type[CrmkitError], type[Exception]]] = [
    (MissingColumnError, LookupError),
    (InvalidValueError, ValueError),
    (InvalidTypeError, TypeError),
    (NotEnoughDataError, ValueError),
    (ConvergenceError, RuntimeError),
    (MissingExtraError, ImportError),
]


@pytest.mark.parametrize(("error", "sentence"), EXAMPLES)
def test_the_sentence_is_whole(error: CrmkitError, sentence: str) -> None:
    assert str(error) == sentence
    assert error.message == sentence


@pytest.mark.parametrize(("kind", "builtin"), CAUGHT_AS)
def test_an_error_is_caught_as_ours_and_as_pythons(
    kind: type[CrmkitError], builtin: type[Exception]
) -> None:
    assert issubclass(kind, CrmkitError)
    assert issubclass(kind, builtin)


def test_every_error_has_its_sentence_here() -> None:
    kinds = {
        kind
        for kind in vars(errors).values()
        if inspect.isclass(kind) and issubclass(kind, CrmkitError)
    }
    assert kinds == {type(error) for error, _ in EXAMPLES}


@pytest.mark.parametrize(("error", "sentence"), EXAMPLES)
def test_an_error_comes_home_from_another_process_with_its_facts(
    error: CrmkitError, sentence: str
) -> None:
    here, there = Pipe()
    with here, there:
        here.send(error)
        came = there.recv()
    assert type(came) is type(error)
    assert str(came) == sentence
    assert vars(came) == vars(error)


def test_an_error_is_copied_with_its_facts() -> None:
    error = EXAMPLES[3][0]
    assert vars(copy.copy(error)) == vars(error)


def test_a_warning_of_ours_can_be_told_from_all_others() -> None:
    assert issubclass(errors.IdentifiabilityWarning, errors.CrmkitWarning)
    assert issubclass(errors.CrmkitWarning, UserWarning)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("x" * 10_000_000, "xxx"),
        (10**5000, "a number of int"),
        ([[[[[[1]]]]]], "[["),
        ({"a": "b"}, "{'a': 'b'}"),
        (pd.DataFrame({"a": range(99)}), "a 0 0 1 1"),
    ],
    ids=["text", "int", "list", "mapping", "frame"],
)
def test_a_value_is_shown_on_one_short_line(value: object, said: str) -> None:
    line = errors.shown(value)
    assert said in line
    assert len(line) < 90
    assert "\n" not in line


def test_a_value_nested_beyond_the_stack_is_shown() -> None:
    value: list[object] = []
    for _ in range(100_000):
        value = [value]
    assert len(errors.shown(value)) < 90
