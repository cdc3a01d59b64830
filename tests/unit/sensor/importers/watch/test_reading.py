"""Activity files of watches read to the end, torn ones as far as they go, and nothing believed."""

from __future__ import annotations

import gzip
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from sensor.errors import ImportFileError
from sensor.importers.watch import reading
from sensor.importers.watch.activity import WatchActivity
from sensor.importers.watch.fit import read_fit
from sensor.importers.watch.gpx import read_gpx
from sensor.importers.watch.reading import read_activity
from sensor.importers.watch.tcx import read_tcx
from tests.support.datasets import data_dir

FIT_EPOCH_S = 631_065_600
BEGAN_S = 1_767_268_800 - FIT_EPOCH_S


def crc(data: bytes) -> int:
    """Return the checksum of FIT, bit by bit (CRC-16/ARC)."""
    value = 0
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (0xA001 if value & 1 else 0)
    return value


def small_fit(count: int = 5, *, began_s: int = BEGAN_S, sport: int = 1) -> bytes:
    """Return an activity of some records, a session and nothing else, written by hand."""
    record = bytes([0x40, 0, 0, *struct.pack("<H", 20), 4, 253, 4, 0x86, 5, 4, 0x86, 4, 1, 2, 3, 1, 2])
    session = bytes([0x41, 0, 0, *struct.pack("<H", 18), 3, 253, 4, 0x86, 2, 4, 0x86, 5, 1, 0])
    rows = b"".join(b"\0" + struct.pack("<IIBB", began_s + i, 300 * i, 84, 150) for i in range(count))
    body = record + rows + session + b"\1" + struct.pack("<IIB", began_s + count, began_s, sport)
    head = struct.pack("<BBHI4s", 14, 0x20, 2100, len(body), b".FIT")
    head += struct.pack("<H", crc(head))
    return head + body + struct.pack("<H", crc(head + body))


GPX = """<?xml version="1.0"?>
<gpx version="1.1" creator="a phone" xmlns="http://www.topografix.com/GPX/1/1"><trk><trkseg>
<trkpt lat="50.0" lon="8.0"><ele>100</ele><time>2026-01-01T12:00:00{zone}</time></trkpt>
<trkpt lat="50.001" lon="8.0"><time>2026-01-01T12:00:30.5{zone}</time><extensions><x:hr xmlns:x="y">150</x:hr>
<x:cad xmlns:x="y">84</x:cad></extensions></trkpt>
</trkseg></trk></gpx>"""

TCX = """<TrainingCenterDatabase xmlns="http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2"><Activities>
<Activity Sport="{sport}"><Lap StartTime="2026-01-01T12:00:00Z"><TotalTimeSeconds>9</TotalTimeSeconds><Track>
<Trackpoint><Time>2026-01-01T12:00:00Z</Time></Trackpoint>
<Trackpoint><Time>2026-01-01T12:00:01Z</Time><DistanceMeters>3</DistanceMeters>
<HeartRateBpm><Value>140</Value></HeartRateBpm></Trackpoint>
<Trackpoint><Time>2026-01-01T12:00:02Z</Time><DistanceMeters>6</DistanceMeters></Trackpoint>
</Track></Lap></Activity></Activities></TrainingCenterDatabase>"""


def test_a_fit_file_written_by_hand_is_read() -> None:
    activity = read_fit(small_fit())
    assert activity.time_s.tolist() == [BEGAN_S + FIT_EPOCH_S + i for i in range(5)]
    assert activity.distance_m.tolist() == [0.0, 3.0, 6.0, 9.0, 12.0]
    assert activity.cadence_spm.tolist() == [168.0] * 5
    assert activity.heart_rate_bpm.tolist() == [150.0] * 5
    assert activity.notices == ()


def test_a_watch_without_a_date_keeps_its_intervals() -> None:
    activity = read_fit(small_fit(began_s=0))
    assert not activity.has_date
    assert np.diff(activity.time_s).tolist() == [1.0] * 4


def test_a_file_of_another_sport_is_refused() -> None:
    with pytest.raises(ImportFileError, match="cycling"):
        read_fit(small_fit(sport=2))


@pytest.mark.parametrize("told_bytes", [0, 7, 10_000])
def test_a_header_that_tells_another_length_is_mended(told_bytes: int) -> None:
    whole = small_fit()
    torn = whole[:4] + struct.pack("<I", told_bytes) + whole[8:]
    activity = read_fit(torn)
    assert len(activity.time_s) == 5
    assert activity.notices


def told_or_refused(read: Callable[[bytes], WatchActivity], content: bytes) -> WatchActivity | None:
    """Return the run of a damaged file, which must be told; None where it is refused in one line."""
    try:
        activity = read(content)
    except ImportFileError as error:
        line = str(error)
    else:
        assert (np.diff(activity.time_s) > 0).all()
        assert activity.notices
        return activity
    assert line.splitlines() == [line]
    return None


WHOLE = {
    "fit": (read_fit, small_fit()),
    "tcx": (read_tcx, TCX.format(sport="Running").encode()),
    "gpx": (read_gpx, GPX.format(zone="Z").encode()),
}


