"""From the stride table to distance, baseline, flags, verdict and quality."""
