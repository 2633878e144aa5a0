"""Value tiers, and the movement of customers between them."""
