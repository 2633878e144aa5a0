"""Rules of columns, as expressions that any engine can check."""

from collections.abc import Sequence
from typing import Any, Final, Literal, cast

import narwhals.stable.v2 as nw

from .._check import HUGE, one_of
from ..errors import InvalidTypeError
from ..typing import Missing
from .asked_rules import MISSING_VALUE, Rule, refuse, sound_row_count
from .conversion import EagerFrame, Frame, column_types, read

__all__ = [
    "HUGE",
    "flag_rules",
    "id_rules",
    "known_rows",
    "missing",
    "number_rules",
    "probability_rules",
    "read_numbers",
    "require_groups",
    "require_ids",
    "require_numbers",
    "require_present",
    "unsound",
    "whole_rules",
]

_INFINITE = "infinite value"
# Arrow turns no larger whole number into a float, not even to compare it with one.
_EXACT: Final = 2**53
_NESTED: Final = {"list", "dict", "set", "ndarray", "tuple"}
_DROP_OR_FILL = "Drop or fill them first."


def missing(frame: Frame, column: str) -> nw.Expr:
    """Return where a column is missing: null, or NaN in a column of floats."""
    expression = nw.col(column).is_null()
    if column_types(frame, [column])[column].is_float():
        expression = expression | nw.col(column).is_nan()
    return expression


def number_rules(
    frame: Frame,
    column: str,
    *,
    sign: Literal["any", "nonnegative", "positive"] = "any",
    remedy: str = _DROP_OR_FILL,
) -> list[Rule]:
    """List the rules of a column of numbers: no hole, nothing infinite, the sign."""
    value = nw.col(column)
    rules = [
        Rule(
            column=column,
            broken=missing(frame, column),
            found=MISSING_VALUE,
            remedy=remedy,
        )
    ]
    dtype = column_types(frame, [column])[column]
    if dtype.is_float():
        rules.append(
            Rule(
                column=column,
                broken=~value.is_finite() & ~value.is_nan(),
                found=_INFINITE,
                remedy=remedy,
            )
        )
    # Numbers of 32 bits never reach the bound, nor can they express it.
    if dtype == nw.Float64:
        rules.append(
            Rule(
                column=column,
                # Polars sorts NaN above all numbers.
                broken=(value.abs() > HUGE) & ~value.is_nan(),
                found=f"value beyond {HUGE:g}",
                remedy="Correct these rows, or pass a larger unit.",
            )
        )
    if sign != "any":
        low = value < 0 if sign == "nonnegative" else value <= 0
        found = "negative value" if sign == "nonnegative" else "value of 0 or less"
        rules.append(Rule(column=column, broken=low, found=found, remedy=remedy))
    return rules


def unsound(frame: Frame, column: str) -> nw.Expr:
    """Return where a column of numbers breaks one of its rules, at a third of the cost.

    One comparison tells a number from a hole, NaN and infinity in every engine; which
    of the rules is broken, only a row that breaks one is asked.
    """
    value, hole = nw.col(column), nw.col(column).is_null()
    dtype = column_types(frame, [column])[column]
    if dtype == nw.Float64:
        return hole | ~(value.abs() <= HUGE)
    return hole | ~value.is_finite() if dtype.is_float() else hole


def whole_rules(
    frame: Frame, column: str, *, at_most: float, remedy: str = "Pass whole numbers."
) -> list[Rule]:
    """List the rules of a column of counts: whole numbers of 0 to a largest."""
    value = nw.col(column)
    return [
        *number_rules(frame, column, sign="nonnegative"),
        Rule(
            column=column,
            broken=value != value.floor(),
            found="value that is not whole",
            remedy=remedy,
        ),
        Rule(
            column=column,
            broken=value > at_most,
            found=f"value above {at_most:,.0f}",
            remedy="Correct these rows, or pass a larger unit.",
        ),
    ]


