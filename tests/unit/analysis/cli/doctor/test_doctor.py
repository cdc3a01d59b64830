"""``runtall doctor``: what is in order, what is not, and the exit code that says so."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from analysis.checkup.findings import plan_findings
from analysis.cli.calibrations import kept_calibrations
from analysis.cli.doctor.listening import observe
from analysis.cli.doctor.tilting import judged, lead
from analysis.cli.main import cli
from analysis.cli.record.live_line import PlainLine
from analysis.cli.virtual_sensors import virtual_runner
from analysis.signal.calibration import calibrated_sensor
from sensor.errors import LinkError
from sensor.recorder import WAKE_HINT, RecorderStatus, RecordingPlan, SensorRequest
from sensor.session.reader import read_recording
from sensor.units import STANDARD_GRAVITY_MPS2
from sensor.virtual.devices.catalogue import CATALOGUE, find
from sensor.virtual.devices.movesense import VirtualMovesense
from sensor.virtual.radio.timeloop import run_in_virtual_time
from sensor.virtual.radio.virtual_radio import VirtualRadio
from sensor.virtual.runner.box import box_on_faces
from tests.support.recordings_over_air import CAP, CHEST, movesense


def test_a_virtual_sensor_is_ok_without_any_bluetooth() -> None:
    result = CliRunner().invoke(cli, ["doctor", "--sensor", "sternum=virtual"], catch_exceptions=False)
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0].startswith("ok          Python: 3.")
    assert "ok          sternum, rate: 104.0 samples per second, 104 asked for" in lines
    assert "ok          sternum, battery: 100 %" in lines


def test_a_sensor_that_was_not_found_is_named_beside_the_one_that_was(tmp_path: Path) -> None:
    plan = RecordingPlan((SensorRequest("sternum", CHEST), SensorRequest("head", CAP)))
    path = tmp_path / "checkup.runtall"

    async def listen() -> None:
        async with VirtualRadio(seed=1) as radio:
            await radio.add(movesense(duration_s=60.0, battery_pct=12))
            await observe(plan, radio.bleak, path=path, listen_s=5.0)

    run_in_virtual_time(listen())
    names = {request.placement: request.name for request in plan.sensors}
    found = plan_findings(names, read_recording(path), if_missing=WAKE_HINT)
    lines = [finding.line() for finding in found]
    assert any(line.startswith(f"fix         head: {CAP} was not heard; put the strap on") for line in lines)
    assert any(line.startswith("fix         sternum, battery: 12 %") for line in lines)


def test_listening_counts_from_the_first_sample_of_the_last_sensor(tmp_path: Path) -> None:
    plan = RecordingPlan((SensorRequest("sternum", CHEST),))
    path = tmp_path / "checkup.runtall"

    async def listen() -> None:
        async with VirtualRadio(seed=1) as radio:
            sensor = movesense(duration_s=60.0)
            await radio.add(sensor)
            sensor.hide(8.0)
            await observe(plan, radio.bleak, path=path, listen_s=5.0)

    run_in_virtual_time(listen())
    sensor = read_recording(path).sensor("sternum")
    assert sensor is not None
    assert len(sensor.time_s) / 104.0 == pytest.approx(5.0, abs=0.7)


def test_no_sensor_at_all_ends_with_words_about_it(tmp_path: Path) -> None:
    async def listen() -> None:
        async with VirtualRadio(seed=1) as radio:
            plan = RecordingPlan((SensorRequest("sternum", CHEST),))
            await observe(plan, radio.bleak, path=tmp_path / "checkup.runtall", listen_s=5.0)

    with pytest.raises(LinkError, match="wake it"):
        run_in_virtual_time(listen())


@pytest.mark.skipif(sys.platform != "linux", reason="Bluetooth is taken away by way of D-Bus")
@pytest.mark.parametrize("words", [(), ("--sensor", "sternum=Movesense 1")], ids=["bare", "sensor"])
def test_without_bluetooth_it_says_what_to_do_and_ends_with_1(tmp_path: Path, words: tuple[str, ...]) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "analysis.cli.main", "doctor", *words],
        env={**os.environ, "DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={tmp_path}/no-bus"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert result.returncode == 1
    assert result.stderr == ""
    last = result.stdout.splitlines()[-1]
    assert last.startswith("fix         Bluetooth")
    assert "start bluez" in last


def test_a_sensor_without_a_place_is_a_usage_error() -> None:
    assert CliRunner().invoke(cli, ["doctor", "--sensor", "Movesense"]).exit_code == 2


@pytest.mark.parametrize("name", [kind.name for kind in CATALOGUE])
def test_every_makers_virtual_sensor_streams_at_its_rate(name: str) -> None:
    done = CliRunner().invoke(cli, ["doctor", "--sensor", f"head=virtual:{name}"])
    assert done.exit_code == 0, done.output
    rate_hz = find(name).kind.default_rate_hz
    assert f"{rate_hz:g} asked for" in done.stdout
    assert "fix         head, rate" not in done.stdout


def test_a_virtual_sensor_that_is_none_is_a_usage_error() -> None:
    done = CliRunner().invoke(cli, ["doctor", "--sensor", "sternum=virtual:garmin"])
    assert done.exit_code == 2
    assert "virtual:garmin: no such virtual sensor" in done.stderr


def test_a_sensor_on_a_box_is_calibrated_and_what_it_records_later_holds_that(tmp_path: Path) -> None:
    words = ["--home", str(tmp_path), "doctor", "--tilt", "--angle", "20deg", "--sensor", "sternum=virtual"]
    done = CliRunner().invoke(cli, words, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    assert "6 of 6 faces" in done.stderr
    assert "corrected 20.0°: right to within what box, table and app are worth" in done.stdout
    (own,) = kept_calibrations(tmp_path, pytest.fail)
    assert own.serial == "000000000001"
    # The runner's sensor has the bias of the one on the box: it is drawn by the same chance.
    plan = RecordingPlan((SensorRequest("sternum", own.name),), calibrated=(own,))
    path = tmp_path / "run.runtall"

    async def outing() -> None:
        async with virtual_runner(plan, 5.0) as radio:
            await observe(plan, radio, path=path, listen_s=5.0)

    run_in_virtual_time(outing())
    (sensor,) = read_recording(path).sensors
    assert sensor.calibration == own.calibration
    names = {"sternum": own.name}
    gravity = next(
        f for f in plan_findings(names, read_recording(path), if_missing="") if "gravity" in f.subject
    )
    assert gravity.words == "1.000 g at rest, calibrated"
    standing_mps2 = calibrated_sensor(sensor).acc_sensor_mps2[:100].mean(axis=0)
    assert np.linalg.norm(standing_mps2) == pytest.approx(STANDARD_GRAVITY_MPS2, abs=0.02)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--angle", "20deg"), "--angle belongs to --tilt"),
        (("--tilt",), "name it, as in --sensor sternum=NAME"),
        (("--tilt", "--sensor", "head=virtual", "--sensor", "sternum=virtual"), "one sensor at a time"),
        (("--tilt", "--sensor", "sternum=virtual", "--angle", "20"), "20deg"),
        (("--tilt", "--sensor", "sternum=virtual", "--angle", "80deg"), "too much to be true"),
    ],
)
def test_words_about_the_tilt_that_do_not_fit_are_a_usage_error(words: tuple[str, ...], said: str) -> None:
    done = CliRunner().invoke(cli, ["doctor", *words])
    assert done.exit_code == 2
    assert said in done.stderr


def test_an_angle_that_was_not_typed_is_asked_for() -> None:
    done = CliRunner().invoke(cli, ["doctor", "--tilt", "--sensor", "sternum=virtual"], input="")
    assert "By how much will you lean it" in done.stderr
    assert done.exit_code == 1


def test_a_sensor_that_is_switched_off_on_its_box_keeps_nothing(tmp_path: Path) -> None:
    plan, path = RecordingPlan((SensorRequest("sternum", CHEST),)), tmp_path / "tilt.runtall"

    async def lose() -> RecorderStatus:
        async with VirtualRadio(seed=1) as radio:
            sensor = VirtualMovesense(CHEST, signal=box_on_faces(20.0, 104.0))
            await radio.add(sensor)
            asyncio.get_running_loop().call_later(20.0, sensor.hide, 1000.0)
            asyncio.get_running_loop().call_later(20.0, sensor.lose_link)
            return await lead(plan, radio.bleak, path=path, angle_deg=20.0, line=PlainLine())

    status = run_in_virtual_time(lose())
    last = list(judged(read_recording(path), status, 20.0, home=tmp_path))[-1]
    assert last.line().startswith(f"fix         sternum, tilt: {CHEST} was lost after ")
    assert last.line().endswith("begin again; nothing was kept")
    assert kept_calibrations(tmp_path, pytest.fail) == ()
