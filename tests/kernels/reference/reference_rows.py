"""What every reference row is made of."""

import json
import math
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import mpmath as mp

HERE = Path(__file__).parent
Numbers = dict[str, Any]
Function = Callable[..., Any]


def write(name: str, rows: Iterable[Numbers]) -> None:
    """Write one file, one row a line."""
    lines = ",\n".join(json.dumps(row) for row in rows)
    (HERE / f"{name}.json").write_text(f"[\n{lines}\n]\n")


def row(
    quantity: str,
    inputs: Numbers,
    value: Any,
    *,
    scale: Any = None,
    condition: Any = 1,
) -> Numbers:
    """Make a row of plain floats."""
    return {
        "quantity": quantity,
        "inputs": {k: "inf" if v == math.inf else v for k, v in inputs.items()},
        "value": float(value),
        "scale": float(abs(value) if scale is None else scale),
        "condition": float(condition),
    }


def condition(function: Function, inputs: Numbers) -> Any:
    """Sum how much a relative change of each real input changes the value."""
    value = function(**inputs)
    if value == 0:
        return mp.mpf(1)
    step = mp.mpf(10) ** -15
    total = mp.mpf(1)
    for name, at in inputs.items():
        if isinstance(at, int) or at == 0:
            continue
        moved = function(**{**inputs, name: mp.mpf(at) * (1 + step)})
        total += abs(moved - value) / (step * abs(value))
    return total


def exact(inputs: Numbers) -> Numbers:
    """Turn floats into multiprecision numbers."""
    return {k: v if isinstance(v, int) else mp.mpf(v) for k, v in inputs.items()}


def log_beta(a: Any, b: Any) -> Any:
    """Logarithm of the beta function."""
    return mp.loggamma(a) + mp.loggamma(b) - mp.loggamma(a + b)


def log_nbd(n: int, t: Any, k: Any, A: Any) -> Any:
    """Log probability of ``n`` purchases, nobody leaving."""
    return (
        mp.loggamma(k + n)
        - mp.loggamma(k)
        - mp.loggamma(n + 1)
        + k * mp.log(A / (A + t))
        + n * mp.log(t / (A + t))
    )


def log_quad(function: Function, end: Any, bends: list[Any]) -> Any:
    """Integrate from 0 to ``end`` over the logarithm, split about the bends."""
    top = mp.log(end)
    low = min(top, *(mp.log(bend) for bend in bends)) - 70
    points = {low, top, (low + top) / 2}
    for bend in bends:
        width = mp.mpf(1)
        points |= {mp.log(bend) + shift * width for shift in (-9, -3, -1, 0, 1, 3)}
    points |= {top - mp.mpf(2) ** shift / 1000 for shift in range(13)}
    inside = sorted(point for point in points if low <= point <= top)
    return mp.quad(lambda v: mp.exp(v) * function(mp.exp(v)), inside, maxdegree=7)
