"""Whom a campaign should reach: profit of a ranking, uplift, calibration."""
