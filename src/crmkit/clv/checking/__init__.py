"""How well models forecast: backtests, comparisons and tests of assumptions."""
