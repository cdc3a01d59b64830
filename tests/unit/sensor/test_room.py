"""How much room a recording takes: the table beside what is really written."""

from __future__ import annotations

import random
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from analysis.cli.virtual_sensors import virtual_runner
from sensor.errors import SessionFileError
from sensor.protocol.registry import DEVICES
from sensor.recorder import AuxiliaryRequest, RecordingPlan, SensorRequest, record_session
from sensor.recorder.room import HOUR_S, shortage, stored_bytes_per_s
from sensor.virtual.devices.catalogue import CATALOGUE, VirtualKind, find
from sensor.virtual.radio.timeloop import run_in_virtual_time

MOVESENSE = SensorRequest("sternum", "Movesense 254030001234")


def test_every_kind_with_a_radio_has_a_rate() -> None:
    assert all((kind.stored_bytes_per_s > 0) == (kind.name_pattern is not None) for kind in DEVICES)


def test_sensors_and_devices_beside_them_add_up_and_an_address_counts_as_the_kind_that_takes_most() -> None:
    one = stored_bytes_per_s(RecordingPlan((MOVESENSE,)))
    two = stored_bytes_per_s(RecordingPlan((MOVESENSE, SensorRequest("head", "Movesense 254030001235"))))
    pod = stored_bytes_per_s(RecordingPlan((MOVESENSE,), (AuxiliaryRequest(1, "Foot Pod"),)))
    unknown = stored_bytes_per_s(RecordingPlan((SensorRequest("sternum", "C0:FF:EE:00:00:01"),)))
    assert two == 2 * one
    assert one < pod < 1.1 * one
    assert unknown == max(kind.stored_bytes_per_s for kind in DEVICES)


def test_a_disk_without_room_for_an_hour_is_told_with_how_long_it_lasts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = RecordingPlan((MOVESENSE,))
    per_s = stored_bytes_per_s(plan)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10**9, 0, int(720 * per_s)))
    assert shortage(plan, tmp_path) == f"only 3.0 MB are free in {tmp_path}, room for about 12 min"
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10**9, 0, int(59 * per_s)))
    assert shortage(plan, tmp_path) == f"only 0.2 MB are free in {tmp_path}, room for less than a minute"
    monkeypatch.setattr(
        shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10**9, 0, int(HOUR_S * per_s))
    )
    assert shortage(plan, tmp_path) == ""


def test_a_disk_that_does_not_tell_is_an_error_with_its_reason(tmp_path: Path) -> None:
    with pytest.raises(SessionFileError, match="cannot be read"):
        shortage(RecordingPlan((MOVESENSE,)), tmp_path / "nowhere")


@pytest.mark.slow
@pytest.mark.parametrize("kind", CATALOGUE, ids=lambda kind: kind.name)
def test_a_file_grows_no_faster_than_the_registry_says(kind: VirtualKind, tmp_path: Path) -> None:
    sizes = [file_bytes(kind, tmp_path / f"{length_s}.runtall", length_s) for length_s in (10, 30)]
    assert (sizes[1] - sizes[0]) / 20.0 < 1.1 * kind.kind.stored_bytes_per_s


def test_a_movesense_takes_what_the_registry_says(tmp_path: Path) -> None:
    sizes = [
        file_bytes(find("movesense"), tmp_path / f"{length_s}.runtall", length_s) for length_s in (15, 45)
    ]
    assert (sizes[1] - sizes[0]) / 30.0 == pytest.approx(find("movesense").kind.stored_bytes_per_s, rel=0.1)


def file_bytes(kind: VirtualKind, path: Path, length_s: int) -> int:
    """Return the size of a session of one virtual sensor that lasted for so long."""
    plan = RecordingPlan((SensorRequest("sternum", kind.advertised_name(1)),))

    async def outing() -> None:
        async with virtual_runner(plan, length_s + 30.0) as radio:
            await record_session(
                plan,
                path,
                radio,
                name="room",
                started_utc=datetime.now(UTC),
                duration_s=length_s,
                rng=random.Random(1),
                simulated=True,
            )

    run_in_virtual_time(outing())
    return path.stat().st_size
