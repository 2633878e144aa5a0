"""What the analysis found: everything that the page shows, and the page itself."""

import html
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Generic, Literal, TypeVar

from ...clv import Forecast, ModelError
from ...fits import shown
from ...rfm.transaction_report import TransactionReport
from ..question import Question
from .action_list import ActionList
from .campaign_results import CampaignResult
from .found_values import (
    Activity,
    Base,
    Bin,
    Concentration,
    FitFacts,
    Group,
    Holdout,
    LeftOut,
    Models,
    Outlook,
    Retention,
    RiskCell,
    Tier,
)
from .ledger_parts import LedgerParts

if TYPE_CHECKING:  # without a survey, what surveys need is not loaded
    from ...satisfaction import Nps

__all__ = ["Findings"]

FrameT_co = TypeVar("FrameT_co", covariant=True)


@dataclass(frozen=True, slots=True, kw_only=True)
@shown
class Findings(Generic[FrameT_co]):
    """Everything the analysis found, section by section.

    In a notebook it shows itself as the page. ``write`` puts the page, the table of
    customers and the lists into a folder.

    Attributes
    ----------
    question, log
        What was asked, and what the log held.
    base
        The customers in a few numbers.
    ahead
        The total value ahead with its range, as ``clv.forecast`` gives it for all
        customers, or for a sample of them; None where it cannot be drawn.
    past_errors
        How far forecasts made at past dates missed; None where none could be made.
    lists
        Whom to win back, to protect, and to lead to a second order.
    concentration, tiers
        How unequally value is held.
    retention
        Cohorts and the movement of customers.
    segments, stages
        RFM segments and life-cycle stages.
    activity, probability_bins, mean_probability_alive
        How likely repeat customers are to be active.
    risk
        Value at risk by tier and activity.
    outlook
        Spending by month, past and expected.
    holdout, holdout_refused
        The check of the forecast; or None, and the reason for not having one.
    models, fits
        The models compared, and those fitted.
    ledger
        The parts CLV1 to CLV6; None without a ledger.
    nps
        The net promoter score; None without a survey.
    campaigns
        What each campaign added; empty without contacts.
    best
        The 500 customers of the highest expected value, the best first: rows of
        ``customers``.
    customers
        One row per customer, in the library of the log: the summary, the predictions,
        ``clv``, ``clv_if_active``, ``value_tier``, ``rfm_segment``, ``lifecycle_stage``
        and ``action``. The 95% range of each customer's value is in ``clv_lower`` and
        ``clv_upper``: of up to 30,000 customers, and of the 500 best of more.
    left_out
        What was left out on request, or valued by a special rule.
    doubts
        What makes the whole page doubtful, as sentences.
    """

    question: Question
    log: TransactionReport
    base: Base
    ahead: Forecast | None
    past_errors: ModelError | None
    lists: tuple[ActionList[FrameT_co], ...]
    concentration: Concentration
    tiers: tuple[Tier, ...]
    retention: Retention
    segments: tuple[Group, ...]
    stages: tuple[Group, ...]
    probability_bins: tuple[Bin, ...]
    mean_probability_alive: float
    activity: tuple[Activity, ...]
    risk: tuple[RiskCell, ...]
    holdout: Holdout | None
    holdout_refused: str | None
    outlook: Outlook
    models: Models
    fits: tuple[FitFacts, ...]
    best: FrameT_co
    customers: FrameT_co
    ledger: LedgerParts | None = None
    nps: "Nps | None" = None
    campaigns: tuple[CampaignResult, ...] = ()
    left_out: LeftOut = field(default_factory=LeftOut)
    doubts: tuple[str, ...] = ()

    def write(
        self,
        folder: Path | str,
        *,
        table_format: Literal["auto", "csv", "parquet"] = "auto",
    ) -> Path:
        """Write the page, the table of customers and the lists; return the page.

        Parameters
        ----------
        folder
            Where to; it is made if it is not there.
        table_format
            The format of the tables beside the page; ``"auto"`` is CSV up to a million
            customers, and Parquet above.

        Raises
        ------
        InvalidValueError
            If the folder cannot be written to.
        """
        from ..output.report_files import write_report  # noqa: PLC0415 - it reads this

        return write_report(self, Path(folder), table_format=table_format).page

    def _repr_html_(self) -> str:
        """Show the page inside a notebook, in a frame of its own."""
        from ..page.html_page import render_page  # noqa: PLC0415 - it reads this

        page = html.escape(render_page(self), quote=True)
        return (
            f'<iframe srcdoc="{page}" style="width:100%;height:48rem;border:0" '
            'title="Customer value report"></iframe>'
        )

    def __repr__(self) -> str:
        """Show how many customers there are, and what they are worth."""
        return (
            f"Findings(n_customers={self.base.n_customers}, "
            f"value={self.base.value:.2f}, model={self.models.chosen!r})"
        )
