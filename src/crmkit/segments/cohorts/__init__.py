"""Cohorts and periods: retention, revenue and growth accounting."""
