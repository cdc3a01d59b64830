"""Capture2Go: the maker's bytes, packages wherever they were cut, and the conversation."""

from __future__ import annotations

from contextlib import suppress
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sensor.errors import PacketError
from sensor.protocol.capture2go import control as capture2go_state
from sensor.protocol.capture2go import frames as capture2go
from sensor.protocol.capture2go.control import (
    ErrorCode,
    Mode,
    State,
    Status,
    encode_error,
    encode_info,
    encode_mode,
    encode_status,
    explain_error,
    parse_error,
    parse_mode,
)
from sensor.protocol.capture2go.decoder import Capture2GoDecoder
from sensor.protocol.capture2go.driver import Capture2GoDriver
from sensor.protocol.capture2go.frames import (
    NOTIFY_UUID,
    WRITE_UUID,
    Package,
    PackageReader,
    encode_measurements,
    encode_notification,
    encode_package,
)
from sensor.protocol.driver import (
    Accepted,
    BatteryLevel,
    Identity,
    Refused,
    StreamPacket,
    Unreadable,
)
from tests.support.captures import captures

KEPT = captures("capture2go")
T0 = 1_700_000_000_123_456_789


def packages(count: int, first: int = 0) -> list[bytes]:
    """Packages of a ramp: every value is the number of its sample."""
    number = np.repeat(np.arange(8 * first, 8 * (first + count))[:, None], 3, axis=1)
    time_ns = T0 + 80_000_000 * np.arange(first, first + count)
    return [
        encode_package(one) for one in encode_measurements(100, time_ns, gyr_counts=number, acc_counts=number)
    ]


def cut(stream: bytes, size: int = 180) -> list[bytes]:
    return [encode_notification(queued=stream[i : i + size]) for i in range(0, len(stream), size)]


STARTED = encode_notification(queued=encode_package(Package(capture2go.STARTED)))


def decoder() -> Capture2GoDecoder:
    """Return a decoder that has heard its stream being started."""
    made = Capture2GoDecoder(Capture2GoDriver(100).settings)
    made.feed([STARTED])
    return made


def test_a_request_is_read_as_it_was_written():
    package = encode_mode(Mode(200))
    assert capture2go.parse_package(encode_package(package)) == package


@pytest.mark.parametrize(
    "change", [lambda b: b[:-1], lambda b: b + b"\0", lambda b: b"", lambda b: b"\3" + b[1:]]
)
def test_what_is_not_one_whole_package_is_no_request(change):
    with pytest.raises(PacketError, match="package"):
        capture2go.parse_package(change(encode_package(Package(capture2go.START))))


def test_a_mode_means_what_was_set():
    assert parse_mode(encode_mode(Mode(50)).payload) == Mode(
        50.0, has_magnetometer=False, status_interval_s=1
    )
    # The maker's bytes with rate code 6, 1 Hz, and the magnetometer left on.
    other = bytearray(encode_mode(Mode(50)).payload)
    other[10], other[-1] = 6, 0
    assert parse_mode(bytes(other)) == Mode(0.0, has_magnetometer=True, status_interval_s=1)


def test_an_error_names_the_request_and_its_reason():
    package = encode_error(ErrorCode.STORAGE_FULL, capture2go.START)
    assert (package.header, package.payload) == (0xFFFF, bytes.fromhex("f65001"))
    assert parse_error(package.payload) == (0xF6, capture2go.START)
    assert explain_error(0xF6) == "the sensor's memory is full"
    assert explain_error(1) == "an undocumented error"


@pytest.mark.parametrize("kept", KEPT["requests"], ids=[r["what"] for r in KEPT["requests"]])
def test_requests_have_the_makers_bytes(kept):
    assert getattr(capture2go, kept["what"]) == kept["header"]
    assert encode_package(Package(kept["header"])) == b"\x02" + bytes.fromhex(kept["payload"])


def test_the_mode_has_the_makers_bytes():
    mode = bytes.fromhex(KEPT["mode_100_hz"]["payload"])
    assert encode_package(encode_mode(Mode(100))) == mode


def test_who_it_is_is_read_from_the_makers_bytes():
    package = capture2go.parse_package(bytes.fromhex(KEPT["info"]["payload"]))
    assert package.header == capture2go.INFO
    assert capture2go_state.parse_info(package.payload) == Identity("ab1234", "Capture2Go 1.2", "1.0.3")
    made = encode_info("ab1234", "1.2", version="1.0.3")
    assert len(made) == len(package.payload)
    assert made[:16] == package.payload[:16]


def test_how_it_is_doing_is_read_from_the_makers_bytes():
    package = capture2go.parse_package(bytes.fromhex(KEPT["status"]["payload"]))
    assert package.header == capture2go.STATUS
    status = Status(KEPT["status"]["time_ns"], State.RECORDING, 77, is_charging=True, free_pct=90)
    assert capture2go_state.parse_status(package.payload) == status


