"""Sensors made of software: one for every supported kind."""
