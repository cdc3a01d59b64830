"""Polar control point and data frames: the maker's own vectors, the way back, wrong bytes."""

from __future__ import annotations

import json
import tracemalloc
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensor.errors import PacketError
from sensor.protocol.polar import control as polar
from sensor.protocol.polar.control import (
    Answer,
    AnswerJoiner,
    Measurement,
    Operation,
    Request,
    StreamsStopped,
)
from sensor.protocol.polar.encoding import encode_packed_frame, encode_plain_frame
from sensor.protocol.polar.frames import decode_frames
from sensor.protocol.polar.settings import Setting, encode_settings, parse_settings
from tests.support.captures import captures
from tests.support.datasets import data_dir

KEPT = captures("polar")
PACKED_TYPES = [(Measurement.ACC, 0x80), (Measurement.ACC, 0x81), (Measurement.GYRO, 0x80)]


@pytest.mark.parametrize("capture", KEPT["frames"], ids=[c["payload"][:29] for c in KEPT["frames"]])
def test_the_makers_frames_mean_what_their_tests_assert(capture):
    frames = decode_frames([bytes.fromhex(capture["payload"])], Measurement[capture["measurement"]])
    assert frames.time_ns.tolist() == [capture["time_ns"]]
    assert frames.count.tolist() == [len(capture["values"])]
    assert frames.values == pytest.approx(np.array(capture["values"]), abs=1e-6)


def test_published_frames_are_decoded_exactly():
    vectors = json.loads((data_dir() / "ble_vectors" / "polar_pmd.json").read_text())
    assert len(vectors) == 3
    for vector in vectors:
        frame = bytes.fromhex(vector["frame_hex"])
        frames = decode_frames([frame], Measurement[vector["measurement"]])
        assert frames.values.tolist() == (vector.get("all_samples_raw") or vector["expected_samples"])
        assert frames.count.tolist() == [vector["n_samples"]]


@pytest.mark.parametrize("capture", [c for c in KEPT["frames"] if c["is_packed_tightest"]])
def test_the_makers_frames_are_encoded_to_the_same_bytes(capture):
    frame = bytes.fromhex(capture["payload"])
    encode = encode_packed_frame if frame[9] & 0x80 else encode_plain_frame
    made = encode(
        Measurement[capture["measurement"]],
        frame[9],
        time_ns=capture["time_ns"],
        values=capture["values"],
    )
    assert made == frame


def random_walk(seed: int, n: int, step: float) -> np.ndarray:
    steps = np.random.default_rng(seed).normal(0, step, (n, 3))
    return np.cumsum(steps, axis=0).clip(-30_000, 30_000).round().astype(np.int64)


@given(
    kind=st.sampled_from(PACKED_TYPES),
    n=st.integers(1, 600),
    step=st.floats(0, 20_000),
    seed=st.integers(0, 100),
)
def test_packed_samples_survive_the_way_exactly(kind, n, step, seed):
    values = random_walk(seed, n, step)
    frames = decode_frames([encode_packed_frame(*kind, time_ns=77, values=values)], kind[0])
    assert np.array_equal(frames.values, values)
    assert (frames.time_ns.tolist(), frames.count.tolist()) == ([77], [n])


@given(n=st.integers(1, 300), seed=st.integers(0, 100))
def test_packed_floats_survive_the_way_exactly(n, seed):
    values = np.random.default_rng(seed).normal(0, 300, (n, 3)).astype(np.float32)
    frames = decode_frames(
        [encode_packed_frame(Measurement.GYRO, 0x81, time_ns=77, values=values)], Measurement.GYRO
    )
    assert np.array_equal(frames.values, values)


@given(frame_type=st.integers(0, 2), n=st.integers(1, 50), seed=st.integers(0, 100))
def test_plain_samples_survive_the_way_exactly(frame_type, n, seed):
    most = 2 ** (8 * (frame_type + 1) - 1)
    values = np.random.default_rng(seed).integers(-most, most, (n, 3))
    frame = encode_plain_frame(Measurement.ACC, frame_type, time_ns=5, values=values)
    assert np.array_equal(decode_frames([frame], Measurement.ACC).values, values)


