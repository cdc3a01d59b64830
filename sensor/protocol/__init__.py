"""Bytes to values and back, without I/O: a folder per maker, one of simple sensors, and what all share."""
