"""Quaternions and intervals of rows."""
