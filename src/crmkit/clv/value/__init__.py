"""Customer lifetime value, its tenses and streams, and profit by group."""
