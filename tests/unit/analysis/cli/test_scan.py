"""``runtall scan``: who is in reach, or what to do about it."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from analysis.cli.main import cli
from analysis.cli.scan import sightings_table
from sensor.errors import LinkError
from sensor.link.ble import Sighting, scan
from sensor.link.radio import Radio
from sensor.virtual.devices.standard import foot_pod
from sensor.virtual.radio.peripheral import VirtualPeripheral
from sensor.virtual.radio.timeloop import run_in_virtual_time
from sensor.virtual.radio.virtual_radio import VirtualRadio
from tests.support.recordings_over_air import CHEST, movesense


async def _heard(*others: str) -> tuple[Sighting, ...]:
    async with VirtualRadio() as radio:
        await radio.add(movesense())
        for name in others:
            await radio.add(VirtualPeripheral(name))
        return await scan(radio.bleak, 3.0)


def test_a_sensor_is_heard_with_its_name_kind_and_strength() -> None:
    (sighting,) = run_in_virtual_time(_heard())
    assert sighting.name == CHEST
    assert sighting.kind is not None
    assert sighting.kind.key == "movesense"
    assert "0000fdf3-0000-1000-8000-00805f9b34fb" in sighting.services


def test_the_table_says_where_a_sensor_is_usually_worn() -> None:
    header, row = sightings_table(run_in_virtual_time(_heard())).splitlines()
    assert header.split("  ")[0] == "NAME"
    assert row.startswith(CHEST)
    assert "Movesense  sternum (chest strap)  -50 dBm" in row


def test_sensors_of_one_name_are_listed_by_their_addresses() -> None:
    (one,) = run_in_virtual_time(_heard())
    other = replace(one, address="C0:00:00:00:00:02", rssi_dbm=-60)
    rows = sightings_table([one, other]).splitlines()[1:]
    assert [row.split("  ")[0] for row in rows] == [one.address, "C0:00:00:00:00:02"]


def test_other_devices_are_heard_but_are_no_sensor() -> None:
    kinds = {s.name: s.kind for s in run_in_virtual_time(_heard("Toothbrush"))}
    assert kinds["Toothbrush"] is None


def test_a_name_cannot_send_commands_to_the_terminal() -> None:
    names = {sighting.name for sighting in run_in_virtual_time(_heard("\x1b[2J\x07evil"))}
    assert "�[2J�evil" in names


def _scan(monkeypatch: pytest.MonkeyPatch, heard: tuple[Sighting, ...], *arguments: str) -> Result:
    async def listen(_: Radio, __: float) -> tuple[Sighting, ...]:
        return heard

    monkeypatch.setattr("sensor.link.ble.scan", listen)
    return CliRunner().invoke(cli, ["scan", *arguments])


def test_sensors_are_listed_and_strangers_only_on_request(monkeypatch: pytest.MonkeyPatch) -> None:
    heard = run_in_virtual_time(_heard("Toothbrush"))
    assert "Toothbrush" not in _scan(monkeypatch, heard).stdout
    assert CHEST in _scan(monkeypatch, heard).stdout
    last = _scan(monkeypatch, heard, "--all").stdout.splitlines()[-1]
    assert last.split()[:2] == ["Toothbrush", "unknown"]


def test_a_foot_pod_is_listed_for_the_option_that_takes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    async def listen() -> tuple[Sighting, ...]:
        async with VirtualRadio() as radio:
            await radio.add(foot_pod(lambda _: 3.0))
            return await scan(radio.bleak, 3.0)

    (row,) = _scan(monkeypatch, run_in_virtual_time(listen())).stdout.splitlines()[-1:]
    assert row.startswith("Foot Pod 1  foot pod  --beside")


def test_when_no_sensor_is_found_it_says_how_to_wake_one(monkeypatch: pytest.MonkeyPatch) -> None:
    strangers = tuple(s for s in run_in_virtual_time(_heard("Toothbrush")) if s.kind is None)
    result = _scan(monkeypatch, strangers)
    assert isinstance(result.exception, LinkError)
    assert "no sensor found" in str(result.exception)
    assert "wake it" in str(result.exception)


@pytest.mark.skipif(sys.platform != "linux", reason="Bluetooth is taken away by way of D-Bus")
def test_without_bluetooth_the_program_ends_with_one_line_and_no_traceback(tmp_path: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "analysis.cli.main", "scan"],
        env={**os.environ, "DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={tmp_path}/no-bus"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert result.returncode == 1
    assert result.stdout == ""
    listening, line = result.stderr.splitlines()
    assert listening.startswith("Listening")
    assert line.startswith("runtall: looking for sensors: no Bluetooth here")
    assert "start bluez" in line


def test_the_simulated_sensors_are_listed_by_the_name_to_type() -> None:
    done = CliRunner().invoke(cli, ["scan", "--virtual"])
    assert done.exit_code == 0
    lines = done.stdout.splitlines()
    assert lines[0].split() == ["NAME", "KIND", "GYRO", "RATE"]
    assert any(line.startswith("virtual:polar-sense") and "Verity Sense" in line for line in lines)
    assert any(line.startswith("virtual:polar-h10") and " no " in line for line in lines)
    assert max(map(len, lines)) <= 80
