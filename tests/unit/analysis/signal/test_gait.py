"""Walking, running, and the phase of the steps."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from scipy.ndimage import binary_erosion

from analysis.config import AnalysisConfig
from analysis.signal.config import GaitConfig
from analysis.signal.gait import find_gait
from analysis.signal.motion import Motion, motion_of
from analysis.signal.records import Gait
from analysis.signal.static_periods import find_static_periods
from analysis.signal.strides import find_strides
from analysis.signal.timebase import even_stream
from sensor.samples import ImuSignal, SensorRecording
from sensor.virtual.runner.gait import STYLES
from sensor.virtual.runner.gait import cadence_spm as usual_cadence_spm
from sensor.virtual.runner.plan import Leg, RunPlan, run, stand, walk
from sensor.virtual.runner.scenarios import EVERYDAY
from sensor.virtual.runner.simulation import VirtualRun
from tests.support.knocks import three_from, with_jumps
from tests.support.recordings import recording_from_signal
from tests.support.short_runs import OPENING, PLAIN, motion, trunk_recording, virtual
from tests.support.streams import RATE_HZ, even, no_static_periods, still

CONFIG = GaitConfig()
MIXED = replace(
    PLAIN, legs=(*OPENING, walk(25.0, 1.5), run(40.0, 3.0), walk(25.0, 1.4), run(30.0, 3.6), stand(10.0))
)


def worn(signal: ImuSignal) -> SensorRecording:
    return recording_from_signal(signal).sensors[0]


def contacts_s(virtual_run: VirtualRun) -> np.ndarray:
    return np.sort(np.concatenate((virtual_run.stride_start_s, virtual_run.right_contact_s)))


def full_running(virtual_run: VirtualRun, margin_s: float) -> tuple[float, float]:
    """Return start and end of the longest stretch of running, less a margin."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], virtual_run.running.astype(int), [0]))))
    first, last = max(zip(edges[::2], edges[1::2], strict=True), key=lambda pair: pair[1] - pair[0])
    return first / virtual_run.rate_hz + margin_s, last / virtual_run.rate_hz - margin_s


def starts_s(found: Motion) -> np.ndarray:
    return found.stream.start_s + found.strides.start_row / found.stream.rate_hz


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("speed_mps", [2.2, 4.4])
def test_strides_in_unbroken_running_are_counted_exactly(style: str, speed_mps: float) -> None:
    legs = (*OPENING, run(35.0, speed_mps), stand(8.0))
    virtual_run = virtual(replace(PLAIN, legs=legs, style=STYLES[style]), 3)
    first_s, last_s = full_running(virtual_run, 3.0)
    true = virtual_run.stride_start_s[
        (virtual_run.stride_start_s > first_s) & (virtual_run.stride_start_s < last_s)
    ]
    found = starts_s(motion(virtual_run))
    # From half a stride before the first to half a stride behind the last: nothing depends on an edge.
    half_s = np.diff(true).mean() / 2.0
    between = (found > true[0] - half_s) & (found < true[-1] + half_s)
    assert between.sum() == len(true)


@pytest.mark.parametrize("rate_hz", [20.0, 26.0, 52.0, 208.0, 1000.0])
def test_strides_are_counted_exactly_at_any_rate(rate_hz: float) -> None:
    virtual_run = virtual(replace(PLAIN, legs=(stand(6.0), run(16.0, 3.0), stand(4.0)), rate_hz=rate_hz))
    first_s, last_s = full_running(virtual_run, 3.0)
    true = virtual_run.stride_start_s
    true = true[(true > first_s) & (true < last_s)]
    found = starts_s(motion(virtual_run))
    half_s = np.diff(true).mean() / 2.0
    assert ((found > true[0] - half_s) & (found < true[-1] + half_s)).sum() == len(true)


def test_every_stride_opens_near_a_true_contact() -> None:
    virtual_run = virtual(PLAIN)
    found = starts_s(motion(virtual_run))
    nearest = np.abs(found[:, None] - contacts_s(virtual_run)).min(axis=1)
    # A third of a step is about 120 ms: a contact is never taken for the other foot's.
    assert np.median(nearest) < 0.05
    assert nearest[1:-1].max() < 0.12


@pytest.mark.parametrize("activity", [run(40.0, 3.0), walk(40.0, 1.4)])
def test_no_stride_lies_in_the_standing_beside_a_bout(activity: Leg) -> None:
    virtual_run = virtual(replace(PLAIN, legs=(*OPENING, activity, stand(12.0))))
    strides = motion(virtual_run).strides
    moving = np.flatnonzero(virtual_run.speed_mps > 0.02)
    assert strides.start_row.min() > moving[0] - 20
    assert strides.middle_row.max() < moving[-1] + 20


def test_walking_is_never_called_running_and_running_never_walking() -> None:
    virtual_run = virtual(MIXED)
    gait = motion(virtual_run).gait
    changing = np.zeros(len(gait.running), dtype=bool)
    for edge in np.flatnonzero(np.diff(virtual_run.running.astype(int))):
        changing[max(edge - 416, 0) : edge + 416] = True
    settled = ~changing
    assert not gait.running[settled & virtual_run.walking].any()
    assert gait.running[settled & virtual_run.running].all()


