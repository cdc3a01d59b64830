"""From strides to one table: posture, dynamics, head, validity."""
