"""Ratings: CSAT, CES, Kano, disconfirmation and satisfaction indices."""
