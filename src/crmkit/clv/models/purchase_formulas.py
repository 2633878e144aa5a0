"""What tells one purchase model from another, as a value: kernel, names, clock."""

# ruff: noqa: D102 - the name of a formula says all that its docstring could.

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from ...kernels.base.newton import Objective
from ...typing import FloatArray, IntArray
from .histories import ANY_TIME, Clock

__all__ = ["Formula", "PurchaseFormulas", "PurchaseKernel"]

Formula: TypeAlias = Callable[..., FloatArray]


class PurchaseKernel(Protocol):
    """The formulas of one paper: a module or value of ``kernels.purchases``.

    Each takes the history and the options by position or name, and the parameters of
    the model by name. They are properties, because a plain attribute of a protocol must
    be settable, and the methods of a frozen value are not.
    """

    @property
    def objective(self) -> Callable[..., Objective]: ...

    @property
    def start_values(self) -> Formula: ...

    @property
    def log_likelihood(self) -> Formula: ...

    @property
    def probability_alive(self) -> Formula: ...

    @property
    def probability_alive_after(self) -> Formula: ...

    @property
    def log_probability_alive(self) -> Formula: ...

    @property
    def expected_purchases(self) -> Formula: ...

    @property
    def discounted_expected_purchases(self) -> Formula: ...

    @property
    def variance_of_purchases(self) -> Formula: ...

    @property
    def log_pmf(self) -> Formula: ...

    @property
    def posterior_mean_rate(self) -> Formula: ...

    @property
    def posterior_mean_dropout(self) -> Formula: ...

    @property
    def expected_purchases_new_customer(self) -> Formula: ...

    @property
    def log_pmf_new_customer(self) -> Formula: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PurchaseFormulas:
    """What tells one purchase model from another; the methods are the same for all.

    Attributes
    ----------
    names
        The parameters, in the published order.
    timed
        Those of them that have the unit of ``T``: a fit is centred on the age of the
        data for these, so that the unit does not matter.
    kernel
        The formulas.
    log_probability_alive_after
        The logarithm of the probability of being active later, for small ones.
    fixed
        Fields of the model that its formulas take beside the parameters, and that no
        fit moves.
    futures
        Draws, from the histories of active customers, a span, a source of randomness
        and the parameters, the row and time of each purchase in the span.
    lifetimes
        The class of the lifetimes package for this model; None where it has none.
    clock
        What the model takes for time: a continuous one, or numbered opportunities.
    """

    names: tuple[str, ...]
    timed: tuple[str, ...] = ("alpha",)
    kernel: PurchaseKernel
    log_probability_alive_after: Formula
    futures: Callable[..., tuple[IntArray, FloatArray]]
    fixed: tuple[str, ...] = ()
    lifetimes: str | None = None
    clock: Clock = ANY_TIME
