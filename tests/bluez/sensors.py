"""Adapter and sensors of the virtual machine: ``python -m tests.bluez.sensors JOURNAL``.

They live in a process of their own: the recorder's shares nothing with them but the kernel's Bluetooth.
"""

from __future__ import annotations

import asyncio
import random
import signal
import sys
from pathlib import Path

from bumble.transport import open_transport

from sensor.protocol.movesense import frames as movesense
from sensor.protocol.open_profile import control as open_profile_gatt
from sensor.virtual.devices.faults import Fault, FaultKind, play_faults
from sensor.virtual.devices.motion_sensor import VirtualMotionSensor
from sensor.virtual.devices.movesense import VirtualMovesense
from sensor.virtual.devices.open_profile import VirtualBoard
from sensor.virtual.radio.hci_medium import HciMedium, HciStation
from sensor.virtual.radio.medium import Offer
from sensor.virtual.runner.plan import UPRIGHT_STERNUM, RunPlan, Worn, run, stand
from sensor.virtual.runner.scenarios import EVERYDAY, OPENING
from sensor.virtual.runner.simulation import simulate
from tests.bluez.wire import Journal, VhciAdapter, WrittenAir

CHEST, HEAD = "Movesense 000000000001", "runtall 0A2B"
RUN_S = 45.0
PLAN = RunPlan((*OPENING, run(RUN_S, 2.9), stand(12.0)), style=EVERYDAY, wear=(UPRIGHT_STERNUM, Worn("head")))
CHEST_FAULTS = (Fault(40.0, FaultKind.LINK_LOSS),)
HEAD_FAULTS = (Fault(55.0, FaultKind.TAKEN_OVER, 3.0),)
"""Seconds after the motion began; both fall into the run."""

READY = "ready"
_SEED = 1
_STREAMING_PACKETS = 10


class JournalledMedium(HciMedium):
    """The air, which remembers who joined it: a journal wants to know their handles."""

    def __init__(self, air: WrittenAir) -> None:
        super().__init__(air)
        self.stations: dict[str, HciStation] = {}

    async def join(self, offer: Offer) -> HciStation:
        """Let a peripheral advertise, and remember it."""
        self.stations[offer.address] = await super().join(offer)
        return self.stations[offer.address]


async def main(journal_path: Path) -> None:
    """Offer adapter and sensors until this process is told to end."""
    simulated = simulate(PLAN, seed=_SEED)
    over = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, over.set)
    with journal_path.open("w", encoding="utf-8") as file:
        journal = Journal(file)
        async with await open_transport("vhci") as transport:
            air = WrittenAir(
                connection_interval_s=0.015,
                latency_s=0.0,
                supervision_timeout_s=4.0,
                rng=random.Random(_SEED),
            )
            air.journal = journal
            VhciAdapter(transport, air, journal)
            chest = VirtualMovesense(CHEST, signal=simulated.sensor("sternum").measured)
            head = VirtualBoard(HEAD, signal=simulated.sensor("head").measured)
            medium = JournalledMedium(air)
            for sensor, data in ((chest, movesense.DATA_UUID), (head, open_profile_gatt.DATA_UUID)):
                await sensor.power_on(medium)
                journal.follow(sensor.address, medium.stations[sensor.address].handle(data))
            print(READY, flush=True)
            running = asyncio.create_task(_run_once_recorded(chest, head, journal))
            await over.wait()
            running.cancel()
            air.close()


async def _run_once_recorded(chest: VirtualMotionSensor, head: VirtualMotionSensor, journal: Journal) -> None:
    """Let the run begin as soon as both sensors stream, and things go wrong on the way."""
    while min(journal.count_sent(sensor.address) for sensor in (chest, head)) < _STREAMING_PACKETS:
        await asyncio.sleep(0.1)
    chest.begin()
    head.begin()
    await asyncio.gather(play_faults(CHEST_FAULTS, chest), play_faults(HEAD_FAULTS, head))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
