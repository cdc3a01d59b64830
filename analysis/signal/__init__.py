"""One sensor: from its samples to the upward vertical, anatomical axes and strides."""
