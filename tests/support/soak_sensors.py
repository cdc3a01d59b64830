"""The motion sensors of a long session: three makers, one of them without a clock."""

from __future__ import annotations

from tests.support.soak import Worn
from tests.support.virtual_makers import MAKERS

WORN = (
    Worn("sternum", MAKERS["movesense"], rate_ppm=3000.0, clock_ppm=40.0),
    Worn("head", MAKERS["capture2go"], rate_ppm=-200.0, clock_ppm=-25.0),
    Worn("sacrum", MAKERS["witmotion"], rate_ppm=50.0),
)
