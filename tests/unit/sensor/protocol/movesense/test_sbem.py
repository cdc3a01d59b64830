"""A Movesense's own recordings: chunks, descriptors, samples; broken and hostile files."""

from __future__ import annotations

import math
import struct
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensor.errors import PacketError
from sensor.protocol.driver import ClockReading
from sensor.protocol.movesense.frames import Measurement, encode_measurement
from sensor.protocol.movesense.objects import encode_time_measurement
from sensor.protocol.movesense.recording import read_log
from sensor.protocol.movesense.sbem import (
    MAGIC,
    Chunk,
    Leaf,
    encode_chunks,
    encode_descriptor,
    parse_descriptor,
    read_chunks,
    unfold,
)

DEGREE = math.pi / 180
# First chunk of a recording of a real sensor (IMU9, four samples): its values as published beside it.
HARDWARE_TIME_MS = 866085854
HARDWARE_ACC = [[0.825553297996521, 9.593168258666992, 2.2589051723480225],
                [0.6604426503181458, 9.894675254821777, 2.2301902770996094],
                [0.6556568145751953, 9.99278450012207, 2.184725046157837],
                [0.8829830884933472, 9.882710456848145, 1.9621846675872803]]  # fmt: skip
HARDWARE_GYR_DEGPS = [
    [28.28, -9.8, 7.91],
    [25.48, -11.13, 10.29],
    [23.03, -12.39, 11.76],
    [19.39, -14.14, 12.04],
]
HARDWARE_HEAD = bytes.fromhex("de6b9f337657533f9e7d1941e7911040")
# Descriptors as a real sensor writes them.
FLASH = {
    13: "<PTH>Samples+Array.MeasIMU9.Timestamp\n<FRM>uint32",
    39: "<PTH>Samples.Array.MeasIMU9.ArrayAcc+x\n<FRM>float32",
    40: "<PTH>Samples.Array.MeasIMU9.ArrayAcc.y\n<FRM>float32",
    41: "<PTH>Samples.Array.MeasIMU9.ArrayAcc.z\n<FRM>float32",
    42: "<PTH>Samples.Array.MeasIMU9.ArrayGyro+x\n<FRM>float32",
    43: "<PTH>Samples.Array.MeasIMU9.ArrayGyro.y\n<FRM>float32",
    44: "<PTH>Samples.Array.MeasIMU9.ArrayGyro.z\n<FRM>float32",
    45: "<PTH>Samples.Array.MeasIMU9.ArrayMagn+x\n<FRM>float32",
    46: "<PTH>Samples.Array.MeasIMU9.ArrayMagn.y\n<FRM>float32",
    47: "<PTH>Samples.Array.MeasIMU9.ArrayMagn.z\n<FRM>float32",
    54: "<PTH>[",
    55: "<PTH>]",
    89: "<GRP>39,40,41",
    90: "<GRP>42,43,44",
    91: "<GRP>45,46,47",
    94: "<GRP>13,54,89,89,89,89,55,54,90,90,90,90,55,54,91,91,91,91,55",
}


def described(texts: dict[int, str]) -> list[Chunk]:
    return [Chunk(0, struct.pack("<H", number) + text.encode() + b"\0") for number, text in texts.items()]


def imu9(timestamp_ms: int, acc, gyr_degps) -> Chunk:
    mag = np.zeros(np.shape(acc))
    measurement = Measurement(timestamp_ms, np.array(acc), np.array(gyr_degps) * DEGREE, mag)
    return Chunk(94, encode_measurement("/Meas/IMU9/52", measurement))


def imu6(timestamp_ms: int, samples: int, value: float = 1.0) -> Chunk:
    values = np.full((samples, 3), value)
    payload = encode_measurement("/Meas/IMU6/104", Measurement(timestamp_ms, values, values))
    return Chunk({1: 79, 2: 80, 4: 81, 8: 82}[samples], payload)


def test_a_recording_that_describes_itself_is_read():
    first = imu9(HARDWARE_TIME_MS, HARDWARE_ACC, HARDWARE_GYR_DEGPS)
    assert first.payload.startswith(HARDWARE_HEAD)
    second = imu9(HARDWARE_TIME_MS + 79, HARDWARE_ACC, HARDWARE_GYR_DEGPS)
    log = read_log(encode_chunks([*described(FLASH), first, Chunk(69, b"heart"), second]))
    assert (log.stream, log.skipped_chunks) == ("MeasIMU9", 1)
    assert log.samples.ticks.tolist() == [HARDWARE_TIME_MS, HARDWARE_TIME_MS + 79]
    assert log.samples.count.tolist() == [4, 4]
    assert log.samples.acc_sensor_mps2[:4] == pytest.approx(np.array(HARDWARE_ACC), rel=1e-6)
    assert log.samples.gyr_sensor_radps[4:] / DEGREE == pytest.approx(np.array(HARDWARE_GYR_DEGPS), rel=1e-5)


def test_a_recording_without_descriptions_is_read_by_the_known_numbers():
    time = Chunk(102, encode_time_measurement(ClockReading(500, 1_787_161_151_527_000)))
    log = read_log(encode_chunks([time, imu6(1000, 8, 0.5), imu6(1077, 8, 0.25)]))
    assert (log.stream, log.skipped_chunks) == ("MeasIMU6", 0)
    assert log.clock_readings == (ClockReading(500, 1_787_161_151_527_000),)
    assert log.samples.acc_sensor_mps2[[0, 8], 0].tolist() == [0.5, 0.25]


