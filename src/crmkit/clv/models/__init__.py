"""Models of purchases and of spend."""
