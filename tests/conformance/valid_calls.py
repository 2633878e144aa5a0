"""A valid call of every public callable, taken from the examples that document it."""

import contextlib
import copy
import doctest
import inspect
import io
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, is_dataclass
from functools import cache
from types import CodeType, FrameType, FunctionType, ModuleType
from typing import Any

import numpy as np
import pandas as pd

import crmkit


@dataclass(frozen=True)
class Callee:
    """A public function, method or constructor, and where its examples stand."""

    name: str
    function: Callable[..., Any]
    owner: type | None = None

    @property
    def code(self) -> CodeType:
        plain = inspect.unwrap(self.function)
        return getattr(plain, "__func__", plain).__code__


@dataclass
class Call:
    """The arguments of one call that worked."""

    callee: Callee
    arguments: dict[str, Any] = field(default_factory=dict)

    def run(self, **changed: Any) -> Any:
        """Call again, with some arguments changed."""
        given = {**self.arguments, **changed}
        function = self.callee.function
        positional: list[Any] = []
        words: dict[str, Any] = {}
        for each in inspect.signature(function).parameters.values():
            if each.name not in given:
                continue
            if each.kind is each.VAR_POSITIONAL:
                positional.extend(given[each.name])
            elif each.kind is each.KEYWORD_ONLY:
                words[each.name] = given[each.name]
            else:
                positional.append(given[each.name])
        return function(*positional, **words)


def namespaces() -> Iterator[ModuleType]:
    yield crmkit
    for name in crmkit.__all__:
        if inspect.ismodule(space := getattr(crmkit, name)):
            yield space


@cache
def callees() -> dict[str, Callee]:
    """Find everything public that can be called with arguments, by its full name."""
    found: dict[str, Callee] = {}
    for space in namespaces():
        if space is crmkit.errors:
            continue
        for name in space.__all__:
            thing = getattr(space, name)
            full = f"{space.__name__}.{name}"
            if inspect.isfunction(thing):
                found[full] = Callee(full, thing)
            elif inspect.isclass(thing):
                found.update(_methods(full, thing))
    return found


def _methods(full: str, kind: type) -> Iterator[tuple[str, Callee]]:
    if getattr(kind, "_is_protocol", False):
        return
    for name, thing in inspect.getmembers(kind):
        plain = inspect.unwrap(getattr(thing, "__func__", thing))
        if name.startswith("_") or not isinstance(plain, FunctionType):
            continue
        takes = [p for p in inspect.signature(plain).parameters if p not in {"self", "cls"}]
        if takes and plain.__module__.startswith("crmkit"):
            yield f"{full}.{name}", Callee(f"{full}.{name}", thing, kind)


def valid_call(callee: Callee) -> Call | None:
    """Run the examples that document a callable until it is called; keep the arguments."""
    for text, module in _examples(callee):
        if (call := _recorded(callee, text, module)) is not None:
            return call
    return _filled(callee)


def _filled(callee: Callee) -> Call | None:
    """Call a method that no example calls, with the usual value of each argument."""
    if callee.owner is None or (value := valid_value(callee.owner)) is None:
        return None
    bound = getattr(value, short_of(callee))
    usual = USUAL | {"document": value.to_dict() if hasattr(value, "to_dict") else None}
    given = {
        name: usual[name]
        for name, each in inspect.signature(bound).parameters.items()
        if each.default is each.empty and name in usual
    }
    call = Call(Callee(callee.name, bound, callee.owner), given)
    try:
        call.run()
    except Exception:  # noqa: BLE001 - then an example has to show how
        return None
    return call


def classes() -> dict[str, type]:
    """Find the public dataclasses: the values that a user may build by hand."""
    return {
        f"{space.__name__}.{name}": thing
        for space in namespaces()
        for name in space.__all__
        if inspect.isclass(thing := getattr(space, name)) and is_dataclass(thing)
    }


