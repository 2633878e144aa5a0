"""A valid call of every public callable, taken from the examples that document it."""

import contextlib
import copy
import doctest
import inspect
import io
import sys
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields, is_dataclass, replace
from functools import cache
from types import CodeType, FrameType, FunctionType, ModuleType
from typing import Any

import numpy as np
import pandas as pd
from usual_values import (
    CUSTOMERS,
    DATED,
    USUAL,
    Estimator,
    copied,
    count_of_none,
    fitter,
    numbers,
    of_covariates,
)

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
        code: CodeType = getattr(plain, "__func__", plain).__code__
        return code


@dataclass
class Call:
    """The arguments of one call that worked."""

    callee: Callee
    arguments: dict[str, Any] = field(default_factory=dict)
    answer: Any = None

    def run(self, **changed: Any) -> Any:
        """Call again, with some arguments changed."""
        given = {**self.arguments, **changed}
        # A generator moves on when it is used: each call starts where the first did.
        for name, value in given.items():
            if isinstance(value, np.random.Generator):
                given[name] = copy.deepcopy(value)
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
        takes = [
            p for p in inspect.signature(plain).parameters if p not in {"self", "cls"}
        ]
        if takes and plain.__module__.startswith("crmkit"):
            yield f"{full}.{name}", Callee(f"{full}.{name}", thing, kind)


@cache
def valid_call(callee: Callee) -> Call | None:
    """Run the examples that document a callable until one calls it."""
    wanted = (callee.code, callee.owner)
    for text, module in _examples(callee):
        if (given := seen_in(text, module).calls.get(wanted)) is None:
            continue
        # An example may show a refusal: then another has to show an answer.
        if (call := _answered(Call(callee, given))) is not None:
            return call
    return _filled(callee)


