"""A list by the effects that a pilot had in cells of customers, held out."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..._frames import (
    EagerFrame,
    group_rows,
    number_rules,
    numbers,
    nw,
    read_eager,
    refuse,
    require_ids,
    require_numbers,
    require_present,
    with_plain_text,
)
from ...errors import InvalidTypeError, InvalidValueError, NotEnoughDataError
from ...kernels.campaigns.arm_cells import (
    ArmCells,
    arm_cells,
    planned_gain,
    shrunk_effects,
)
from ...satisfaction.reading.answer_groups import answer_groups
from ...typing import FloatArray, IntArray, IntoDataFrame
from .arm_choice import ArmLimits, PlannedArms, chosen_arms

__all__ = ["celled_plan"]


def celled_plan(
    frames: tuple[IntoDataFrame, IntoDataFrame, IntoDataFrame],
    cells: list[str],
    *,
    arms: Sequence[object],
    costs: FloatArray,
    limits: ArmLimits,
    arm_col: str,
    profit_col: str,
) -> PlannedArms:
    """Plan ``frames[0]`` by the pilot ``frames[1]``, and measure on ``frames[2]``.

    ``arms`` and ``costs`` begin with the control.
    """
    read = [arm_col, profit_col, *cells]
    base, learned, checked = (
        read_eager(frame, names)
        for frame, names in zip(frames, (cells, read, read), strict=True)
    )
    for frame in (base, learned, checked):
        for name in cells:
            require_ids(frame, name)
    for frame in (learned, checked):
        require_present(frame, arm_col)
        require_numbers(frame, [profit_col])
        refuse(frame, number_rules(frame, profit_col))
    keys, (cell, *others) = _shared_cells([base, learned, checked], cells)
    shape = (len(keys), len(arms))
    seen, held_out = (
        _measured(frame, code, arms, shape, arm_col, profit_col)
        for frame, code in zip((learned, checked), others, strict=True)
    )
    _require_seen(seen, arms)
    raw, shrunk = shrunk_effects(seen, 0)
    arm, planned_profit, gap = chosen_arms(
        (shrunk - costs)[cell], costs, arms[1:], limits
    )
    place = np.bincount(cell * shape[1] + arm, minlength=shape[0] * shape[1])
    planned = place.reshape(shape).astype(np.float64)
    planned[:, 0] = 0.0
    _require_checked(held_out, planned)
    gain, variance = planned_gain(held_out, planned, 0)
    names = np.asarray(arms, dtype=object)
    assessed: dict[str, np.ndarray | nw.Series[Any]] = {
        **{name: keys[name][_rows(shape)] for name in cells},
        "arm": np.tile(names[1:], shape[0]),
        "effect": raw[:, 1:].ravel(),
        "shrunk_effect": shrunk[:, 1:].ravel(),
        "held_out_effect": (held_out.mean - held_out.mean[:, [0]])[:, 1:].ravel(),
        "n_planned": planned[:, 1:].ravel().astype(np.int64),
    }
    return PlannedArms(
        customers=base,
        arm=arm,
        expected=(shrunk - costs)[cell, arm],
        planned_profit=planned_profit,
        gap=gap,
        profit=gain - float(planned.sum(axis=0) @ costs),
        variance=variance,
        assessment=assessed,
    )


def _rows(shape: tuple[int, int]) -> IntArray:
    return np.repeat(np.arange(shape[0]), shape[1] - 1)


def _shared_cells(
    frames: list[EagerFrame], cells: list[str]
) -> tuple[EagerFrame, list[IntArray]]:
    """Give the cells of all frames the same numbers."""
    libraries = {frame.implementation for frame in frames}
    kinds = {tuple(frame.schema[name] for name in cells) for frame in frames}
    if len(libraries) > 1 or len(kinds) > 1:
        raise InvalidTypeError(
            subject=f"columns {cells} of the three frames",
            expected="one library and one type in all of them",
            got=f"{len(libraries)} libraries and {len(kinds)} lists of types",
            remedy="Convert the columns of all frames to one type.",
        )
    seen = [with_plain_text(frame.select(*cells), cells) for frame in frames]
    both = nw.concat(seen, how="vertical")
    keys, codes = answer_groups(both, cells)
    ends = np.cumsum([len(frame) for frame in frames])
    return keys, np.split(codes, ends[:-1])


def _measured(  # noqa: PLR0917 - a frame, and what its columns are called
    frame: EagerFrame,
    cell: IntArray,
    arms: Sequence[object],
    shape: tuple[int, int],
    arm_col: str,
    profit_col: str,
) -> ArmCells:
    """Measure arms that may be planned; other arms of a pilot are left out."""
    groups = group_rows(frame, arm_col)
    number = {arm: code for code, arm in enumerate(arms)}
    known = [number.get(arm, -1) for arm in groups.ids.to_list()]
    arm = np.asarray(known, dtype=np.int64)[groups.codes]
    rows = arm >= 0
    return arm_cells(numbers(frame, profit_col)[rows], cell[rows], arm[rows], shape)


def _require_seen(seen: ArmCells, arms: Sequence[object]) -> None:
    few = [arm for arm, n in zip(arms, seen.n.sum(axis=0), strict=True) if n < 2]
    if few:
        raise InvalidValueError(
            subject="arguments 'control' and 'arm_costs'",
            found=f"arm {few[0]!r} with fewer than 2 customers in the pilot",
            remedy="Name arms of the pilot, and at least one treatment.",
        )


def _require_checked(held_out: ArmCells, planned: FloatArray) -> None:
    few = np.where(planned > 0, held_out.n, np.inf)
    few = np.minimum(few, np.where(planned > 0, held_out.n[:, [0]], np.inf))
    if few.min(initial=np.inf) < 2:
        raise NotEnoughDataError(
            needed="2 customers of each planned treatment and its control to check on",
            got=f"{int(few.min())} in a cell",
            remedy="Pass more customers in 'check_on', or coarser cells.",
        )
