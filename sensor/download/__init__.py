"""Recordings made by a sensor on its own, fetched afterwards over the radio."""
