from __future__ import annotations

import asyncio

import pytest
from bleak.exc import BleakGATTProtocolError

from sensor.virtual.radio.characteristics import control_point, device_information, notify_only, read_only
from sensor.virtual.radio.gatt import Service
from sensor.virtual.radio.peripheral import VirtualPeripheral
from sensor.virtual.radio.timeloop import run_in_virtual_time
from tests.support.virtual_radio import MakeRadio, client_of, find

SERVICE, CONTROL, DATA, VALUE = (f"12345678-0000-1000-8000-0000000000{n:02d}" for n in range(4))


class Echo(VirtualPeripheral):
    """Answers everything written to it, twice."""

    def __init__(self) -> None:
        super().__init__("Echo")
        self.control = control_point(CONTROL, self._answer)
        self.data = notify_only(DATA)

    def services(self) -> list[Service]:
        value = read_only(VALUE, lambda: b"\x2a")
        return [Service(SERVICE, [self.control, self.data, value]), device_information({"model": "echo"})]

    def _answer(self, data: bytes) -> None:
        self.indicate(self.control, b"1" + data)
        self.indicate(self.control, b"2" + data)


def test_indications_arrive_confirmed_one_after_the_other_and_only_where_wanted(
    make_radio: MakeRadio,
) -> None:
    heard: list[bytes] = []

    async def talk() -> None:
        async with make_radio() as radio:
            echo = Echo()
            await radio.add(echo)
            async with client_of(radio, await find(radio, echo)) as client:
                await client.write_gatt_char(CONTROL, b"early", response=True)
                await client.start_notify(CONTROL, lambda _, data: heard.append(bytes(data)))
                await client.write_gatt_char(CONTROL, b"a", response=True)
                await client.write_gatt_char(CONTROL, b"b", response=True)
                await asyncio.sleep(1.0)

    run_in_virtual_time(talk())
    assert heard == [b"1a", b"2a", b"1b", b"2b"]


def test_an_indication_nobody_confirms_any_more_ends_with_its_link(make_radio: MakeRadio) -> None:
    async def talk() -> float:
        async with make_radio() as radio:
            echo = Echo()
            await radio.add(echo)
            client = client_of(radio, await find(radio, echo))
            await client.connect()
            await client.start_notify(CONTROL, lambda _, data: None)
            await client.write_gatt_char(CONTROL, b"a", response=True)
            echo.lose_link()
            await find(radio, echo)
        return asyncio.get_running_loop().time()

    # bumble alone would wait half a minute for the confirmation.
    assert run_in_virtual_time(talk()) < 5.0


def test_what_only_notifies_cannot_be_read_and_what_can_be_read_is(make_radio: MakeRadio) -> None:
    async def talk() -> tuple[bytes, bytes]:
        async with make_radio() as radio:
            echo = Echo()
            await radio.add(echo)
            async with client_of(radio, await find(radio, echo)) as client:
                for unreadable in (DATA, CONTROL):
                    with pytest.raises(BleakGATTProtocolError):
                        await client.read_gatt_char(unreadable)
                model = await client.read_gatt_char("00002a24-0000-1000-8000-00805f9b34fb")
                return bytes(await client.read_gatt_char(VALUE)), bytes(model)

    assert run_in_virtual_time(talk()) == (b"\x2a", b"echo")
