"""Posture while it happens: the quantities of the report, causal, block by block."""
