"""Read a transaction log and prepare it once."""
