"""What the analysis finds in recordings of others; the full table is written by `make revalidate`."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.signal.config import OrientationConfig, RestConfig
from analysis.stride.config import PostureConfig
from sensor.units import RADPS_PER_DEGPS, STANDARD_GRAVITY_MPS2
from tests.bench.revalidation import (
    accelerometer,
    bend,
    hour,
    jogs,
    optical,
    orientation,
    styled,
    upper_back_head,
)
from tests.support import datasets
from tests.support.analysing import analyse_imu
from tests.support.bvh import STEADY
from tests.support.report_checks import FlexionCheck, check_flexion, usable_running
from tests.support.runners import RUNNERS
from tests.support.styled_runs import standing_lean_deg
from tests.support.walk_run import STRAIGHT, bend_run, short_run

BENT_DEG = RestConfig().bent_deg


@pytest.fixture(scope="module")
def marker_checks() -> dict[str, tuple[FlexionCheck, float]]:
    return {name: optical.checked(name, speed_told=False) for name in RUNNERS}


@pytest.mark.parametrize("name", ["rajagopal", "ja1_350", "ja1_700"])
def test_marker_runners_flexion_is_their_markers(marker_checks, name):
    check, _ = marker_checks[name]
    assert check.mean_error_deg == pytest.approx(0.0, abs=0.3)
    assert check.rmse_deg <= 0.5


def test_a_marker_runners_change_of_flexion_with_speed_is_found(marker_checks):
    slow, fast = (marker_checks[name][0] for name in ("hamner_200", "hamner_300"))
    assert fast.mean_deg - slow.mean_deg == pytest.approx(fast.true_mean_deg - slow.true_mean_deg, abs=0.3)


def test_with_a_consumer_sensor_flexion_is_what_the_readme_says():
    runs = {run.name: run for run in optical.clean_runs(running_s=60.0)}
    assert len(runs) == 15
    for name in ("rajagopal", "ja1_700", "P01_Running_01", "P04_Running_01", "straight_run"):
        check, _ = optical.worst(runs[name], draws=2)
        assert check.mean_error_deg == pytest.approx(0.0, abs=0.3), name
        assert check.rmse_deg <= 0.3, name


def test_the_lean_into_a_bend_is_found_and_the_centripetal_acceleration_is_not_taken_for_it():
    straight = short_run(STRAIGHT, overground=True, running_s=60.0)
    circling, _ = bend_run(running_s=60.0)
    checks = [bend.checked(run, speed_told=False)[1] for run in (straight, circling)]
    for check in checks:
        assert check.mean_error_deg == pytest.approx(0.0, abs=0.3)
        # The sideways axis is up to 5 degrees off, which turns 10 degrees of flexion into 0.9 of lean.
        assert check.lateral_error_deg == pytest.approx(0.0, abs=1.3)
    apart = checks[1].lateral_error_deg - checks[0].lateral_error_deg
    assert apart == pytest.approx(0.0, abs=1.0)


@pytest.mark.parametrize("name", RUNNERS)
def test_sideways_of_marker_runners_is_found_to_eight_degrees(marker_checks, name):
    assert marker_checks[name][1] <= 8.0


@pytest.mark.parametrize("name", RUNNERS)
def test_left_and_right_of_marker_runners_are_told_apart(marker_checks, name):
    assert marker_checks[name][0].side_right_share > 0.95


@pytest.mark.parametrize("name", RUNNERS)
def test_cadence_of_marker_runners_is_exact(marker_checks, name):
    check, _ = marker_checks[name]
    assert check.cadence_spm == pytest.approx(check.true_cadence_spm, rel=0.003)


@pytest.mark.parametrize("name", RUNNERS)
def test_vertical_oscillation_of_marker_runners_is_within_a_centimetre(marker_checks, name):
    check, _ = marker_checks[name]
    assert check.oscillation_cm == pytest.approx(check.true_oscillation_cm, abs=1.0)


@pytest.mark.parametrize("name", ["rajagopal", "hamner_200", "hamner_300"])
def test_contact_time_is_that_of_the_force_plates_to_forty_milliseconds(marker_checks, name):
    check, _ = marker_checks[name]
    assert check.contact_ms == pytest.approx(check.true_contact_ms, abs=40.0)


def test_slouched_styles_read_more_than_upright_ones():
    found, true = {}, {}
    for style in STEADY:
        check = check_flexion(*styled.analysed(style)[:2])
        if check.true_mean_deg < -BENT_DEG:
            # Nobody runs so far behind an upright standing: the angles count from the run itself.
            assert check.zero_source == "own baseline", style
            assert check.spread_rmse_deg < 1.0, style
            continue
        lean_deg = standing_lean_deg(check.name)
        found[style], true[style] = lean_deg + check.mean_deg, lean_deg + check.true_mean_deg
        assert check.mean_error_deg == pytest.approx(0.0, abs=1.0), style
    assert len(found) >= len(STEADY) - 1
    assert sorted(found, key=found.__getitem__) == sorted(true, key=true.__getitem__)


def test_steps_of_real_jogs_are_counted():
    checks = [*jogs.fallalld_checks("S07*A02[45]*"), *jogs.sisfall_checks("D0[34]_SA0[13]*")]
    assert len(checks) >= 8
    for check, _ in checks:
        assert check.steps == pytest.approx(check.true_steps, abs=max(1.5, 0.01 * check.true_steps)), (
            check.name
        )
        assert check.cadence_spm == pytest.approx(check.true_cadence_spm, rel=0.02), check.name


def test_steps_of_the_outdoor_run_are_counted():
    assert jogs.adept_check().missed_share == pytest.approx(0.0, abs=0.01)


def test_the_stop_in_the_outdoor_run_holds_no_strides():
    strides = analyse_imu((jogs.WAIST_AS, datasets.adept("hip"))).strides
    # The hip accelerometer spreads less than 0.4 m/s2 from 415 to 475 s.
    assert not ((strides["end_s"] > 415.0) & (strides["start_s"] < 475.0)).any()


def test_walks_are_never_called_running():
    walked = jogs.walks()
    assert len(walked) >= 10
    assert [name for name, reason in walked if not reason] == []


def test_a_loose_sensor_gets_no_verdict_and_the_report_says_so():
    report = analyse_imu(("sternum", datasets.fallalld("S05_neck_A025_T01.npz")))
    assert report.outcome.verdict == "none"
    assert report.outcome.confidence == "do not trust"
    assert "loose" in set(report.strides["usable_because"])


def test_a_clipped_accelerometer_gets_no_verdict_and_the_report_says_so():
    clip = datasets.umafall(datasets.names("umafall_jog_chest", "*Subject_02*_1_*")[0])
    report = analyse_imu(
        ("sternum", clip["chest"]),
        acc_range_mps2=2.0 * STANDARD_GRAVITY_MPS2,
        gyr_range_radps=256.0 * RADPS_PER_DEGPS,
    )
    assert report.outcome.verdict == "none"
    assert "clipped" in set(report.strides["usable_because"])


def test_a_mirrored_triad_is_recognised():
    mirrored = analyse_imu(("sternum", datasets.fallalld("S07_neck_A025_T01.npz", mended=False)))
    mended = analyse_imu(("sternum", datasets.fallalld("S07_neck_A025_T01.npz")))
    assert mirrored.session.sensors[0].mirrored
    assert not mended.session.sensors[0].mirrored


@pytest.mark.parametrize("name", datasets.names("broad", "*.npz"))
def test_inclination_of_a_board_is_as_good_as_offline_vqf(name):
    trial = datasets.broad(name)
    ours, peer = (
        orientation.inclination_rmse_deg(way(trial.imu), trial)
        for way in (orientation.ours, orientation.offline_vqf)
    )
    assert ours <= 1.15 * peer


@pytest.mark.parametrize(("watch", "loss", "limit_deg"), [
    (False, False, 0.30), (True, False, 0.20), (False, True, 0.40), (True, True, 0.30),
])  # fmt: skip
def test_flexion_per_stride_of_the_simulated_hour(watch, loss, limit_deg, capsys):
    truth = datasets.synthetic_hour()
    error_deg = hour.stride_errors_deg(hour.analyse_hour(truth, watch=watch, loss=loss), truth)
    rmse_deg = float(np.sqrt(np.mean(error_deg**2)))
    with capsys.disabled():
        print(f"\nsimulated hour, watch {watch}, loss {loss}: {rmse_deg:.3f} deg per stride")
    assert rmse_deg <= limit_deg
    assert abs(error_deg.mean()) <= 0.1


def test_the_neck_of_a_walker_stays_within_what_people_do():
    neck = {name: seconds.mean() for name, (_, _, seconds) in upper_back_head.neck_seconds().items()}
    assert neck["standing, the zero"] == pytest.approx(0.0, abs=0.5)
    assert abs(neck["standing, before"]) < 15.0
    assert abs(neck["walk"]) < 25.0
    assert abs(neck["fast walk or shuffle"]) < 25.0


def test_every_second_of_the_walkers_neck_is_what_offline_vqf_sees():
    found, peer = (upper_back_head.neck_seconds(way) for way in (orientation.ours, orientation.offline_vqf))
    for name in ("walk", "fast walk or shuffle"):
        assert found[name][2] == pytest.approx(peer[name][2], abs=1.5)


@pytest.fixture(scope="module")
def excess_by_person():
    found: dict[str, list[float]] = {}
    for person, run in accelerometer.people_and_runs(running_s=60.0, short_s=40.0):
        report = accelerometer.analyse_withheld(run)
        assert report.provenance.method == "accelerometer only"
        assert np.isnan(report.strides["trunk_lateral_deg"][usable_running(report)]).all()
        found.setdefault(person, []).append(accelerometer.excess_deg(check_flexion(report, run)))
    return [accelerometer.Person(tuple(excess)) for excess in found.values()]


def test_without_a_gyroscope_what_is_taken_off_is_the_mean_of_people(excess_by_person):
    found_deg = accelerometer.mean_excess_deg(excess_by_person)
    assert found_deg == pytest.approx(OrientationConfig().accelerometer_excess_deg, abs=0.15)


def test_without_a_gyroscope_a_person_left_out_is_within_the_stated_interval(excess_by_person):
    stated_deg = PostureConfig().accelerometer_error_deg
    errors_deg = np.abs(accelerometer.left_out_errors_deg(excess_by_person))
    assert len(errors_deg) == 22
    assert errors_deg.max() < stated_deg
    assert accelerometer.half_widths_deg(excess_by_person)[1] == pytest.approx(stated_deg, abs=0.3)