def test_frames_of_several_types_stay_in_order():
    first, second = random_walk(1, 20, 50), random_walk(2, 30, 50)
    other = random_walk(3, 5, 5)
    frames = decode_frames(
        [
            encode_packed_frame(Measurement.ACC, 0x80, time_ns=1, values=first),
            encode_plain_frame(Measurement.ACC, 1, time_ns=2, values=other),
            encode_packed_frame(Measurement.GYRO, 0x80, time_ns=3, values=other),
            encode_packed_frame(Measurement.ACC, 0x80, time_ns=4, values=second),
        ],
        Measurement.ACC,
    )
    assert (frames.position.tolist(), frames.time_ns.tolist()) == ([0, 1, 3], [1, 2, 4])
    assert frames.frame_type.tolist() == [0x80, 1, 0x80]
    assert np.array_equal(frames.values, np.concatenate([first, other, second]))


WHOLE = encode_packed_frame(Measurement.ACC, 0x80, time_ns=1, values=random_walk(1, 20, 50))


@pytest.mark.parametrize(
    ("why", "frame"),
    [
        ("cut", WHOLE[:-1]),
        ("too long", WHOLE + b"\x05"),
        ("header only", WHOLE[:10]),
        ("first sample cut", WHOLE[:15]),
        ("unknown frame type", WHOLE[:9] + b"\x83" + WHOLE[10:]),
        ("differences wider than any value", WHOLE[:16] + b"\x21\x01" + bytes(13)),
        ("samples without end", WHOLE[:16] + b"\x00\xff" * 4),
        ("plain samples cut", bytes([2, *bytes(8), 1, 0, 0, 0, 0])),
        ("a signalling number", bytes([5, *bytes(8), 0x81]) + b"\1\0\xa0\x7f" + bytes(8)),
        ("no number", bytes([5, *bytes(8), 0x81]) + np.array([1, np.nan, 1], "<f4").tobytes()),
    ],
)
def test_a_damaged_frame_is_left_out(why, frame):
    measurement = Measurement(frame[0])
    assert len(decode_frames([frame], measurement).count) == 0, why
    assert decode_frames([WHOLE, frame, WHOLE], Measurement.ACC).position.tolist() == [0, 2]


def test_what_frames_claim_does_not_fill_the_memory():
    claimed = WHOLE[:16] + b"\x00\x20"
    sent = [claimed] * 20_000
    tracemalloc.start()
    try:
        assert decode_frames(sent, Measurement.ACC).count.tolist() == [33] * len(sent)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 60 * 2**20


@given(st.lists(st.one_of(st.binary(max_size=60), st.just(WHOLE)), max_size=8), st.sampled_from([2, 5]))
def test_arbitrary_bytes_are_decoded_or_left_out(notifications, measurement):
    frames = decode_frames(notifications, Measurement(measurement))
    assert frames.count.sum() == len(frames.values)
    assert np.isfinite(frames.values).all()


@given(st.binary(min_size=1, max_size=100), st.integers(0x80, 0x81), st.sampled_from([2, 5]))
def test_arbitrary_blocks_are_decoded_or_left_out(body, frame_type, measurement):
    frame = bytes([measurement, *bytes(8), frame_type]) + body
    frames = decode_frames([frame], Measurement(measurement))
    assert frames.count.sum() == len(frames.values) <= 3 * len(frame)
    assert np.isfinite(frames.values).all()


def test_there_is_no_frame_of_an_unknown_type():
    with pytest.raises(ValueError, match="plain"):
        encode_plain_frame(Measurement.GYRO, 1, time_ns=0, values=[[0, 0, 0]])
    with pytest.raises(ValueError, match="packed"):
        encode_packed_frame(Measurement.ACC, 5, time_ns=0, values=[[0, 0, 0]])


