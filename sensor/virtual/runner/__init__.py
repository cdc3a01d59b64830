"""A simulated runner with exactly known truth: pure and seeded."""
