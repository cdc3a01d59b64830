"""``runtall download`` against virtual sensors with a memory, in virtual time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from analysis.cli.download.downloading import progress
from analysis.cli.main import cli
from sensor.errors import LinkError, RefusalError
from sensor.link.radio import Radio
from sensor.protocol.capture2go import frames as capture2go
from sensor.protocol.memory import LogEntry
from sensor.protocol.movella_dot.decoder import RATE_QUANTITIES, encode_samples
from sensor.session.reader import read_recording
from sensor.virtual.devices.capture2go_memory import VirtualCapture2GoMemory
from sensor.virtual.devices.movella_dot_memory import DotRecording, VirtualDotMemory
from sensor.virtual.devices.movesense_flash import VirtualFlash
from sensor.virtual.radio.timeloop import run_in_virtual_time
from sensor.virtual.radio.virtual_radio import VirtualRadio
from tests.support.movesense_logs import UTC_US, bouncing_recording
from tests.support.recordings_over_air import CHEST, noise_signal

Run = Callable[..., Result]


@pytest.fixture
def sensor() -> VirtualFlash:
    flash = VirtualFlash(CHEST, signal=noise_signal(60.0))
    flash.logs = {1: bouncing_recording(30.0), 2: bouncing_recording(20.0)}
    return flash


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, sensor: VirtualFlash) -> Run:
    """Run ``runtall download …`` with one sensor on the air."""
    radios: list[Radio] = []

    def in_virtual_time(work: Coroutine[Any, Any, Any]) -> Any:
        async def play() -> Any:
            async with VirtualRadio(seed=1) as radio:
                await radio.add(sensor)
                radios.append(radio.bleak)
                return await work

        return run_in_virtual_time(play())

    monkeypatch.setattr(asyncio, "run", in_virtual_time)
    monkeypatch.setattr("sensor.link.radio.Radio", lambda: radios[-1])

    def call(*arguments: str) -> Result:
        return CliRunner().invoke(cli, ["--home", str(tmp_path / "home"), "download", *arguments])

    return call


def test_the_newest_recording_becomes_a_session_whose_path_is_the_last_line(
    run: Run, tmp_path: Path, sensor: VirtualFlash
) -> None:
    done = run("--sensor", f"sternum={CHEST}", "--name", "woods")
    assert done.exit_code == 0, done.output
    recording = read_recording(Path(done.stdout.splitlines()[-1]))
    assert recording.name == "woods"
    assert [one.placement for one in recording.sensors] == ["sternum"]
    assert len(recording.sensors[0].time_s) == 2080
    assert datetime.fromisoformat(recording.started_utc).timestamp() == UTC_US / 1e6
    (kept,) = (tmp_path / "home" / "downloads").iterdir()
    assert kept.name == "Movesense-000000000001_log-2.sbem"
    assert kept.read_bytes() == sensor.logs[2]
    assert "100%" in done.stderr


@pytest.mark.parametrize("sensor", [VirtualCapture2GoMemory(signal=noise_signal(60.0, rate_hz=100.0))])
def test_another_makers_recordings_have_names_and_become_sessions_too(
    run: Run, tmp_path: Path, sensor: VirtualCapture2GoMemory
) -> None:
    upright = noise_signal(20.0, rate_hz=100.0)
    time_ns = 10**9 * UTC_US // 10**6 + 80_000_000 * np.arange(250)
    acc = np.rint(upright.acc_sensor_mps2 / capture2go.ACC_UNIT_MPS2)
    gyr = np.rint(upright.gyr_sensor_radps / capture2go.GYR_UNIT_RADPS)
    written = map(
        capture2go.encode_package,
        capture2go.encode_measurements(100, time_ns, gyr_counts=gyr, acc_counts=acc),
    )
    sensor.files = {"runtall_2025-05-31": b"".join(written)}

    listed = run("--sensor", sensor.name, "--list").output.splitlines()
    assert listed[0].split() == ["LOG", "CHANGED", "SIZE", "NAME"]
    assert listed[1].split() == ["0", "?", "30.8", "kB", "runtall_2025-05-31"]
    result = run("--sensor", f"sternum={sensor.name}")
    assert result.exit_code == 0, result.output
    recording = read_recording(Path(result.stdout.splitlines()[-1]))
    assert len(recording.sensors[0].time_s) == 2000
    assert recording.started_utc.startswith("2025-05-31T06:30:00")
    kept = tmp_path / "home" / "downloads" / f"{sensor.name}_runtall_2025-05-31.bin"
    assert kept.read_bytes() == sensor.files["runtall_2025-05-31"]


@pytest.mark.parametrize("sensor", [VirtualDotMemory(signal=noise_signal(60.0, rate_hz=60.0))])
def test_a_sensor_whose_sizes_are_not_told_is_started_stopped_and_fetched(
    run: Run, tmp_path: Path, sensor: VirtualDotMemory
) -> None:
    upright = noise_signal(15.0, rate_hz=60.0)
    time_us = np.rint(np.arange(900) * 1e6 / 60).astype(np.int64)
    samples = encode_samples(
        RATE_QUANTITIES,
        time_us,
        acc_sensor_mps2=upright.acc_sensor_mps2,
        gyr_sensor_radps=upright.gyr_sensor_radps,
    )
    sensor.recordings = [DotRecording(UTC_US // 10**6, b"".join(samples))]

    listed = run("--sensor", sensor.name, "--list").output.splitlines()
    assert listed[0].split() == ["LOG", "CHANGED", "SIZE"]
    assert listed[1].endswith("size unknown")
    result = run("--sensor", f"sternum={sensor.name}")
    assert result.exit_code == 0, result.output
    recording = read_recording(Path(result.stdout.splitlines()[-1]))
    assert len(recording.sensors[0].time_s) == 900
    assert recording.started_utc.startswith("2025-05-31T06:30:00")
    (kept,) = (tmp_path / "home" / "downloads").iterdir()
    assert kept.name == "Movella-DOT_log-1.dot"
    again = CliRunner().invoke(cli, ["--home", str(tmp_path / "home"), "import", f"sternum={kept}"])
    assert again.exit_code == 0, again.output

    assert "records nothing" in str(run("--sensor", sensor.name, "--stop").exception)
    assert "Logging" in run("--sensor", sensor.name, "--start").output


def test_a_recording_can_be_chosen(run: Run) -> None:
    done = run("--sensor", f"sternum={CHEST}", "--log", "1")
    assert len(read_recording(Path(done.stdout.splitlines()[-1])).sensors[0].time_s) == 3120


def test_the_list_names_every_recording(run: Run, sensor: VirtualFlash) -> None:
    header, first, second = run("--sensor", CHEST, "--list").stdout.splitlines()
    assert header.split() == ["LOG", "CHANGED", "SIZE"]
    assert first.split() == ["1", "?", f"{len(sensor.logs[1]) / 1e3:.1f}", "kB"]
    assert second.split()[0] == "2"


def test_a_sensor_that_recorded_nothing_is_told_how_to(run: Run, sensor: VirtualFlash) -> None:
    sensor.logs = {}
    for arguments in (("--list",), ()):
        failed = run("--sensor", f"sternum={CHEST}", *arguments)
        assert isinstance(failed.exception, LinkError)
        assert "has recorded nothing; begin with" in str(failed.exception)
        assert "\n" not in str(failed.exception)


def test_a_recording_that_is_not_there_is_refused_with_those_that_are(run: Run) -> None:
    failed = run("--sensor", f"sternum={CHEST}", "--log", "7")
    assert isinstance(failed.exception, RefusalError)
    assert "no recording 7; it has 1, 2" in str(failed.exception)


def test_logging_is_started_and_stopped_and_refuses_everything_in_between(
    run: Run, sensor: VirtualFlash
) -> None:
    started = run("--sensor", f"sternum={CHEST}", "--start")
    assert "--stop" in started.stdout
    assert sensor.is_logging
    for arguments in (("--list",), ("--start",), ()):
        refused = run("--sensor", f"sternum={CHEST}", *arguments)
        assert isinstance(refused.exception, RefusalError)
        assert "is logging; stop it with" in str(refused.exception)
    assert run("--sensor", CHEST, "--stop").exit_code == 0
    assert not sensor.is_logging


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ((), "Missing option '--sensor'"),
        (("--sensor", CHEST), "where it was worn"),
        (("--sensor", "knee=x"), "unknown placement"),
        (("--sensor", "sternum="), "where it was worn"),
        (("--sensor", CHEST, "--list", "--log", "1"), "use only one of"),
        (("--sensor", CHEST, "--start", "--stop"), "use only one of --start, --stop"),
        (("--sensor", CHEST, "--log", "-1"), "--log"),
        (("--sensor", "sternum=virtual"), "a simulated runner's sensor has no memory"),
        (("--sensor", "sternum=virtual:polar-sense"), "a simulated runner's sensor has no memory"),
    ],
)
def test_what_does_not_fit_together_is_a_usage_error(run: Run, arguments: tuple[str, ...], why: str) -> None:
    failed = run(*arguments)
    assert failed.exit_code == 2
    assert why in failed.output


def test_progress_is_told_in_twentieths_or_megabytes() -> None:
    said: list[str] = []
    report = progress(said.append)
    for received in range(0, 2_000_001, 10_000):
        report(received, 2_000_000)
    assert len(said) == 20
    assert (said[0], said[-1]) == ("100.0 kB of 2.0 MB, 5%", "2.0 MB of 2.0 MB, 100%")
    said.clear()
    report = progress(said.append)
    for received in range(0, 2_000_001, 10_000):
        report(received, 0)
    assert said == ["1.0 MB", "2.0 MB"]


@pytest.fixture
def far_east() -> Iterator[None]:
    """Be where a day begins first."""
    if not hasattr(time, "tzset"):
        pytest.skip("the time zone cannot be chosen here")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", "Pacific/Kiritimati")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("far_east")
def test_a_recording_without_a_possible_time_or_size_is_listed_all_the_same() -> None:
    from analysis.cli.download.downloading import list_logs

    class Listed:
        name = CHEST

        async def list(self) -> tuple[LogEntry, ...]:
            last_of_9999 = 253_402_300_799
            return (LogEntry(1, 1_748_673_000, 9_300_000), LogEntry(2, 0, 0), LogEntry(3, last_of_9999, 1000))

    table = run_in_virtual_time(list_logs(Listed())).splitlines()
    assert "9.3 MB" in table[1]
    assert "2025-05-31" in table[1]
    assert table[2].split() == ["2", "?", "size", "unknown"]
    assert table[3].split() == ["3", "?", "1.0", "kB"]
