"""Retention offers: what they cost, whom they keep and what they earn."""
