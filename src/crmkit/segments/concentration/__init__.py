"""How concentrated value is: Gini, Pareto and whale curves, tables by decile."""
