"""Every public callable, called with each row of a table of mistakes.

A function answers, or refuses with one error of crmkit; it never ends in an error of
NumPy or pandas, never leaks a warning of theirs, never changes what it was given. The
valid call comes from the function's own example, so a new function is covered the day
it is added.
"""

import os
import signal
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields, replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from crmkit.errors import CrmkitError, CrmkitWarning

from conformance.mutations import SCALARS, Mutation, mutations_of
from conformance.valid_calls import Call, callees, classes, valid_call, valid_value

CALLEES = callees()
CLASSES = classes()
# CI tries one mutation in so many, chosen by name; `make heavy` tries them all.
SHARE = 1 if os.environ.get("CRMKIT_ALL_MUTATIONS") else 8
SECONDS = 20


@contextmanager
def in_time() -> Iterator[None]:
    """Stop what takes too long: no input of a few rows is worth seconds."""

    def late(_signal: int, _frame: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def chosen(name: str, argument: str, what: str) -> bool:
    return zlib.crc32(f"{name} {argument} {what}".encode()) % SHARE == 0


def outcome(call: Call, argument: str, mutation: Mutation) -> str | None:
    """Say what went wrong, None where the function answered or refused well."""
    kept = mutation.value.copy() if isinstance(mutation.value, pd.DataFrame) else None
    try:
        with warnings.catch_warnings(), in_time():
            warnings.simplefilter("error")
            warnings.simplefilter("ignore", CrmkitWarning)
            call.run(**{argument: mutation.value})
    except CrmkitError as refusal:
        return None if len(str(refusal)) < 700 else f"a refusal of {len(str(refusal))} characters"
    except Warning as leaked:
        return f"leaks {type(leaked).__name__}: {leaked}"[:160]
    except BaseException as error:  # noqa: BLE001 - whatever comes is what is looked for
        return f"ends in {type(error).__name__}: {error}"[:160]
    if kept is not None and not _same_frame(kept, mutation.value):
        return "changes its input"
    return None


def _same_frame(one: pd.DataFrame, other: pd.DataFrame) -> bool:
    try:
        return bool(one.equals(other))
    except (TypeError, ValueError):  # cells that are lists or arrays
        return repr(one) == repr(other)


@pytest.mark.parametrize("name", CALLEES)
def test_a_mistake_is_answered_or_refused_in_one_sentence(name: str) -> None:
    call = valid_call(CALLEES[name])
    assert call is not None, "give it an example that calls it"
    faults = [
        f"{argument}: {mutation.what}: {fault}"
        for argument, value in call.arguments.items()
        if argument not in {"self", "cls"}
        for mutation in mutations_of(argument, value)
        if chosen(name, argument, mutation.what)
        if (fault := outcome(call, argument, mutation)) is not None
    ]
    assert not faults, f"{len(faults)} faults:\n" + "\n".join(faults)


@pytest.mark.parametrize("name", CLASSES)
def test_a_value_built_by_hand_is_checked(name: str) -> None:
    value = valid_value(CLASSES[name])
    assert value is not None, "give it an example that makes one"
    faults = []
    for each in fields(value):
        if not each.init:
            continue
        for what, wrong in SCALARS.items():
            if not chosen(name, each.name, what):
                continue
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("error")
                    replace(value, **{each.name: wrong})
            except CrmkitError:
                continue
            except BaseException as error:  # noqa: BLE001 - whatever comes is looked for
                faults.append(f"{each.name}: {what}: {type(error).__name__}: {error}"[:160])
    assert not faults, f"{len(faults)} faults:\n" + "\n".join(faults)
