"""What tells one purchase model from another, as a value: kernel, names, clock."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from ...kernels.base.newton import Objective
from ...typing import FloatArray, IntArray
from .histories import ANY_TIME, Clock

__all__ = ["Formula", "PurchaseFormulas", "PurchaseKernel"]

Formula: TypeAlias = Callable[..., FloatArray]


class PurchaseKernel(Protocol):
    """The formulas of one paper: a module of ``kernels.purchases`` that has these.

    Each takes the history and the options by position or name, and the parameters of
    the model by name.
    """

    objective: Callable[..., Objective]
    start_values: Formula
    log_likelihood: Formula
    probability_alive: Formula
    probability_alive_after: Formula
    log_probability_alive: Formula
    expected_purchases: Formula
    discounted_expected_purchases: Formula
    variance_of_purchases: Formula
    log_pmf: Formula
    posterior_mean_rate: Formula
    posterior_mean_dropout: Formula
    expected_purchases_new_customer: Formula
    log_pmf_new_customer: Formula


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
        As in the kernel; in a module beside it, because a kernel's file is full.
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
