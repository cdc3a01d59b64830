"""The samples as Motion-BIDS: by the published rules, every value there, nothing about the person."""

from __future__ import annotations

import csv
import io
import json
import re
import warnings
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
from bidsschematools import schema as bids_schema
from bidsschematools.types import Namespace
from bidsschematools.validator import validate_bids

from analysis.export.bids import bids_files
from sensor.samples import Recording
from tests.support.recordings import recording, sensor_recording


@pytest.fixture(scope="module")
def session() -> Recording:
    """A chest sensor with a loss, and one between the shoulder blades without a gyroscope."""
    time_s = np.arange(100) / 50.0
    acc = np.random.default_rng(1).normal(0, 9, (100, 3))
    lost = (np.arange(100) > 40) & (np.arange(100) < 50)
    chest = sensor_recording(time_s, acc, acc[::-1] / 3, lost=lost, nominal_rate_hz=52.0, acc_range_mps2=20.0)
    back = sensor_recording(time_s, acc[::-1], None, placement="upper-back")
    return recording(chest, back, context={"notes": "tired"}, name="with Anna")


@pytest.fixture(scope="module")
def files(session: Recording) -> dict[str, bytes]:
    return bids_files(session)


@pytest.fixture(scope="module")
def rules() -> Namespace:
    """The schema that the authors of BIDS publish."""
    found: Namespace = bids_schema.load_schema()
    return found


STEMS = (
    "sub-01/motion/sub-01_task-running_tracksys-sternum",
    "sub-01/motion/sub-01_task-running_tracksys-upperback",
)


def table(files: dict[str, bytes], name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(files[name].decode()), delimiter="\t"))


def unknown_names(names: Iterable[str]) -> list[str]:
    """Return the paths of a data set that the published rules do not know."""
    found: list[str] = validate_bids([f"/{name}" for name in names], dummy_paths=True)["path_tracking"]
    return found


def test_every_file_has_a_name_that_the_rules_know(files: dict[str, bytes]) -> None:
    assert unknown_names(files) == []
    dashed = "sub-01/motion/sub-01_task-running_tracksys-upper-back_motion.tsv"
    assert unknown_names([*files, dashed]) == [f"/{dashed}"]


@pytest.mark.parametrize("stem", STEMS)
def test_the_sidecar_has_what_is_required_and_counts_its_channels(
    files: dict[str, bytes], rules: Namespace, stem: str
) -> None:
    sidecar = json.loads(files[f"{stem}_motion.json"])
    wanted, known = set(), set()
    for rule in rules.rules.sidecars.motion.values():
        for name, level in rule.fields.items():
            known.add(name)
            if "required" in (level, dict(level).get("level") if not isinstance(level, str) else None):
                wanted.add(name)
    assert wanted <= set(sidecar) <= known
    types = [row["type"] for row in table(files, f"{stem}_channels.tsv")]
    for kind in ("ACCEL", "GYRO", "LATENCY"):
        assert sidecar[f"{kind}ChannelCount"] == types.count(kind)
    assert sidecar["MotionChannelCount"] == len(types)


@pytest.mark.parametrize("stem", STEMS)
def test_the_channels_have_the_columns_the_rules_want_in_their_order(
    files: dict[str, bytes], rules: Namespace, stem: str
) -> None:
    rows = table(files, f"{stem}_channels.tsv")
    rule = rules.rules.tabular_data.motion.motionChannels
    named = {key: str(rules.objects.columns[key].name) for key in rule.columns}
    first = [named[key] for key in rule.initial_columns]
    assert list(rows[0])[: len(first)] == first
    assert set(rows[0]) <= set(named.values())
    for column in ("component__channels", "type__channels"):
        column = column if column in rules.objects.columns else column.split("__")[0]
        allowed = set(rules.objects.columns[column].enum)
        assert {row[named.get(column, column)] for row in rows} <= allowed | {"n/a"}


