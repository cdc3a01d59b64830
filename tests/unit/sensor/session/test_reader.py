from __future__ import annotations

import sqlite3
from pathlib import Path

import numpy as np
import pytest

from sensor.errors import SessionFileError
from sensor.samples import LinkEvent, Mark
from sensor.session.reader import read_recording
from sensor.session.writer import SessionWriter
from tests.support.sessions import (
    DATA,
    PACKET_NS,
    PACKET_SAMPLES,
    RATE_HZ,
    STARTED_UTC,
    add_movesense,
    movesense_notifications,
    new_writer,
    write_session,
)


def test_packets_become_samples_on_the_session_time_line(tmp_path: Path) -> None:
    recording = read_recording(write_session(tmp_path / "a.runtall", packets=130))
    (sensor,) = recording.sensors
    count = 130 * PACKET_SAMPLES
    assert (recording.name, recording.started_utc) == ("tempo", STARTED_UTC)
    assert (sensor.placement, sensor.device, sensor.name) == (
        "sternum",
        "movesense",
        "Movesense 174630000192",
    )
    assert sensor.nominal_rate_hz == RATE_HZ
    np.testing.assert_allclose(sensor.acc_sensor_mps2[:, 0], np.arange(count))
    np.testing.assert_allclose(sensor.acc_sensor_mps2[:, 2], 9.75)
    assert sensor.gyr_sensor_radps is not None
    assert sensor.gyr_sensor_radps.shape == (count, 3)
    # A packet arrives 30 ms after its last sample period: the fit cannot know this constant, only the pace.
    np.testing.assert_allclose(np.diff(sensor.time_s), 1 / RATE_HZ, atol=1e-5)
    assert abs(sensor.time_s[0]) < 0.15
    assert sensor.gaps == ()
    assert sensor.segment_start.tolist() == [0]
    assert (recording.simulated, recording.notices, sensor.battery_pct) == (False, (), None)


def test_the_stretch_between_two_connections_is_a_gap_with_its_reason(tmp_path: Path) -> None:
    writer = new_writer(tmp_path / "a.runtall")
    sensor_id = add_movesense(writer)
    first = writer.start_segment(sensor_id, 0, reason="start")
    writer.packets(first, DATA, packets=movesense_notifications(0, 130))
    second = writer.start_segment(sensor_id, 150 * PACKET_NS, reason="link lost")
    writer.packets(second, DATA, packets=movesense_notifications(150, 130))
    writer.close()
    (sensor,) = read_recording(writer.path).sensors
    (gap,) = sensor.gaps
    assert gap.reason == "link lost"
    assert gap.end_s - gap.start_s == pytest.approx(20 * PACKET_NS / 1e9 + 1 / RATE_HZ, abs=0.005)
    assert sensor.segment_start.tolist() == [0, 130 * PACKET_SAMPLES]


def test_a_connection_that_brought_nothing_still_gives_the_gap_its_reason(tmp_path: Path) -> None:
    writer = new_writer(tmp_path / "a.runtall")
    sensor_id = add_movesense(writer)
    first = writer.start_segment(sensor_id, 0, reason="start")
    writer.packets(first, DATA, packets=movesense_notifications(0, 60))
    writer.start_segment(sensor_id, 80 * PACKET_NS, reason="sensor restarted")
    third = writer.start_segment(sensor_id, 100 * PACKET_NS, reason="link lost")
    writer.packets(third, DATA, packets=movesense_notifications(100, 60))
    writer.close()
    (gap,) = read_recording(writer.path).sensors[0].gaps
    assert gap.reason == "sensor restarted"


def test_packets_lost_inside_a_connection_are_a_gap(tmp_path: Path) -> None:
    writer = new_writer(tmp_path / "a.runtall")
    segment_id = writer.start_segment(add_movesense(writer), 0, reason="start")
    writer.packets(segment_id, DATA, packets=movesense_notifications(0, 60))
    writer.packets(segment_id, DATA, packets=movesense_notifications(63, 60))
    writer.close()
    (gap,) = read_recording(writer.path).sensors[0].gaps
    assert gap.end_s - gap.start_s == pytest.approx((3 * PACKET_SAMPLES + 1) / RATE_HZ, abs=0.002)


def test_two_sensors_whose_packets_mingle_are_told_apart(tmp_path: Path) -> None:
    writer = new_writer(tmp_path / "a.runtall")
    segments = [
        writer.start_segment(add_movesense(writer, p), 0, reason="start") for p in ("sternum", "head")
    ]
    for packet in range(100):
        for segment_id, ahead in zip(segments, (0, 500), strict=True):
            writer.packets(segment_id, DATA, packets=movesense_notifications(packet + ahead, 1))
    writer.close()
    chest, head = read_recording(writer.path).sensors
    assert (chest.placement, head.placement) == ("sternum", "head")
    assert chest.acc_sensor_mps2[0, 0] == 0
    assert head.acc_sensor_mps2[0, 0] == 500 * PACKET_SAMPLES


