"""Churn classifiers learned from snapshots, and how good their forecasts are."""
