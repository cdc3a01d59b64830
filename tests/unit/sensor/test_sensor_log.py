"""What is written down of one sensor, whatever order things come in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from bleak.backends.device import BLEDevice

from sensor.calibration import AccelerometerCalibration, CalibratedSensor
from sensor.link.ble import Sighting
from sensor.protocol.driver import Identity
from sensor.protocol.movesense.driver import MovesenseDriver
from sensor.protocol.registry import device
from sensor.recorder import AuxiliaryRequest, SensorRequest
from sensor.recorder.clock import SessionClock
from sensor.recorder.limits import EndReason
from sensor.recorder.plan import Wish
from sensor.recorder.sensor_log import SensorLog
from sensor.recorder.sensor_rows import EVENTS_AT_ONCE, LEFT_OUT
from sensor.session.reader import read_recording
from sensor.session.writer import SessionWriter
from tests.support.recordings_over_air import CHEST, STARTED_UTC, rows

KIND = device("movesense")
ADDRESS = "C0:00:00:00:00:01"
STRAP = "Polar H10 1"
WORN = SensorRequest("sternum", CHEST)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "session.runtall"


@contextmanager
def logging(
    path: Path, wish: Wish = WORN, calibrated: tuple[CalibratedSensor, ...] = ()
) -> Iterator[SensorLog]:
    with SessionWriter(path, name="test", started_utc=STARTED_UTC.isoformat()) as writer:
        clock = SessionClock(datetime(2026, 1, 1, tzinfo=UTC), lambda: 0.0, slept_s=lambda: 0.0)
        yield SensorLog(wish, writer, clock=clock, calibrated=calibrated)


def connect(log: SensorLog) -> None:
    sighting = Sighting(CHEST, ADDRESS, (), -50, KIND, BLEDevice(ADDRESS, CHEST, None))
    log.connected(sighting, KIND, settings=MovesenseDriver(104).settings)


def test_events_left_out_are_told_at_the_end_though_the_sensor_was_never_found(path: Path) -> None:
    with logging(path) as log:
        for _ in range(100):
            log.event("no radio", "it is off")
        log.finish(None)

    events = rows(path, "SELECT kind, detail FROM event")
    told = [int(detail.rsplit(":", 1)[-1].split()[0]) for kind, detail in events if kind == LEFT_OUT]
    assert told == [100 - EVENTS_AT_ONCE]
    assert log.link == "stopped"


def test_what_comes_between_two_connections_is_kept_and_taken_for_part_of_neither(path: Path) -> None:
    with logging(path) as log:
        for number in (1, 2):
            connect(log)
            log.packet(KIND.data_characteristic, b"of %d" % number)
            log.disconnected(EndReason.STREAM_SILENT)
            log.packet(KIND.data_characteristic, b"after %d" % number)

    stored = rows(path, "SELECT segment_id, payload FROM packet ORDER BY id")
    assert stored == [(1, b"of 1"), (2, b"after 1"), (3, b"of 2"), (4, b"after 2")]
    reasons = [reason for (reason,) in rows(path, "SELECT reason FROM segment ORDER BY id")]
    assert reasons == ["start", *3 * ["stream silent"]]


def test_a_device_beside_the_sensors_is_counted_by_notifications_and_shows_no_motion(path: Path) -> None:
    with logging(path, AuxiliaryRequest(1, STRAP)) as log:
        connect(log)
        for number in range(3):
            log.stream(b"reading %d" % number)
        assert log.drain() is None
        assert log.drain() is None
        assert log.status().samples == 3


def test_what_nobody_looked_at_is_not_shown_as_part_of_the_next_connection(path: Path) -> None:
    with logging(path, AuxiliaryRequest(1, STRAP)) as log:
        connect(log)
        log.stream(b"before")
        log.disconnected(EndReason.LINK_LOST)
        connect(log)
        log.stream(b"after")
        log.drain()
        assert log.status().samples == 1


CALIBRATION = AccelerometerCalibration((0.4, -0.2, 0.1), (1.02, 0.98, 1.01), "2026-05-01")


@pytest.mark.parametrize(
    ("serial", "address", "is_own"),
    [("77", "C0:2", True), ("78", ADDRESS, False), ("", ADDRESS, True), ("", "C0:2", False)],
    ids=["its serial number", "another serial number", "its address", "another address"],
)
def test_a_sensor_gets_its_own_calibration_once_and_no_other_sensors(
    path: Path, serial: str, address: str, is_own: bool
) -> None:
    known = CalibratedSensor(name=CHEST, address=address, serial=serial, calibration=CALIBRATION)
    with logging(path, calibrated=(known,)) as log:
        for _ in range(2):
            connect(log)
            log.identity(Identity("77", "Movesense", "2.0"))
            log.packet("channel", b"")
    written = rows(path, "SELECT sensor_id, detail FROM event WHERE kind = 'calibration'")
    assert written == ([(1, CALIBRATION.as_text())] if is_own else [])
    sensor = read_recording(path).sensor("sternum")
    assert sensor is not None
    assert sensor.calibration == (CALIBRATION if is_own else None)


def test_a_calibration_that_cannot_be_read_is_left_out_and_said(path: Path) -> None:
    with logging(path) as log:
        connect(log)
        log.event("calibration", '{"acc_scale": "one"}')
    recording = read_recording(path)
    assert recording.sensors[0].calibration is None
    assert recording.notices[-1].startswith(
        "sternum: its calibration cannot be read and is left out: made_on"
    )
