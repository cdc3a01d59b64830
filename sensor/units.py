"""Units: the one place where a factor between a foreign unit and SI is written down."""

from __future__ import annotations

import math

STANDARD_GRAVITY_MPS2 = 9.80665
"""One g, exactly, by definition (CGPM 1901)."""

RADPS_PER_DEGPS = math.pi / 180.0
"""Radians per second in one degree per second."""

NS_PER_S = 1_000_000_000
"""Nanoseconds in one second."""

METRES_PER_MILE = 1609.344
"""Metres in one international mile, exactly."""

KMH_PER_MPS = 3.6
"""Kilometres per hour in one metre per second, exactly."""
