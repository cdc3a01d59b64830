"""Sensors that do not call themselves, or number their services, as their kind usually does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sensor.errors import LinkError
from sensor.link.ble import scan
from sensor.protocol.simple import muse
from sensor.session.reader import read_recording
from sensor.virtual.devices.earables import VirtualMuse
from sensor.virtual.radio.characteristics import notify_only
from sensor.virtual.radio.gatt import Service
from sensor.virtual.radio.timeloop import run_in_virtual_time
from sensor.virtual.radio.virtual_radio import VirtualRadio
from tests.support.recordings_over_air import Scene, noise_signal, record_over_air
from tests.support.virtual_makers import MAKERS, Maker

WITH_OWN_SERVICE = (
    "metamotion-r",
    "muse",
    "witmotion",
    "thingy52",
    "capture2go",
    "runtall-board",
)
ATHENA_UUID = "273e0013-4c4d-454d-96be-f03bac821358"


class VirtualAthena(VirtualMuse):
    """A Muse S Athena: the name and the service of a Muse S, all samples through another characteristic."""

    def services(self) -> list[Service]:
        """Return the service with what it has in common, and what it has not."""
        return [Service(muse.ADVERTISED_UUID, [self._control, notify_only(ATHENA_UUID)])]


def record(path: Path, maker: Maker, name: str, **options: Any) -> Scene:
    async def play(scene: Scene) -> None:
        signal = noise_signal(30.0, rate_hz=maker.rate_hz)
        await scene.radio.add(maker.make(name, signal=signal, **options))

    return record_over_air(path, play, sensors={"sternum": name}, duration_s=8.0)


@pytest.mark.parametrize("maker", [MAKERS[name] for name in WITH_OWN_SERVICE], ids=WITH_OWN_SERVICE)
def test_a_sensor_is_recorded_by_the_name_its_runner_gave_it(maker, tmp_path):
    path = tmp_path / "run.runtall"
    record(path, maker, "RunLeft")
    (sensor,) = read_recording(path).sensors
    assert (sensor.name, sensor.device) == ("RunLeft", maker.virtual.kind.key)
    assert len(sensor.time_s) > 5 * maker.rate_hz


def test_a_scan_tells_what_a_renamed_sensor_is():
    async def listen() -> list[tuple[str, str]]:
        async with VirtualRadio(seed=1) as radio:
            maker = MAKERS["metamotion-r"]
            await radio.add(maker.make("RunLeft", signal=noise_signal(9.0, rate_hz=maker.rate_hz)))
            return [(one.name, one.kind.key) for one in await scan(radio.bleak, 3.0) if one.kind is not None]

    assert run_in_virtual_time(listen()) == [("RunLeft", "metamotion")]


def test_a_witmotion_on_the_other_base_is_recorded_as_any(tmp_path):
    maker = MAKERS["witmotion"]
    path, usual = tmp_path / "run.runtall", tmp_path / "usual.runtall"
    record(path, maker, maker.name, is_on_sig_base=True)
    record(usual, maker, maker.name)
    (sensor,), (as_usual,) = read_recording(path).sensors, read_recording(usual).sensors
    assert sensor.acc_sensor_mps2.tolist() == as_usual.acc_sensor_mps2.tolist()


def test_a_muse_of_another_protocol_is_named_and_its_firmware_not_blamed(tmp_path):
    path = tmp_path / "run.runtall"

    async def play(scene: Scene) -> None:
        await scene.radio.add(VirtualAthena("MuseS-2248", signal=noise_signal(30.0, rate_hz=52.0)))

    with pytest.raises(LinkError, match=r"MuseS-2248.* Muse S Athena .* another protocol") as caught:
        record_over_air(path, play, sensors={"head": "MuseS-2248"}, duration_s=10.0)
    assert not any(blame in str(caught.value) for blame in ("firmware", "update", "wake", "strap"))
