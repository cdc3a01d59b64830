"""What robust statistics share."""

MAD_TO_SD = 1.4826
"""Median absolute deviation of a normal distribution to its standard deviation (Rousseeuw & Croux 1993)."""
