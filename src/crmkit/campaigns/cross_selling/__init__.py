"""Which products are bought together or next, and what to offer whom."""
