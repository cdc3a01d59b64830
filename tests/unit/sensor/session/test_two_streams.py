"""Sessions of a sensor whose angular rates come over a characteristic of their own."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sensor.protocol.simple import muse
from sensor.samples import SensorRecording
from sensor.session.reader import read_recording
from tests.support.sessions import new_writer

PACKET_NS = round(1e9 * muse.SAMPLES_PER_PACKET / muse.RATE_HZ)
SAMPLES = 50 * muse.SAMPLES_PER_PACKET
ACC, GYR = muse.ACC_UUID, muse.GYR_UUID


def recorded(folder: Path, *connections: tuple[str, ...]) -> SensorRecording:
    """Return a session read back: of each connection, ten seconds apart, what came over which channels.

    Sample i reads (i, 0, 0) counts on both.
    """
    writer = new_writer(folder / "s.runtall")
    sensor = writer.add_sensor("head", muse.KEY, name="Muse-1A2B", settings={})
    values = np.zeros((SAMPLES, 3))
    values[:, 0] = np.arange(SAMPLES)
    sent = {
        ACC: muse.encode_packets(values * muse.ACC_UNIT_MPS2, muse.ACC_UNIT_MPS2),
        GYR: muse.encode_packets(values * muse.GYR_UNIT_RADPS, muse.GYR_UNIT_RADPS),
    }
    for number, channels in enumerate(connections):
        start_ns = 10_000_000_000 * number
        segment = writer.start_segment(sensor, start_ns, reason="link lost" if number else "start")
        for packet in range(50):
            for channel in channels:
                arrival_ns = start_ns + packet * PACKET_NS
                writer.packet(segment, channel, arrival_ns=arrival_ns, payload=sent[channel][packet])
    writer.close()
    (recording,) = read_recording(folder / "s.runtall").sensors
    return recording


@pytest.mark.parametrize("order", [(ACC, GYR), (GYR, ACC)])
def test_both_streams_become_rows(tmp_path: Path, order: tuple[str, ...]) -> None:
    sensor = recorded(tmp_path, order, order)
    assert sensor.gyr_sensor_radps is not None
    number = np.tile(np.arange(SAMPLES), 2)
    assert sensor.acc_sensor_mps2[:, 0] / muse.ACC_UNIT_MPS2 == pytest.approx(number)
    assert sensor.gyr_sensor_radps[:, 0] / muse.GYR_UNIT_RADPS == pytest.approx(number)
    assert [gap.reason for gap in sensor.gaps] == ["link lost"]
    assert len(sensor.segment_start) == 2


def test_a_session_without_any_angular_rate_keeps_its_accelerations(tmp_path: Path) -> None:
    sensor = recorded(tmp_path, (ACC,), (ACC,))
    assert sensor.gyr_sensor_radps is None
    assert len(sensor.time_s) == 2 * SAMPLES
    assert len(sensor.gaps) == 1


def test_a_connection_without_angular_rates_costs_the_others_nothing(tmp_path: Path) -> None:
    sensor = recorded(tmp_path, (ACC, GYR), (ACC,), (ACC, GYR))
    assert sensor.gyr_sensor_radps is not None
    assert len(sensor.gyr_sensor_radps) == len(sensor.time_s) == 2 * SAMPLES
    (gap,) = sensor.gaps
    assert gap.end_s - gap.start_s > 17
    assert sensor.time_s[-1] > 20


def test_angular_rates_alone_are_no_samples(tmp_path: Path) -> None:
    sensor = recorded(tmp_path, (GYR,))
    assert len(sensor.time_s) == 0
