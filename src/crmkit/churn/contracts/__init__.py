"""Contracts: each renewal shows who stays and who leaves."""
