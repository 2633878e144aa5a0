"""From a transaction log to one row per customer."""
