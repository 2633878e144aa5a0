"""The net promoter score: its intervals, comparisons, trend and sample size."""