def test_a_measurement_has_the_makers_bytes_and_means_what_they_say():
    kept = KEPT["measurement_100_hz"]
    counts = np.arange(24).reshape(8, 3)
    (package,) = encode_measurements(
        100, np.array([T0]), gyr_counts=100 * counts - 1200, acc_counts=2048 - 10 * counts
    )
    made = encode_package(package)
    head = bytes.fromhex(kept["head"])
    assert made[: len(head)] == head
    block = decoder().feed([encode_notification(queued=made)])
    assert (block.ticks.tolist(), block.count.tolist()) == ([kept["time_ns"]], [8])
    assert block.gyr_sensor_radps[0] == pytest.approx(kept["first_gyr_radps"], abs=1e-6)
    assert block.acc_sensor_mps2[0, 0] == pytest.approx(kept["first_acc_x_mps2"])


@given(size=st.integers(1, 240), count=st.integers(0, 12))
def test_packages_are_found_however_the_stream_is_cut(size, count):
    block = decoder().feed(cut(b"".join(packages(count)), size))
    assert block.ticks.tolist() == [T0 + 80_000_000 * i for i in range(count)]
    assert block.acc_sensor_mps2[:, 1] == pytest.approx(np.arange(8 * count) * 16 * 9.81 / 32768)


def test_a_package_is_dated_by_the_notification_that_completes_it():
    one = packages(1)[0]
    parts = [encode_notification(queued=one[:60]), b"\xff", encode_notification(queued=one[60:])]
    assert decoder().feed(parts).notification.tolist() == [2]


def test_the_real_time_channel_is_passed_over():
    status = Package(capture2go.STATUS, bytes(17))
    one = packages(1)[0]
    real_time = encode_measurements(
        100, np.array([5]), gyr_counts=np.zeros((8, 3)), acc_counts=np.zeros((8, 3))
    )
    stream = decoder()
    block = stream.feed(
        [encode_notification([status, *real_time], one[:50]), encode_notification([status], one[50:])]
    )
    assert (block.ticks.tolist(), stream.rejected) == ([T0], 0)


def test_a_lost_notification_costs_what_it_touched_and_no_more():
    notifications = cut(b"".join(packages(20)), 123)  # a package each
    damaged = notifications[:7] + notifications[8:]
    assert len(decoder().feed(damaged).count) == 19
    notifications = cut(b"".join(packages(20)), 100)
    stream = decoder()
    found = stream.feed(notifications[:7] + notifications[8:])
    assert len(found.count) == 18
    assert stream.rejected == 1


