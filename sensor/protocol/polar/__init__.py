"""Polar H10, OH1 and Verity Sense: Polar Measurement Data (PMD) and recorded files."""
