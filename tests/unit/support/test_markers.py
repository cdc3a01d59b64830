from __future__ import annotations

import csv
import gzip
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from tests.support import runners
from tests.support.datasets import data_dir
from tests.support.markers import (
    FORWARD_IS_X,
    FORWARD_IS_Z,
    MarkerTrial,
    fit_rigid,
    inclination_deg,
    line_pitch_deg,
    read_mot,
    read_trc,
    upright_shape,
)

TRC = (
    "PathFileType\t4\t(X/Y/Z)\tmade by hand\n"
    "DataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits\n"
    "100\t100\t2\t2\tmm\n"
    "Frame#\tTime\tC7\t\t\tCLAV\t\t\n"
    "\t\tX1\tY1\tZ1\tX2\tY2\tZ2\n"
    "\n"
    "1\t0.0\t1000\t1500\t-200\t0\t0\t0\n"
    "2\t0.01\t1001\t1501\t-201\t1100\t1450\t-210\n"
)


def write_gz(path, text):
    path.write_bytes(gzip.compress(text.encode()))
    return path


def test_markers_come_in_metres_with_x_forward_y_left_z_up(tmp_path):
    trial = read_trc(write_gz(tmp_path / "a.trc.gz", TRC))
    np.testing.assert_allclose(trial["C7"][0], [1.0, 0.2, 1.5])
    assert trial.rate_hz == 100.0


def test_a_person_facing_the_third_axis_has_it_forward(tmp_path):
    trial = read_trc(write_gz(tmp_path / "a.trc.gz", TRC), FORWARD_IS_Z)
    np.testing.assert_allclose(trial["C7"][0], [-0.2, 1.0, 1.5])


def test_a_zero_triple_is_a_lost_marker(tmp_path):
    trial = read_trc(write_gz(tmp_path / "a.trc.gz", TRC))
    assert np.isnan(trial["CLAV"][0]).all()
    assert np.isfinite(trial["CLAV"][1]).all()


def test_units_in_metres_stay_metres(tmp_path):
    trial = read_trc(write_gz(tmp_path / "a.trc.gz", TRC.replace("\tmm\n", "\tm\n")))
    assert trial["C7"][0, 0] == 1000.0


def test_storage_files_are_read_by_column(tmp_path):
    path = write_gz(tmp_path / "a.mot.gz", "Coordinates\nnRows=2\nendheader\ntime  a\n 0.0 1.5\n 0.1 2.5\n")
    columns = read_mot(path)
    np.testing.assert_array_equal(columns["a"], [1.5, 2.5])


@given(st.lists(st.floats(-3.0, 3.0), min_size=3, max_size=3), st.integers(0, 9999))
def test_the_fitted_rotation_of_a_turned_cluster_is_the_turn(rotvec, seed):
    rng = np.random.default_rng(seed)
    shape = rng.normal(size=(4, 3))
    shape -= shape.mean(axis=0)
    turn = Rotation.from_rotvec(rotvec)
    points = turn.apply(shape) + np.array([1.0, 2.0, 3.0])
    trial = MarkerTrial("t", 1.0, np.zeros(1), {str(i): points[i : i + 1] for i in range(4)})
    track = fit_rigid(trial, ("0", "1", "2", "3"), shape)
    np.testing.assert_allclose(track.earth_from_body[0], turn.as_matrix(), atol=1e-7)
    np.testing.assert_allclose(track.origin_earth_m[0], [1.0, 2.0, 3.0], atol=1e-9)


def test_leaning_forward_is_positive_flexion_and_leaning_right_positive_lateral():
    forward = Rotation.from_euler("y", 10.0, degrees=True).as_matrix()[None]
    right = Rotation.from_euler("x", 7.0, degrees=True).as_matrix()[None]
    assert [v.item() for v in inclination_deg(forward)] == pytest.approx([10.0, 0.0])
    assert [v.item() for v in inclination_deg(right)] == pytest.approx([0.0, 7.0])


def test_the_standing_pose_is_upright_by_definition():
    standing = MarkerTrial(
        "t", 1.0, np.zeros(1), {"L": np.array([[0.0, 0.2, 1.4]]), "R": np.array([[0.0, -0.2, 1.4]]),
                                "F": np.array([[0.1, 0.0, 1.3]])},
    )  # fmt: skip
    track = fit_rigid(standing, ("L", "R", "F"), upright_shape(standing, ("L", "R", "F")))
    np.testing.assert_allclose(track.earth_from_body[0], np.eye(3), atol=1e-9)


def reference(file: str) -> dict[str, float]:
    with (data_dir() / "runners_optical" / "reference_angles.csv").open() as handle:
        row = next(row for row in csv.DictReader(handle) if row["file"] == file)
    return {key: float(value) for key, value in row.items() if key not in ("file", "mode") and value}


@pytest.mark.parametrize(("file", "lab", "front"), [
    ("rajagopal_run.trc.gz", FORWARD_IS_X, "CLAV"),
    ("rajagopal_run_static.trc.gz", FORWARD_IS_Z, "CLAV"),
    ("hamner_s01_run200.trc.gz", FORWARD_IS_X, "CLAV"),
    ("hamner_s01_run300.trc.gz", FORWARD_IS_X, "CLAV"),
    ("ja1_run0350cms.trc.gz", FORWARD_IS_X, "MAN"),
    ("ja1_static.trc.gz", FORWARD_IS_X, "MAN"),
])  # fmt: skip
def test_thorax_pitch_of_every_file_is_the_published_one(file, lab, front):
    trial = read_trc(data_dir() / "runners_optical" / file, lab)
    line = trial[front] - trial["C7"]
    below_horizontal = np.degrees(np.arctan2(-line[:, 2], line[:, 0]))
    assert np.nanmean(below_horizontal) == pytest.approx(reference(file)["thorax_pitch_deg"], abs=0.2)


def test_the_pelvis_to_neck_line_is_the_published_one():
    trial = read_trc(data_dir() / "runners_optical" / "rajagopal_run.trc.gz")
    pelvis = trial.stack(("LASI", "RASI", "LPSI", "RPSI")).mean(axis=1)
    lean = line_pitch_deg(pelvis, 0.5 * (trial["C7"] + trial["CLAV"])).mean()
    assert lean == pytest.approx(reference("rajagopal_run.trc.gz")["trunk_lean_deg"], abs=0.02)


@pytest.mark.parametrize(
    ("name", "contact_ms"), [("rajagopal", 232), ("hamner_200", 330), ("hamner_300", 260)]
)
def test_contact_times_are_the_published_ones(name, contact_ms):
    assert runners.contact_time_ms(name) == pytest.approx(contact_ms, abs=1.0)


def test_steps_on_the_plates_alternate_at_174_a_minute():
    contacts = runners.force_contacts("rajagopal")
    assert all(a.side != b.side for a, b in pairwise(contacts))
    steps = np.array([contact.on_s for contact in contacts])
    assert 60.0 * (len(steps) - 1) / (steps[-1] - steps[0]) == pytest.approx(174.3, abs=0.5)


@pytest.mark.parametrize("name", ["rajagopal", "hamner_200", "hamner_300"])
def test_the_foot_named_by_the_plates_is_the_foot_that_is_ahead(name):
    time_s, left_lead_m = runners.heel_lead_m(name)
    for contact in runners.force_contacts(name):
        lead = np.interp(contact.on_s, time_s, left_lead_m)
        assert (lead > 0.0) == (contact.side == "left")
