"""The head: what two sensors measure of it from walk to run, and how far the model of its position errs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import t as student_t

from analysis.config import AnalysisConfig
from analysis.signal.motion import motion_of
from analysis.stride.config import HeadConfig
from analysis.stride.head import head_columns
from analysis.words import HeadingDoubt
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
OVERGROUND, TREADMILL = "over ground", "treadmill"
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


@dataclass(frozen=True, slots=True)
class Heading:
    """How far a second sensor's forward axis was found from the true one, and why it was withheld."""

    off_deg: float
    doubt: HeadingDoubt

    def cell(self) -> Cell:
        """Return the angle, or that it was withheld."""
        return "withheld" if self.doubt else self.off_deg


Headings = dict[tuple[str, str], list[Heading]]
"""By where the run was (`OVERGROUND`, `TREADMILL`) and by placement."""


def told(headings: Sequence[Heading]) -> str:
    """Return median and largest error of the headings that were not withheld, and how many were."""
    off_deg = [one.off_deg for one in headings if not one.doubt]
    withheld = f"{len(headings) - len(off_deg)} of {len(headings)} withheld"
    return f"median {np.median(off_deg):.1f}°, largest {max(off_deg):.1f}°, {withheld}"


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


def found_heading(trunk: LoopedRun, other: LoopedRun, placement: str) -> Heading:
    """Return what was found of the other sensor's heading, both worn straight."""
    config = AnalysisConfig()
    session = recording_from_signal(trunk.signal, other.signal, placements=("sternum", placement))
    chest = motion_of(session.sensors[0], None, config=config)
    axes = motion_of(session.sensors[1], None, config=config, trunk=chest).axes
    forward = axes.trunk_from_sensor[0]
    return Heading(float(abs(np.degrees(np.arctan2(forward[1], forward[0])))), axes.heading_doubt)


def found_angles_deg(chest: LoopedRun, head: LoopedRun) -> tuple[float, float, float, float]:
    """Return true pitch and neck flexion of a run, and both as found by two sensors; NaN where withheld."""
    report = analyse_pair(chest, head)
    strides, used = report.strides, usable_running(report)
    starts, ends = strides["start_s"][used], strides["end_s"][used]
    pitch_deg = head.stride_means_deg(head.flexion_deg, starts, ends)
    neck_deg = pitch_deg - chest.stride_means_deg(chest.flexion_deg, starts, ends)
    pitch, neck = (float(strides[column][used].mean()) for column in ("head_pitch_deg", "neck_flexion_deg"))
    return float(pitch_deg.mean()), float(neck_deg.mean()), pitch, neck


def worn(name: str, *, overground: bool) -> tuple[LoopedRun, LoopedRun, LoopedRun]:
    """Return one run as sensors on breast bone, head and sacrum read it."""
    chest, head, sacrum = (
        walk_run.short_run(name, cluster, running_s=RUNNING_S, overground=overground)
        for cluster in (walk_run.THORAX, walk_run.HEAD_BAND, walk_run.PELVIS)
    )
    return chest, head, sacrum


def row(name: str, headings: Headings, config: HeadConfig) -> list[Cell]:
    """Return the row of one run, and add to the headings found in it."""
    change = walk_to_run(name, config)
    for overground, where in ((True, OVERGROUND), (False, TREADMILL)):
        chest, head, sacrum = worn(name, overground=overground)
        headings[where, "head"].append(found_heading(chest, head, "head"))
        headings[where, "sacrum"].append(found_heading(chest, sacrum, "sacrum"))
    chest, head, _ = worn(name, overground=True)
    true_pitch, true_neck, pitch, neck = found_angles_deg(chest, head)
    return [
        name, change.flexion_deg, true_pitch, pitch, true_neck, neck,
        headings[OVERGROUND, "head"][-1].cell(), headings[OVERGROUND, "sacrum"][-1].cell(),
        headings[TREADMILL, "head"][-1].cell(), headings[TREADMILL, "sacrum"][-1].cell(),
        change.ahead_cm, change.trunk_model_cm, change.head_sensor_cm,
    ]  # fmt: skip


def section() -> Section:
    """Return every run whose head was recorded; who was recorded standing is a remark."""
    config = HeadConfig()
    people = standing_to_run(config)
    headings: Headings = defaultdict(list)
    rows = [row(name, headings, config) for name in runs()]
    errors = np.array([[float(r[-2]) - float(r[-3]), float(r[-1]) - float(r[-3])] for r in rows])
    worst = np.abs(errors).max(axis=0)
    pitch_deg, neck_deg = (np.nanmax([abs(float(r[at + 1]) - float(r[at])) for r in rows]) for at in (2, 4))
    stood = "; ".join(
        f"{one.name} {one.flexion_deg:.1f}° and {one.c7_cm:.1f} cm, {one.beyond_link_cm:+.1f} beyond the link"
        for one in people
    )
    return Section(
        "Head against trunk, walk to run (markers)",
        "Five people; the mean of their walks stands for the standing that nobody recorded. Two sensors are "
        "made of the markers, at breast bone and head band or sacrum. Off: the second sensor's forward axis, "
        "over ground and with the same strides on a treadmill. Ahead: the head against the pelvis; its "
        "model is given the true angles.",
        (
            "run", "trunk true °", "head pitch true °", "found °", "neck true °", "found °",
            "head off °", "sacrum off °", "head off, treadmill °", "sacrum off, treadmill °",
            "ahead true cm", "trunk model cm", "head sensor cm",
        ),
        rows,
        (
            f"Over ground, head: {told(headings[OVERGROUND, 'head'])}; sacrum: "
            f"{told(headings[OVERGROUND, 'sacrum'])}. Treadmill, head: {told(headings[TREADMILL, 'head'])}; "
            f"sacrum: {told(headings[TREADMILL, 'sacrum'])}. Over ground the start tells: it is made up, the "
            "same for every marker, as it is for a body; how a head turns in a real start was not recorded. "
            "Nobody bows here, which is all that would be left on a treadmill.",
            f"Head pitch found within {pitch_deg:.1f}°, neck flexion within {neck_deg:.1f}°.",
            f"From walk to run the model errs by {worst[0]:.1f} cm at most without a head sensor and by "
            f"{worst[1]:.1f} cm with one, the head coming up while the trunk leans.",
            f"From standing to run C7 is known of three people: {stood}. For somebody else that allows "
            f"±{half_width_cm(people):.1f} cm (Student's t), which is stated: ±{config.half_width_cm:g} cm.",
        ),
    )  # fmt: skip
