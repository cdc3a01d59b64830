"""Bytes to values and back, without I/O: one module per wire format."""
