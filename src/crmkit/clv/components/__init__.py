"""Customer value decomposed exactly, in history and ahead."""

from .fitting import fit_references
from .history import clv_components
from .references import References

__all__ = ["References", "clv_components", "fit_references"]
