"""What drives satisfaction: driver weights, importance and performance."""