@pytest.mark.parametrize("kept", KEPT["requests"], ids=[r["what"] for r in KEPT["requests"]])
def test_documented_requests_come_back_unchanged(kept):
    data = bytes.fromhex(kept["payload"])
    assert polar.encode_request(polar.parse_request(data)) == data


def test_offered_settings_are_understood():
    kept = KEPT["settings"]
    found = parse_settings(bytes.fromhex(kept["payload"]))
    assert found[Setting.RATE] == tuple(kept["rates_hz"])
    assert found[Setting.RANGE] == tuple(kept["ranges"])
    assert found[Setting.CHANNELS] == tuple(kept["channels"])
    assert encode_settings(found) == bytes.fromhex(kept["payload"])


@pytest.mark.parametrize("kept", KEPT["answers"], ids=[a["payload"] for a in KEPT["answers"]])
def test_answers_are_understood_and_encoded_alike(kept):
    answer = polar.parse_control(bytes.fromhex(kept["payload"]))
    assert isinstance(answer, Answer)
    assert (answer.operation, answer.measurement, answer.status) == (
        kept["operation"],
        kept["measurement"],
        kept["status"],
    )
    if "factor" in kept:
        assert parse_settings(answer.parameters) == {Setting.FACTOR: (kept["factor"],)}
    assert polar.encode_answer(answer) == bytes.fromhex(kept["payload"])


def test_a_stop_by_the_sensor_itself_is_understood():
    assert polar.parse_control(b"\x01\x02\x05") == StreamsStopped((2, 5))
    assert polar.encode_stopped(StreamsStopped((2, 5))) == b"\x01\x02\x05"


def test_an_undocumented_status_is_said_as_such():
    assert polar.explain_status(99) == "an undocumented status"


@pytest.mark.parametrize("data", [b"", b"\x02", b"\x09\x02", b"\x02\x04"])
def test_what_is_no_request_is_refused(data):
    with pytest.raises(PacketError):
        polar.parse_request(data)


@given(st.binary(max_size=40))
def test_arbitrary_control_bytes_are_parsed_or_refused(data):
    for parse in (polar.parse_control, parse_settings, polar.parse_request):
        with suppress(PacketError):
            parse(data)


@pytest.mark.parametrize(
    ("request_", "data"),
    [
        (Request(Operation.START, Measurement.SDK_MODE), b"\x02\x09"),
        (Request(Operation.STOP, Measurement.GYRO, in_memory=True), b"\x03\x85"),
        (Request(Operation.GET_STATUS), b"\x05"),
    ],
)
def test_requests_without_settings_are_as_documented(request_, data):
    assert polar.encode_request(request_) == data
    assert polar.parse_request(data) == request_


def part(parameters: bytes, *, more: bool, measurement: int = 2) -> Answer:
    return Answer(Operation.GET_SETTINGS, measurement, 0, more, parameters)


def test_parts_of_an_answer_are_put_together():
    joiner = AnswerJoiner()
    parts = [part(b"ab", more=True), part(b"cd", more=True), part(b"e", more=False)]
    assert [joiner.join(one) for one in parts] == [None, None, part(b"abcde", more=False)]
    assert joiner.join(part(b"f", more=False)) == part(b"f", more=False)


def test_parts_that_never_end_are_not_gathered_for_ever():
    joiner = AnswerJoiner()
    for _ in range(1000):
        assert joiner.join(part(bytes(200), more=True)) is None
    last = joiner.join(part(b"", more=False))
    assert last is not None
    assert len(last.parameters) < 5000


def test_an_answer_to_something_else_begins_anew():
    joiner = AnswerJoiner()
    joiner.join(part(b"ab", more=True))
    assert joiner.join(part(b"x", more=False, measurement=5)) == part(b"x", more=False, measurement=5)
    assert joiner.join(part(b"y", more=False)) == part(b"y", more=False)


def test_features_are_a_bit_for_each_measurement():
    can = {Measurement.PPG, Measurement.ACC, Measurement.GYRO, Measurement.SDK_MODE, Measurement.OFFLINE}
    assert polar.encode_features(can) == bytes.fromhex("0f2622")
