"""A sitting from specific force: minutes, breaks, flexion, and what a damaged file may do."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.errors import SittingFileError
from analysis.live.seated_guide import LEAN, MOVED, NOT_LEANED, NOT_TALL, READY, SIT_TALL, SeatedGuide
from analysis.live.sitting import Sitting, SittingLog, SittingMinute
from analysis.live.sitting_json import sitting_from_json, sitting_to_json
from sensor.recorder.live_lean import LeanFrame
from sensor.samples import FloatArray
from sensor.units import STANDARD_GRAVITY_MPS2
from sensor.virtual.runner.desk import DeskPlan, at_desk

RATE_HZ = 20.0


def leaning(flexion_deg: float, lateral_deg: float = 0.0) -> FloatArray:
    """Return (3,) gravity as a sensor with the trunk's axes reads it."""
    flexion, lateral = math.radians(flexion_deg), math.radians(lateral_deg)
    up = np.array([-math.sin(flexion), math.sin(lateral), math.cos(flexion)])
    return STANDARD_GRAVITY_MPS2 * up / np.linalg.norm(up)


def block(flexion_deg: float, rows: int = 10) -> FloatArray:
    return np.tile(leaning(flexion_deg), (rows, 1))


def moving(rows: int = 10) -> FloatArray:
    """Return half a second of walking: 3 m/s2 up and down."""
    return block(0.0, rows) * (1.0 + 0.3 * np.sin(np.arange(rows) * 2.0))[:, None]


FRAME = LeanFrame(leaning(0.0), leaning(40.0))


def sat(log: SittingLog, flexion_deg: float, *, from_s: float, to_s: float) -> None:
    for now_s in np.arange(from_s, to_s, 0.5):
        log.add(float(now_s), block(flexion_deg))


def test_a_minute_tells_its_mean_flexion() -> None:
    log = SittingLog(FRAME)
    sat(log, 8.0, from_s=100.0, to_s=160.0)
    sat(log, 14.0, from_s=160.0, to_s=220.5)
    assert [(m.start_s, m.is_break) for m in log.minutes] == [(0.0, False), (60.0, False)]
    assert [m.flexion_deg for m in log.minutes] == pytest.approx([8.0, 14.0], abs=1e-9)
    assert log.minutes[1].received == pytest.approx(1.0)


def test_flexion_behind_sitting_tall_is_negative_and_a_side_lean_is_none() -> None:
    assert FRAME.lean_deg(leaning(-5.0)) == pytest.approx(-5.0)
    assert FRAME.lean_deg(leaning(0.0, lateral_deg=10.0)) == pytest.approx(0.0, abs=1e-9)


def test_without_a_lean_the_angle_has_no_sign() -> None:
    frame = LeanFrame(leaning(0.0))
    assert frame.lean_deg(leaning(-5.0)) == pytest.approx(5.0)
    assert frame.lean_deg(leaning(0.0, lateral_deg=10.0)) == pytest.approx(9.85, abs=0.01)


def test_getting_up_is_a_break_and_a_bump_is_none() -> None:
    log = SittingLog(FRAME)
    sat(log, 8.0, from_s=0.0, to_s=90.0)
    log.add(90.0, moving())
    sat(log, 8.0, from_s=90.5, to_s=180.0)
    for now_s in np.arange(180.0, 190.0, 0.5):
        log.add(float(now_s), moving())
    sat(log, 8.0, from_s=190.0, to_s=300.5)
    assert [m.is_break for m in log.minutes] == [False, False, False, True, False]
    assert log.without_break_s(300.0) == pytest.approx(110.0, abs=2.0)


def test_a_minute_of_which_little_came_is_neither_sitting_nor_a_break() -> None:
    log = SittingLog(FRAME)
    sat(log, 8.0, from_s=0.0, to_s=60.0)
    sat(log, 8.0, from_s=100.0, to_s=181.0)
    assert [m.is_sat for m in log.minutes] == [True, False, True]
    assert math.isnan(log.minutes[1].flexion_deg)


def test_a_long_silence_ends_a_stretch() -> None:
    log = SittingLog(FRAME)
    sat(log, 8.0, from_s=0.0, to_s=600.0)
    assert log.without_break_s(599.5) == pytest.approx(599.5)
    assert log.without_break_s(620.0) == 0.0  # nothing is heard: nothing is said
    sat(log, 8.0, from_s=900.0, to_s=960.5)
    assert log.without_break_s(960.0) == pytest.approx(60.0)
    assert Sitting("", "", False, tuple(log.minutes)).bouts == (10, 1)


def test_without_sitting_tall_only_sitting_is_told() -> None:
    log = SittingLog(None)
    sat(log, 8.0, from_s=0.0, to_s=120.5)
    sitting = Sitting("2026-05-01T08:00:00+00:00", "", False, tuple(log.minutes))
    assert sitting.hours_sat == pytest.approx(2 / 60)
    assert math.isnan(sitting.flexion_deg)
    assert log.lean_deg() is None


