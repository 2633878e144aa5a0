"""The life-cycle stage of prospects who are not customers yet."""

from typing import Final

from ..._check import typed
from ..._frames import (
    Frame,
    collect,
    id_rules,
    matched_ids,
    native,
    nw,
    read,
    refuse,
    require_ids,
)
from ...typing import IntoFrameT

__all__ = ["with_potential_stage"]

_KNOWN: Final = "crmkit_known"


@typed
def with_potential_stage(
    prospects: IntoFrameT,
    customers: IntoFrameT,
    *,
    customer_id_col: str = "customer_id",
    output_col: str = "lifecycle_stage",
) -> IntoFrameT:
    """Add the stage ``"potential"`` to the prospects who are not customers yet.

    Parameters
    ----------
    prospects
        One row per prospect.
    customers
        One row per customer, in the same library and connection.
    customer_id_col
        The id, in both frames.
    output_col
        The column to write: ``"potential"``, or missing for a prospect who has become
        a customer and has a stage there.

    Returns
    -------
    The prospects with one more column. A lazy frame stays lazy and is not sorted.

    Raises
    ------
    InvalidValueError
        If an id is missing.
    InvalidTypeError
        If the frames belong to two libraries, or their ids are of two kinds.

    Examples
    --------
    >>> import pandas as pd
    >>> import crmkit as ck
    >>> leads = pd.DataFrame({"customer_id": ["ann", "zoe"]})
    >>> base = pd.DataFrame({"customer_id": ["ann", "bob"]})
    >>> stages = ck.segments.with_potential_stage(leads, base)["lifecycle_stage"]
    >>> stages.isna().to_list(), stages.to_list()[1]
    ([True, False], 'potential')
    """
    asked = _with_ids(prospects, customer_id_col)
    known = _with_ids(customers, customer_id_col).select(customer_id_col).unique()
    found = _marked(asked, known, customer_id_col, output_col)
    return native(found, prospects)


def _marked(asked: Frame, known: Frame, customer_id_col: str, output_col: str) -> Frame:
    same, comparable = matched_ids(asked, known, customer_id_col)
    potential = nw.lit("potential")
    if isinstance(asked, nw.LazyFrame) and isinstance(comparable, nw.LazyFrame):
        there = comparable.with_columns(nw.lit(1).alias(_KNOWN))
        joined = asked.join(there, on=customer_id_col, how="left")
        new = nw.when(nw.col(_KNOWN).is_null()).then(potential)
        return joined.with_columns(new.alias(output_col)).drop(_KNOWN)
    ids = collect(comparable)[customer_id_col].to_list()
    if not ids:  # a list without a type, which ids of Arrow cannot be compared with
        return asked.with_columns(potential.alias(output_col))
    stage = nw.when(~nw.col(customer_id_col).is_in(ids)).then(potential)
    staged = collect(same.with_columns(stage.alias(output_col)))
    return collect(asked).with_columns(staged[output_col])


def _with_ids(frame: object, customer_id_col: str) -> Frame:
    opened = read(frame, [customer_id_col])
    require_ids(opened, customer_id_col)
    refuse(opened, id_rules(opened, customer_id_col))
    return opened
