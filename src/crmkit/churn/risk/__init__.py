"""Churn without a contract: risk, lapse windows, rates and their economics."""