def test_a_desk_of_known_flexion_is_told_to_half_a_degree() -> None:
    plan = DeskPlan(slouch_deg=(6.0, 18.0), sit_s=600.0, break_s=60.0, stretches=2)
    read = at_desk(plan, RATE_HZ).acc_sensor_mps2
    guide, rows = SeatedGuide(0.0), 10
    log: SittingLog | None = None
    for start in range(0, len(read), rows):
        now_s = (start + rows) / RATE_HZ
        if log is None:
            guide.take(now_s, read[start : start + rows])
            list(guide.look(now_s))
            log = SittingLog(guide.frame) if guide.is_done else None
        else:
            log.add(now_s, read[start : start + rows])
    assert log is not None
    assert [m.is_break for m in log.minutes[:11]] == [False] * 10 + [True]
    first = [m.flexion_deg for m in log.minutes[:9]]
    # The line from 6 to 18 degrees over ten minutes; where a minute lies on it, to half a minute.
    assert first == pytest.approx([6.0 + 1.2 * (k + 0.5) for k in range(9)], abs=0.6)


def test_the_guide_asks_for_one_thing_after_another() -> None:
    guide, said = SeatedGuide(0.0), []
    for now_s in np.arange(0.5, 20.0, 0.5):
        guide.take(float(now_s), moving() if now_s == 5.0 else block(0.0 if now_s < 18.0 else 40.0))
        said += list(guide.look(float(now_s)))
    guide.take(20.5, block(0.0))
    guide.take(22.0, block(0.0))
    said += list(guide.look(22.0))
    assert said == [SIT_TALL, MOVED, LEAN, READY]
    assert guide.is_done
    assert guide.frame is not None
    assert guide.frame.lean_deg(leaning(12.0)) == pytest.approx(12.0)


def test_who_never_sits_still_is_not_kept_by_the_guide() -> None:
    guide, said = SeatedGuide(0.0), []
    for now_s in np.arange(0.5, 61.0, 0.5):
        guide.take(float(now_s), moving())
        said += list(guide.look(float(now_s)))
    assert said[-2:] == [NOT_TALL, READY]
    assert guide.frame is None


def test_who_does_not_lean_has_no_forward() -> None:
    guide, said = SeatedGuide(0.0), []
    now_s = 0.0
    while not guide.is_done:
        now_s += 0.5
        guide.take(now_s, block(0.0))
        said += list(guide.look(now_s))
    assert now_s == pytest.approx(31.5, abs=1.0)
    assert said == [SIT_TALL, LEAN, NOT_LEANED, READY]
    assert guide.frame is not None
    assert guide.frame.bowed_mps2 is None


MINUTES = st.builds(
    SittingMinute,
    start_s=st.integers(0, 2879).map(lambda number: 60.0 * number),
    flexion_deg=st.integers(-18_000, 18_000).map(lambda cents: cents / 100.0),
    is_break=st.booleans(),
    received=st.integers(0, 1000).map(lambda thousandths: thousandths / 1000.0),
)


@given(
    st.builds(
        Sitting,
        begun_utc=st.just("2026-05-01T08:00:00+00:00"),
        runner=st.text(max_size=40),
        simulated=st.booleans(),
        minutes=st.lists(MINUTES, max_size=20).map(tuple),
    )
)
def test_a_sitting_is_read_as_it_was_written(sitting: Sitting) -> None:
    assert sitting_from_json(sitting_to_json(sitting)) == sitting


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("format", "other"),
        ("version", 2),
        ("begun_utc", "yesterday"),
        ("begun_utc", "2026-05-01T08:00:00"),
        ("begun_utc", 5),
        ("runner", None),
        ("simulated", 1),
        ("minutes", {}),
        ("minutes", [5]),
        ("minutes", [{"start_s": 0, "flexion_deg": None, "break": "no", "received": 1}]),
        ("minutes", [{"start_s": 0, "flexion_deg": 1e9, "break": False, "received": 1}]),
        ("minutes", [{"start_s": 0, "flexion_deg": math.nan, "break": False, "received": 1}]),
        ("minutes", [{"start_s": 0, "flexion_deg": 1, "break": False, "received": True}]),
        ("minutes", [{"start_s": 0, "flexion_deg": None, "break": False, "received": 1}] * 2881),
    ],
)
def test_a_file_that_cannot_be_true_is_refused(key: str, value: object) -> None:
    good = json.loads(sitting_to_json(Sitting("2026-05-01T08:00:00+00:00", "", False, ())))
    with pytest.raises(SittingFileError):
        sitting_from_json(json.dumps({**good, key: value}).encode())


@pytest.mark.parametrize("text", [b"", b"[" * 100_000, b"\xff", b"[]", b" " * 600_000])
def test_what_is_no_sitting_is_refused(text: bytes) -> None:
    with pytest.raises(SittingFileError):
        sitting_from_json(text)