def test_a_flipped_bit_costs_one_package():
    stream = bytearray(b"".join(packages(10)))
    stream[123 * 4 + 50] ^= 1
    reader = decoder()
    block = reader.feed(cut(bytes(stream)))
    assert sorted(set(range(10)) - set(((block.ticks - T0) // 80_000_000).tolist())) == [4]
    assert reader.rejected == 1


def test_what_is_left_of_an_earlier_stream_is_passed_over_in_silence():
    stream = Capture2GoDecoder(Capture2GoDriver(100).settings)
    block = stream.feed(cut(packages(1)[0][40:] + STARTED[1:] + b"".join(packages(3))))
    assert (len(block.count), stream.rejected) == (3, 0)


def test_what_waited_since_an_earlier_connection_is_passed_over():
    stream = Capture2GoDecoder(Capture2GoDriver(100).settings)
    block = stream.feed([*cut(b"".join(packages(2))), STARTED, *cut(packages(1, first=7)[0])])
    assert block.ticks.tolist() == [T0 + 560_000_000]
    assert block.notification.tolist() == [3]
    assert stream.rejected == 0


def test_flags_and_full_scale_mark_clipped_samples():
    acc, gyr = np.zeros((16, 3), int), np.zeros((16, 3), int)
    acc[3, 2], gyr[12, 0] = 32767, -32768
    made = encode_measurements(100, np.array([T0, T0 + 80_000_000]), gyr_counts=gyr, acc_counts=acc)
    assert [one.payload[-1] for one in made] == [4, 2]
    block = decoder().feed(cut(b"".join(map(encode_package, made))))
    assert block.clipped.all()


def test_a_measurement_that_does_not_fit_is_counted():
    header = capture2go.measurement_header(100)
    too_short = encode_package(Package(header, bytes(100)))
    undated = encode_package(Package(header, b"\xff" * 115))
    stream = decoder()
    assert len(stream.feed(cut(too_short + undated + packages(1)[0])).count) == 1
    assert stream.rejected == 2


@settings(max_examples=150)
@given(
    st.lists(
        st.one_of(st.binary(max_size=150), st.integers(0, 9).map(lambda i: packages(1, i)[0])), max_size=12
    ),
    st.integers(20, 240),
    st.lists(st.integers(0, 40), max_size=5),
)
def test_how_notifications_are_dealt_out_changes_nothing(pieces, size, cuts):
    notifications = cut(b"".join(pieces), size)
    at_once, bit_by_bit = decoder(), decoder()
    whole = at_once.feed(notifications)
    bounds = [0, *sorted(min(c, len(notifications)) for c in cuts), len(notifications)]
    parts = [(start, bit_by_bit.feed(notifications[start:end])) for start, end in pairwise(bounds)]
    assert np.concatenate([b.ticks for _, b in parts]).tolist() == whole.ticks.tolist()
    assert np.concatenate([start + b.notification for start, b in parts]).tolist() == (
        whole.notification.tolist()
    )
    assert bit_by_bit.rejected == at_once.rejected


@given(st.lists(st.binary(max_size=240), max_size=20))
def test_arbitrary_notifications_are_survived_in_little_memory(notifications):
    stream = decoder()
    block = stream.feed(notifications)
    assert np.isfinite(block.acc_sensor_mps2).all()
    assert len(stream._reader._pending) <= 8 + 236


def sent(writes) -> list[int]:
    assert {write.characteristic for write in writes} == {WRITE_UUID}
    stream = encode_notification(queued=b"".join(write.data for write in writes))
    return [found.package.header for found in PackageReader().feed([stream])]


def test_it_clears_asks_sets_the_clock_and_starts_in_this_order():
    writes = Capture2GoDriver(100).start(1_700_000_000_000_000)
    assert sent(writes) == [0x158, 0x70, 0x170, 0x120, 0x150]
    assert writes[2].data[8:] == (1_700_000_000 * 10**9).to_bytes(8, "little")
    assert sent(Capture2GoDriver(100).stop()) == [0x152]
    assert Capture2GoDriver(100).poll() == ()


def test_a_stream_begun_again_keeps_the_clock_once_it_was_set():
    driver = Capture2GoDriver(100)
    driver.start(1_700_000_000_000_000)
    assert 0x170 in sent(driver.start(1_700_000_005_000_000))
    done = encode_package(Package(capture2go.TIME_SET))
    driver.receive(NOTIFY_UUID, encode_notification(queued=done))
    assert 0x170 not in sent(driver.start(1_700_000_010_000_000))


def heard(*content: Package) -> tuple:
    stream = b"".join(map(encode_package, content))
    return Capture2GoDriver(100).receive(NOTIFY_UUID, encode_notification(queued=stream))


def test_answers_are_told():
    assert heard(Package(capture2go.STARTED)) == (Accepted("start the stream"), StreamPacket())
    assert heard(Package(capture2go.CLEARED)) == (Accepted("clear the buffer"),)
    info = encode_info("ab1234", "1.2", version="1.0.3")
    assert heard(Package(capture2go.INFO, info)) == (Identity("ab1234", "Capture2Go 1.2", "1.0.3"),)
    status = encode_status(Status(T0, 2, 77, True, 90))
    assert heard(Package(capture2go.STATUS, status)) == (BatteryLevel(77),)
    assert heard(Package(capture2go.ERROR, bytes.fromhex("fb5001"))) == (
        Refused("start the stream", 0xFB, "not possible in the sensor's present state"),
    )


def test_measurements_and_their_parts_are_the_stream():
    driver = Capture2GoDriver(100)
    one = packages(1)[0]
    assert driver.receive(NOTIFY_UUID, encode_notification(queued=one[:30])) == (StreamPacket(),)
    assert driver.receive(NOTIFY_UUID, encode_notification(queued=one[30:])) == (StreamPacket(),)
    other = Package(capture2go.measurement_header(200), bytes(115))
    assert driver.receive(NOTIFY_UUID, encode_notification(queued=encode_package(other))) == ()


def test_a_status_alone_is_no_stream():
    status = Package(capture2go.STATUS, encode_status(Status(T0, 1, 50, False, 90)))
    assert heard(status) == (BatteryLevel(50),)


def test_a_broken_checksum_is_told():
    driver = Capture2GoDriver(100)
    broken = bytearray(packages(2)[1])
    broken[40] ^= 1
    (event, *_) = driver.receive(NOTIFY_UUID, encode_notification(queued=packages(1)[0] + bytes(broken)))
    assert isinstance(event, Unreadable)


@given(st.sampled_from([NOTIFY_UUID, "other"]), st.binary(max_size=100), st.integers(0, 0xFFFF))
def test_whatever_the_sensor_sends_nothing_is_raised(characteristic, payload, header):
    driver = Capture2GoDriver(100)
    framed = encode_notification(queued=encode_package(Package(header, payload)))
    for event in driver.receive(characteristic, payload) + driver.receive(characteristic, framed):
        assert isinstance(event, Accepted | Refused | StreamPacket | Identity | BatteryLevel | Unreadable)


@given(st.binary(max_size=60))
def test_arbitrary_answers_are_parsed_or_refused(payload):
    for parse in (capture2go_state.parse_info, capture2go_state.parse_status, parse_mode, parse_error):
        with suppress(PacketError):
            parse(payload)


def test_a_rate_the_sensor_does_not_have_is_refused():
    with pytest.raises(ValueError, match="104 Hz"):
        Capture2GoDriver(104)
    with pytest.raises(ValueError, match="rate_hz"):
        Capture2GoDecoder({})
