"""Who is leaving, when, what it costs, and whom it pays to keep."""

from .risk import PauseModel, with_churn_risk, with_departure_risk

__all__ = ["PauseModel", "with_churn_risk", "with_departure_risk"]
