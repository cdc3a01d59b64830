"""A computer that calls a program once for every subscription there ever was."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sensor.link.ble import BleLink, scan
from sensor.recorder import RecorderStatus, RecordingPlan, SensorRequest, record_session
from sensor.session.reader import read_recording
from sensor.virtual.devices.faults import Fault, FaultKind, play_faults
from sensor.virtual.radio.timeloop import run_in_virtual_time
from sensor.virtual.radio.virtual_radio import VirtualRadio
from tests.support.doubling import calling_twice
from tests.support.recordings_over_air import STARTED_UTC, kinds, noise_signal, stored
from tests.support.virtual_makers import MAKERS, Maker

DURATION_S = 12.0


def record(path: Path, maker: Maker, since_connection: int) -> list[RecorderStatus]:
    """Record a sensor that loses its link after 4 s; return how the recorder said it was doing."""
    statuses: list[RecorderStatus] = []

    async def run() -> None:
        async with VirtualRadio(seed=3) as radio:
            signal = noise_signal(2 * DURATION_S, rate_hz=maker.rate_hz)
            sensor = maker.make(maker.name, signal=signal)
            await radio.add(sensor)
            playing = asyncio.create_task(play_faults([Fault(4.0, FaultKind.LINK_LOSS)], sensor))
            await record_session(
                RecordingPlan((SensorRequest("sternum", maker.name),), ()),
                path,
                calling_twice(radio.bleak, since_connection),
                name="test",
                started_utc=STARTED_UTC,
                duration_s=DURATION_S,
                rng=random.Random(1),
                on_status=statuses.append,
                simulated=True,
            )
            await playing

    run_in_virtual_time(run())
    return statuses


@pytest.mark.parametrize("maker", MAKERS.values(), ids=MAKERS)
def test_after_a_reconnect_that_doubles_everything_the_recording_is_as_without(maker, tmp_path):
    once, twice = tmp_path / "once.runtall", tmp_path / "twice.runtall"
    shown_once, shown_twice = record(once, maker, 99), record(twice, maker, 2)

    assert len(stored(twice)) > 1.5 * len(stored(once))
    assert kinds(twice) == kinds(once)
    sent, heard = read_recording(once).sensors[0], read_recording(twice).sensors[0]
    assert heard.time_s.tolist() == sent.time_s.tolist()
    assert heard.acc_sensor_mps2.tolist() == sent.acc_sensor_mps2.tolist()
    assert [(gap.start_s, gap.reason) for gap in heard.gaps] == [
        (gap.start_s, gap.reason) for gap in sent.gaps
    ]
    assert heard.rejected_packets == sent.rejected_packets == sent.repeated_notifications == 0
    assert heard.repeated_notifications > 0
    # What is still undecided is not shown: some tenths of a second.
    counts = [statuses[-1].sensors[0].samples for statuses in (shown_once, shown_twice)]
    assert counts[0] - 5 * maker.rate_hz < counts[1] <= counts[0]


def heard_over(subscribe: Callable[[BleLink, str, list[bytes]], Any]) -> list[bytes]:
    """Return what comes over a link that somebody subscribed in a way of his own, in 2 s."""
    maker = MAKERS["movella-dot"]
    uuid = maker.virtual.kind.data_characteristic

    async def run() -> list[bytes]:
        heard: list[bytes] = []
        async with VirtualRadio(seed=1) as radio:
            await radio.add(maker.make(maker.name, signal=noise_signal(30.0, rate_hz=maker.rate_hz)))
            (sighting,) = await scan(radio.bleak, 3.0)
            link = await BleLink.connect(radio.bleak, sighting, on_lost=lambda: None, timeout_s=5.0)
            make_driver = maker.virtual.kind.make_driver
            assert make_driver is not None
            await subscribe(link, uuid, heard)
            for write in make_driver(60.0).start(0):
                await link.write(write.characteristic, write.data, 5.0, response=write.response)
            await asyncio.sleep(2.0)
            await link.disconnect(5.0)
        return heard

    return run_in_virtual_time(run())


def test_who_subscribes_again_takes_the_place_of_who_did_before(monkeypatch):
    registered: list[Any] = []

    async def twice(link: BleLink, uuid: str, heard: list[bytes]) -> None:
        forget = link._client.start_notify

        async def keep_all(characteristic: Any, callback: Any, **kwargs: Any) -> None:
            registered.append(callback)
            if len(registered) == 1:
                await forget(characteristic, lambda *told: [one(*told) for one in registered], **kwargs)

        monkeypatch.setattr(link._client, "start_notify", keep_all)
        await link.subscribe(uuid, heard.append, 5.0)
        await link.subscribe(uuid, heard.append, 5.0)

    heard = heard_over(twice)
    assert len(registered) == 2
    assert len(heard) == len(set(heard)) > 60
    # A connection that ended says nothing any more.
    registered[-1](None, bytearray(b"late"))
    assert heard[-1] != b"late"