def _answered(call: Call) -> Call | None:
    """Run a call, and keep its answer; None where it is refused."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            call.answer = call.run()
    except Exception:  # noqa: BLE001 - whatever it is, the call is no valid one
        return None
    return call


# Methods that refuse every call: lifetimes has no such model.
REFUSING = {"crmkit.clv.Nbd.from_lifetimes", "crmkit.clv.MbgCnbdK.from_lifetimes"}


def _filled(callee: Callee) -> Call | None:
    """Call a method that no example calls, with the usual value of each argument."""
    if callee.owner is None or (value := valid_value(callee.owner)) is None:
        return None
    if getattr(value, "resampled", value) is None:
        value = replace(value, resampled=_INTERVAL)
    if isinstance(value, crmkit.segments.WhalePeak):
        value = replace(value, resampled=(("destroyed", _INTERVAL),))
    written = getattr(value, "to_dict", None)
    bound = getattr(value, short_of(callee))
    document = {"document": None if written is None else written()}
    usual = USUAL | of_covariates(value) | document
    special = USUAL_OF.get(callee.name, lambda _value: {})(value)
    usual |= special
    given = {
        name: usual[name]
        for name, each in inspect.signature(bound).parameters.items()
        if (each.default is each.empty and name in usual) or name in special
    }
    call = Call(Callee(callee.name, bound, callee.owner), given)
    if callee.name in REFUSING or _answered(call) is None:
        return call if callee.name in REFUSING else None
    return _slender(call)


def _slender(call: Call) -> Call:
    """Leave out the columns of the usual customers that a call does not read."""
    customers = call.arguments.get("customers")
    there = list(customers.columns) if isinstance(customers, pd.DataFrame) else []
    for name in [each for each in CUSTOMERS if each in there]:
        given = call.arguments["customers"].drop(columns=name)
        less = _answered(Call(call.callee, call.arguments | {"customers": given}))
        call = call if less is None else less
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
    if kind in USUAL_VALUES:
        return USUAL_VALUES[kind]()
    documented = [kind, *(each.function for each in callees().values())]
    named: list[tuple[str, Any]] = []
    unnamed: list[tuple[str, Any]] = []
    for thing in documented:
        text = inspect.getdoc(thing) or ""
        likely = kind.__name__ in text or _returns(thing, kind)
        (named if likely else unnamed).append((text, inspect.getmodule(thing)))
    found = [
        value
        for text, module in named
        if ">>>" in text
        and (value := seen_in(text, module).values.get(kind)) is not None
    ]
    # One that knows everything, such as how it was fitted, before one built by hand.
    if found:
        return min(found, key=count_of_none)
    for text, module in unnamed:
        if (
            ">>>" in text
            and (value := seen_in(text, module).values.get(kind)) is not None
        ):
            return value
    return None


def _returns(thing: Any, kind: type) -> bool:
    found = getattr(thing, "__annotations__", {}).get("return")
    return found is kind or found == kind.__name__


def _examples(callee: Callee) -> Iterator[tuple[str, Any]]:
    """The examples of a callable itself first, then of its class, then of others."""
    own = [callee.function] if callee.owner is None else [callee.function, callee.owner]
    short = short_of(callee)
    for thing in [*own, *(other.function for other in callees().values())]:
        text = inspect.getdoc(thing) or ""
        called = thing in own or f"{short}(" in text or f"{short}," in text
        if ">>>" in text and called:
            yield text, inspect.getmodule(thing)


@dataclass(frozen=True)
class Seen:
    """The public calls that an example made, and one value of each public class."""

    calls: dict[tuple[CodeType, type | None], dict[str, Any]]
    values: dict[type, Any]


@cache
def _wanted() -> dict[CodeType, Callee]:
    return {each.code: each for each in callees().values()}


@cache
def seen_in(text: str, module: Any) -> Seen:  # noqa: C901 - one pass
    """Run an example once, and keep every public call that it makes."""
    seen = Seen({}, {})
    wanted, kinds = _wanted(), set(classes().values())

    def watch(frame: FrameType, event: str, value: object) -> None:
        if event == "call" and (callee := wanted.get(frame.f_code)) is not None:
            given = frame.f_locals
            owner = given.get("cls") or (
                type(given["self"]) if "self" in given else None
            )
            if (frame.f_code, owner) not in seen.calls:
                sys.setprofile(None)
                seen.calls[frame.f_code, owner] = _copied(callee, given)
                sys.setprofile(watch)
        elif event == "return" and type(value) in kinds:
            seen.values.setdefault(type(value), value)

    names: dict[str, Any] = dict(vars(module)) if module is not None else {}
    for example in doctest.DocTestParser().get_examples(text):
        with contextlib.suppress(Exception), contextlib.redirect_stdout(io.StringIO()):
            code = compile(example.source, "<example>", "single")
            sys.setprofile(watch)
            try:
                exec(code, names)  # noqa: S102 - the examples are the project's own
            finally:
                sys.setprofile(None)
    for value in names.values():
        if type(value) in kinds:
            seen.values[type(value)] = value
    for value in list(seen.values.values()):
        for within in _values_within(value):
            if type(within) in kinds:
                seen.values.setdefault(type(within), within)
    return seen


def _values_within(value: Any) -> Iterator[Any]:
    """The values that a value holds in its fields, alone or in a tuple."""
    for each in fields(value):
        held = getattr(value, each.name)
        for within in held if isinstance(held, tuple) else (held,):
            if is_dataclass(within) and not isinstance(within, type):
                yield within
                yield from _values_within(within)


_INTERVAL = crmkit.Interval(lower=0.0, upper=1.0, level=0.95)


_R_ALPHA = {"r": 0.24, "alpha": 4.4}
# What single methods are given where the name of an argument does not tell.
USUAL_OF: dict[str, Callable[[Any], dict[str, Any]]] = {
    "crmkit.clv.BgNbd.from_lifetimes": lambda _model: {
        "fitter": fitter("BetaGeoFitter", _R_ALPHA | {"a": 0.8, "b": 2.4})
    },
    "crmkit.clv.Nbd.from_lifetimes": lambda _model: {"fitter": fitter("Any", {})},
    "crmkit.clv.MbgNbd.from_lifetimes": lambda _model: {
        "fitter": fitter("ModifiedBetaGeoFitter", _R_ALPHA | {"a": 0.8, "b": 2.4})
    },
    "crmkit.clv.ParetoNbd.from_lifetimes": lambda _model: {
        "fitter": fitter("ParetoNBDFitter", _R_ALPHA | {"s": 0.6, "beta": 11.0})
    },
    "crmkit.clv.MbgCnbdK.from_lifetimes": lambda _model: {
        "fitter": fitter("ModifiedBetaGeoFitter", _R_ALPHA | {"a": 0.8, "b": 2.4})
    },
    "crmkit.clv.BgBb.from_lifetimes": lambda _model: {
        "fitter": fitter(
            "BetaGeoBetaBinomFitter",
            {"alpha": 1.2, "beta": 0.7, "gamma": 0.6, "delta": 2.8},
        )
    },
    "crmkit.clv.GammaGamma.from_lifetimes": lambda _model: {
        "fitter": fitter("GammaGammaFitter", {"p": 6.2, "q": 3.7, "v": 15.4})
    },
    "crmkit.churn.DiscreteHazard.interval": lambda model: {"name": model.names[0]},
    "crmkit.churn.ShiftedBetaGeometric.with_residual_value": lambda _model: {
        "customers": CUSTOMERS.assign(margin=10.0)
    },
    "crmkit.churn.BetaDiscreteWeibull.with_residual_value": lambda _model: {
        "customers": CUSTOMERS.assign(margin=10.0)
    },
    "crmkit.clv.ModelComparison.likelihood_ratio": lambda found: {
        "smaller": min(found.scores, key=lambda each: each.n_parameters).name,
        "larger": max(found.scores, key=lambda each: each.n_parameters).name,
    },
    "crmkit.clv.ReferralInfluence.of": lambda found: {
        "customer_id": found.influences[0].customer_id
    },
    "crmkit.segments.WhalePeak.interval": lambda _peak: {"of": "destroyed"},
    "crmkit.clv.Seasonality.with_operational_time": lambda _index: {
        "customers": DATED,
        "observation_period_end": "2024-03-01",
    },
    "crmkit.clv.Seasonality.with_discounted_expected_purchases": lambda _index: {
        "customers": DATED,
        "purchases": valid_value(crmkit.clv.BgNbd),
        "observation_period_end": "2024-03-01",
        "time_unit": "week",
    },
    "crmkit.satisfaction.Nps.minus": lambda score: {"other": score},
    "crmkit.satisfaction.SatisfactionIndex.with_satisfaction_index": lambda index: {
        "responses": numbers(index.item_cols, index.lowest)
    },
    "crmkit.segments.Clusters.with_cluster": lambda found: {
        "customers": numbers(found.value_cols, 1.0)
    },
    "crmkit.churn.ChurnClassifier.importance": lambda found: {
        "snapshots": numbers(found.report.features, 1.0).assign(churned=[0, 1, 0])
    },
}


def _of_example(thing: Any, kind: type) -> Any:
    """The value of a class that the example of another function makes."""
    return seen_in(inspect.getdoc(thing) or "", inspect.getmodule(thing)).values[kind]


# Values whose class no example makes.
USUAL_VALUES: dict[type, Callable[[], Any]] = {
    crmkit.churn.LifelinesSurvival: lambda: crmkit.churn.LifelinesSurvival(
        model=Estimator()
    ),
    crmkit.churn.ScikitSurvival: lambda: crmkit.churn.ScikitSurvival(model=Estimator()),
    crmkit.clv.SeasonalEvent: lambda: crmkit.clv.SeasonalEvent(
        name="sale", days=(19_783, 19_784), index=1.8, log_error=0.1
    ),
    crmkit.clv.LikelihoodRatio: lambda: crmkit.clv.LikelihoodRatio(
        statistic=10.8, degrees_of_freedom=2, p_value=0.0045
    ),
    crmkit.snapshots.EventLog: lambda: crmkit.snapshots.EventLog(
        frame=CUSTOMERS.assign(date=pd.Timestamp("2024-01-01")), name="visits"
    ),
}


def short_of(callee: Callee) -> str:
    return callee.name.rsplit(".", 1)[-1]


def _copied(callee: Callee, given: dict[str, Any]) -> dict[str, Any]:
    names = inspect.signature(inspect.unwrap(callee.function)).parameters
    plain = {name: given[name] for name in names if name in given}
    return {name: copied(value) for name, value in plain.items()}