def test_only_the_data_channel_is_decoded_and_the_rest_is_kept(tmp_path: Path) -> None:
    path = write_session(tmp_path / "a.runtall", packets=20)
    connection = sqlite3.connect(path)
    connection.execute(
        "INSERT INTO packet (segment_id, channel, arrival_ns, payload) VALUES (1, 'hr', 1, x'00')"
    )
    connection.commit()
    connection.close()
    (sensor,) = read_recording(path).sensors
    assert len(sensor.time_s) == 20 * PACKET_SAMPLES
    assert sensor.rejected_packets == 0


def test_packets_that_fit_no_layout_are_counted_and_said(tmp_path: Path) -> None:
    writer = new_writer(tmp_path / "a.runtall")
    segment_id = writer.start_segment(add_movesense(writer), 0, reason="start")
    writer.packets(segment_id, DATA, packets=movesense_notifications(0, 20))
    writer.packet(segment_id, DATA, arrival_ns=21 * PACKET_NS, payload=b"\x09\x63garbage")
    writer.close()
    recording = read_recording(writer.path)
    assert recording.sensors[0].rejected_packets == 1
    assert recording.notices == (
        "sternum: packets left out because they do not fit the documented layout: 1.",
    )


def test_a_sensor_that_never_sent_anything_has_no_samples(tmp_path: Path) -> None:
    writer = new_writer(tmp_path / "a.runtall")
    writer.start_segment(add_movesense(writer), 0, reason="start")
    writer.close()
    (sensor,) = read_recording(writer.path).sensors
    assert sensor.time_s.shape == (0,)
    assert sensor.acc_sensor_mps2.shape == (0, 3)
    assert sensor.gaps == ()


def _add_happenings(writer: SessionWriter) -> None:
    sensor_id = add_movesense(writer)
    writer.event(2_000_000_000, "battery", detail="81", sensor_id=sensor_id)
    writer.event(1_000_000_000, "connected", detail="M 1", sensor_id=sensor_id)
    writer.event(3_000_000_000, "battery", detail="80", sensor_id=sensor_id)
    writer.event(4_000_000_000, "paused")
    writer.mark(9_000_000_000, "lap")
    writer.mark(8_500_000_000, "standing", text="tall")
    speed, altitude = writer.add_track("speed_mps", "foot pod"), writer.add_track("altitude_m", "watch file")
    writer.track_points(speed, [(2_000_000_000, 3.1)])
    writer.track_points(altitude, [(1_000_000_000, 120)])
    writer.track_points(speed, [(1_000_000_000, 3.0)])


def test_events_marks_battery_and_tracks_come_in_order_of_time(tmp_path: Path) -> None:
    writer = new_writer(tmp_path / "a.runtall")
    _add_happenings(writer)
    writer.set_context("typed_distance_m", 10_000.0)
    writer.close()
    recording = read_recording(writer.path)
    assert recording.sensors[0].battery_pct == 80
    assert recording.events == (
        LinkEvent(1.0, "sternum", "connected", "M 1"),
        LinkEvent(2.0, "sternum", "battery", "81"),
        LinkEvent(3.0, "sternum", "battery", "80"),
        LinkEvent(4.0, "", "paused"),
    )
    assert recording.marks == (Mark(8.5, "standing", "tall"), Mark(9.0, "lap"))
    assert [track.quantity for track in recording.tracks] == ["speed_mps", "altitude_m"]
    assert recording.tracks[0].time_s.tolist() == [1.0, 2.0]
    assert recording.tracks[0].value.tolist() == [3.0, 3.1]
    assert recording.context == {"typed_distance_m": 10_000.0}
    assert recording.duration_s == 9.0


def test_a_speed_that_no_runner_has_is_left_out_of_a_track(tmp_path: Path) -> None:
    writer = new_writer(tmp_path / "a.runtall")
    add_movesense(writer)
    speed = writer.add_track("speed_mps", "watch file")
    for second, speed_mps in enumerate([3.0, 40.0, 14.9, 15.1, -0.1, 3.2]):
        writer.track_points(speed, [(second * 1_000_000_000, speed_mps)])
    writer.close()
    (track,) = read_recording(writer.path).tracks
    assert track.time_s.tolist() == [0.0, 2.0, 5.0]
    assert track.value.tolist() == [3.0, 14.9, 3.2]


def test_a_sensor_of_a_later_version_is_refused_with_its_kind(tmp_path: Path) -> None:
    writer = new_writer(tmp_path / "a.runtall")
    writer.add_sensor("sternum", "tricorder", name="T 1")
    writer.close()
    with pytest.raises(SessionFileError, match=r"a\.runtall: sternum: .*'tricorder'.*update runtall"):
        read_recording(writer.path)


def test_a_sensor_without_its_settings_is_refused(tmp_path: Path) -> None:
    writer = new_writer(tmp_path / "a.runtall")
    segment_id = writer.start_segment(
        writer.add_sensor("sternum", "movesense", name="M 1"), 0, reason="start"
    )
    writer.packet(segment_id, DATA, arrival_ns=0, payload=b"\x02\x63")
    writer.close()
    with pytest.raises(SessionFileError, match=r"sternum: .*settings"):
        read_recording(writer.path)
