from __future__ import annotations

import numpy as np
import pytest

from sensor.protocol.registry import DEVICES
from tests.support.sensor_streams import notifications_of, settings_of, swinging

SECONDS = 8.0


@pytest.mark.parametrize("kind", DEVICES, ids=[kind.key for kind in DEVICES])
def test_what_a_sensor_sends_decodes_to_the_signal(kind) -> None:
    signal = swinging(SECONDS, kind.default_rate_hz or 100.0)
    decoder = kind.make_decoder(settings_of(kind))
    block = decoder.feed(notifications_of(kind, signal))
    assert decoder.rejected == 0
    # The last packet is not filled, and a row whose angular rate has not come yet is not told.
    assert 0.9 * len(signal.acc_sensor_mps2) < len(block.acc_sensor_mps2) <= len(signal.acc_sensor_mps2)
    assert not block.clipped.any()
    assert _distance(block.acc_sensor_mps2, signal.acc_sensor_mps2) < 0.01
    assert (block.gyr_sensor_radps is not None) == kind.has_gyroscope
    if block.gyr_sensor_radps is not None:
        assert _distance(block.gyr_sensor_radps, signal.gyr_sensor_radps) < 0.01


def _distance(found, sent) -> float:
    """Return how far the farthest row is from any that was sent."""
    apart = np.linalg.norm(found[:, None] - sent[None], axis=2).min(axis=1)
    return float(apart.max())
