"""Parameters of a frozen model: positive numbers, by their published names."""

from collections.abc import Sequence
from html import escape
from typing import Protocol

from ..._check import positive
from ...fits import FitReport, read_fields

__all__ = ["check_parameters", "parameters_of", "show_fit", "show_html"]


class _Fit(Protocol):
    @property
    def parameters(self) -> dict[str, float]: ...

    @property
    def report(self) -> FitReport | None: ...


def check_parameters(model: object, names: Sequence[str]) -> None:
    """Refuse a parameter that is not a positive number, and any impossible field."""
    for name in names:
        value = positive(name, getattr(model, name))
        # The one moment a frozen value may be set: while it is being made.
        object.__setattr__(model, name, value)
    read_fields(model)


def parameters_of(model: object, names: Sequence[str]) -> dict[str, float]:
    """Return the parameters by name, in the published order."""
    return {name: getattr(model, name) for name in names}


def show_fit(self: _Fit) -> str:
    """Show a model as print does: name, parameters, unit, and how it was fitted.

    Examples
    --------
    >>> from crmkit.clv import BgNbd
    >>> print(BgNbd(r=0.24259, alpha=4.41359, a=0.79292, b=2.4259, time_unit="week"))
    BgNbd(r=0.2426, alpha=4.414, a=0.7929, b=2.426, time_unit='week')
    """
    shown = [f"{name}={value:.4g}" for name, value in self.parameters.items()]
    # A spend model has money for a unit, and no field of this name.
    unit = getattr(self, "time_unit", None)
    if unit is not None:
        shown.append(f"time_unit={unit!r}")
    head = f"{type(self).__name__}({', '.join(shown)})"
    return head if self.report is None else f"{head}\n{self.report}"


def show_html(self: _Fit) -> str:
    """Show a model in a notebook: name, parameters, unit, and a table of the fit.

    Examples
    --------
    >>> from crmkit.clv import BgNbd
    >>> BgNbd(r=0.24259, alpha=4.41359, a=0.79292, b=2.4259)._repr_html_()
    '<p>BgNbd(r=0.2426, alpha=4.414, a=0.7929, b=2.426)</p>'
    """
    head, *_ = show_fit(self).splitlines()
    table = "" if self.report is None else self.report._repr_html_()
    return f"<p>{escape(head)}</p>{table}"
