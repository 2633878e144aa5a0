"""The parts CLV1 to CLV6 of past and expected value, from a ledger."""

from dataclasses import dataclass

from ..._frames import read_eager
from ...clv import value_statement, value_waterfall
from ...errors import CrmkitError
from ...ledger import Ledger
from ...typing import IntoDataFrameT
from ..question import Question
from .purchase_models import ChosenModel

__all__ = ["LedgerParts", "ledger_parts"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerParts:
    """The six parts of value, summed over all customers.

    Attributes
    ----------
    meanings
        What each part is, in words.
    past, expected
        The amounts of the parts, from the first to the sixth, and their total last.
    refused
        Why there are no parts, if there are none.
    """

    meanings: tuple[str, ...] = ()
    past: tuple[float, ...] = ()
    expected: tuple[float, ...] = ()
    refused: str | None = None


def ledger_parts(
    ledger: Ledger[IntoDataFrameT], *, chosen: ChosenModel, question: Question
) -> LedgerParts:
    """State past and expected value in parts; where a ledger is too small, say so."""
    try:
        found = value_statement(
            ledger,
            as_of=question.observation_period_end,
            horizon=question.horizon_weeks,
            time_unit="week",
            discount_rate=question.weekly_discount_rate,
            purchases=chosen.fit,
        )
    except CrmkitError as reason:
        return LedgerParts(refused=str(reason))
    past = read_eager(value_waterfall(found.history), ("meaning", "amount"))
    ahead = read_eager(value_waterfall(found.expected), ("amount",))
    return LedgerParts(
        meanings=tuple(str(each) for each in past["meaning"].to_list()),
        past=tuple(float(each) for each in past["amount"].to_list()),
        expected=tuple(float(each) for each in ahead["amount"].to_list()),
    )
