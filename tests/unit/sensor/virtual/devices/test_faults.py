from __future__ import annotations

import asyncio

import pytest

from sensor.virtual.devices.faults import LINK_FAULTS, Fault, FaultKind, draw_faults, play_faults
from sensor.virtual.devices.movesense import VirtualMovesense
from sensor.virtual.devices.standard import heart_rate_strap
from sensor.virtual.radio.timeloop import run_in_virtual_time
from sensor.virtual.radio.virtual_radio import VirtualRadio
from tests.support.virtual_radio import find, numbered_signal, receive

LINK_LIVES = {FaultKind.STALL, FaultKind.REFUSAL, FaultKind.DEAD_STREAM, FaultKind.NOT_ADVERTISING}
STREAM_LIVES = {FaultKind.STALL, FaultKind.NOT_ADVERTISING}
HEARD_SOON = {FaultKind.LINK_LOSS}


@pytest.mark.parametrize("kind", FaultKind)
def test_a_fault_does_what_its_kind_says(kind: FaultKind) -> None:
    async def suffer() -> None:
        async with VirtualRadio(supervision_timeout_s=4) as radio:
            sensor = VirtualMovesense(signal=numbered_signal(5000))
            await radio.add(sensor)
            reception = await receive(radio, sensor)
            duration_s = 2.0 if kind is FaultKind.STALL else 8.0
            await play_faults([Fault(3.0, kind, duration_s)], sensor)
            await asyncio.sleep(5)
            assert reception.client.is_connected is (kind in LINK_LIVES)
            heard = len(reception.arrivals)
            await asyncio.sleep(1)
            assert (len(reception.arrivals) > heard) is (kind in STREAM_LIVES)
            if kind not in LINK_LIVES:
                await find(radio, sensor, timeout_s=10)

    run_in_virtual_time(suffer())


def test_faults_happen_in_the_order_of_their_times() -> None:
    async def suffer() -> list[bool]:
        async with VirtualRadio() as radio:
            sensor = VirtualMovesense(signal=numbered_signal(5000))
            await radio.add(sensor)
            faults = [Fault(6.0, FaultKind.LINK_LOSS), Fault(2.0, FaultKind.DEAD_STREAM)]
            reception = await receive(radio, sensor)
            playing = asyncio.create_task(play_faults(faults, sensor))
            states = []
            for _ in range(2):
                await asyncio.sleep(4)
                states.append(reception.client.is_connected)
            await playing
            return states

    assert run_in_virtual_time(suffer()) == [True, False]


def test_the_same_seed_draws_the_same_faults() -> None:
    drawn = draw_faults(7, within_s=(60.0, 1800.0), count=20)
    assert drawn == draw_faults(7, within_s=(60.0, 1800.0), count=20)
    assert drawn != draw_faults(8, within_s=(60.0, 1800.0), count=20)
    assert [fault.at_s for fault in drawn] == sorted(fault.at_s for fault in drawn)
    assert all(60 <= fault.at_s <= 1800 for fault in drawn)


def test_drawn_stalls_stay_below_the_supervision_timeout_and_absences_above() -> None:
    drawn = draw_faults(1, within_s=(0.0, 1.0), count=200, kinds=[FaultKind.STALL, FaultKind.OUT_OF_RANGE])
    assert all((fault.duration_s < 4) is (fault.kind is FaultKind.STALL) for fault in drawn)


def test_a_strap_has_no_stream_that_could_die() -> None:
    async def suffer() -> None:
        async with VirtualRadio() as radio:
            strap = heart_rate_strap(lambda _: 140.0)
            await radio.add(strap)
            await play_faults([Fault(0.0, kind, 1.0) for kind in LINK_FAULTS], strap)
            with pytest.raises(ValueError, match="HRM 1 has no stream that could suffer a dead stream"):
                await play_faults([Fault(0.0, FaultKind.DEAD_STREAM)], strap)

    run_in_virtual_time(suffer())
