"""Formulas of campaigns: ratios, targets, points, rules."""
