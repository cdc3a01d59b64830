"""What each public set of recordings says: its pairs of known and found, and what it does not show."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import numpy as np

from analysis.stride.config import HeadConfig
from sensor.samples import FloatArray
from tests.bench.revalidation import (
    cadence_distance,
    head_position,
    hour,
    jogs,
    orientation,
    strapped_case,
    turn_term,
    upper_back_head,
)
from tests.bench.revalidation.agreement import Agreement
from tests.bench.revalidation.data_page import DataPage
from tests.support import datasets
from tests.support.analysing import TURNED_WXYZ, analyse_pair, analyse_run
from tests.support.bvh import STEADY
from tests.support.datasets import ImuData, OrientationTrial, synthetic_hour
from tests.support.report_checks import StepsCheck, check_flexion, usable_running
from tests.support.runners import RUNNERS, marker_run
from tests.support.styled_runs import styled_run

RUNNING_S = 120.0


def agreement(what: str, unit: str, pairs: Iterable[tuple[float, float]]) -> Agreement:
    """Return the agreement of pairs of known and found; where either is unknown there is no pair."""
    true, found = np.array(list(pairs), dtype=np.float64).reshape(-1, 2).T
    known = np.isfinite(true) & np.isfinite(found)
    return Agreement(what, unit, true[known], found[known])


def runners_optical() -> DataPage:
    """Laboratory runners with markers and force plates."""
    checks = []
    for name in RUNNERS:
        run = marker_run(name, running_s=RUNNING_S, sensor_from_body_wxyz=TURNED_WXYZ)
        checks.append(check_flexion(analyse_run(run), run))
    return DataPage(
        key="runners_optical",
        title="Laboratory runners with markers and force plates",
        source="five runs of three people or fewer (two sets may be the same man), 2 to 7 m/s.",
        compared="Mean of each run as found by a simulated sensor at the breast bone, its case turned, "
        "against the inclination of the marker cluster that carries it; contact time against force plates, "
        "cadence against the loop of recorded strides.",
        agreements=(
            agreement("trunk flexion of a run", "°", ((c.true_mean_deg, c.mean_deg) for c in checks)),
            agreement("contact time of a run", "ms", ((c.true_contact_ms, c.contact_ms) for c in checks)),
            agreement("cadence", "steps/min", ((c.true_cadence_spm, c.cadence_spm) for c in checks)),
        ),
        not_shown="The sensor is made of the markers: no soft tissue beneath a strap, no run of kilometres, "
        "no fatigue. A few recorded strides are repeated, so the scatter from stride to stride is not a "
        "runner's.",
    )


def bandai_namco_run() -> DataPage:
    """Stylised running of three actors."""
    chest_pairs, head_pairs = [], []
    for style in STEADY:
        name = f"dataset-1_run_{style}_001"
        chest, head = (styled_run(name, segment, running_s=60.0) for segment in ("Chest", "Head"))
        report = analyse_pair(chest, head)
        check, used = check_flexion(report, chest), usable_running(report)
        edges = report.strides["start_s"][used], report.strides["end_s"][used]
        if check.zero_source == "standing":
            chest_pairs.append((check.true_mean_deg, check.mean_deg))
            true_deg = head.stride_means_deg(head.flexion_deg, *edges).mean()
            head_pairs.append((float(true_deg), float(report.strides["head_pitch_deg"][used].mean())))
    return DataPage(
        key="bandai_namco_run",
        title="Upright and slouched styles, full skeleton",
        source="three actors, motion capture at 30 frames a second (Kobayashi et al. 2023).",
        compared="Mean of each steady style as found by simulated sensors on chest and head, against the "
        "skeleton's segments. A style that runs behind its standing has no zero and is left out.",
        agreements=(
            agreement("chest flexion of a style", "°", chest_pairs),
            agreement("head pitch of a style", "°", head_pairs),
        ),
        not_shown="Actors play styles for seconds on short loops; nobody tires. Impacts are not in 30 frames "
        "a second. Whether a real slouch looks like these is open.",
    )


def _steps_page(
    key: str, title: str, source: str, *, checks: Iterable[tuple[StepsCheck, ImuData]], not_shown: str
) -> DataPage:
    """Return the page of real jogs, whose truth is counted from the signal."""
    found = [check for check, _ in checks if check.true_steps]
    return DataPage(
        key=key,
        title=title,
        source=source,
        compared="Steps and cadence over the unbroken stretches that were called running, against a count "
        "without step detection: the phase of the acceleration, of a second sensor where there was one.",
        agreements=(
            agreement("steps of a record", "steps", ((c.true_steps, c.steps) for c in found)),
            agreement(
                "cadence of a record", "steps/min", ((c.true_cadence_spm, c.cadence_spm) for c in found)
            ),
        ),
        not_shown=not_shown,
    )


_NO_ANGLE = "No optical truth: nothing is said of angles here."


def fallalld_jog_neck_waist() -> DataPage:
    """Jogs at upper chest and waist."""
    return _steps_page(
        "fallalld_jog_neck_waist",
        "Real jogs at upper chest and waist",
        "young adults, 20 s a record, 238 Hz (Saleh et al. 2021).",
        checks=jogs.fallalld_checks(),
        not_shown=f"{_NO_ANGLE} The activity was read from the signal, not from the authors' table.",
    )


def sisfall_jog_waist() -> DataPage:
    """Jogs at the belt."""
    return _steps_page(
        "sisfall_jog_waist",
        "Real jogs at the belt",
        "two accelerometers and a gyroscope in one device, 200 Hz.",
        checks=jogs.sisfall_checks(),
        not_shown=f"{_NO_ANGLE} A belt is no trunk sensor.",
    )


def umafall_jog_chest() -> DataPage:
    """Jogs with cheap sensors."""
    return _steps_page(
        "umafall_jog_chest",
        "Real jogs with a radio sensor of 20 Hz",
        "SensorTags at chest and waist, clipped and jittering; the phone in the pocket is the witness.",
        checks=jogs.umafall_checks(),
        not_shown=f"{_NO_ANGLE} Clips with too little running are refused and not counted.",
    )


def adept_outdoor_run_hip() -> DataPage:
    """The outdoor run."""
    return _steps_page(
        "adept_outdoor_run_hip",
        "Half an outdoor run at the hip",
        "one woman, 3.35 km in 25 min, accelerometers at hip and shoe, 100 Hz.",
        checks=[(jogs.adept_check(), datasets.adept("hip"))],
        not_shown=f"{_NO_ANGLE} One run of one person: limits of agreement cannot be told.",
    )


def qmt_upper_back_head() -> DataPage:
    """Upper back and head of a walker."""
    ours, vqf = upper_back_head.neck_seconds(), upper_back_head.neck_seconds(orientation.offline_vqf)
    pairs = [pair for name in ours for pair in zip(vqf[name][2], ours[name][2], strict=True)]
    return DataPage(
        key="qmt_upper_back_head",
        title="Upper back and head worn together",
        source="one person standing and walking, sensors of 100 Hz.",
        compared="Neck flexion second by second against offlineVQF on the same samples: a second opinion, no "
        "truth.",
        agreements=(agreement("neck flexion of a second", "°", pairs),),
        not_shown="Nobody runs, and no camera looks on: two filters that err alike agree.",
    )


def grouvel_run_walk() -> DataPage:
    """Head and trunk from walking to running, and the case on the thorax."""
    flexion, case_flexion, _, _ = strapped_case.means()
    run, case_run, lateral, case_lateral = strapped_case.means("Running")
    angles = [
        head_position.found_angles_deg(*head_position.worn(name, overground=True)[:2])
        for name in head_position.runs()
    ]
    changes = [head_position.walk_to_run(name, HeadConfig()) for name in head_position.runs()]
    rises, pitches = ([getattr(one, key) for one in changes] for key in ("flexion_deg", "pitch_deg"))
    wobbles = ", ".join(
        f"{strapped_case.wobble_deg(pace):.1f}° {words}"
        for pace, words in zip(strapped_case.PACES, ("slow walking", "fast walking", "running"), strict=True)
    )
    running = agreement("case tilt, running", "°", zip(run, case_run, strict=True))
    sideways = agreement("case lean, running", "°", zip(lateral, case_lateral, strict=True))
    return DataPage(
        key="grouvel_run_walk",
        title="Head, trunk and a strapped case, from walking to running",
        source="five people (P01 to P05), markers on head, thorax, pelvis and on the case of a strapped "
        "sensor (Grouvel et al. 2023), 100 Hz, 1 to 2 s a run.",
        compared="Case: mean forward tilt of a trial, case against thorax, both by markers and both counted "
        "from the person's walks. Head and neck: mean of a run as found by two simulated sensors at breast "
        "bone and head band, against the markers.",
        agreements=(
            agreement("case tilt, all paces", "°", zip(flexion, case_flexion, strict=True)),
            agreement("head pitch of a run", "°", ((pitch, found) for pitch, _, found, _ in angles)),
            agreement("neck flexion of a run", "°", ((neck, found) for _, neck, _, found in angles)),
        ),
        remarks=(
            f"From walk to run the trunk leans {min(rises):.1f} to {max(rises):.1f}° more, and the head "
            f"turns by {min(pitches):.1f} to {max(pitches):.1f}° (down positive) in the room.",
            f"Running alone, the case tilts {running.bias:+.2f}° beyond the thorax (limits "
            f"{running.limits[0]:+.2f} to {running.limits[1]:+.2f}°, {len(run)} runs), and leans "
            f"sideways {sideways.bias:+.2f}° beyond it ({sideways.limits[0]:+.2f} to "
            f"{sideways.limits[1]:+.2f}°): what "
            "strap and soft tissue add to any sensor there, whatever the filter.",
            f"Within a trial the case wobbles against the thorax by {wobbles} (SD, median over trials); the "
            "mean of a stride is free of most of that.",
        ),
        not_shown="No standing was recorded: the mean of the walks stands for it. A run of a second or two "
        "says nothing of a strap that creeps over an hour. Markers on a case of some centimetres tell its "
        "tilt to about half a degree. The published samples of the strapped sensor are on another clock and "
        "are not used.",
    )


def biomac_curved_run() -> DataPage:
    """Sideways lean in a bend."""
    straight, bend = (turn_term.lean_of(run) for run in turn_term.straight_and_bend())
    apart = float(
        np.mean(bend.with_term_deg - bend.true_deg) - np.mean(straight.with_term_deg - straight.true_deg)
    )
    return DataPage(
        key="biomac_curved_run",
        title="Sideways lean in a bend, with and without the turn term",
        source="one runner, straight and in a bend of 6.4 m at 2.0 m/s, and standing; markers, 175 Hz.",
        compared="Sideways lean of each usable stride by a simulated sensor against the markers, right "
        "positive. With the turn term: the whole analysis. Without: the mean direction of the force over "
        "about two strides, in the same axes, which takes the acceleration towards the middle for gravity.",
        agreements=(
            Agreement("bend, with turn term", "°", bend.true_deg, bend.with_term_deg),
            Agreement("bend, without", "°", bend.true_deg, bend.without_deg),
            Agreement("straight, with turn term", "°", straight.true_deg, straight.with_term_deg),
        ),
        remarks=(
            f"The true lean is {bend.true_deg.mean():+.1f}° in the bend and {straight.true_deg.mean():+.1f}° "
            f"straight on; found {bend.with_term_deg.mean():+.1f}° with the term and "
            f"{bend.without_deg.mean():+.1f}° without. Of the error with it, {apart:+.1f}° are the bend's: "
            "the rest is there straight on, too, for the sideways axis is found some degrees off, which "
            "turns part of the flexion into lean.",
        ),
        not_shown="One runner, one bend to the left, two seconds made an endless circle; strides repeat, so "
        "the spread within the run is the method's alone. No sensor was kept: it is made of the markers.",
    )


def _tilts_deg(up_sensor: FloatArray) -> FloatArray:
    """Return (2 k,) tilts of two axes of a board, degrees from level, of (k, 3) upward verticals."""
    return np.asarray(np.degrees(np.arcsin(np.clip(up_sensor[:, :2], -1.0, 1.0)))).ravel()


def rmse_deg(pairs_deg: FloatArray) -> float:
    """Return the root mean square difference of (n, 2) pairs."""
    return float(np.sqrt(np.mean((pairs_deg[:, 1] - pairs_deg[:, 0]) ** 2)))


def _orientation_page(
    key: str, title: str, source: str, *, trials: list[OrientationTrial], not_shown: str
) -> DataPage:
    """Return the page of a set whose orientation cameras told."""
    pairs: dict[str, list[FloatArray]] = {"runtall": [], "offlineVQF": []}
    for trial in trials:
        rows = np.flatnonzero(trial.counts)[:: round(trial.imu.rate_hz)]
        true = _tilts_deg(orientation.up_of(trial.earth_from_sensor_wxyz[rows]))
        for name, way in (("runtall", orientation.ours), ("offlineVQF", orientation.offline_vqf)):
            pairs[name].append(np.stack((true, _tilts_deg(way(trial.imu)[rows])), axis=1))
    by_trial = "; ".join(
        f"{trial.imu.name.split('.')[0]} "
        + " and ".join(f"{rmse_deg(found[at]):.2f}" for found in pairs.values())
        for at, trial in enumerate(trials)
    )
    return DataPage(
        key=key,
        title=title,
        source=source,
        compared=f"Tilt of the first two axes once a second, {len(trials)} trials, against the cameras; "
        "offlineVQF on the same samples beside it.",
        agreements=[
            Agreement(f"tilt by {name}", "°", *np.concatenate(found).T) for name, found in pairs.items()
        ],
        remarks=(f"RMSE in degrees by trial, runtall and offlineVQF: {by_trial}.",),
        not_shown=not_shown,
    )


def broad() -> DataPage:
    """The hand-held board."""
    return _orientation_page(
        "broad",
        "A hand-held board before cameras",
        "fast rotation, fast translation, taps (Laidig et al. 2021), 286 Hz.",
        trials=[datasets.broad(name) for name in datasets.names("broad", "*.npz")],
        not_shown="Nobody runs: there is no stride over which anything could be averaged.",
    )


def repoimu_tstick() -> DataPage:
    """The hand-held stick."""
    return _orientation_page(
        "repoimu_tstick",
        "A hand-held stick before cameras",
        "waved about by hand, 100 Hz.",
        trials=[datasets.repoimu(name) for name in datasets.names("repoimu_tstick", "*.csv.gz")],
        not_shown="The reference is itself 1.5 to 4° off, and test 05 clips its gyroscope, which makes most "
        "of the error of either filter here: read the trials, and the ratio of the two.",
    )


def fit_runs() -> DataPage:
    """Runs recorded by watches."""
    found = [check for check in cadence_distance.checks() if check.unit == "km"]
    return DataPage(
        key="fit_runs",
        title="Distance from cadence, against watches and foot pods",
        source="four runs of 7 to 13 km by makers' watches and pods; public test files.",
        compared="Length of a run as its cadence alone suggests, stature unknown, against the watch or pod.",
        agreements=(agreement("distance of a run", "km", ((c.known, c.found) for c in found)),),
        not_shown="Four runs also served to choose the model's central step, so a stranger may fare worse. "
        "Watches are themselves off by about one per cent.",
    )


def synthetic_hour_page() -> DataPage:
    """The hour by an independent simulator."""
    truth = synthetic_hour()
    agreements = []
    for watch in (False, True):
        report = hour.analyse_hour(truth, watch=watch, loss=True)
        found = report.strides["trunk_flexion_deg"][usable_running(report)]
        error = hour.stride_errors_deg(report, truth)
        words = "with a watch's speed" if watch else "speed unknown"
        agreements.append(Agreement(f"flexion of a stride, {words}", "°", found - error, found))
    return DataPage(
        key="synthetic_hour",
        title="A simulated hour, by a simulator of others",
        source="corners, laps, stops, intervals, a consumer sensor, 5 % of the samples lost; 104 Hz.",
        compared="Flexion of every usable running stride against the simulator's truth.",
        agreements=agreements,
        not_shown="A simulation: no soft tissue, no strap, no real impact.",
    )


PAGES: Mapping[str, Callable[[], DataPage]] = {
    "runners_optical": runners_optical,
    "grouvel_run_walk": grouvel_run_walk,
    "biomac_curved_run": biomac_curved_run,
    "bandai_namco_run": bandai_namco_run,
    "synthetic_hour": synthetic_hour_page,
    "fallalld_jog_neck_waist": fallalld_jog_neck_waist,
    "sisfall_jog_waist": sisfall_jog_waist,
    "umafall_jog_chest": umafall_jog_chest,
    "adept_outdoor_run_hip": adept_outdoor_run_hip,
    "qmt_upper_back_head": qmt_upper_back_head,
    "broad": broad,
    "repoimu_tstick": repoimu_tstick,
    "fit_runs": fit_runs,
}
"""By the set's folder, the most telling first."""
