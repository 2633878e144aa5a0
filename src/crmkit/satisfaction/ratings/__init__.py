"""Answers on a scale: CSAT, effort, an index of questions, expectations and Kano."""
