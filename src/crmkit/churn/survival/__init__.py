"""How long customers stay: survival curves, hazards and life that remains."""