def test_packets_of_several_sizes_stay_in_order():
    sizes = [8, 4, 8, 1, 2, 8]
    log = read_log(encode_chunks([imu6(10 * i, n, float(i)) for i, n in enumerate(sizes)]))
    assert log.samples.count.tolist() == sizes
    assert log.samples.ticks.tolist() == [0, 10, 20, 30, 40, 50]
    assert log.samples.acc_sensor_mps2[:, 0].tolist() == np.repeat(np.arange(6.0), sizes).tolist()


def test_a_recording_that_was_cut_is_read_up_to_there():
    whole = encode_chunks([imu6(1000, 8), imu6(1077, 8), imu6(1154, 8)])
    assert read_log(whole[:-50]).samples.ticks.tolist() == [1000, 1077]


def test_chunks_that_do_not_fit_their_description_are_skipped():
    short = Chunk(82, imu6(0, 8).payload[:-1])
    infinite = imu6(5, 8, math.inf)
    log = read_log(encode_chunks([short, infinite, imu6(7, 8)]))
    assert (log.samples.ticks.tolist(), log.skipped_chunks) == ([7], 2)


def test_a_recording_without_acceleration_is_empty():
    log = read_log(encode_chunks([Chunk(69, bytes(6))]))
    assert (log.stream, len(log.samples.count), log.skipped_chunks) == ("", 0, 1)


@given(st.lists(st.builds(Chunk, st.integers(0, 0xFFFF), st.binary(max_size=600)), max_size=10))
def test_chunks_survive_the_way(chunks):
    assert list(read_chunks(encode_chunks(chunks))) == chunks


@pytest.mark.parametrize(
    ("number", "descriptor"),
    [(11, Leaf("MeasIMU6.Timestamp", "uint32")), (54, Leaf("[")), (94, (13, 54, 89, 55))],
)
def test_descriptors_survive_the_way(number, descriptor):
    assert parse_descriptor(encode_descriptor(number, descriptor).payload) == (number, descriptor)


@pytest.mark.parametrize(
    ("payload", "why"),
    [
        (b"\x01", "two bytes"),
        (b"\x01\0<GRP>1,x", "no numbers"),
        (b"\x01\0<GRP>1,2 3", "no numbers"),
        (b"\x01\0<GRP>1,\xc2\xb2", "no numbers"),
        (b"\x01\0<PTH>a\n<FRM>float7", "float7"),
    ],
)
def test_descriptors_that_cannot_be_understood_are_refused(payload, why):
    with pytest.raises(PacketError, match=why):
        parse_descriptor(payload)


def test_whatever_python_takes_for_a_space_may_stand_around_a_number():
    assert parse_descriptor(b"\x01\0<GRP>\x1f32, 7\x1f") == (1, (32, 7))


@pytest.mark.parametrize("chunk", [b"\x4f\x00", b"\x4f\x01a", b"\x00\x02\x01\x00"])
def test_the_smallest_of_chunks_take_little_memory(chunk):
    data = MAGIC + chunk * 20_000
    tracemalloc.start()
    try:
        read_log(data)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 20 * len(data) + 100_000


def test_groups_of_groups_without_end_are_given_up():
    circle = {1: (2,), 2: (1,)}
    assert unfold(1, circle) is None
    flood = {i: (i + 1,) * 100 for i in range(1, 9)} | {9: Leaf("x", "uint8")}
    assert unfold(1, flood) is None


@pytest.mark.parametrize("data", [b"", b"SBEM", b"\x7fELF1234"])
def test_another_file_is_refused(data):
    with pytest.raises(PacketError, match="SBEM0112"):
        read_log(data)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (13, "<PTH>Samples+Array.MeasIMU9.Timestamp\n<FRM>float32"),
        (90, "<GRP>42,43,44,42,43,44"),
    ],
)
def test_a_stream_described_in_an_impossible_way_is_refused(number, text):
    with pytest.raises(PacketError, match="MeasIMU9 is described"):
        read_log(encode_chunks([*described(FLASH | {number: text}), Chunk(94, bytes(148))]))


def hostile_chunks() -> st.SearchStrategy[Chunk]:
    texts = st.sampled_from([*FLASH.values(), "<GRP>1,2,3", "<PTH>+x", "<FRM>utf8", ""])
    descriptor = st.builds(
        lambda number, text: Chunk(0, struct.pack("<H", number) + text.encode()), st.integers(0, 105), texts
    )
    return st.one_of(descriptor, st.builds(Chunk, st.integers(0, 105), st.binary(max_size=160)))


@given(st.lists(hostile_chunks(), max_size=20), st.integers(0, 30))
def test_hostile_recordings_are_read_or_refused(chunks, cut):
    data = encode_chunks(chunks)
    try:
        log = read_log(data[: len(data) - cut])
    except PacketError:
        return
    assert log.samples.count.sum() == len(log.samples.acc_sensor_mps2)
    assert np.isfinite(log.samples.acc_sensor_mps2).all()


@given(st.binary(max_size=200))
def test_arbitrary_bytes_are_read_or_refused(data):
    try:
        read_log(MAGIC + data)
    except PacketError:
        return