def test_a_walk_alone_holds_no_running() -> None:
    legs = (*OPENING, walk(40.0, 1.2), walk(40.0, 1.9), stand(8.0))
    found = motion(virtual(replace(PLAIN, legs=legs)))
    assert len(found.strides) > 60
    assert not found.gait.running.any()


def test_standing_holds_no_steps() -> None:
    assert len(find_gait(still(60.0), no_static_periods(), config=CONFIG).first) == 0


def test_a_stop_ends_a_bout_and_running_on_begins_another() -> None:
    legs = (*OPENING, run(25.0, 3.0), stand(15.0), run(25.0, 3.0), stand(8.0))
    gait = motion(virtual(replace(PLAIN, legs=legs))).gait
    assert len(gait.first) == 2
    assert all(last <= first for last, first in pairwise(np.stack((gait.last[:-1], gait.first[1:])).ravel()))


def test_the_phase_grows_by_two_each_stride_of_a_plain_sine() -> None:
    row = np.arange(round(60 * RATE_HZ))
    step_hz = 2.75
    vertical = 9.80665 * (1.0 + 1.2 * np.cos(2 * np.pi * step_hz * row / RATE_HZ))
    acc = np.stack((np.zeros_like(vertical), vertical, np.zeros_like(vertical)), axis=1)
    gait = find_gait(even(acc, None), no_static_periods(), config=CONFIG)
    middle = slice(1000, 5000)
    rate = np.diff(gait.step_phase[middle]) * RATE_HZ
    np.testing.assert_allclose(rate, step_hz, rtol=0.01)
    assert rate.mean() == pytest.approx(step_hz, rel=1e-4)
    # The peak of the vertical acceleration follows the contact by the configured third of a step.
    peaks = np.arange(20, 100) / step_hz * RATE_HZ
    at_peak = np.interp(peaks, row, gait.step_phase)
    after_contact = at_peak - CONFIG.contact_phase
    np.testing.assert_allclose(after_contact, np.round(after_contact), atol=0.02)


@pytest.mark.parametrize("step_hz", [2.2, 2.5, 2.8, 3.1, 3.6])
def test_cadence_of_a_plain_sine_is_its_frequency(step_hz: float) -> None:
    row = np.arange(round(40 * RATE_HZ))
    vertical = 9.80665 * (1.0 + 1.2 * np.cos(2 * np.pi * step_hz * row / RATE_HZ))
    acc = np.stack((vertical, np.zeros_like(vertical), np.zeros_like(vertical)), axis=1)
    strides = find_strides(find_gait(even(acc, None), no_static_periods(), config=CONFIG))
    inner = strides.start_row[5:-5]
    assert 2.0 * RATE_HZ / np.diff(inner).mean() == pytest.approx(step_hz, rel=1e-3)


@pytest.mark.parametrize("other_hz", [0.7, 7.0])
def test_what_swings_harder_than_steps_but_too_slow_or_too_fast_for_them_is_no_cadence(
    other_hz: float,
) -> None:
    time_s = np.arange(round(40 * RATE_HZ)) / RATE_HZ
    steps, other = np.cos(2 * np.pi * 2.6 * time_s), np.cos(2 * np.pi * other_hz * time_s)
    vertical = 9.80665 * (1.0 + 1.0 * steps + 1.3 * other)
    acc = np.stack((vertical, np.zeros_like(vertical), np.zeros_like(vertical)), axis=1)
    strides = find_strides(find_gait(even(acc, None), no_static_periods(), config=CONFIG))
    assert 2.0 * RATE_HZ / np.diff(strides.start_row[5:-5]).mean() == pytest.approx(2.6, rel=0.01)


@pytest.mark.parametrize("count", [2, 5, 9, 50])
def test_hardly_any_rows_hold_no_steps(count: int) -> None:
    gait = find_gait(
        even(np.ones((count, 3)) + np.eye(3)[[0] * count], None), no_static_periods(), config=CONFIG
    )
    assert len(gait.first) == 0
    assert len(gait.step_phase) == len(gait.running) == count


def test_an_acceleration_of_nought_everywhere_holds_no_steps() -> None:
    assert len(find_gait(even(np.zeros((3000, 3)), None), no_static_periods(), config=CONFIG).first) == 0


@pytest.mark.parametrize("first_s", [1.2, 16.5, 110.0])
def test_jumps_on_the_spot_are_neither_walking_nor_running(first_s: float) -> None:
    run_ = virtual(replace(PLAIN, legs=(*OPENING, run(80.0, 3.0), stand(16.0))))
    plain, jumped = (
        motion_of(worn(signal), None, config=AnalysisConfig())
        for signal in (
            run_.sensors[0].measured,
            with_jumps(run_.sensors[0].measured, three_from(first_s, 1.4)),
        )
    )
    np.testing.assert_allclose(jumped.gait.first, plain.gait.first, atol=RATE_HZ)
    assert len(jumped.strides) == len(plain.strides)
    assert jumped.calibration.source == "standing"


