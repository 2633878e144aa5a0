"""Joint draws of the expected parts, and the intervals that follow from them."""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic

import numpy as np

from ..._check import fraction, random_source, typed
from ..._frames import group_rows, nw, read_eager
from ...errors import NotEnoughDataError
from ...fits import require_unit, shown, told
from ...ledger import Ledger
from ...ledger.ledger import frame_of
from ...typing import (
    BoolArray,
    Day,
    FloatArray,
    IntArray,
    IntoDataFrameT,
    Progress,
    PurchaseModel,
    SpendModel,
    TimeUnit,
)
from ..value.fitted_unit import rate_in_unit
from .assumptions import Assumptions
from .customer_outlook import Outlook, parts_ahead, with_draws, with_referral
from .model_expectations import (
    expectations,
    gained_by_referral,
    open_outlook,
    require_outlook,
)
from .references import References
from .referral_outlook import ReferralOutlook
from .result_rows import grouping, labelled, without_holes

__all__ = ["ComponentDraws", "expected_component_draws"]

_NAMES = ("clv1", "clv2", "clv3", "clv4", "clv5", "clv6", "clv")
_PLAIN = Assumptions()
_LEAST_PRICE = 0.01


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
@shown
class ComponentDraws(Generic[IntoDataFrameT]):
    """Many joint draws of the expected parts of every customer.

    Attributes
    ----------
    ledger
        The ledger they were drawn for.
    seen
        The customers of the ledger that the draws contain.
    values
        Draws by parts (clv1 to clv6, then clv) by customers.
    """

    ledger: Ledger[IntoDataFrameT]
    seen: BoolArray
    values: FloatArray

    def __repr__(self) -> str:
        """Show how many draws there are, and of how many customers."""
        count, _, customers = self.values.shape
        return f"ComponentDraws({count} draws, {customers:,} customers)"

    def intervals(
        self, *, level: float = 0.9, by: str | Sequence[str] | None = None
    ) -> IntoDataFrameT:
        """Return the mean and the interval of every part, summed within each draw.

        Parameters
        ----------
        level
            The share of draws within the interval, between 0 and 1.
        by
            Columns of the ledger's customers to sum by; an empty list sums the
            company; None gives every customer a row.

        Returns
        -------
        DataFrame
            For each part, and for ``clv``: the mean over the draws, and the ends of the
            interval, ``<part>_lower`` and ``<part>_upper``.

        Raises
        ------
        NotEnoughDataError
            If the ledger has no table of customers to sum by.
        MissingColumnError
            If the table of customers lacks the column.
        """
        tail = (1 - fraction("level", level)) / 2
        labels, unit, count = _units(self.ledger, self.seen, by)
        order = np.argsort(unit, kind="stable")
        starts = np.searchsorted(unit[order], np.arange(count))
        values = np.add.reduceat(self.values[:, :, order], starts, axis=2)
        lower, upper = np.quantile(values, [tail, 1 - tail], axis=0)
        mean = values.mean(axis=0)
        parts: dict[str, np.ndarray | nw.Series[Any]] = {}
        for at, name in enumerate(_NAMES):
            parts |= {
                name: mean[at],
                f"{name}_lower": lower[at],
                f"{name}_upper": upper[at],
            }
        return frame_of(self.ledger, labelled(labels, parts))


@typed
def expected_component_draws(
    ledger: Ledger[IntoDataFrameT],
    *,
    models: Sequence[tuple[PurchaseModel, SpendModel]],
    references: References,
    as_of: Day,
    horizon: float,
    discount_rate: float,
    time_unit: TimeUnit,
    rng: np.random.Generator,
    assumptions: Assumptions = _PLAIN,
    progress: Progress | None = None,
) -> ComponentDraws[IntoDataFrameT]:
    """Draw the expected parts of every customer, all parts of a draw together.

    The parts are correlated: the interval of a sum is that of the sums of each draw.

    Parameters
    ----------
    ledger, references, as_of, horizon, discount_rate, time_unit, assumptions
        As in :func:`expected_components`.
    models
        A purchase and a spend model for each draw: see :func:`draw_models`.
    rng
        The source of randomness of the customers' shares, prices and costs, and of
        referral.
    progress
        Is called with the number of draws done and of all; None for silence.

    Returns
    -------
    ComponentDraws
        Its method ``intervals`` gives intervals by customer, by group, or of the
        company. It holds seven numbers per customer and draw.

    Raises
    ------
    NotEnoughDataError
        If there are fewer than two pairs of models.

    Notes
    -----
    Drawn besides the models: each customer's share of home categories (Beta), price
    level and cost to serve (normal, with the credibility variance), the rates of
    referral (gamma) and the value of a referee (normal). The interval is that of the
    expected value; the actual value varies more.

    Examples
    --------
    >>> import numpy as np
    >>> from crmkit.clv import BgNbd, GammaGamma
    >>> from crmkit.clv import expected_component_draws, fit_references
    >>> from crmkit.datasets.simulated_company import simulate_company
    >>> ledger = simulate_company(customers=100, rng=np.random.default_rng(1))
    >>> spend = GammaGamma(p=6.0, q=4.0, v=20.0)
    >>> draws = expected_component_draws(
    ...     ledger,
    ...     models=[
    ...         (BgNbd(r=0.6, alpha=a, a=0.8, b=2.5), spend) for a in (9.0, 10.0, 11.0)
    ...     ],
    ...     references=fit_references(ledger, as_of="2023-12-31"),
    ...     as_of="2023-12-31", horizon=52, discount_rate=0.0018, time_unit="week",
    ...     rng=np.random.default_rng(2),
    ... )
    >>> draws
    ComponentDraws(3 draws, 100 customers)
    >>> company = draws.intervals(by=[])
    >>> bool((company["clv_lower"] < company["clv_upper"]).all())
    True
    """
    random_source(rng)
    for model, _ in models:
        require_unit(model, time_unit)
    if len(models) < 2:
        raise NotEnoughDataError(
            needed="two pairs of models or more",
            got=str(len(models)),
            remedy="Draw them from the fits, for instance with draw_models.",
        )
    require_outlook(assumptions, horizon, time_unit)
    outlook = open_outlook(
        ledger,
        references=references,
        as_of=as_of,
        time_unit=time_unit,
        assumptions=assumptions,
    )
    rate = rate_in_unit(discount_rate, time_unit)
    seen = outlook.book.seen()
    values = np.empty((len(models), len(_NAMES), int(seen.sum())))
    for at, (purchases, spend) in enumerate(told(models, progress)):
        drawn = _drawn(outlook, rng)
        bought, spent = expectations(
            drawn, purchases, spend, horizon=horizon, discount_rate=rate
        )
        referral = assumptions.referral
        expected = None if referral is None else _drawn_referral(referral, rng)
        gained = gained_by_referral(ledger, drawn, bought, expected)
        parts = with_referral(drawn.book, parts_ahead(drawn, bought, spent), gained)
        found = np.stack([parts[name][seen] for name in _NAMES[:-1]])
        values[at, :-1], values[at, -1] = found, found.sum(axis=0)
    return ComponentDraws(ledger=ledger, seen=seen, values=values)


