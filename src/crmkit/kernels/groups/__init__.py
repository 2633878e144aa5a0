"""Groups of customers: concentration, tiers, scores, cohorts and movement."""
