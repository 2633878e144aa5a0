"""Print the table of ``docs/concepts/accuracy.md``: worst error per model and quantity.

Run it from the root of the repository::

    python -m tests.kernels.reference.accuracy_table
"""

import sys
import warnings

from ..test_reference_values import MODULES, errors, rows_of

QUANTITIES = {
    "log-likelihood": ("log_likelihood",),
    "its gradient": ("gradient_",),
    "probability alive, now and later": ("probability_alive",),
    "logarithm of it": ("log_probability_alive",),
    "expected purchases": ("expected_purchases",),
    "discounted, with and without end": ("discounted_expected",),
    "probability of n purchases (log)": ("log_pmf",),
    "variance of purchases": ("variance_of_purchases",),
    "expected spend": ("expected_spend",),
    "variance of mean spend": ("variance_of_mean_spend",),
    "ratios of gamma functions": ("log_gamma_ratio", "digamma_difference"),
    "counts and tails without dropout": ("log_negative_binomial",),
}
NAMES = {
    "bg_nbd": "BG/NBD",
    "mbg_nbd": "MBG/NBD",
    "pareto_nbd": "Pareto/NBD",
    "bg_bb": "BG/BB",
    "gamma_gamma": "Gamma-Gamma",
    "special": "special functions",
}


def main() -> None:
    """Print Markdown."""
    lines = [
        "| model | quantity | points | worst relative error |",
        "|---|---|---|---|",
    ]
    points = 0
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        for model in MODULES:
            found = errors(model, rows_of(model))
            points += len(found)
            for label, starts in QUANTITIES.items():
                worst = [
                    error
                    for error, row in found
                    if str(row["quantity"]).startswith(starts)
                ]
                if worst:
                    cells = (NAMES[model], label, len(worst), f"{max(worst):.0e}")
                    lines.append(f"| {' | '.join(map(str, cells))} |")
    lines.append(f"\n{points:,} points, {len(seen)} warnings.")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
