"""Call with one changed argument, in bounds of time and memory, and judge it."""

import dataclasses
import math
import resource
import signal
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from answers import lost_numbers, not_kept
from mutations import (
    LIBRARIES,
    SCALARS,
    Mutation,
    frame_mutations,
    in_polars,
    mutations_of,
)
from valid_calls import Call

from crmkit.errors import CrmkitError, CrmkitWarning

SECONDS = 20
MEMORY = 2_000_000_000  # bytes that one call may ask for beyond those in use
LONGEST = 700  # characters of a refusal
_AGREEMENT = 1e-9


@contextmanager
def in_bounds() -> Iterator[None]:
    """Stop what takes too long or too much: no input of a few rows is worth it."""

    def late(_signal: int, _frame: object) -> None:
        raise TimeoutError

    # Seconds of this process: a machine that does other work is no fault of a call.
    before = signal.signal(signal.SIGPROF, late)
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    limits = resource.getrlimit(resource.RLIMIT_AS)
    try:
        if limits is not None:
            resource.setrlimit(resource.RLIMIT_AS, (_in_use() + MEMORY, limits[1]))
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
        if limits is not None:
            resource.setrlimit(resource.RLIMIT_AS, limits)


def _in_use() -> int:
    try:
        pages = Path("/proc/self/statm").read_text("ascii").split()[0]
        return int(pages) * resource.getpagesize()
    except OSError:
        return 64_000_000_000


def mutations_for(call: Call) -> Iterator[tuple[str, Mutation]]:
    """List every changed argument of a call, beside the argument's name."""
    frames = [k for k, v in call.arguments.items() if isinstance(v, pd.DataFrame)]
    for argument, value in call.arguments.items():
        if argument in {"self", "cls"}:
            continue
        for mutation in mutations_of(argument, value):
            yield argument, mutation
        if isinstance(value, str) and (argument == "by" or argument.endswith("_col")):
            for name in sorted(_columns_read(call) - {value, "customer_id"}):
                yield argument, Mutation(f"{name!r} as a column", name)
        if isinstance(value, pd.DataFrame) and (other := in_polars(value)) is not None:
            alone = len(frames) == 1
            what = "Polars" if alone else "Polars beside pandas"
            yield argument, Mutation(what, other, harmless=alone)
        if isinstance(value, pd.DataFrame):
            others = [name for name in frames if name != argument]
            for mutation in _in_libraries(value, call, others):
                yield argument, mutation


def _in_libraries(
    frame: pd.DataFrame, call: Call, others: list[str]
) -> Iterator[Mutation]:
    """Make the mistakes of a frame in other libraries too, and so the other frames."""
    for library, made in LIBRARIES.items():
        beside = {name: made(call.arguments[name]) for name in others}
        if any(each is None for each in beside.values()):
            continue
        for mutation in frame_mutations(frame):
            if mutation.harmless or not isinstance(mutation.value, pd.DataFrame):
                continue
            if (changed := made(mutation.value)) is not None:
                what = f"{mutation.what} in {library}"
                yield Mutation(what, changed, beside=beside)


def _columns_read(call: Call) -> set[str]:
    """Name the columns that other arguments of a call name: one may be given twice."""
    return {
        value
        for name, value in call.arguments.items()
        if isinstance(value, str) and (name == "by" or name.endswith("_col"))
    }


def fault(  # noqa: PLR0911 - one return per kind of fault
    call: Call, argument: str, mutation: Mutation
) -> str | None:
    """Say what went wrong, None where the function answered or refused well.

    A harmless mutation must not change the answer of the valid call.
    """
    value = mutation.value
    kept = value.copy() if isinstance(value, pd.DataFrame) else None
    try:
        with warnings.catch_warnings(), in_bounds():
            warnings.simplefilter("error")
            warnings.simplefilter("ignore", CrmkitWarning)
            answer = call.run(**mutation.beside, **{argument: value})
    except CrmkitError as refusal:
        if len(str(refusal)) > LONGEST:
            return f"a refusal of {len(str(refusal))} characters"
        return f"refuses: {refusal}"[:200] if mutation.harmless else None
    except Warning as leaked:
        return f"leaks {type(leaked).__name__}: {leaked}"[:200]
    except BaseException as error:  # noqa: BLE001 - whatever comes is looked for
        if _in_the_example(error):
            return None
        return f"ends in {type(error).__name__}: {error}"[:200]
    finally:
        _close_figures()
    if kept is not None and not _same_frame(kept, value):
        return "changes its input"
    if mutation.harmless and not same(call.answer, answer):
        return "answers otherwise"
    if where := lost_numbers(call, value, answer):
        return f"answers without a number: {where}"
    return not_kept(answer)


