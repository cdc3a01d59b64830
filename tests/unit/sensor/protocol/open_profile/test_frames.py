"""The project's own data packet, both versions."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensor.protocol.open_profile.decoder import ImportDecoder, LiveDecoder
from sensor.protocol.open_profile.frames import encode_import_packets, encode_live_packets

RANGES = {"acc_range_g": 16, "gyr_range_dps": 2000}
G = 9.80665

IMPORT_PACKET = bytes.fromhex(
    "02" "02" "0500" "0a000000" "40420f0000000000"  # version 2, 2 samples, 5th packet, sample 10, 1 s
    "00000000" "0000803f0000004000004040" "000000bf0000003f0000803e"  # at once: (1,2,3), (-.5,.5,.25)
    "10270000" "000080bf000000c0000040c0" "000000000000000000000000"  # 10 ms later: (-1,-2,-3), 0
)  # fmt: skip
LIVE_PACKET = bytes.fromhex(
    "01" "01" "0700" "38000000" "ffffffff"  # version 1, 1 sample, 7th packet, sample 56, 4294.967295 s
    "0008" "00f8" "0000" "0040" "0000" "0000"  # 1/16, -1/16, 0 of 16 g; 1/2, 0, 0 of 2000 deg/s
)  # fmt: skip


def random_samples(n: int, seed: int = 1) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    time_us = np.cumsum(rng.integers(1, 20_000, n))
    values = rng.normal(0, 20, (2, n, 3)).astype(np.float32).astype(np.float64)
    return time_us, values[0], values[1]


def test_an_import_packet_has_the_documented_bytes():
    block = ImportDecoder({}).feed([IMPORT_PACKET])
    assert (block.ticks.tolist(), block.count.tolist(), block.sequence.tolist()) == ([1_000_000], [2], [10])
    assert block.sample_offset_ticks.tolist() == [0, 10_000]
    assert block.acc_sensor_mps2.tolist() == [[1, 2, 3], [-1, -2, -3]]
    assert block.gyr_sensor_radps.tolist() == [[-0.5, 0.5, 0.25], [0, 0, 0]]


def test_a_live_packet_has_the_documented_bytes():
    block = LiveDecoder(RANGES).feed([LIVE_PACKET])
    assert (block.ticks.tolist(), block.count.tolist(), block.sequence.tolist()) == ([2**32 - 1], [1], [56])
    assert block.acc_sensor_mps2 == pytest.approx(np.array([[G, -G, 0]]))
    assert block.gyr_sensor_radps == pytest.approx(np.array([[math.radians(1000), 0, 0]]))
    assert not block.clipped.any()


def test_live_packets_number_themselves_round_and_round_and_mark_what_was_dropped_before():
    packets = encode_live_packets(
        np.array([0, 9615, 19231]),
        np.zeros((3, 3)),
        gyr_sensor_radps=np.zeros((3, 3)),
        settings=RANGES,
        samples_per_packet=1,
        first_sequence=2**16 - 1,
        first_index=2**32 - 2,
        after_dropped=True,
    )
    heads = [one[:8].hex() for one in packets]
    assert heads == ["4101fffffeffffff", "01010000ffffffff", "0101010000000000"]


@given(n=st.integers(0, 700), per_packet=st.integers(1, 255), with_gyroscope=st.booleans())
def test_imported_samples_survive_the_way_exactly(n, per_packet, with_gyroscope):
    time_us, acc, gyr = random_samples(n)
    time_us[n // 2 :] += 5_000_000_000  # a pause longer than 32 bits of microseconds

    packets = encode_import_packets(
        time_us, acc, gyr_sensor_radps=gyr if with_gyroscope else None, samples_per_packet=per_packet
    )
    decoder = ImportDecoder({})
    block = decoder.feed(packets)

    assert np.array_equal(np.repeat(block.ticks, block.count) + block.sample_offset_ticks, time_us)
    assert np.array_equal(block.acc_sensor_mps2, acc)
    assert with_gyroscope or n == 0 or block.gyr_sensor_radps is None
    assert not with_gyroscope or np.array_equal(block.gyr_sensor_radps, gyr)
    assert block.notification.tolist() == list(range(len(packets)))
    assert decoder.rejected == 0


@given(n=st.integers(1, 100), per_packet=st.integers(1, 255))
def test_live_samples_survive_the_way_within_half_a_count(n, per_packet):
    _, acc, gyr = random_samples(n)
    packet_time_us = np.arange(-(-n // per_packet)) * 76_923 + 2**32 - 100_000

    block = LiveDecoder(RANGES).feed(
        encode_live_packets(
            packet_time_us, acc, gyr_sensor_radps=gyr, settings=RANGES, samples_per_packet=per_packet
        )
    )

    assert np.abs(block.acc_sensor_mps2 - acc).max() <= 16 * G / 2**16 * 1.001
    clipped = np.abs(gyr) > math.radians(2000)
    error_radps = np.abs(block.gyr_sensor_radps - gyr)
    assert error_radps[~clipped].max(initial=0) <= math.radians(2000) / 2**16 * 1.001
    assert block.ticks.tolist() == (packet_time_us % 2**32).tolist()


def test_a_live_value_beyond_the_full_scale_is_clipped_and_its_packet_marked():
    acc, gyr = np.zeros((16, 3)), np.zeros((16, 3))
    acc[3] = (0, 0, -17 * G)
    packets = encode_live_packets(np.array([0, 76_923]), acc, gyr_sensor_radps=gyr, settings=RANGES)
    block = LiveDecoder(RANGES).feed(packets)
    assert [packet[0] for packet in packets] == [0x11, 0x01]
    assert block.acc_sensor_mps2[3, 2] == pytest.approx(-16 * G)
    assert block.clipped.tolist() == [True] * 8 + [False] * 8


def test_the_full_scale_of_an_imported_file_marks_single_samples():
    time_us, acc, gyr = random_samples(50)
    acc = np.clip(acc, -2 * G, 2 * G)
    block = ImportDecoder({"acc_range_mps2": 2 * G}).feed(
        encode_import_packets(time_us, acc, gyr_sensor_radps=gyr)
    )
    assert np.array_equal(block.clipped, np.abs(acc).max(axis=1) == 2 * G)
    assert 0 < np.count_nonzero(block.clipped) < 50


@pytest.mark.parametrize(
    ("why", "damage"),
    [
        ("cut", lambda p: p[:-1]),
        ("too long", lambda p: p + b"\0"),
        ("nothing", lambda p: b""),
        ("header only", lambda p: p[:16]),
        ("no samples", lambda p: p[:1] + b"\0" + p[2:16]),
        ("version 3", lambda p: b"\x03" + p[1:]),
        ("a value that is no number", lambda p: p[:-4] + np.array([np.nan], "<f4").tobytes()),
        ("a time that would overflow", lambda p: p[:8] + b"\xff" * 8 + p[16:]),
        ("times that stand still", lambda p: p[:44] + bytes(4) + p[48:]),
        ("a first sample that is not the first", lambda p: p[:16] + b"\x01\0\0\0" + p[20:]),
        ("a gyroscope gone all of a sudden", lambda p: b"\x22" + p[1:]),
    ],
)
def test_a_damaged_import_packet_is_left_out(why, damage):
    decoder = ImportDecoder({})
    block = decoder.feed([IMPORT_PACKET, damage(IMPORT_PACKET), IMPORT_PACKET])
    assert block.notification.tolist() == [0, 2], why
    assert len(block.acc_sensor_mps2) == 4
    assert decoder.rejected == 1


@given(st.lists(st.one_of(st.binary(max_size=80), st.just(IMPORT_PACKET), st.just(LIVE_PACKET)), max_size=10))
def test_arbitrary_bytes_are_decoded_or_counted(packets):
    for decoder in (ImportDecoder({}), LiveDecoder(RANGES)):
        block = decoder.feed(packets)
        assert len(block.count) + decoder.rejected == len(packets)
        assert block.count.sum() == len(block.acc_sensor_mps2) == len(block.clipped)
        assert np.isfinite(block.acc_sensor_mps2).all()


def test_times_that_do_not_increase_are_refused():
    for time_us in ([0, 5, 5], [-1, 0, 1]):
        with pytest.raises(ValueError, match="increase"):
            encode_import_packets(np.array(time_us), np.zeros((3, 3)), gyr_sensor_radps=None)


def test_live_packets_need_to_know_the_ranges():
    with pytest.raises(ValueError, match="acc_range_g"):
        LiveDecoder({"gyr_range_dps": 2000})
