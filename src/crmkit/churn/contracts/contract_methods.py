"""What a model of renewals says and adds to frames: written once, for all models."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import ClassVar, Protocol, final

import numpy as np
from numpy.typing import ArrayLike

from ..._check import nonnegative, nonnegative_array, positive, rate, typed, whole
from ...fits import FitReport, JsonResult, read_fields
from ...kernels.base.newton import Derivatives
from ...kernels.survival.life_table import discounted_residual
from ...typing import FloatArray, IntoFrameT
from .retention_projection import RetentionProjection, project
from .value_ahead import residual_terms, tenure_array, with_tenure_scores

__all__ = ["ContractFormulas", "ContractMethods"]


class ContractKernel(Protocol):
    """The formulas of one paper: a module of ``kernels.survival`` that has these."""

    log_likelihood_sums: Callable[..., Derivatives]
    log_survival: Callable[..., FloatArray]
    retention: Callable[..., FloatArray]


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractFormulas:
    """What tells one model of renewals from another; the methods are the same.

    Attributes
    ----------
    names
        The parameters, in the published order.
    kernel
        The formulas.
    endless
        The discounted residual lifetime over an infinite horizon in closed form; None
        where there is none, and payments are added until nothing is left of them.
    """

    names: tuple[str, ...]
    kernel: ContractKernel
    endless: Callable[..., FloatArray] | None = None


class _Reported(Protocol):
    @property
    def report(self) -> FitReport | None: ...


class ContractMethods(JsonResult):
    """The methods of a model of contracts that come up for renewal.

    No method is overridden: what tells one model from another is the value
    ``formulas``. ``tenure`` is the number of renewals already made; a customer of
    tenure 0 has paid once. Rates of discount are effective rates per renewal.
    """

    __slots__ = ()

    formulas: ClassVar[ContractFormulas]

    def __post_init__(self) -> None:
        """Refuse parameters that are not positive numbers."""
        for name, value in self.parameters.items():
            positive(name, value)
        read_fields(self)

    @final
    @property
    def parameters(self) -> dict[str, float]:
        """The parameters by name."""
        return {name: getattr(self, name) for name in self.formulas.names}

    @final
    def retention(self, renewals: ArrayLike) -> FloatArray:
        """Return the share kept at each renewal (from 1) of those active before it."""
        t = tenure_array(nonnegative_array("renewals", renewals))
        return self.formulas.kernel.retention(np.maximum(t, 1.0), **self.parameters)

    @final
    def survival(self, renewals: ArrayLike, *, tenure: int = 0) -> FloatArray:
        """Return the share still active ``renewals`` later, given ``tenure`` made."""
        t = tenure_array(nonnegative_array("renewals", renewals))
        n = float(whole("tenure", tenure))
        now = self._log_survival(np.array([n])).item()
        return np.exp(self._log_survival(n + t) - now)

    @final
    def discounted_residual_lifetime(
        self, tenure: ArrayLike, *, discount_rate: float, horizon: float = math.inf
    ) -> FloatArray:
        """Return the expected payments ahead, valued just before the next renewal.

        ``horizon`` is how many renewals are added; the next one is the first, and is
        not discounted.
        """
        n = tenure_array(nonnegative_array("tenure", tenure))
        ahead = nonnegative("horizon", horizon, infinite=True)
        endless = self.formulas.endless
        if math.isinf(ahead) and endless is not None:
            a_renewal = positive("discount_rate", discount_rate)
            return endless(n, discount_rate=a_renewal, **self.parameters)
        terms = residual_terms(ahead, rate("discount_rate", discount_rate))
        curve = self._log_survival(np.arange(n.max(initial=0.0) + terms + 1))
        discount = 1 / (1 + discount_rate)
        return discounted_residual(curve, n, terms=terms, discount=discount)

    @final
    @typed
    def with_residual_value(
        self,
        customers: IntoFrameT,
        *,
        discount_rate: float,
        horizon: float = math.inf,
        tenure_col: str = "tenure",
        margin_col: str = "margin",
        customer_id_col: str = "customer_id",
        output_col: str = "residual_value",
    ) -> IntoFrameT:
        """Add what each contract is still worth: its margin times expected payments.

        ``margin_col`` holds the margin of one payment. The payments are those of
        ``discounted_residual_lifetime``.
        """
        score = partial(
            self.discounted_residual_lifetime,
            discount_rate=discount_rate,
            horizon=horizon,
        )
        return with_tenure_scores(
            customers,
            tenure_col=tenure_col,
            margin_col=margin_col,
            score=score,
            output_col=output_col,
            id_col=customer_id_col,
        )

    @final
    @typed
    def with_churn_risk(
        self,
        customers: IntoFrameT,
        *,
        horizon: int = 1,
        tenure_col: str = "tenure",
        customer_id_col: str = "customer_id",
        output_col: str = "churn_risk",
    ) -> IntoFrameT:
        """Add the probability of being lost within the next ``horizon`` renewals."""
        ahead = whole("horizon", horizon, at_least=1)

        def lost(tenure: FloatArray) -> FloatArray:
            kept = self._log_survival(tenure + ahead) - self._log_survival(tenure)
            # 1 - exp would lose the digits of a small risk.
            return np.asarray(-np.expm1(kept), dtype=np.float64)

        return with_tenure_scores(
            customers,
            tenure_col=tenure_col,
            margin_col=None,
            score=lost,
            output_col=output_col,
            id_col=customer_id_col,
        )

    @final
    def projection(
        self: "_Projected", *, horizon: int, level: float = 0.95
    ) -> RetentionProjection:
        """Project survival and retention, with intervals by the delta method."""
        formulas = self.formulas

        def log_survival(t: FloatArray, parameters: FloatArray) -> FloatArray:
            named = dict(zip(formulas.names, parameters.tolist(), strict=True))
            return formulas.kernel.log_survival(t, **named)

        return project(log_survival, self.report, horizon=horizon, level=level)

    @final
    def _log_survival(self, renewals: FloatArray) -> FloatArray:
        return self.formulas.kernel.log_survival(renewals, **self.parameters)


class _Projected(_Reported, Protocol):
    formulas: ClassVar[ContractFormulas]
