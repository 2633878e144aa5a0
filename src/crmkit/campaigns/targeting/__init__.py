"""Whom to address first."""
