"""Device time to the one host time line of a session."""
