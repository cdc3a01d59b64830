"""The motion sensors of a long session: three makers, one of them without a clock."""

from __future__ import annotations

from sensor.samples import ImuSignal
from sensor.virtual import movesense
from tests.support.soak import Worn


def _movesense(name: str, signal: ImuSignal, rate_ppm: float) -> movesense.VirtualMovesense:
    return movesense.VirtualMovesense(name, signal=signal, rate_ppm=rate_ppm, clock_ppm=40.0)


WORN = (
    Worn("sternum", "Movesense 000000000001", 104.0, 3000.0, movesense.GYR_STEP_RADPS, _movesense),
    Worn("head", "Movesense 000000000002", 104.0, -200.0, movesense.GYR_STEP_RADPS, _movesense),
    Worn("sacrum", "Movesense 000000000003", 104.0, 50.0, movesense.GYR_STEP_RADPS, _movesense),
)
