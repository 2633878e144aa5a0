"""The report of a maximum-likelihood fit."""

from dataclasses import dataclass, replace
from math import exp, log
from statistics import NormalDist
from typing import Literal

from .._check import fraction, one_of
from ..errors import InvalidValueError, NotEnoughDataError
from .field_rules import checked
from .html_tables import html_table, paragraph
from .interval import Interval
from .json_documents import JsonResult

__all__ = ["FitReport"]

_NO_DIFFERENCE = 0.05  # p-value from which on differences are not told from chance
_WEAK = 2.0  # standard error of a logarithm: the 95% interval spans a factor of 2500


@dataclass(frozen=True, slots=True, kw_only=True)
@checked
class FitReport(JsonResult):
    """The estimates of a fit, how the search ended, the likelihood and the covariance.

    Attributes
    ----------
    names, estimates
        The parameters, in one order everywhere in the report.
    converged, iterations, gradient_norm, message
        How the search ended. ``gradient_norm`` is the largest slope of the mean
        log-likelihood per customer with respect to the logarithm of a parameter.
    log_likelihood
        Of all customers together, without any penalty, in the caller's unit of time or
        money: comparable across models fitted to the same data in the same unit.
    n_customers, n_cells
        Customers (the sum of the weights), and the distinct histories among them.
    covariance
        Of the estimates, from the curvature at the optimum; None where that curvature
        does not define one.
    condition_number
        Of the curvature with respect to the logarithms of the parameters: how much
        better the best known direction is known than the worst; None without a
        covariance.
    boundary
        Parameters that ran away towards zero or infinity: the data ask for a simpler
        model.
    penalty
        The weight of the penalty on log-parameters; 0 for maximum likelihood.
    difference_p_value
        The chance of as large differences between customers if there are none: for
        purchases as ``clv.heterogeneity`` tests it, for spend where own means count for
        little. None where it was not tested.
    steadied_estimates, steadied_covariance, steadied_penalty
        For a fit without a penalty that leaves parameters all but free: the estimates
        with a light penalty (1, or 4 or 16 where 1 leaves them free), their covariance,
        and that penalty. Ranges are drawn from these, so that they exist. None for any
        other fit.
    notes
        What else the data say about the assumptions of the model, as sentences.
    longest_observation
        The largest ``T`` among the customers of a purchase model: how far the data
        reach, in the unit of the model. None for other models.

    Examples
    --------
    >>> report = FitReport(
    ...     names=("rate",), estimates=(2.0,), converged=True, iterations=4,
    ...     gradient_norm=1e-12, message="The gradient is zero.",
    ...     log_likelihood=-100.0, n_customers=50.0, n_cells=9,
    ...     covariance=((0.01,),), condition_number=1.0,
    ... )
    >>> report.standard_errors
    {'rate': 0.1}
    >>> report.aic
    202.0
    """

    names: tuple[str, ...]
    estimates: tuple[float, ...]
    converged: bool
    iterations: int
    gradient_norm: float
    message: str
    log_likelihood: float
    n_customers: float
    n_cells: int
    covariance: tuple[tuple[float, ...], ...] | None = None
    condition_number: float | None = None
    boundary: tuple[str, ...] = ()
    penalty: float = 0.0
    longest_observation: float | None = None
    difference_p_value: float | None = None
    steadied_estimates: tuple[float, ...] | None = None
    steadied_covariance: tuple[tuple[float, ...], ...] | None = None
    steadied_penalty: float | None = None
    notes: tuple[str, ...] = ()

    @property
    def aic(self) -> float:
        """Akaike's information criterion; lower is better."""
        return 2 * len(self.names) - 2 * self.log_likelihood

    @property
    def bic(self) -> float:
        """Schwarz's information criterion; lower is better."""
        return log(self.n_customers) * len(self.names) - 2 * self.log_likelihood

    @property
    def log_covariance(self) -> tuple[tuple[float, ...], ...] | None:
        """Covariance of the logarithms of the estimates."""
        if self.covariance is None:
            return None
        rows = zip(self.estimates, self.covariance, strict=True)
        return tuple(
            tuple(
                entry / (first * second)
                for second, entry in zip(self.estimates, row, strict=True)
            )
            for first, row in rows
        )

    @property
    def steadied(self) -> "FitReport":
        """The report itself, or that of the fit with a penalty where this one is free.

        Its likelihood stays that of the fit without a penalty.
        """
        if self.steadied_estimates is None:
            return self
        return replace(
            self,
            estimates=self.steadied_estimates,
            covariance=self.steadied_covariance,
            boundary=(),
            penalty=self.steadied_penalty or 0.0,
            steadied_estimates=None,
            steadied_covariance=None,
            steadied_penalty=None,
        )

    @property
    def standard_errors(self) -> dict[str, float] | None:
        """Standard error of each estimate; None where the data do not give one."""
        if self.covariance is None:
            return None
        return {
            name: self.covariance[at][at] ** 0.5 for at, name in enumerate(self.names)
        }

    @property
    def weakly_identified(self) -> tuple[str, ...]:
        """Parameters whose standard error is more than twice the estimate."""
        if self.covariance is None:
            return self.names
        return tuple(
            name
            for at, name in enumerate(self.names)
            if self.covariance[at][at] ** 0.5 > _WEAK * abs(self.estimates[at])
        )

    def interval(
        self,
        name: str,
        *,
        level: float = 0.95,
        scale: Literal["log", "natural"] = "log",
    ) -> Interval:
        """Return a Wald interval of one parameter.

        Parameters
        ----------
        name
            The parameter.
        level
            The share of such intervals that hold the truth, between 0 and 1.
        scale
            ``"log"`` is symmetric about the logarithm and stays positive; ``"natural"``
            is estimate plus and minus, as other programs print it.

        Returns
        -------
        Interval
            Its two ends and the level.

        Raises
        ------
        NotEnoughDataError
            If the fit has no covariance.
        InvalidValueError
            If the parameter, the level or the scale does not exist.
        """
        if name not in self.names:
            raise InvalidValueError(
                subject="argument 'name'",
                found=f"no such parameter {name!r}",
                remedy=f"The parameters are {', '.join(self.names)}.",
            )
        one_of("scale", scale, ("log", "natural"))
        width = NormalDist().inv_cdf(0.5 + fraction("level", level) / 2)
        if self.covariance is None:
            raise NotEnoughDataError(
                needed="a covariance",
                got="a fit whose curvature gives none",
                remedy="Use a profile-likelihood interval, or a simpler model.",
            )
        at = self.names.index(name)
        estimate, error = self.estimates[at], self.covariance[at][at] ** 0.5
        if scale == "natural":
            lower, upper = estimate - width * error, estimate + width * error
        else:
            factor = exp(min(width * error / estimate, 700.0))
            lower, upper = estimate / factor, estimate * factor
        return Interval(lower=lower, upper=upper, level=level)

    def intervals(
        self, *, level: float = 0.95, scale: Literal["log", "natural"] = "log"
    ) -> dict[str, Interval]:
        """Return the Wald interval of every parameter, by its name."""
        return {
            name: self.interval(name, level=level, scale=scale) for name in self.names
        }

    def __str__(self) -> str:
        """Show the estimates and the fit as a terminal prints them best."""
        lines = _aligned([_HEADINGS, *_rows(self)])
        return "\n".join([*lines, *_notes(self)])

    def _repr_html_(self) -> str:
        """Show the report as a table in a notebook."""
        cells = [[(cell, at > 0) for at, cell in enumerate(row)] for row in _rows(self)]
        notes = paragraph("\n".join(_notes(self)))
        return html_table(_HEADINGS, cells) + notes