@pytest.mark.parametrize("kind", WHOLE)
def test_a_file_cut_anywhere_is_read_as_far_as_it_goes_or_refused(kind: str) -> None:
    read, whole = WHOLE[kind]
    step = 1 if kind == "fit" else 7
    found = [told_or_refused(read, whole[:length]) for length in range(14, len(whole), step)]
    assert any(activity is not None for activity in found)
    assert any(activity is None for activity in found)


def test_every_byte_of_a_file_flipped_gives_a_run_or_one_line() -> None:
    # The checksum notices each of them, so that none passes for sound.
    whole = small_fit()
    found = [
        told_or_refused(read_fit, whole[:at] + bytes([whole[at] ^ flip]) + whole[at + 1 :])
        for at in range(len(whole))
        for flip in (0x01, 0x80, 0xFF)
    ]
    assert sum(activity is not None for activity in found) > len(found) / 2


@pytest.mark.parametrize(
    ("zone", "hour", "has_date"), [("Z", 12, True), ("+02:00", 10, True), ("", 12, False)]
)
def test_gpx_tells_where_and_when(zone: str, hour: int, has_date: bool) -> None:
    activity = read_gpx(GPX.format(zone=zone).encode())
    assert activity.has_date is has_date
    assert activity.time_s[0] == 1_767_225_600 + 3600 * hour
    assert activity.time_s[1] - activity.time_s[0] == 30.5
    assert activity.distance_m[1] == pytest.approx(111.195, abs=0.01)
    assert activity.cadence_spm[1] == 168.0
    assert activity.heart_rate_bpm[1] == 150.0
    assert activity.device == "a phone"


def test_tcx_with_blanks_before_it_is_read_and_a_point_with_a_time_alone_is_no_place() -> None:
    activity = read_tcx(b"          " + TCX.format(sport="Running").encode())
    assert np.isnan(activity.distance_m[0])
    assert activity.distance_m[1:].tolist() == [3.0, 6.0]
    assert activity.heart_rate_bpm[1] == 140.0
    assert [lap.end_s - lap.start_s for lap in activity.laps] == [9.0]


def test_a_ride_is_refused() -> None:
    with pytest.raises(ImportFileError, match="Biking"):
        read_tcx(TCX.format(sport="Biking").encode())


BOMB = """<?xml version="1.0"?><!DOCTYPE gpx [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
<gpx><trk><trkseg><trkpt lat="1" lon="1"><name>&b;</name></trkpt></trkseg></trk></gpx>"""


def test_a_document_that_defines_entities_is_refused() -> None:
    with pytest.raises(ImportFileError, match="entities"):
        read_gpx(BOMB.encode())


def test_what_unpacks_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_UNPACKED_BYTES", 1_000_000)
    path = tmp_path / "run.tcx.gz"
    path.write_bytes(gzip.compress(bytes(2_000_000)))
    with pytest.raises(ImportFileError, match="more than 1 MB"):
        read_activity(path)


def test_a_packed_file_is_read_as_the_same(tmp_path: Path) -> None:
    path = tmp_path / "run.fit.gz"
    path.write_bytes(gzip.compress(small_fit()))
    assert read_activity(path).distance_m.tolist() == read_fit(small_fit()).distance_m.tolist()


@pytest.mark.parametrize(
    "content", [b"", b"PK\3\4", b"\x1f\x8b\x08damaged", b"time_s,acc_x_mps2\n", bytes(50)]
)
def test_anything_else_is_named_with_what_to_do(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "run.fit"
    path.write_bytes(content)
    with pytest.raises(ImportFileError, match=r"run\.fit: .*export"):
        read_activity(path)


@pytest.mark.parametrize(
    ("name", "points", "distance_m", "cadence_spm", "laps", "device"),
    [
        ("fenix2_run_9km.fit", 2809, 9008.22, 166.0, 4, "garmin fenix2"),
        ("fenix5_run_short_all_dynamics.fit", 21, 157.56, 179.0, 1, "garmin fenix5"),
        ("fenix6s_run_short.fit", 93, 588.21, 150.0, 1, "garmin fenix6S"),
        ("fr310xt_run_7km.fit", 556, 7224.17, 166.0, 8, "garmin fr310xt"),
        ("fr920xt_hrmrun_12km.fit", 658, 12579.16, 167.0, 13, "garmin fr920xt"),
        ("stryd_run_57min_developer_fields.fit", 3424, 6753.99, 150.0, 1, "stryd"),
        ("polarm400.tcx.gz", 3507, 4508.5, 106.0, 2, "Polar M400"),
    ],
)
def test_files_of_others_are_read_to_the_end(
    name: str, points: int, distance_m: float, cadence_spm: float, laps: int, device: str
) -> None:
    activity = read_activity(data_dir() / "fit_runs" / name)
    assert len(activity.time_s) == points
    # Within a thousandth of what the maker's own summary says.
    assert np.nanmax(activity.distance_m) == pytest.approx(distance_m, rel=1e-3)
    assert np.nanmedian(activity.cadence_spm) == cadence_spm
    assert (len(activity.laps), activity.device) == (laps, device)
    assert activity.has_date
    assert activity.notices == ()
