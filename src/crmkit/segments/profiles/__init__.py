"""What kind of customer: life cycle, loyalty, value role, preferences, clusters."""
