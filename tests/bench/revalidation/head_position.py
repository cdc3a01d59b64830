"""The head: what two sensors measure of it from walk to run, and how far the model of its position errs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import t as student_t

from analysis.config import AnalysisConfig
from analysis.signal.config import HeadConfig
from analysis.signal.motion import motion_of
from analysis.stride.head import head_columns
from sensor.samples import FloatArray
from tests.bench.fit_head_model import c7_forward_cm
from tests.bench.revalidation.tables import Cell, Section
from tests.support import walk_run
from tests.support.analysing import analyse_pair
from tests.support.looped_run import LoopedRun
from tests.support.markers import MarkerTrial, fit_rigid, inclination_deg
from tests.support.recordings import recording_from_signal
from tests.support.report_checks import usable_running
from tests.support.runners import RUNNERS, recorded_trial

LEVEL = 0.95
RUNNING_S = 60.0
STANDING = {"rajagopal": ("rajagopal",), "ja1": ("ja1_350", "ja1_700")}
"""Laboratory runners who were recorded standing, and their runs."""


@dataclass(frozen=True, slots=True)
class WalkToRun:
    """Change from the mean of a person's walks to one run: angles, and how far the head went ahead.

    `ahead_cm` is that of the head band's middle against the pelvis' four markers, by the cameras;
    `trunk_model_cm` and `head_sensor_cm` are what the model makes of the true angles.
    """

    name: str
    flexion_deg: float
    pitch_deg: float
    ahead_cm: float
    trunk_model_cm: float
    head_sensor_cm: float


@dataclass(frozen=True, slots=True)
class StandingToRun:
    """One person: flexion against standing, C7 ahead of the pelvis, and by how much that exceeds the link."""

    name: str
    flexion_deg: float
    c7_cm: float
    beyond_link_cm: float


def runs() -> list[str]:
    """Return the names of the runs whose head was recorded."""
    return [name for person in walk_run.people() for name in walk_run.trials_of(person, "Running")]


def _pose(name: str) -> FloatArray:
    """Return flexion and head pitch in degrees, and the head ahead of the pelvis in cm, of one trial."""
    trial, person = walk_run.walk_run_trial(name), name.split("_")[0]
    angles = [
        inclination_deg(fit_rigid(trial, cluster, walk_run.walking_shape(person, cluster)).earth_from_body)[0]
        for cluster in (walk_run.THORAX, walk_run.HEAD_BAND)
    ]
    pelvis_m = trial.stack(("LASI", "RASI", "LPSI", "RPSI")).mean(axis=1)
    ahead_m = (trial.stack(walk_run.HEAD_BAND).mean(axis=1) - pelvis_m)[:, 0]
    return np.array([angles[0].mean(), angles[1].mean(), 100.0 * ahead_m.mean()])


def walk_to_run(name: str, config: HeadConfig) -> WalkToRun:
    """Return what changed from a person's walks to a run."""
    walks = np.mean([_pose(walk) for walk in walk_run.trials_of(name.split("_")[0], "Gait")], axis=0)
    flexion_deg, pitch_deg, ahead_cm = _pose(name) - walks
    model_cm = [
        head_columns(np.array([flexion_deg]), pitch, stature_m=config.default_stature_m, config=config)[
            "head_forward_cm"
        ][0]
        for pitch in (None, np.array([pitch_deg]))
    ]
    return WalkToRun(name, float(flexion_deg), float(pitch_deg), float(ahead_cm), *map(float, model_cm))


def standing_to_run(config: HeadConfig) -> list[StandingToRun]:
    """Return the people of whom C7 and pelvis were recorded standing and running, mean of their runs."""
    pairs: dict[str, list[tuple[MarkerTrial, MarkerTrial, tuple[str, ...]]]] = {
        person: [
            (recorded_trial(name, standing=True), recorded_trial(name), RUNNERS[name].cluster)
            for name in names
        ]
        for person, names in STANDING.items()
    }
    straight = walk_run.bend_trial(walk_run.STRAIGHT)
    pairs["biomac"] = [(walk_run.bend_trial(walk_run.STANDING), straight, walk_run.BEND_THORAX)]
    link_cm = 100.0 * config.default_stature_m * config.trunk_link
    found = []
    for person, trials in pairs.items():
        flexion_deg, c7_cm = np.array([c7_forward_cm(*trial) for trial in trials]).T
        beyond_cm = c7_cm - link_cm * np.sin(np.radians(config.trunk_line_per_flexion * flexion_deg))
        found.append(StandingToRun(person, *(float(x.mean()) for x in (flexion_deg, c7_cm, beyond_cm))))
    return found


