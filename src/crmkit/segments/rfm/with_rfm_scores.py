"""The RFM scores of each customer, cut on the same base."""

from ..._check import instance
from ..._frames import native
from ...kernels.groups.rfm_scores import Rule
from ...typing import HISTORY, HistoryColumns, IntoFrameT, Missing
from .fit_rfm_scores import open_and_cut
from .rfm_columns import RfmColumns
from .rfm_scores import Method, scored_frame

__all__ = ["with_rfm_scores"]


def with_rfm_scores(
    customers: IntoFrameT,
    *,
    method: Method = "independent",
    bins: int = 5,
    rule: Rule = "strict",
    columns: HistoryColumns = HISTORY,
    inactivity_col: str | None = None,
    monetary_col: str = "total_amount",
    missing: Missing = "error",
) -> IntoFrameT:
    """Add the R, F and M scores of each customer, cut on the same customers.

    For scores that stay comparable from month to month, fit once and keep the result:
    :func:`fit_rfm_scores`, then its ``with_rfm_scores``.

    Parameters
    ----------
    customers
        One row per customer, such as :func:`crmkit.rfm_summary` returns. A lazy frame
        stays lazy.
    method
        ``"independent"``: each axis is cut on its own. ``"nested"`` (Hughes):
        frequency is cut within each recency score, and money within both, so that the
        cells are of nearly equal size; the same frequency can then earn different
        scores. ``"ntile"``: as many customers in each score, as SQL and R make them,
        with ties split by the id.
    bins
        Number of scores per axis.
    rule
        Which score equal customers have, for independent and nested scores.
        ``"strict"``: by the share of customers strictly below; ``"upper"``: by the
        share at or below; ``"midrank"``: by the middle of the two. ``"spread"``: as
        strict, except that a crowd at the lowest value that is larger than the share
        of one score has score 1 and the other customers are ranked among themselves,
        which leaves fewer scores empty.
    columns
        The columns of the purchase history, as :func:`crmkit.rfm_summary` names them.
        Ntile scores also read ``customer_id``, compared as text: ``"10"`` is sorted
        before ``"9"``.
    inactivity_col
        The column of the time since the last purchase; None computes it as
        ``T - recency``.
    monetary_col
        The column of money.
    missing
        ``"error"`` refuses missing values; with ``"keep"``, customers of whom a
        number is missing have no scores.

    Returns
    -------
    The same rows with ``r_score``, ``f_score``, ``m_score`` and ``rfm_cell``.

    Raises
    ------
    InvalidValueError
        If a number is missing or infinite, or recency is above T; for ntile scores, if
        an id is missing or has two rows.
    InvalidTypeError
        If the ids for ntile scores are neither text nor whole numbers.
    NotEnoughDataError
        If there are no customers.

    Examples
    --------
    >>> import pandas as pd
    >>> import crmkit as ck
    >>> customers = pd.DataFrame({
    ...     "frequency": [7, 0], "recency": [40.0, 0.0], "T": [45.0, 90.0],
    ...     "total_amount": [900.0, 40.0],
    ... })
    >>> ck.segments.with_rfm_scores(customers)["rfm_cell"].to_list()
    ['333', '111']
    """
    instance("columns", columns, HistoryColumns)
    read_from = RfmColumns(
        history=columns, inactivity_col=inactivity_col, monetary_col=monetary_col
    )
    opened, scores = open_and_cut(
        customers, read_from, method=method, bins=bins, rule=rule, missing=missing
    )
    return native(scored_frame(scores, opened, missing), customers)