def probability_rules(frame: Frame, column: str) -> list[Rule]:
    """List the rules of a column of probabilities or shares: numbers from 0 to 1."""
    value = nw.col(column)
    outside = Rule(
        column=column,
        broken=(value < 0) | (value > 1),
        found="value outside 0 to 1",
        remedy="Pass probabilities from 0 to 1; divide percentages by 100.",
    )
    return [*number_rules(frame, column), outside]


def flag_rules(frame: Frame, column: str) -> list[Rule]:
    """List the rules of a column of flags: booleans, or numbers that are 0 or 1."""
    dtype = column_types(frame, [column])[column]
    # Arrow cannot compare a boolean with a number, and a boolean is always a flag.
    if dtype == nw.Boolean:
        return number_rules(frame, column)
    # Booleans with a hole are objects in pandas: the rule of missing values names them.
    plain = isinstance(frame, nw.DataFrame) and dtype == nw.Object
    if not plain or not _object_kinds(cast("EagerFrame", frame), column) <= {"bool"}:
        require_numbers(frame, [column])
    value = nw.col(column)
    neither = Rule(
        column=column,
        broken=(value != 0) & (value != 1),
        found="value other than 0 or 1",
        remedy="Code yes as 1 and no as 0.",
    )
    return [*number_rules(frame, column), neither]


def id_rules(frame: Frame, column: str) -> list[Rule]:
    """List the rules of a column of ids: no hole, no blank."""
    rules = [
        Rule(
            column=column,
            broken=missing(frame, column),
            found=MISSING_VALUE,
            remedy="Drop these rows, or give them an id.",
        )
    ]
    if column_types(frame, [column])[column] == nw.String:
        rules.append(
            Rule(
                column=column,
                broken=nw.col(column).str.strip_chars() == "",
                found="blank value",
                remedy="Drop these rows, or give them an id.",
            )
        )
    return rules


def read_numbers(
    frame: object, columns: Sequence[str], *, weight_col: str | None = None
) -> Frame:
    """Open a frame whose columns are finite numbers, and its weights above zero."""
    weights = [] if weight_col is None else [weight_col]
    opened = read(frame, [*columns, *weights])
    require_numbers(opened, [*columns, *weights])
    once = dict.fromkeys(columns)
    rules = [rule for name in once for rule in number_rules(opened, name)]
    for name in weights:
        rules += number_rules(opened, name, sign="positive")
    refuse(opened, rules)
    return opened


def known_rows(
    frame: Frame, column: str, *, missing: Missing | None
) -> tuple[Frame, int]:
    """Refuse values that are not finite numbers; leave out missing ones if asked to.

    Returns the rows that are left, and how many they are. ``missing`` is None where the
    caller has no argument of this name, which no remedy may name then.
    """
    remedy = _DROP_OR_FILL
    if missing is not None:
        one_of("missing", missing, ("error", "keep"))
        remedy = 'Drop or fill them first, or pass missing="keep".'
    require_numbers(frame, [column])
    hole, *others = number_rules(frame, column, remedy=remedy)
    if missing != "keep":
        return frame, sound_row_count(frame, [hole, *others])
    known: Frame = frame.filter(~hole.broken)
    return known, sound_row_count(known, others)


def require_groups(frame: Frame, columns: Sequence[str]) -> None:
    """Refuse groups that cannot be told apart or sorted: lists, types that are mixed.

    Floats and whole numbers may stand together; a group that is missing may pass.
    """
    for column, dtype in column_types(frame, columns).items():
        if isinstance(frame, nw.DataFrame) and _holds_objects(frame, column):
            kinds = _object_kinds(frame, column)
            plain = len(kinds) <= 1 and not kinds & _NESTED
        else:
            plain = not dtype.is_nested()
        if not plain:
            raise InvalidTypeError(
                subject=f"column {column!r}",
                expected="groups of one kind: text, numbers, dates or categories",
                got=_kind(frame, column),
                remedy="Convert the column to one type first.",
            )


def require_present(frame: Frame, *columns: str) -> None:
    """Refuse rows in which one of the columns is missing, and groups of mixed kinds."""
    require_groups(frame, columns)
    remedy = "Drop these rows, or fill in a name first."
    refuse(
        frame,
        [
            Rule(
                column=column,
                broken=missing(frame, column),
                found=MISSING_VALUE,
                remedy=remedy,
            )
            for column in columns
        ],
    )


