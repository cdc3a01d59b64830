from __future__ import annotations

import numpy as np
import pytest

from sensor.protocol.registry import DEVICES
from tests.support.sensor_streams import settings_of, streams_of, swinging

SECONDS = 8.0


@pytest.mark.parametrize("kind", DEVICES, ids=[kind.key for kind in DEVICES])
def test_what_a_sensor_sends_decodes_to_the_signal(kind) -> None:
    signal = swinging(SECONDS, kind.default_rate_hz or 100.0)
    blocks = []
    for make_decoder, notifications in streams_of(kind, signal):
        decoder = make_decoder(settings_of(kind))
        blocks.append(decoder.feed(notifications))
        assert decoder.rejected == 0
        assert not blocks[-1].clipped.any()
    accs, gyrs = blocks[0].acc_sensor_mps2, blocks[-1].gyr_sensor_radps
    # The last packet is not filled.
    assert 0.9 * len(signal.acc_sensor_mps2) < len(accs) <= len(signal.acc_sensor_mps2)
    assert _distance(accs, signal.acc_sensor_mps2) < 0.01
    assert (gyrs is not None) == kind.has_gyroscope
    if gyrs is not None:
        assert len(gyrs) == len(accs)
        assert _distance(gyrs, signal.gyr_sensor_radps) < 0.01


def _distance(found, sent) -> float:
    """Return how far the farthest row is from any that was sent."""
    apart = np.linalg.norm(found[:, None] - sent[None], axis=2).min(axis=1)
    return float(apart.max())
