"""Understand: pure values in, values out."""
