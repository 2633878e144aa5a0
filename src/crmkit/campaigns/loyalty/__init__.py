"""Points, what they will cost, and rules of tiers tried on history."""
