"""Futures of a ledger's customers, and sums of many customers' futures."""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...errors import InvalidValueError
from ...fits import told
from ...kernels.value.component_identity import totals
from ...kernels.value.draw_deviations import draw_deviations
from ...typing import FloatArray, IntArray, Progress, SpendModel
from ..uncertainty.parameter_draws import plausible, steady
from .component_chance import (
    CHANCE_PARTS,
    Chance,
    FittedSpend,
    PurchaseFutures,
    chance_of,
    future_parts,
)
from .customer_outlook import (
    Outlook,
    PartsAhead,
    parts_ahead,
    rows_of,
    with_draws,
    with_referral,
)
from .expectation_moves import expectation_moves
from .model_expectations import expectations, expected_spends, referral_rates
from .referral_outlook import ReferralOutlook, referee_chance

__all__ = ["PartFutures"]

_PARTS = ("clv2", "clv3", "clv4", "clv5", "clv6")
_REFERRAL = _PARTS.index("clv5")
_LEAST_PRICE = 0.01
_SAMPLE = 1024  # customers who show how expectations move with the models
_BLOCKS = 256  # of each group
_FEWEST, _MOST = 4, 48  # futures of every customer
_CUSTOMER_FUTURES = 1 << 18

_Groups = tuple[tuple[str, ...], IntArray]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PartFutures:
    """Draws of what comes.

    Attributes
    ----------
    outlook, chance
        What is known of each customer, and what purchases missed so far.
    purchases, spend
        The models of each draw, after the fits themselves, which come first.
    few, moves
        Customers who show how expectations move with the parameters, and the purchases
        of each at drawn parameters, relative to those the fit expects, (draws, few).
    pace, level
        By what purchases and spend are multiplied at drawn parameters, so that their
        mean is what the fits expect: the parameters are drawn from a skewed
        distribution, and some lie at the edge of what is possible.
    referral, groups, gains
        The new referees to expect, the groups of customers that their rates belong to,
        and by how much the gain from a referee misses the mean.
    horizon, discount_rate
        In the unit of the models.
    rng
        The source of randomness.
    """

    outlook: Outlook
    chance: Chance
    purchases: Sequence[PurchaseFutures]
    spend: Sequence[SpendModel]
    few: IntArray
    moves: FloatArray
    pace: float
    level: float
    referral: ReferralOutlook | None
    groups: _Groups
    gains: FloatArray
    horizon: float
    discount_rate: float
    rng: np.random.Generator

    @classmethod
    def of(
        cls,
        outlook: Outlook,
        *,
        purchases: PurchaseFutures,
        spend: FittedSpend,
        n_draws: int,
        referral: ReferralOutlook | None,
        groups: _Groups,
        horizon: float,
        horizon_days: float,
        discount_rate: float,
        rng: np.random.Generator,
    ) -> "PartFutures":
        """Draw models, and learn from the log what purchases and referees miss by."""
        # Where parameters are all but free, a penalised fit is drawn from.
        bought = plausible(steady(purchases), n_draws, rng)
        spent = [
            one if _has_a_mean(outlook, one) else spend
            for one in plausible(steady(spend), n_draws, rng)
        ]
        gains = np.zeros(1)
        if referral is not None:
            gains = referee_chance(outlook.book, span=horizon_days, rng=rng)
        few = _sample(outlook)
        some = rows_of(outlook, few)
        moves = expectation_moves(purchases, bought, some.history, horizon)
        expected = moves.base
        # Their mean is to be what the fit expects, whatever the draws are skewed by.
        pace = _ratio(float(expected.sum()), float((moves.factors @ expected).mean()))
        paid = [float(expected @ expected_spends(some, one)) for one in (spend, *spent)]
        level = _ratio(paid[0], float(np.mean(paid[1:])))
        return cls(
            outlook=outlook,
            chance=chance_of(outlook, expected_spends(outlook, spend)),
            purchases=[purchases, *bought],
            spend=[spend, *spent],
            few=few,
            moves=moves.factors * pace,
            pace=pace,
            level=level,
            referral=referral,
            groups=groups,
            gains=gains,
            horizon=horizon,
            discount_rate=discount_rate,
            rng=rng,
        )

    def future(self, draw: int) -> FloatArray:
        """Draw one future of every customer: parts (clv2 to clv6) by customers."""
        common = self.chance.drawn_common(self.rng)
        return self._future(draw + 1, common, self._referral_drawn())[0]

    def _future(
        self, at: int, common: FloatArray, referral: ReferralOutlook | None
    ) -> tuple[FloatArray, FloatArray]:
        """Return the parts, and of clv5 what past referees owe their referrers."""
        drawn = _drawn(self.outlook, self.rng)
        made, parts = future_parts(
            drawn,
            self.purchases[at],
            expected_spends(drawn, self.spend[at]) * (self.level if at else 1.0),
            self.chance,
            common,
            horizon=self.horizon,
            discount_rate=self.discount_rate,
            pace=self.pace if at else 1.0,
            rng=self.rng,
        )
        gained = np.zeros(made.size)
        if referral is not None:
            come = self.rng.poisson(made * referral_rates(referral, self.groups))
            referrer = np.repeat(np.arange(made.size), come)
            worth = referral.value_per_referee(drawn.standard_acquisition)
            missed = self.gains[self.rng.integers(self.gains.size, size=referrer.size)]
            gained = totals(referrer, worth + missed, made.size)
        parts = with_referral(drawn.book, parts, gained)
        return np.stack([parts[part] for part in _PARTS]), parts["clv5"] - gained

    def drawn_sums(
        self, unit: IntArray, count: int, progress: Progress | None
    ) -> FloatArray:
        """Draw the sums of groups of customers, (draws, parts, groups).

        A sum is what the models expect of it, plus chance. Chance is a few futures of
        all, cut into blocks of customers that are alike: a future of each block, drawn
        afresh, adds up to a future of all.
        """
        found = self._expected_sums(unit, count, progress)
        size = unit.size
        futures = int(np.clip(_CUSTOMER_FUTURES // size, _FEWEST, _MOST))
        block = unit * _BLOCKS + self.rng.permutation(size) % _BLOCKS
        nothing, cells = np.zeros(len(self.chance.common)), count * _BLOCKS
        sums = np.empty((futures, len(_PARTS), cells))
        owed = np.empty((futures, count))
        for future in range(futures):
            parts, moved = self._future(0, nothing, self.referral)
            # What one customer owes another leaves both, so it is not cut into blocks.
            parts[_REFERRAL] -= moved
            owed[future] = totals(unit, moved, count)
            sums[future] = [totals(block, part, cells) for part in parts]
        sums, owed = draw_deviations(sums), draw_deviations(owed)
        at = np.arange(cells)
        for row in range(len(found)):
            chosen = sums[self.rng.integers(futures, size=cells), :, at]
            found[row] += chosen.reshape(count, _BLOCKS, -1).sum(axis=1).T
            found[row, _REFERRAL] += owed[self.rng.integers(futures)]
        return found

    def expected_parts(self) -> FloatArray:
        """Return what the fits expect of every customer: parts (clv1 to clv6)."""
        parts = self._expected()[2]
        return np.stack([parts[part] for part in ("clv1", *_PARTS)])

    def _expected(self) -> tuple[FloatArray, FloatArray, PartsAhead]:
        """Return the expected purchases, spend and parts of the fits themselves."""
        bought, spent = expectations(
            self.outlook,
            self.purchases[0],
            self.spend[0],
            horizon=self.horizon,
            discount_rate=self.discount_rate,
        )
        gained = bought * self._gain(self.referral)
        parts = parts_ahead(self.outlook, bought, spent)
        return bought, spent, with_referral(self.outlook.book, parts, gained)

    def _expected_sums(
        self, unit: IntArray, count: int, progress: Progress | None
    ) -> FloatArray:
        """Return the sums that each pair of models expects, (draws, parts, groups)."""
        bought, spent, parts = self._expected()
        centre = np.stack([totals(unit, parts[part], count) for part in _PARTS])
        orders, money = (totals(unit, each, count) for each in (bought, bought * spent))
        few, group = self.few, unit[self.few]
        some = rows_of(self.outlook, few)
        size = totals(unit, self.outlook.history.bought.astype(float), count)
        taken = totals(group, np.ones(few.size), count)
        weight = (size / np.maximum(taken, 1))[group]

        def moved(
            made: FloatArray, paid: FloatArray, referral: ReferralOutlook | None
        ) -> FloatArray:
            each = parts_ahead(some, made, paid)
            # What past referees owe moves within the company, hardly between groups.
            each["clv5"] = made * self._gain(referral)[few]
            return np.stack(
                [totals(group, weight * each[part], count) for part in _PARTS]
            )

        here = moved(bought[few], spent[few], self.referral)
        found = np.empty((len(self.moves), len(_PARTS), count))
        for draw in told(range(len(found)), progress):
            paid = expected_spends(some, self.spend[draw + 1]) * self.level
            there = moved(bought[few] * self.moves[draw], paid, self._referral_drawn())
            found[draw] = centre + there - here
            common = self.chance.drawn_common(self.rng)
            for part, missed in zip(CHANCE_PARTS, common, strict=True):
                scale = orders if part == "clv4" else money
                found[draw, _PARTS.index(part)] += missed * scale
        return found

    def _gain(self, referral: ReferralOutlook | None) -> FloatArray:
        """Return what one purchase of each customer brings in new referees."""
        if referral is None:
            return np.zeros(self.groups[1].size)
        worth = referral.value_per_referee(self.outlook.standard_acquisition)
        return referral_rates(referral, self.groups) * worth

    def _referral_drawn(self) -> ReferralOutlook | None:
        if self.referral is None:
            return None
        return _drawn_referral(self.referral, self.rng)


def _sample(outlook: Outlook) -> IntArray:
    """Take every so-many-th customer in the order of frequency and recency."""
    history = outlook.history
    there = np.flatnonzero(history.bought)
    order = there[np.lexsort((history.recency[there], history.frequency[there]))]
    step = max(order.size // _SAMPLE, 1)
    return np.sort(order[step // 2 :: step])


def _has_a_mean(outlook: Outlook, spend: SpendModel) -> bool:
    """Return whether a drawn model of spend expects a finite amount of everyone."""
    try:
        expected_spends(outlook, spend)
    except InvalidValueError:
        return False
    return True


def _ratio(wanted: float, found: float) -> float:
    return float(wanted / found) if found > 0 else 1.0


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
