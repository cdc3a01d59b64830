"""One scan a program, as real BlueZ allows it, and one state of a radio for an event loop."""

from __future__ import annotations

import asyncio
import gc
import weakref
from collections.abc import Iterator
from typing import Any, ClassVar

import pytest
from bleak.backends.scanner import AdvertisementData, BaseBleakScanner
from bleak.exc import BleakDBusError

from sensor.errors import LinkError
from sensor.link.adapter import Adapter
from sensor.link.ble import Sighting, look_for
from sensor.link.radio import Radio
from sensor.virtual.radio.timeloop import run_in_virtual_time

FIRST_HEARD_S = 1.0
"""Every device is told of once, this long after the scan began."""


class OneScanOnly(BaseBleakScanner):
    """A scanner like that of BlueZ: a second scan of the same program is refused.

    It scans from the request on, also for a program that does not wait for the answer.
    """

    running: ClassVar[set[OneScanOnly]] = set()
    starts: ClassVar[int] = 0
    broken: ClassVar[bool] = False

    def __init__(self, callback: Any, service_uuids: Any, _mode: str, **_options: Any) -> None:
        super().__init__(callback, service_uuids)

    async def start(self) -> None:
        if self.running or self.broken:
            raise BleakDBusError("org.bluez.Error.InProgress", ["Operation already in progress"])
        self.running.add(self)
        type(self).starts += 1
        await asyncio.sleep(0.1)
        self._telling = asyncio.get_running_loop().call_later(FIRST_HEARD_S, self._tell)

    async def stop(self) -> None:
        self._telling.cancel()
        await asyncio.sleep(0.1)
        self.running.discard(self)

    def _tell(self) -> None:
        for number in (1, 2):
            heard = AdvertisementData(f"Movesense {number}", {}, {}, [], None, -50, ())
            address = f"C0:00:00:00:00:0{number}"
            device = self.create_or_update_device(address, address, heard.local_name, None, heard)
            self.call_detection_callbacks(device, heard)


@pytest.fixture
def radio() -> Iterator[Radio]:
    OneScanOnly.starts = 0
    OneScanOnly.running.clear()
    yield Radio(scanner_backend=OneScanOnly)
    OneScanOnly.broken = False
    assert not OneScanOnly.running


async def find(radio: Radio, number: int, after_s: float = 0.0) -> str | None:
    def is_wanted(sighting: Sighting) -> bool:
        return sighting.is_called(f"Movesense {number}")

    await asyncio.sleep(after_s)
    sighting = await look_for(radio, is_wanted, timeout_s=4.0)
    return sighting.name if sighting else None


def test_two_sensors_are_found_at_the_same_time(radio: Radio) -> None:
    async def both() -> list[str | None]:
        return await asyncio.gather(find(radio, 1), find(radio, 2))

    assert run_in_virtual_time(both()) == ["Movesense 1", "Movesense 2"]


def test_who_comes_later_hears_what_was_told_before(radio: Radio) -> None:
    async def both() -> list[str | None]:
        return await asyncio.gather(find(radio, 9), find(radio, 2, after_s=2.0))

    assert run_in_virtual_time(both()) == [None, "Movesense 2"]


def test_a_scan_ends_with_its_last_listener(radio: Radio) -> None:
    async def one_after_the_other() -> int:
        await asyncio.gather(find(radio, 1), find(radio, 2, after_s=0.5))
        assert not OneScanOnly.running
        await find(radio, 1)
        return OneScanOnly.starts

    assert run_in_virtual_time(one_after_the_other()) == 3


def test_a_scan_that_cannot_start_is_told_and_the_next_one_works(radio: Radio) -> None:
    async def twice() -> str | None:
        OneScanOnly.broken = True
        with pytest.raises(
            LinkError, match="looking for sensors: the adapter does not search; end other programs"
        ):
            await find(radio, 1)
        OneScanOnly.broken = False
        return await find(radio, 1)

    assert run_in_virtual_time(twice()) == "Movesense 1"


@pytest.mark.parametrize("broken_off_s", [0.05, 0.15], ids=["while the scan starts", "while it runs"])
def test_a_search_broken_off_at_any_moment_does_not_stand_in_the_way_of_the_next(
    radio: Radio, broken_off_s: float
) -> None:
    async def twice() -> str | None:
        search = asyncio.create_task(find(radio, 1))
        await asyncio.sleep(broken_off_s)
        search.cancel()
        await asyncio.wait([search])
        assert not OneScanOnly.running
        return await find(radio, 1)

    assert run_in_virtual_time(twice()) == "Movesense 1"


def test_a_radio_has_one_adapter_in_an_event_loop_and_another_in_the_next(radio: Radio) -> None:
    async def adapter() -> Adapter:
        assert radio.adapter() is radio.adapter()
        return radio.adapter()

    first = run_in_virtual_time(adapter())
    assert run_in_virtual_time(adapter()) is not first


def test_a_radio_keeps_nothing_of_an_event_loop_that_ended(radio: Radio) -> None:
    async def adapter() -> weakref.ref[Adapter]:
        return weakref.ref(radio.adapter())

    first = run_in_virtual_time(adapter())
    run_in_virtual_time(adapter())
    gc.collect()
    assert first() is None


def test_radios_are_equal_by_their_backends_whatever_is_done_with_them(radio: Radio) -> None:
    async def use() -> None:
        radio.adapter()

    run_in_virtual_time(use())
    assert radio == Radio(scanner_backend=OneScanOnly)
    assert hash(radio) == hash(Radio(scanner_backend=OneScanOnly))