def half_width_cm(people: Sequence[StandingToRun]) -> float:
    """Return half the 95 % interval of somebody else: Student's t about the link, fitted to none of them."""
    errors = np.array([one.beyond_link_cm for one in people])
    quantile = float(student_t.ppf(0.5 + LEVEL / 2.0, len(errors)))
    return quantile * float(np.sqrt(np.mean(errors**2)))


def head_axis_off_deg(chest: LoopedRun, head: LoopedRun) -> float:
    """Return how far the head sensor's found forward axis is turned from the true one, both worn straight."""
    config = AnalysisConfig()
    session = recording_from_signal(chest.signal, head.signal, placements=("sternum", "head"))
    trunk = motion_of(session.sensors[0], None, config=config)
    found = motion_of(session.sensors[1], None, config=config, trunk=trunk).axes.trunk_from_sensor[0]
    return float(abs(np.degrees(np.arctan2(found[1], found[0]))))


def found_angles_deg(name: str) -> tuple[float, float, float, float, float]:
    """Return true pitch and neck flexion of a run, both as found by two sensors, and the head axis' error."""
    chest, head = (
        walk_run.short_run(name, cluster, running_s=RUNNING_S, overground=True)
        for cluster in (walk_run.THORAX, walk_run.HEAD_BAND)
    )
    report = analyse_pair(chest, head)
    strides, used = report.strides, usable_running(report)
    starts, ends = strides["start_s"][used], strides["end_s"][used]
    pitch_deg = head.stride_means_deg(head.flexion_deg, starts, ends)
    neck_deg = pitch_deg - chest.stride_means_deg(chest.flexion_deg, starts, ends)
    found = (strides[column][used].mean() for column in ("head_pitch_deg", "neck_flexion_deg"))
    true = (float(pitch_deg.mean()), float(neck_deg.mean()))
    return *true, *(float(x) for x in found), head_axis_off_deg(chest, head)


def row(name: str, config: HeadConfig) -> list[Cell]:
    """Return the row of one run."""
    change = walk_to_run(name, config)
    true_pitch, true_neck, pitch, neck, axis_off = found_angles_deg(name)
    return [
        name, change.flexion_deg, true_pitch, pitch, true_neck, neck,
        axis_off,
        change.ahead_cm, change.trunk_model_cm, change.head_sensor_cm,
    ]  # fmt: skip


def section() -> Section:
    """Return every run whose head was recorded; who was recorded standing is a remark."""
    config = HeadConfig()
    people = standing_to_run(config)
    rows = [row(name, config) for name in runs()]
    errors = np.array([[float(r[8]) - float(r[7]), float(r[9]) - float(r[7])] for r in rows])
    worst = np.abs(errors).max(axis=0)
    far = sum(float(r[6]) > 30.0 for r in rows)
    neck_deg = max(abs(float(r[5]) - float(r[4])) for r in rows)
    told = "; ".join(
        f"{one.name} {one.flexion_deg:.1f}° and {one.c7_cm:.1f} cm, {one.beyond_link_cm:+.1f} beyond the link"
        for one in people
    )
    return Section(
        "Head against trunk, walk to run (markers)",
        "Five people; the mean of their walks stands for the standing that nobody recorded. Two sensors are "
        "made of the markers, at breast bone and head band. Ahead: the head against the pelvis; its model "
        "is given the true angles.",
        (
            "run", "trunk true °", "head pitch true °", "found °", "neck true °", "found °",
            "head axis off °", "ahead true cm", "trunk model cm", "head sensor cm",
        ),
        rows,
        (
            f"Neck flexion found within {neck_deg:.1f}°, but only because little changed: the head sensor's "
            f"forward axis was off by more than 30° in {far} of {len(rows)} runs, and pitch along a wrong "
            "axis holds part of the sideways tilt and lacks part of the nod. The joints of such short loops "
            "shake head and trunk apart, so real runs may fare better; nobody has measured it.",
            f"From walk to run the model errs by {worst[0]:.1f} cm at most without a head sensor and by "
            f"{worst[1]:.1f} cm with one, the head coming up while the trunk leans.",
            f"From standing to run C7 is known of three people: {told}. For somebody else that allows "
            f"±{half_width_cm(people):.1f} cm (Student's t), which is stated: ±{config.half_width_cm:g} cm.",
        ),
    )  # fmt: skip
