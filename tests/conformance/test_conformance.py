"""Every public callable, called with each row of a table of mistakes.

A function answers, or refuses with one error of crmkit; it never ends in an error of
NumPy or pandas, never leaks a warning of theirs, never changes what it was given, and a
harmless change never changes the answer. The valid call comes from the function's own
example, so a new function is covered the day it is added.
"""

import os
import zlib
from dataclasses import fields

import pytest
from mutations import SCALARS
from trial import fault, fault_by_hand, mutations_for
from valid_calls import (
    callees,
    classes,
    valid_call,
    valid_value,
)

CALLEES = callees()
CLASSES = classes()
ALL = bool(os.environ.get("CRMKIT_ALL_MUTATIONS"))
# `make heavy` tries one mutation in so many, chosen by name so that the sample changes
# only with names; `make mistakes` tries them all.
SHARE = 1 if ALL else 24
# CI tries one function in so many, of those that have an example, with that sample.
FEW = 30
SAMPLE = [
    name
    for name, callee in CALLEES.items()
    if callee.owner is None
    and ">>>" in (callee.function.__doc__ or "")
    and zlib.crc32(name.encode()) % FEW == 0
]


def chosen(name: str, argument: str, what: str) -> bool:
    return zlib.crc32(f"{name} {argument} {what}".encode()) % SHARE == 0


@pytest.mark.heavy
def test_every_public_callable_has_a_valid_call() -> None:
    without = [name for name, callee in CALLEES.items() if valid_call(callee) is None]
    assert not without, "give each an example that calls it"


@pytest.mark.heavy
def test_every_public_class_has_a_value() -> None:
    without = [name for name, kind in CLASSES.items() if valid_value(kind) is None]
    assert not without, "give each an example that makes one"


@pytest.mark.heavy
@pytest.mark.parametrize("name", sorted(CALLEES))
def test_a_mistake_is_answered_or_refused_in_one_sentence(name: str) -> None:
    _refuse_faults(name)


@pytest.mark.parametrize("name", SAMPLE)
def test_a_sample_of_mistakes_is_answered_or_refused(name: str) -> None:
    _refuse_faults(name)


def _refuse_faults(name: str) -> None:
    call = valid_call(CALLEES[name])
    assert call is not None, "give it an example that calls it"
    faults = [
        f"{argument}: {mutation.what}: {found}"
        for argument, mutation in mutations_for(call)
        if chosen(name, argument, mutation.what)
        if (found := fault(call, argument, mutation)) is not None
    ]
    assert not faults, f"{len(faults)} faults:\n" + "\n".join(faults)


@pytest.mark.heavy
@pytest.mark.parametrize("name", sorted(CLASSES))
def test_a_value_built_by_hand_is_checked(name: str) -> None:
    value = valid_value(CLASSES[name])
    assert value is not None, "give it an example that makes one"
    faults = [
        f"{each.name}: {what}: {found}"
        for each in fields(value)
        if each.init
        for what in SCALARS
        if chosen(name, each.name, what)
        if (found := fault_by_hand(value, each.name, what)) is not None
    ]
    assert not faults, f"{len(faults)} faults:\n" + "\n".join(faults)