def _units(
    ledger: Ledger[IntoDataFrameT],
    seen: BoolArray,
    by: str | Sequence[str] | None,
) -> tuple[dict[str, np.ndarray | nw.Series[Any]], IntArray, int]:
    book = ledger.book
    if by is None:
        ids = book.ids.filter(seen.tolist())
        return {ledger.customer_id_col: ids}, np.arange(len(ids)), len(ids)
    columns = grouping(by)
    if not columns:
        return {}, np.zeros(int(seen.sum()), dtype=np.int64), 1
    if ledger.customers is None:
        raise NotEnoughDataError(
            needed="a table of customers in the ledger to sum by",
            got="none",
            remedy="Give the ledger a frame 'customers', or leave 'by' out.",
        )
    frame = read_eager(ledger.customers, [ledger.customer_id_col, *columns])
    rank = group_rows(frame, ledger.customer_id_col).codes
    coded = [group_rows(without_holes(frame, column), column) for column in columns]
    codes = []
    key = np.zeros(book.customers, dtype=np.int64)
    for groups in coded:
        of_customer = np.zeros(book.customers, dtype=np.int64)
        of_customer[rank] = groups.codes
        codes.append(of_customer[seen])
        key = key * groups.count + of_customer
    _, first, unit = np.unique(key[seen], return_index=True, return_inverse=True)
    labels: dict[str, np.ndarray | nw.Series[Any]] = {
        column: groups.ids[code[first]]
        for column, groups, code in zip(columns, coded, codes, strict=True)
    }
    return labels, unit, first.size


def _drawn(outlook: Outlook, rng: np.random.Generator) -> Outlook:
    def normal(mean: FloatArray, variance: FloatArray) -> FloatArray:
        return mean + np.sqrt(variance) * rng.standard_normal(mean.size)

    mixed = (outlook.mix.home > 0) & (outlook.mix.home < 1)
    home = outlook.mix.home.copy()
    firm = outlook.mix.alike[mixed]
    home[mixed] = rng.beta(home[mixed] * firm, (1 - home[mixed]) * firm)
    service = normal(outlook.service.estimate, outlook.service.variance)
    return with_draws(
        outlook,
        home=home,
        price=_drawn_price(outlook, rng),
        service=np.maximum(service, 0.0),
    )


def _drawn_price(outlook: Outlook, rng: np.random.Generator) -> FloatArray:
    """Draw list per receipts and turn it over: that is what the parts are linear in."""
    price = np.maximum(outlook.price.estimate, _LEAST_PRICE)
    spread = np.sqrt(outlook.price.variance) / price
    factor = 1 + spread * rng.standard_normal(price.size)
    drawn: FloatArray = price / np.maximum(factor, _LEAST_PRICE)
    return drawn


def _drawn_referral(
    referral: ReferralOutlook, rng: np.random.Generator
) -> ReferralOutlook:
    """Draw rates and value; rates stated by hand are certain."""
    value = rng.normal(referral.referee_value, referral.referee_value_error)
    if referral.occasions is None:
        return dataclasses.replace(referral, referee_value=value)
    seen = max(referral.occasions, 1.0)
    overall = rng.gamma(referral.overall_rate * seen + 0.5) / seen
    each = seen / max(len(referral.rates), 1)
    return dataclasses.replace(
        referral,
        referee_value=value,
        overall_rate=overall,
        rates=tuple(float(rng.gamma(r * each + 0.5) / each) for r in referral.rates),
    )
