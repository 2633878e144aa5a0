"""Respondents matched with customers: who answered, who did not, and who is unknown."""

from dataclasses import dataclass

from ..._frames import EagerFrame, collect, id_rules, read, refuse, require_ids
from ...errors import InvalidTypeError
from ...fits import JsonResult, checked
from ...typing import IntoFrame

__all__ = ["MatchReport", "match_respondents"]


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class MatchReport(JsonResult):
    """How many respondents are customers, and how many customers responded.

    Attributes
    ----------
    n_responses, n_respondents
        Number of responses, and of distinct customer ids among them.
    n_matched, n_unmatched
        Number of respondents who are among the customers, and who are not.
    n_responses_unmatched
        Number of responses of unmatched respondents, which a join would lose.
    n_customers, n_silent
        Number of customers, and of customers without a response.
    first_unmatched
        One id that matches no customer; None if all match.
    """

    n_responses: int
    n_respondents: int
    n_matched: int
    n_unmatched: int
    n_responses_unmatched: int
    n_customers: int
    n_silent: int
    first_unmatched: str | None = None

    @property
    def response_rate(self) -> float:
        """Share of the customers who responded, 0 to 1."""
        return self.n_matched / self.n_customers if self.n_customers else 0.0


def match_respondents(
    responses: IntoFrame, *, customers: IntoFrame, customer_id_col: str = "customer_id"
) -> MatchReport:
    """Count how many responses belong to customers, before a join drops the others.

    Parameters
    ----------
    responses
        One row per answer.
    customers
        One row per customer.
    customer_id_col
        The id column of both.

    Returns
    -------
    MatchReport
        Counts of matched, unmatched and silent customers, with an example.

    Raises
    ------
    InvalidValueError
        If an id is missing or blank.

    Examples
    --------
    >>> import pandas as pd
    >>> answers = pd.DataFrame({"customer_id": ["a", "a", "x"], "score": [9, 3, 7]})
    >>> base = pd.DataFrame({"customer_id": ["a", "b"]})
    >>> report = match_respondents(answers, customers=base)
    >>> report.n_matched, report.n_unmatched, report.n_silent, report.first_unmatched
    (1, 1, 1, "'x'")
    """
    answered = _ids(responses, customer_id_col)
    known = _ids(customers, customer_id_col)
    _require_one_kind(answered, known, customer_id_col)
    answers = answered[customer_id_col].to_list()
    respondents = set(answers)
    base = set(known[customer_id_col].to_list())
    lost = respondents - base
    first = next((repr(one) for one in answers if one in lost), None)
    return MatchReport(
        n_responses=len(answers),
        n_respondents=len(respondents),
        n_matched=len(respondents & base),
        n_unmatched=len(lost),
        n_responses_unmatched=sum(one in lost for one in answers),
        n_customers=len(base),
        n_silent=len(base - respondents),
        first_unmatched=first,
    )


def _ids(frame: IntoFrame, customer_id_col: str) -> EagerFrame:
    opened = read(frame, (customer_id_col,))
    require_ids(opened, customer_id_col)
    refuse(opened, id_rules(opened, customer_id_col))
    return collect(opened.select(customer_id_col))


def _require_one_kind(first: EagerFrame, second: EagerFrame, column: str) -> None:
    kinds = [frame[column].dtype.is_numeric() for frame in (first, second)]
    if len(first) and len(second) and kinds[0] != kinds[1]:
        raise InvalidTypeError(
            subject=f"column {column!r}",
            expected="ids of one type in both frames",
            got=f"{first[column].dtype} and {second[column].dtype}",
            remedy="Convert one of them: 1 and '1' are different ids.",
        )