def _in_the_example(error: BaseException) -> bool:
    """Tell an error of a function that the example passes, such as a summary.

    What called the library that raised it is either crmkit or the example.
    """
    callers = ["crmkit"]
    where = error.__traceback__
    while where is not None:
        file = where.tb_frame.f_code.co_filename
        callers += [file] if file == "<example>" or "crmkit" in file else []
        where = where.tb_next
    return callers[-1] == "<example>"


def fault_by_hand(value: Any, name: str, what: str) -> str | None:
    """Say how a class takes a wrong field, None where it takes or refuses it well."""
    try:
        with warnings.catch_warnings(), in_bounds():
            warnings.simplefilter("error")
            built = replace(value, **{name: SCALARS[what]})
    except CrmkitError:
        return None
    except BaseException as error:  # noqa: BLE001 - whatever comes is looked for
        return f"ends in {type(error).__name__}: {error}"[:200]
    return not_kept(built)


def same(one: Any, other: Any) -> bool:  # noqa: PLR0911 - one return per kind
    """Tell whether two answers agree: frames of any library, values, numbers."""
    if hasattr(one, "to_pandas") or isinstance(one, pd.DataFrame | pd.Series):
        return _same_table(_table(one), _table(other))
    if dataclasses.is_dataclass(one) and not isinstance(one, type):
        names = [f.name for f in dataclasses.fields(one) if f.compare]
        return type(one) is type(other) and all(
            same(getattr(one, name), getattr(other, name)) for name in names
        )
    if isinstance(one, tuple | list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, np.ndarray | np.generic) and np.asarray(one).dtype.kind in "iuf":
        return bool(np.allclose(one, other, rtol=_AGREEMENT, atol=0, equal_nan=True))
    if isinstance(one, float) and isinstance(other, float):
        nothing = math.isnan(one) and math.isnan(other)
        return nothing or math.isclose(one, other, rel_tol=_AGREEMENT)
    if isinstance(one, str | int | bool | np.datetime64 | None):
        return bool(one == other)
    return True  # axes, estimators: what has no equality


def _table(frame: Any) -> pd.DataFrame:
    plain = frame if isinstance(frame, pd.DataFrame | pd.Series) else frame.to_pandas()
    return pd.DataFrame(plain).reset_index(drop=True)


def _same_table(one: pd.DataFrame, other: pd.DataFrame) -> bool:
    return (
        list(one.columns) == list(other.columns)
        and len(one) == len(other)
        and all(
            same_cell(a, b) for c in one for a, b in zip(one[c], other[c], strict=True)
        )
    )


def same_cell(a: Any, b: Any) -> bool:
    if isinstance(a, list | tuple | np.ndarray | dict):
        return str(a) == str(b)
    if pd.isna(a) or pd.isna(b):
        return bool(pd.isna(a) and pd.isna(b))
    if isinstance(a, float | np.floating) or isinstance(b, float | np.floating):
        return math.isclose(a, b, rel_tol=_AGREEMENT, abs_tol=1e-300)
    return bool(a == b) or str(a) == str(b)


def _same_frame(one: pd.DataFrame, other: pd.DataFrame) -> bool:
    try:
        return bool(one.equals(other))
    except (TypeError, ValueError):  # cells that are lists or arrays
        return repr(one) == repr(other)


def _close_figures() -> None:
    import sys

    if (pyplot := sys.modules.get("matplotlib.pyplot")) is not None:
        pyplot.close("all")