def require_numbers(frame: Frame, columns: Sequence[str]) -> None:
    """Refuse a column that does not hold real numbers, or what Arrow cannot read."""
    for column, dtype in column_types(frame, columns).items():
        in_arrow = isinstance(frame, nw.DataFrame) and _in_arrow(frame[column])
        if in_arrow and dtype in {nw.Int64, nw.UInt64}:
            refuse(frame, [_exact_rule(column, signed=dtype == nw.Int64)])
        # pandas takes every half-precision number of Arrow for NaN.
        halved = in_arrow and frame.implementation.is_pandas() and dtype == nw.Float16
        if halved or not dtype.is_numeric():
            raise InvalidTypeError(
                subject=f"column {column!r}",
                expected="numbers",
                got=_kind(frame, column),
                remedy="Convert the column to float or int first.",
            )


def require_ids(frame: Frame, column: str) -> None:
    """Refuse ids that cannot be told apart: lists, structs, types that are mixed."""
    dtype = column_types(frame, [column])[column]
    if isinstance(frame, nw.DataFrame) and _holds_objects(frame, column):
        kinds = _object_kinds(frame, column)
        plain = len(kinds) <= 1 and not kinds & _NESTED
    elif dtype == nw.Unknown and isinstance(frame, nw.DataFrame):
        plain = frame.is_empty()  # Arrow has no type for a column without a value
    else:
        plain = not (dtype.is_nested() or dtype in (nw.Unknown, nw.Boolean))
    if not plain:
        raise InvalidTypeError(
            subject=f"column {column!r}",
            expected="ids of one kind: text, whole numbers or categories",
            got=_kind(frame, column),
            remedy="Convert the column to one type first.",
        )


def _in_arrow(series: nw.Series[Any]) -> bool:
    """Return whether PyArrow holds a column, in a table of its own or for pandas."""
    if series.implementation.is_pyarrow():
        return True
    # Only pandas has types of columns that name the type of Arrow behind them.
    native = series.to_native()
    return series.implementation.is_pandas() and hasattr(native.dtype, "pyarrow_dtype")


def _exact_rule(column: str, *, signed: bool) -> Rule:
    value = nw.col(column)
    # A signed limit would make Arrow fail on unsigned numbers that need the last bit.
    beyond = value > nw.lit(_EXACT, nw.Int64 if signed else nw.UInt64)
    return Rule(
        column=column,
        broken=beyond | (value < -_EXACT) if signed else beyond,
        found="whole number beyond 2**53, which PyArrow compares with no float",
        remedy="Convert the column to float (in PyArrow with safe=False), or pass a "
        "larger unit.",
    )


def _holds_objects(frame: EagerFrame, column: str) -> bool:
    """Return whether a column may hold objects of any type.

    narwhals names a column of objects by its first hundred rows: after as many texts, a
    number would go unseen.
    """
    series = frame[column]
    if series.dtype != nw.String or not series.implementation.is_pandas():
        return bool(series.dtype == nw.Object)
    values = series.to_native()
    if values.dtype != object:
        return False
    from pandas.api.types import infer_dtype  # noqa: PLC0415 - only pandas has them

    return bool(infer_dtype(values, skipna=True) not in {"string", "empty"})


def _object_kinds(frame: EagerFrame, column: str) -> set[str]:
    values = frame[column].drop_nulls().to_list()
    return {type(value).__name__ for value in values}


def _kind(frame: Frame, column: str) -> str:
    dtype = column_types(frame, [column])[column]
    if isinstance(frame, nw.DataFrame) and _holds_objects(frame, column):
        return f"objects of type {', '.join(sorted(_object_kinds(frame, column)))}"
    if isinstance(frame, nw.DataFrame) and frame.implementation.is_pandas_like():
        return f"dtype {frame[column].to_native().dtype}"
    return str(dtype)
