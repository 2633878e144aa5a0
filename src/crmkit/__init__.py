"""What each customer is worth and why, who matters, how they feel, who is leaving."""

__version__ = "0.1.0"