def test_cadence_changes_are_followed() -> None:
    legs = (*OPENING, run(30.0, 2.6), run(30.0, 4.4), stand(8.0))
    virtual_run = virtual(RunPlan(legs, style=PLAIN.style), 2)
    found = motion(virtual_run)
    first_s, last_s = full_running(virtual_run, 3.0)
    true = virtual_run.stride_start_s[
        (virtual_run.stride_start_s > first_s) & (virtual_run.stride_start_s < last_s)
    ]
    nearest = np.abs(starts_s(found)[:, None] - true).min(axis=0)
    assert nearest.max() < 0.12


def slow_jog(cadence_spm: float, duty: float, seed: int) -> VirtualRun:
    """Return a soft slow jog of 60 s, a walk break of 12 s, and 40 s more of the jog."""
    style = replace(EVERYDAY, duty=duty, impact_g=0.15)
    usual_spm = float(usual_cadence_spm(np.array(1.9), np.array(1.0), style))
    legs = (*OPENING, run(60.0, 1.9), walk(12.0, 1.4), run(40.0, 1.9), stand(8.0))
    style = replace(style, cadence_offset_spm=cadence_spm - usual_spm)
    return virtual(replace(PLAIN, legs=legs, style=style), seed)


def gait_of(virtual_run: VirtualRun) -> Gait:
    config = AnalysisConfig()
    stream = even_stream(trunk_recording(virtual_run), config.signal)
    return find_gait(stream, find_static_periods(stream, config.rest), config=config.gait)


def settled(activity: np.ndarray, rate_hz: float, margin_s: float = 3.0) -> np.ndarray:
    """Return (n,) true where the activity lasts, this long before and behind any change."""
    return np.asarray(binary_erosion(activity, iterations=round(margin_s * rate_hz)))


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
@pytest.mark.parametrize(
    ("cadence_spm", "duty"),
    [(135.0, 0.95), (140.0, 0.95), (141.0, 0.88), (143.0, 0.92), (145.0, 0.95), (148.0, 1.0)],
)
def test_a_slow_jog_is_running_throughout_and_its_walk_break_is_not(
    cadence_spm: float, duty: float, seed: int
) -> None:
    virtual_run = slow_jog(cadence_spm, duty, seed)
    gait = gait_of(virtual_run)
    jogged = settled(virtual_run.running, virtual_run.rate_hz)
    walked = settled(virtual_run.walking, virtual_run.rate_hz)
    rows = np.round(virtual_run.stride_start_s * virtual_run.rate_hz).astype(int)
    rows = rows[rows < len(jogged)]
    opens = rows[jogged[rows]]
    assert len(opens) > 90
    assert gait.running[opens].mean() >= 0.98
    assert walked.sum() > 4.0 * virtual_run.rate_hz
    assert not gait.running[walked].any()


def test_a_brisk_walk_between_runs_stays_a_walk() -> None:
    """Its share of the smallest spread of a run, 0.8, is unclear; the running beside it lends it nothing."""
    rate_hz, step_hz = 104.0, 2.25
    seconds = np.arange(round(90 * rate_hz)) / rate_hz
    walked = (seconds > 30.0) & (seconds < 60.0)
    size_g = np.where(walked, 0.8, 1.6) * CONFIG.run_spread_slow_g * np.sqrt(2.0)
    vertical = 9.80665 * (1.0 + size_g * np.cos(2 * np.pi * step_hz * seconds))
    acc = np.stack((np.zeros_like(vertical), vertical, np.zeros_like(vertical)), axis=1)
    running = find_gait(even(acc, None), no_static_periods(), config=CONFIG).running
    assert not running[settled(walked, rate_hz)].any()
    assert running[settled(~walked, rate_hz)].all()


@pytest.mark.parametrize("flies", [True, False])
def test_of_two_gaits_that_swing_alike_the_one_that_leaves_the_ground_is_a_jog(flies: bool) -> None:
    """Both have 0.87 of the smallest spread of a run; one weighs next to nothing for a sixth of each step."""
    rate_hz, step_hz = 104.0, 2.25
    step = (np.arange(round(90 * rate_hz)) / rate_hz * step_hz) % 1.0
    push = np.sin(np.pi * np.maximum(step - 1 / 6, 0.0) * 6 / 5)
    swing = push - push.mean() if flies else push.mean() - push
    force_g = 1.0 + 0.87 * CONFIG.run_spread_slow_g * swing / swing.std()
    acc = np.stack((np.zeros_like(force_g), 9.80665 * force_g, np.zeros_like(force_g)), axis=1)
    running = find_gait(even(acc, None), no_static_periods(), config=CONFIG).running
    assert running[round(rate_hz) : -round(rate_hz)].mean() == pytest.approx(float(flies))
