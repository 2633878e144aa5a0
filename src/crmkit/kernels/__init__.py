"""Formulas: NumPy arrays in, NumPy arrays out; no frames, no checks, no defaults."""
