from __future__ import annotations

import numpy as np
import pytest

from sensor.units import STANDARD_GRAVITY_MPS2
from tests.support import datasets
from tests.support.cadence import step_rate_spm


def test_absent_recordings_skip_the_test_with_one_line(monkeypatch, tmp_path):
    monkeypatch.setenv("RUNTALL_DATA", str(tmp_path / "nowhere"))
    monkeypatch.delenv("RUNTALL_REQUIRE_DATA", raising=False)
    with pytest.raises(
        pytest.skip.Exception, match=r"^no recordings at .*nowhere: point RUNTALL_DATA at them$"
    ):
        datasets.data_dir()


def test_absent_recordings_fail_where_they_are_required(monkeypatch, tmp_path):
    monkeypatch.setenv("RUNTALL_DATA", str(tmp_path / "nowhere"))
    monkeypatch.setenv("RUNTALL_REQUIRE_DATA", "1")
    with pytest.raises(pytest.fail.Exception, match="no recordings at"):
        datasets.data_dir()


def test_absent_recordings_have_no_names(monkeypatch, tmp_path):
    monkeypatch.setenv("RUNTALL_DATA", str(tmp_path / "nowhere"))
    assert datasets.names("broad", "*.npz") == []


def mean_force_g(imu: datasets.ImuData) -> float:
    return float(np.linalg.norm(imu.acc_sensor_mps2.mean(axis=0)) / STANDARD_GRAVITY_MPS2)


def test_jogs_of_other_peoples_sensors_average_one_g_once_in_si_units():
    belt, second = datasets.sisfall("D03_SA01_R01.npz")
    jogs = [
        datasets.fallalld("S07_neck_A025_T01.npz"),
        belt,
        datasets.adept("hip"),
        datasets.qmt("upper_back"),
    ]
    assert [mean_force_g(imu) for imu in jogs] == pytest.approx([1.0] * 4, abs=0.06)
    assert np.linalg.norm(second.mean(axis=0)) / STANDARD_GRAVITY_MPS2 == pytest.approx(1.0, abs=0.06)


def test_a_clipped_chest_accelerometer_averages_too_little():
    clipped = datasets.umafall(datasets.names("umafall_jog_chest", "*Subject_02*_1_*")[0])
    assert mean_force_g(clipped["chest"]) < 0.92
    assert np.abs(clipped["chest"].acc_sensor_mps2).max() == pytest.approx(
        2.0 * STANDARD_GRAVITY_MPS2, rel=1e-3
    )
    assert set(clipped) == {"pocket", "chest", "waist", "wrist", "ankle"}
    assert clipped["pocket"].gyr_sensor_radps is None


def test_mending_the_neck_triad_mirrors_y_of_both_sensors():
    mended = datasets.fallalld("S07_neck_A025_T01.npz")
    raw = datasets.fallalld("S07_neck_A025_T01.npz", mended=False)
    assert mended.gyr_sensor_radps is not None
    assert raw.gyr_sensor_radps is not None
    np.testing.assert_allclose(mended.acc_sensor_mps2, raw.acc_sensor_mps2 * [1, -1, 1])
    np.testing.assert_allclose(mended.gyr_sensor_radps, raw.gyr_sensor_radps * [1, -1, 1])


@pytest.mark.parametrize(("name", "low_spm", "high_spm"), [
    ("S07_neck_A024_T01.npz", 135, 183),
    ("S07_neck_A025_T01.npz", 147, 195),
    ("S07_neck_A022_T01.npz", 110, 140),
])  # fmt: skip
def test_cadence_lies_where_the_activity_says(name, low_spm, high_spm):
    imu = datasets.fallalld(name)
    assert low_spm <= step_rate_spm(imu.acc_sensor_mps2, imu.rate_hz) <= high_spm


def test_optical_orientation_turns_the_force_at_rest_upright():
    trial = datasets.broad("15_undisturbed_fast_translation_A.npz")
    w, x, y, z = trial.earth_from_sensor_wxyz[:500].T
    acc = trial.imu.acc_sensor_mps2[:500]
    up = np.stack([2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)], axis=1)
    assert np.mean(np.sum(up * acc, axis=1)) == pytest.approx(9.85, abs=0.06)


def test_the_simulated_hour_begins_upright_and_at_rest():
    hour = datasets.synthetic_hour()
    assert len(hour.imu.time_s) == 374_400
    assert not hour.running[: 20 * 104].any()
    assert abs(hour.true_flexion_deg[: 20 * 104].mean()) < 0.2
