"""A lean, a rounded back and a dropped head of one virtual runner, told apart by sensors on all three."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from analysis.run_report import RunReport
from sensor.virtual.runner.plan import PosturePoint, Worn, run, stand
from tests.support.short_runs import OPENING, PLAIN, report, virtual

USUAL = PosturePoint(0.0, 7.5, head_pitch_deg=6.0, sacrum_pitch_deg=4.0)
LEANING = replace(USUAL, trunk_flexion_deg=13.5, head_pitch_deg=12.0, sacrum_pitch_deg=10.0)
ROUNDED = replace(USUAL, trunk_flexion_deg=13.5, head_pitch_deg=12.0)
HEAD_DOWN = replace(USUAL, head_pitch_deg=20.0)
STRETCHES = ((0.0, USUAL), (1.0, LEANING), (1.5, USUAL), (1.8, ROUNDED), (2.3, USUAL), (2.6, HEAD_DOWN))
"""From which kilometre on the runner holds what; each change takes 50 m."""

LENGTH_M, SPEED_MPS = 3_100.0, 3.6
ACROSS = (0.5, 0.5, 0.5, 0.5)
PLAN = replace(
    PLAIN,
    legs=(*OPENING, run(LENGTH_M / SPEED_MPS, SPEED_MPS), stand(12.0)),
    posture=tuple(
        point
        for (km, held), (_, before) in zip(STRETCHES, ((0.0, USUAL), *STRETCHES), strict=False)
        for point in (replace(before, km=km), replace(held, km=km + 0.05))
    ),
    wear=(*PLAIN.wear, Worn("sacrum", ACROSS), Worn("head", ACROSS)),
)
NEAR_M = 60.0
"""Half of the median of 25 strides, the change itself, and the watch's error in distance."""


@pytest.fixture(scope="module")
def found() -> RunReport:
    return report(virtual(PLAN), speed="gps")


def stretches(found: RunReport) -> list[tuple[str, float, float]]:
    return [(e.flag, e.from_m, e.to_m) for e in found.evidence.episodes if e.flag != "watch"]


def test_each_is_found_where_it_is_and_called_what_it_is(found: RunReport) -> None:
    true_m = (
        ("leaning", 1000.0, 1550.0),
        ("slouched", 1800.0, 2350.0),
        ("rounded", 1800.0, 2350.0),
        ("head", 2600.0, LENGTH_M),
    )
    assert sorted(name for name, *_ in stretches(found)) == sorted(name for name, *_ in true_m)
    by_name = {name: (from_m, to_m) for name, from_m, to_m in stretches(found)}
    for name, from_m, to_m in true_m:
        assert by_name[name] == pytest.approx((from_m, to_m), abs=NEAR_M), name


def test_the_depth_of_each_is_the_true_one(found: RunReport) -> None:
    depth_deg = {e.flag: e.depth_deg for e in found.evidence.episodes}
    assert depth_deg["leaning"] == pytest.approx(6.0, abs=0.7)
    assert depth_deg["rounded"] == pytest.approx(6.0, abs=0.7)


def test_a_rounded_back_decides_the_verdict_beside_a_lean(found: RunReport) -> None:
    assert found.outcome.verdict == "slouched"
    assert "your upper back rounded by about 6°" in found.outcome.headline


def test_the_course_follows_the_true_bend(found: RunReport) -> None:
    run_ = virtual(PLAN)
    bend_deg = run_.true_flexion_deg - run_.sensor("sacrum").pitch_deg
    rows = np.rint(found.curve.time_s * run_.rate_hz).astype(int)
    window = (found.curve.distance_m >= 400.0) & (found.curve.distance_m < 770.0)
    kernel = np.ones(round(20.0 * run_.rate_hz)) / round(20.0 * run_.rate_hz)
    true_deg = np.convolve(bend_deg, kernel, mode="same")[rows]
    off_deg = found.curve.bend_change_deg - (true_deg - true_deg[window].mean())
    assert np.sqrt(np.mean(off_deg[20:-20] ** 2)) < 0.5
    assert len(found.curve.head_pitch_deg) == len(found.curve.adj_deg)


def test_the_flag_of_every_stride_follows_its_stretch(found: RunReport) -> None:
    at_m, flag = found.strides["distance_m"], found.strides["flag"]
    assert set(flag[(at_m > 1150.0) & (at_m < 1450.0)]) == {"leaning"}
    assert set(flag[(at_m > 1950.0) & (at_m < 2250.0)]) == {"slouched"}
    assert set(flag[at_m < 900.0]) == {"none"}
    assert set(found.strides["flag_rounded"][at_m < 1700.0]) == {False}
