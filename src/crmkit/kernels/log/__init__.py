"""Transaction logs: calendar periods, purchase occasions, what was known on a day."""