def test_every_sample_is_there_with_its_time_and_lost_ones_have_no_row(
    session: Recording, files: dict[str, bytes]
) -> None:
    values = np.loadtxt(io.BytesIO(files[f"{STEMS[0]}_motion.tsv"]), delimiter="\t")
    chest = session.sensors[0]
    assert chest.gyr_sensor_radps is not None
    np.testing.assert_allclose(values[:, :3], chest.acc_sensor_mps2, atol=1e-6)
    np.testing.assert_allclose(values[:, 3:6], chest.gyr_sensor_radps, atol=1e-6)
    np.testing.assert_allclose(values[:, 6], chest.time_s, atol=1e-6)
    assert values[:, 7].astype(bool).tolist() == chest.clipped.tolist()
    assert len(values) == 91
    assert len(table(files, f"{STEMS[0]}_channels.tsv")) == values.shape[1]


def test_rates_are_told_as_asked_for_and_as_they_came(files: dict[str, bytes]) -> None:
    sidecar = json.loads(files[f"{STEMS[0]}_motion.json"])
    assert (sidecar["SamplingFrequency"], sidecar["SamplingFrequencyEffective"]) == (52.0, 50.0)


def test_nothing_tells_who_ran_unless_notes_are_asked_for(
    session: Recording, files: dict[str, bytes]
) -> None:
    everything = b"".join(files.values())
    assert b"Anna" not in everything
    assert b"tired" not in everything
    assert "tired" in bids_files(session, notes="tired")["README"].decode()


def test_the_start_is_told_in_utc(files: dict[str, bytes]) -> None:
    rows = table(files, "sub-01/sub-01_scans.tsv")
    assert [row["filename"] for row in rows] == [
        f"{stem.removeprefix('sub-01/')}_motion.tsv" for stem in STEMS
    ]
    assert {row["acq_time"] for row in rows} == {"2024-05-01T07:00:00.000000Z"}
    assert re.fullmatch(r"\d+\.\d+\.\d+", json.loads(files["dataset_description.json"])["BIDSVersion"])


@pytest.mark.parametrize("stem", STEMS)
def test_motionbids_finds_nothing_wrong_with_it_and_would_write_the_same(
    files: dict[str, bytes], stem: str, tmp_path: Path
) -> None:
    motionbids = pytest.importorskip(
        "motionbids", reason="motionbids is left out: it brings all of Jupyter, and a pip of its own choice"
    )
    sidecar = json.loads(files[f"{stem}_motion.json"])
    frames = json.loads(files[f"{stem}_channels.json"])["reference_frame"]["Levels"]
    rows = table(files, f"{stem}_channels.tsv")
    motion = motionbids.MotionData(
        subject="01",
        task_name=sidecar["TaskName"],
        tracksys=stem.rpartition("-")[2],
        sampling_frequency=sidecar["SamplingFrequency"],
        tracked_points_count=sidecar["TrackedPointsCount"],
        motion_channel_count=sidecar["MotionChannelCount"],
        data=np.loadtxt(io.BytesIO(files[f"{stem}_motion.tsv"]), delimiter="\t"),
        channels=[
            motionbids.Channel(**{f"channel_{name}": value for name, value in row.items() if value != "n/a"}
                | {f"channel_{name}": row[name] for name in ("component", "tracked_point", "units")})
            for row in rows
        ],
        reference_frames=[
            motionbids.ReferenceFrame(
                name=name, rotation_rule=frame["RotationRule"], rotation_order=frame["RotationOrder"]
            )
            for name, frame in frames.items()
        ],
    )  # fmt: skip
    with warnings.catch_warnings():
        # It also recommends what nobody knows of a sensor: model, firmware.
        warnings.simplefilter("ignore", motionbids.ValidationWarning)
        assert motionbids.validate_bids_compliance(motion)
        motionbids.export_bids_motion(motion, out_dir=str(tmp_path))
    (theirs,) = tmp_path.rglob("*_motion.tsv")
    assert theirs.name == f"{stem.rpartition('/')[2]}_motion.tsv"
    channels = next(tmp_path.rglob("*_channels.tsv")).read_text(encoding="utf-8")
    theirs_rows = list(csv.DictReader(io.StringIO(channels), delimiter="\t"))
    for name in ("name", "component", "type", "tracked_point", "units"):
        assert [row[name] for row in theirs_rows] == [row[name] for row in rows]
