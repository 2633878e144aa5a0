"""Answers to surveys: NPS intervals, Kano, drivers, weights and reliability."""
