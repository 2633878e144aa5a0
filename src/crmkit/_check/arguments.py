"""Checks of arguments that are not numbers: lists, names of columns, models."""

from collections.abc import Collection, Iterable, Mapping
from typing import TypeVar

import numpy as np

from ..errors import InvalidTypeError, InvalidValueError, shown

__all__ = [
    "able_to",
    "function",
    "instance",
    "label",
    "listed",
    "models_named",
    "names_given",
    "one_of",
    "random_source",
]

_Given = TypeVar("_Given")
_Option = TypeVar("_Option", bound=str)


def listed(argument: str, members: Iterable[_Given]) -> tuple[_Given, ...]:
    """Return the members of a list; one member alone, or a text, is not a list."""
    if isinstance(members, str | bytes) or not isinstance(members, Iterable):
        raise InvalidTypeError(
            subject=f"argument {argument!r}",
            expected="a list",
            got=type(members).__name__,
            remedy="Pass a list, even for one item.",
        )
    return tuple(members)


def names_given(argument: str, names: str | Iterable[str]) -> list[str]:
    """Return one name or several as a list: at least one, each a text, none twice."""
    given = [names] if isinstance(names, str) else list(listed(argument, names))
    if not all(isinstance(name, str) for name in given):
        raise InvalidTypeError(
            subject=f"argument {argument!r}",
            expected="the name of a column, or a list of names",
            got=f"a list that holds {_first_kind(given)}",
            remedy="Pass names as text.",
        )
    twice = sorted({name for name in given if given.count(name) > 1})
    if twice or not given:
        raise InvalidValueError(
            subject=f"argument {argument!r}",
            found=f"a column named twice: {twice[0]!r}" if twice else "no columns",
            remedy="Name each column once, and at least one.",
        )
    return given


def _first_kind(given: Iterable[object]) -> str:
    return next(type(name).__name__ for name in given if not isinstance(name, str))


def label(argument: str, value: object) -> object:
    """Return a value that names a group: one that can be looked up, such as a text."""
    try:
        hash(value)
    except TypeError:
        raise InvalidTypeError(
            subject=f"argument {argument!r}",
            expected="one value of a column, such as a text",
            got=type(value).__name__,
            remedy="Pass one value.",
        ) from None
    return value


def instance(
    name: str, value: object, kind: type[_Given], *, remedy: str | None = None
) -> _Given:
    """Return ``value``: an instance of ``kind``."""
    if isinstance(value, kind):
        return value
    raise InvalidTypeError(
        subject=f"argument {name!r}",
        expected=f"an instance of {kind.__name__}",
        got=type(value).__name__,
        remedy=remedy or f"Make a {kind.__name__} with crmkit first.",
    )


def function(name: str, value: _Given, *, remedy: str) -> _Given:
    """Return ``value``: a function, or another object that can be called."""
    if callable(value) and not isinstance(value, type):
        return value
    raise InvalidTypeError(
        subject=f"argument {name!r}",
        expected="a function",
        got=type(value).__name__,
        remedy=remedy,
    )


_SPENDS = "Pass a fitted model, such as fit_gamma_gamma returns."
_LEARNS = "Pass a classifier with the methods of scikit-learn, not fitted yet."
_ABLE: dict[str | None, str] = {
    "survival_table": "Pass a fitted model, such as fit_discrete_hazard returns.",
    "expected_spend": _SPENDS,
    "sample_amounts": _SPENDS,
    "fit": _LEARNS,
    "predict_proba": _LEARNS,
    "get_params": _LEARNS,
}


def able_to(name: str, given: _Given, *methods: str) -> _Given:
    """Return ``given``: a fitted model, or anything else with these methods."""
    absent = [each for each in methods if not callable(getattr(given, each, None))]
    if absent or isinstance(given, type):
        wanted = next(iter(absent or methods), None)
        raise InvalidTypeError(
            subject=f"argument {name!r}",
            expected="a fitted model"
            if wanted is None
            else f"a model with the method {wanted!r}",
            got=type(given).__name__ if given is not None else "None",
            remedy=_ABLE.get(
                wanted, "Pass a fitted model, such as fit_bg_nbd returns."
            ),
        )
    return given


def models_named(given: Mapping[str, _Given], *methods: str) -> Mapping[str, _Given]:
    """Return fitted models by their names: at least one, each with these methods."""
    if not isinstance(given, Mapping):
        raise InvalidTypeError(
            subject="argument 'models'",
            expected="fitted models by their names",
            got=type(given).__name__,
            remedy='Pass a dict, such as {"BG/NBD": fit_bg_nbd(customers)}.',
        )
    if not given:
        raise InvalidValueError(
            subject="argument 'models'",
            found="an empty mapping",
            remedy="Pass at least one fitted model by its name.",
        )
    for name, model in given.items():
        able_to(f"models[{name!r}]", model, *methods)
    return given


def one_of(name: str, value: _Option, options: Collection[_Option]) -> _Option:
    """Return ``value``: one of the named options."""
    # Asked first: an array has no truth value, and a list no hash for a set of options.
    given: object = value
    if not isinstance(given, str) or given not in options:
        named = ", ".join(repr(option) for option in options)
        raise InvalidValueError(
            subject=f"argument {name!r}",
            found=f"no such option {shown(value)}",
            remedy=f"Choose one of {named}.",
        )
    return value


def random_source(rng: object) -> np.random.Generator:
    """Return ``rng``: a random generator of NumPy."""
    if not isinstance(rng, np.random.Generator):
        raise InvalidTypeError(
            subject="argument 'rng'",
            expected="a numpy.random.Generator",
            got=shown(rng),
            remedy="Pass numpy.random.default_rng(seed), with a seed of your choice.",
        )
    return rng
