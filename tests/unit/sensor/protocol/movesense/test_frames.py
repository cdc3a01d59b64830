"""Movesense measurement payloads: captured bytes, the way back, and bytes that do not fit."""

from __future__ import annotations

import json
import math
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sensor.errors import PacketError
from sensor.protocol.movesense.frames import (
    Measurement,
    decode_measurement,
    encode_measurement,
    measurement_path,
    packet_samples,
    payload_size,
)
from tests.support.captures import captures
from tests.support.datasets import data_dir

CAPTURED = captures("movesense")["measurements"]
DEGREE = math.pi / 180


@pytest.mark.parametrize("capture", CAPTURED, ids=[c["path"] for c in CAPTURED])
def test_captured_payloads_mean_what_was_published(capture):
    measurement = decode_measurement(capture["path"], bytes.fromhex(capture["payload"]))

    assert measurement.timestamp_ms == capture["timestamp_ms"]
    assert measurement.acc_mps2.shape == (capture["samples"], 3)
    for row, values in capture["acc_mps2"].items():
        assert measurement.acc_mps2[int(row)] == pytest.approx(values, abs=5e-6)
    for row, values in capture.get("gyr_degps", {}).items():
        assert measurement.gyr_radps[int(row)] == pytest.approx(np.array(values) * DEGREE, abs=1e-7)
    for row, values in capture.get("mag_ut", {}).items():
        assert measurement.mag_ut[int(row)] == pytest.approx(values, abs=5e-6)


@pytest.mark.parametrize("capture", CAPTURED, ids=[c["path"] for c in CAPTURED])
def test_captured_payloads_are_encoded_to_the_same_bytes(capture):
    payload = bytes.fromhex(capture["payload"])
    assert encode_measurement(capture["path"], decode_measurement(capture["path"], payload)) == payload


def test_the_makers_own_decoding_of_captures_is_reproduced_exactly():
    vectors = json.loads((data_dir() / "ble_vectors" / "movesense.json").read_text())
    assert vectors
    for path, vector in vectors.items():
        measurement = decode_measurement(path, bytes.fromhex(vector["packet_hex"]))
        entry = vector["json_entry"]
        assert measurement.timestamp_ms == entry["Timestamp"]
        for key, found in (
            ("ArrayAcc", measurement.acc_mps2),
            ("ArrayGyro", measurement.gyr_radps),
            ("ArrayMagn", measurement.mag_ut),
        ):
            if key in entry:
                unit = DEGREE if key == "ArrayGyro" else 1.0
                assert found.tolist() == [[row[axis] * unit for axis in "xyz"] for row in entry[key]]
            else:
                assert found is None


FLOATS = st.floats(-1e4, 1e4, width=32)


@given(
    timestamp_ms=st.integers(0, 2**32 - 1),
    values=st.integers(1, 8).flatmap(lambda n: arrays(np.float32, (3, n, 3), elements=FLOATS)),
    kind=st.sampled_from(["IMU6", "IMU9", "IMU6m", "Acc", "Gyro", "Magn"]),
)
def test_what_is_encoded_is_decoded_again(timestamp_ms, values, kind):
    acc, gyr, mag = values.astype(np.float64)
    path = measurement_path(kind, 104)

    payload = encode_measurement(path, Measurement(timestamp_ms, acc, gyr * DEGREE, mag))
    found = decode_measurement(path, payload)

    assert len(payload) == payload_size(path, len(acc))
    assert found.timestamp_ms == timestamp_ms
    for sent, received in ((acc, found.acc_mps2), (gyr * DEGREE, found.gyr_radps), (mag, found.mag_ut)):
        assert received is None or np.array_equal(sent, received)
    assert encode_measurement(path, found) == payload


@given(st.binary(max_size=300))
def test_arbitrary_bytes_are_decoded_or_refused(payload):
    with suppress(PacketError):
        measurement = decode_measurement("/Meas/IMU6/104", payload)
        assert np.isfinite(measurement.acc_mps2).all()
        assert len(payload) == payload_size("/Meas/IMU6/104", len(measurement.acc_mps2))


def test_a_truncated_packet_is_refused_with_its_bytes():
    payload = bytes.fromhex(CAPTURED[2]["payload"])
    with pytest.raises(PacketError, match=r"51 bytes.*/Meas/IMU6/104: 39300000"):
        decode_measurement("/Meas/IMU6/104", payload[:-1])


def test_a_value_that_is_no_number_is_refused():
    payload = bytearray(bytes.fromhex(CAPTURED[2]["payload"]))
    payload[8:12] = np.array([np.nan], "<f4").tobytes()
    with pytest.raises(PacketError, match="not finite"):
        decode_measurement("/Meas/IMU6/104", bytes(payload))


def test_the_time_stamp_wraps_when_encoded():
    payload = encode_measurement("/Meas/Acc/52", Measurement(2**32 + 7, np.zeros((1, 3))))
    assert decode_measurement("/Meas/Acc/52", payload).timestamp_ms == 7


def test_a_quantity_that_the_path_needs_cannot_be_left_out():
    with pytest.raises(ValueError, match="carries gyr"):
        encode_measurement("/Meas/IMU6/104", Measurement(0, np.zeros((8, 3))))


@pytest.mark.parametrize(("kind", "rate_hz"), [("IMU6", 100), ("IMU7", 104)])
def test_measurements_the_sensor_does_not_have_are_refused(kind, rate_hz):
    with pytest.raises(ValueError, match="it has IMU6, IMU9"):
        measurement_path(kind, rate_hz)


@pytest.mark.parametrize("path", ["/Meas/ECG/128", "/Meas/IMU6", "IMU6/104", "/Meas/IMU6/104/x"])
def test_paths_that_are_no_inertial_measurement_are_refused(path):
    with pytest.raises(ValueError, match="no inertial measurement"):
        decode_measurement(path, bytes(28))


def test_packets_hold_what_was_captured_and_never_more_than_eight_samples():
    assert [packet_samples(rate) for rate in (13, 26, 52, 104, 208, 416, 833, 1666)] == [1, 2, 4] + [8] * 5
