"""Run reports held against each other."""
