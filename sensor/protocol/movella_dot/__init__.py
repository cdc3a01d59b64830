"""Movella (Xsens) DOT: measurement, recording, export."""