_HEADINGS = ("parameter", "estimate", "standard error", "95% interval")


def _rows(report: FitReport) -> list[tuple[str, ...]]:
    errors = report.standard_errors
    if errors is None:
        return [
            (name, f"{estimate:.6g}", "unknown", "unknown")
            for name, estimate in zip(report.names, report.estimates, strict=True)
        ]
    ends = report.intervals()
    return [
        (
            name,
            f"{estimate:.6g}",
            f"{errors[name]:.4g}",
            f"{ends[name].lower:.4g} to {ends[name].upper:.4g}",
        )
        for name, estimate in zip(report.names, report.estimates, strict=True)
    ]


def _notes(report: FitReport) -> list[str]:
    search = "converged" if report.converged else "did NOT converge"
    reach = (
        ""
        if report.longest_observation is None
        else f", T up to {report.longest_observation:.5g}"
    )
    notes = [
        f"{report.n_customers:,.15g} customers, {report.n_cells:,} distinct histories"
        + reach,
        _likelihood(report),
        f"{search} in {report.iterations} iterations; {report.message}",
    ]
    if report.penalty:
        notes.append(f"penalty {report.penalty:g} on the logarithms of the parameters")
    if report.boundary:
        notes.append(f"at the boundary: {', '.join(report.boundary)}")
    if report.weakly_identified:
        notes.append(f"weakly identified: {', '.join(report.weakly_identified)}")
    if report.steadied_estimates is not None:
        weight = report.steadied_penalty or 0.0
        notes.append(f"ranges are drawn from a fit with a penalty of {weight:g}")
    p_value = report.difference_p_value
    if p_value is not None and p_value >= _NO_DIFFERENCE:
        notes.append(
            f"no difference between customers was found (p = {p_value:.2g}): "
            "a ranking is noise"
        )
    return [*notes, *report.notes]


def _likelihood(report: FitReport) -> str:
    value, aic, bic = report.log_likelihood, report.aic, report.bic
    return f"log-likelihood {value:,.3f}, AIC {aic:,.3f}, BIC {bic:,.3f}"


def _aligned(rows: list[tuple[str, ...]]) -> list[str]:
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    return [
        "  ".join(
            cell.ljust(width) if at == 0 else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    ]
