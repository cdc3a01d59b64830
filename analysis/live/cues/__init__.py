"""A reminder of the posture while running: when it is due, and what gives it."""