@cache
def valid_value(kind: type) -> Any:
    """Run the examples that document a class until one of its values is seen."""
    documented = [kind, *(each.function for each in callees().values())]
    for thing in documented:
        text = inspect.getdoc(thing) or ""
        if kind.__name__ not in text and not _returns(thing, kind):
            continue
        for value in _names_after(text, inspect.getmodule(thing)).values():
            if type(value) is kind:
                return value
    return None


def _returns(thing: Any, kind: type) -> bool:
    found = getattr(thing, "__annotations__", {}).get("return")
    return found is kind or found == kind.__name__


def _examples(callee: Callee) -> Iterator[tuple[str, Any]]:
    """The examples of a callable itself first, then of its class, then of others."""
    module = inspect.getmodule(callee.function)
    yield inspect.getdoc(callee.function) or "", module
    if callee.owner is not None:
        yield inspect.getdoc(callee.owner) or "", inspect.getmodule(callee.owner)
    short = callee.name.rsplit(".", 1)[-1]
    for other in callees().values():
        text = inspect.getdoc(other.function) or ""
        if other is not callee and f"{short}(" in text or f"{short}," in text:
            yield text, inspect.getmodule(other.function)


def _recorded(callee: Callee, text: str, module: Any) -> Call | None:
    call: Call | None = None

    def watch(frame: FrameType, event: str, _argument: object) -> None:
        nonlocal call
        if call is None and event == "call" and frame.f_code is callee.code:
            call = Call(callee, _copied(callee, frame.f_locals))
            sys.setprofile(None)

    if short_of(callee) not in text:
        return None
    sys.setprofile(watch)
    try:
        _names_after(text, module, stop=lambda: call is not None)
    finally:
        sys.setprofile(None)
    return call


CUSTOMERS = pd.DataFrame(
    {
        "customer_id": ["a", "b", "c"],
        "frequency": [2, 0, 1],
        "recency": [3.0, 0.0, 2.0],
        "T": [5.0, 4.0, 6.0],
        "monetary_value": [20.0, 0.0, 35.0],
        "tenure": [1, 2, 3],
        "inactivity": [10.0, 200.0, 40.0],
        "clv": [10.0, 20.0, 30.0],
        "clv_if_active": [12.0, 30.0, 31.0],
        "churn_risk": [0.1, 0.4, 0.2],
    }
)
# What the arguments of methods usually are, by their names.
USUAL: dict[str, Any] = {
    "customers": CUSTOMERS,
    "frequency": [2, 0, 1],
    "recency": [3, 0, 2],
    "T": [5, 4, 6],
    "monetary_value": [20.0, 15.0, 35.0],
    "horizon": 4,
    "discount_rate": 0.01,
    "n": 1,
    "t": [1, 2, 3],
    "times": [1, 2],
    "periods": 3,
    "share": 0.5,
    "customer": np.array([0, 2, 2]),
    "rng": np.random.default_rng(1),
    "value": 10.0,
    "margin": 10.0,
}


def short_of(callee: Callee) -> str:
    return callee.name.rsplit(".", 1)[-1]


def _copied(callee: Callee, given: dict[str, Any]) -> dict[str, Any]:
    names = inspect.signature(inspect.unwrap(callee.function)).parameters
    plain = {name: given[name] for name in names if name in given}
    return {name: _copy(value) for name, value in plain.items()}


def _copy(value: Any) -> Any:
    try:
        return copy.deepcopy(value)
    except Exception:  # noqa: BLE001 - what cannot be copied is used as it is
        return value


def _names_after(
    text: str, module: Any, stop: Callable[[], bool] = lambda: False
) -> dict[str, Any]:
    names: dict[str, Any] = dict(vars(module)) if module is not None else {}
    for example in doctest.DocTestParser().get_examples(text):
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                exec(compile(example.source, "<example>", "single"), names)  # noqa: S102 - the examples are the project's own
        except Exception:  # noqa: BLE001 - an example may show an error
            continue
        if stop():
            break
    return names
