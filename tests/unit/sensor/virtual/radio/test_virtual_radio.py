from __future__ import annotations

import asyncio
from typing import Any

import numpy as np
import pytest
from bleak import BleakClient, BleakScanner
from bleak.exc import BleakDeviceNotFoundError, BleakError, BleakGATTProtocolError, BleakGATTProtocolErrorCode

from sensor.protocol.driver import BATTERY_LEVEL_UUID
from sensor.protocol.movesense import frames as wire
from sensor.virtual.devices.movesense import VirtualMovesense
from sensor.virtual.radio.peripheral import VirtualPeripheral
from sensor.virtual.radio.timeloop import run_in_virtual_time
from tests.support.virtual_radio import MakeRadio, client_of, find, numbered_signal, numbers, receive

NAME = "Movesense 000000000001"


def movesense(samples: int = 5000, **options: Any) -> VirtualMovesense:
    return VirtualMovesense(signal=numbered_signal(samples), **options)


def now_s() -> float:
    return asyncio.get_running_loop().time()


def test_a_scan_tells_name_address_and_services(make_radio: MakeRadio) -> None:
    async def scan() -> None:
        async with make_radio() as radio:
            sensor = movesense()
            await radio.add(sensor)
            found = await BleakScanner.discover(timeout=1, return_adv=True, **radio.bleak.scanner_options())
            ((device, advertisement),) = found.values()
            assert device.address == sensor.address
            assert (device.name, advertisement.local_name) == (NAME, NAME)
            assert advertisement.service_uuids == [wire.ADVERTISED_UUIDS[0]]

    run_in_virtual_time(scan())


def test_a_scan_for_a_service_leaves_others_out(make_radio: MakeRadio) -> None:
    async def scan() -> None:
        async with make_radio() as radio:
            await radio.add(movesense())
            await radio.add(VirtualPeripheral("kettle"))
            wanted = list(wire.ADVERTISED_UUIDS)
            found = await BleakScanner.discover(
                timeout=1, service_uuids=wanted, **radio.bleak.scanner_options()
            )
            assert [device.name for device in found] == [NAME]

    run_in_virtual_time(scan())


def test_connecting_discovers_what_the_sensor_offers(make_radio: MakeRadio) -> None:
    async def connect() -> None:
        async with make_radio() as radio:
            sensor = movesense(battery_pct=83)
            await radio.add(sensor)
            async with client_of(radio, await find(radio, sensor)) as client:
                assert client.is_connected
                assert client.mtu_size == 155
                command = client.services.get_characteristic(wire.COMMAND_UUID)
                data = client.services.get_characteristic(wire.DATA_UUID)
                assert command is not None
                assert data is not None
                assert command.properties == ["write"]
                assert command.max_write_without_response_size == 152
                assert data.properties == ["notify"]
                assert await client.read_gatt_char(BATTERY_LEVEL_UUID) == bytearray([83])
            assert not client.is_connected

    run_in_virtual_time(connect())


def test_only_wanted_services_are_told_of(make_radio: MakeRadio) -> None:
    async def connect() -> None:
        async with make_radio() as radio:
            sensor = movesense()
            await radio.add(sensor)
            device = await find(radio, sensor)
            async with client_of(radio, device, services=[wire.SERVICE_UUID]) as client:
                assert client.name == NAME
                assert [service.uuid for service in client.services] == [wire.SERVICE_UUID]

    run_in_virtual_time(connect())


def test_twenty_seconds_arrive_complete_and_in_order(make_radio: MakeRadio) -> None:
    async def stream() -> None:
        async with make_radio() as radio:
            sensor = movesense()
            await radio.add(sensor)
            reception = await receive(radio, sensor)
            await asyncio.sleep(20)
            got = numbers(reception.block())
            assert np.array_equal(got, np.arange(got[0], got[0] + len(got)))
            # One packet of 8 at most is under way.
            assert 20 * 104 - 16 <= len(got) <= 20 * 104
            assert np.array_equal(reception.block().gyr_sensor_radps[:, 2] < 0, got > 0)

    run_in_virtual_time(stream())


def test_packets_arrive_within_one_connection_interval(make_radio: MakeRadio) -> None:
    async def stream() -> None:
        async with make_radio(seed=3, connection_interval_s=0.03) as radio:
            sensor = movesense()
            await radio.add(sensor)
            reception = await receive(radio, sensor)
            await asyncio.sleep(20)
            block = reception.block()
            arrival_s = np.array([at_s for at_s, _ in reception.arrivals])[block.notification]
            # A packet leaves when its last sample is taken; sample 0 was taken at power-on, at time 0.
            delay_s = arrival_s - (numbers(block)[::8] + 7) / 104
            assert delay_s.min() >= -1e-6
            assert delay_s.max() <= 0.03 + 1e-6
            assert np.ptp(delay_s) > 0.02

    run_in_virtual_time(stream())


def test_a_lost_link_is_reported_once_and_refuses_writes(make_radio: MakeRadio) -> None:
    async def lose() -> None:
        async with make_radio() as radio:
            sensor = movesense()
            await radio.add(sensor)
            losses: list[BleakClient] = []
            client = client_of(radio, await find(radio, sensor), disconnected_callback=losses.append)
            await client.connect()
            sensor.lose_link()
            await asyncio.sleep(1)
            assert losses == [client]
            assert not client.is_connected
            with pytest.raises(BleakError):
                await client.write_gatt_char(wire.COMMAND_UUID, b"\0\1", response=True)

    run_in_virtual_time(lose())


def test_requests_under_way_fail_when_the_link_is_lost(make_radio: MakeRadio) -> None:
    async def lose() -> None:
        async with make_radio() as radio:
            sensor = movesense()
            await radio.add(sensor)
            client = client_of(radio, await find(radio, sensor))
            await client.connect()
            reads = [asyncio.create_task(client.read_gatt_char(BATTERY_LEVEL_UUID)) for _ in range(3)]
            await asyncio.sleep(0.001)
            sensor.lose_link()
            results = await asyncio.gather(*reads, return_exceptions=True)
            assert [type(result) for result in results] == [BleakError] * 3
            assert now_s() < 5

    run_in_virtual_time(lose())


def test_after_a_loss_the_same_client_connects_again_and_streams_on(make_radio: MakeRadio) -> None:
    async def reconnect() -> None:
        async with make_radio() as radio:
            sensor = movesense()
            await radio.add(sensor)
            reception = await receive(radio, sensor)
            await asyncio.sleep(5)
            sensor.lose_link()
            await asyncio.sleep(3)
            await reception.client.connect()
            reception.arrivals.clear()
            await reception.start()
            await asyncio.sleep(5)
            got = numbers(reception.block())
            # The motion went on meanwhile: what was sampled without a link is gone.
            assert got[0] > 8 * 104
            assert np.array_equal(np.diff(got), np.ones(len(got) - 1))

    run_in_virtual_time(reconnect())


class FickleSensor(VirtualMovesense):
    """Loses every link a given number of loop iterations after it came up."""

    iterations = 0

    def connected(self) -> None:
        super().connected()
        self._lose_after(self.iterations)

    def _lose_after(self, iterations: int) -> None:
        if iterations:
            asyncio.get_running_loop().call_soon(self._lose_after, iterations - 1)
        else:
            self.lose_link()


def test_a_link_lost_while_it_comes_up_is_an_error_and_no_loss(make_radio: MakeRadio) -> None:
    async def lose_at_once() -> None:
        async with make_radio() as radio:
            sensor = FickleSensor(signal=numbered_signal(10))
            await radio.add(sensor)
            losses: list[BleakClient] = []
            client = client_of(radio, await find(radio, sensor), disconnected_callback=losses.append)
            for sensor.iterations in range(12):
                with pytest.raises(BleakError):
                    await client.connect()
                assert not client.is_connected
            assert losses == []
            assert now_s() < 5

    run_in_virtual_time(lose_at_once())


def test_an_address_nobody_has_is_not_found_and_the_adapter_stays_usable(make_radio: MakeRadio) -> None:
    async def connect() -> None:
        async with make_radio() as radio:
            sensor = movesense()
            await radio.add(sensor)
            with pytest.raises(BleakDeviceNotFoundError):
                await client_of(radio, "C0:00:00:00:00:01", timeout=2).connect()
            async with client_of(radio, sensor.address) as client:
                assert client.is_connected

    run_in_virtual_time(connect())


def test_a_sensor_that_went_away_times_out_and_the_adapter_stays_usable(make_radio: MakeRadio) -> None:
    async def connect() -> None:
        async with make_radio() as radio:
            sensor = movesense()
            await radio.add(sensor)
            device = await find(radio, sensor)
            sensor.hide(10)
            with pytest.raises(TimeoutError):
                await client_of(radio, device, timeout=5).connect()
            async with client_of(radio, device, timeout=10) as client:
                assert client.is_connected

    run_in_virtual_time(connect())


def test_a_caller_who_gives_up_connecting_leaves_the_adapter_usable(make_radio: MakeRadio) -> None:
    async def connect() -> None:
        async with make_radio() as radio:
            sensor = movesense()
            await radio.add(sensor)
            device = await find(radio, sensor)
            # Before the next advertisement, at the very moment of one, while agreeing on an MTU, discovering.
            given_up = 0
            for patience_s in (0.0, 0.05, 0.1, 0.11, 0.12, 0.15, 0.2, 0.3):
                client = client_of(radio, device)
                try:
                    async with asyncio.timeout(patience_s):
                        await client.connect()
                except TimeoutError:
                    given_up += 1
                else:
                    await client.disconnect()
            assert given_up >= 3
            await asyncio.sleep(1)
            assert not sensor.is_connected
            async with client_of(radio, device) as client:
                assert client.is_connected

    run_in_virtual_time(connect())


def test_a_stall_is_a_gap_and_a_burst_and_loses_nothing(make_radio: MakeRadio) -> None:
    async def stall() -> None:
        async with make_radio() as radio:
            sensor = movesense()
            await radio.add(sensor)
            reception = await receive(radio, sensor)
            await asyncio.sleep(5)
            begun_s = now_s()
            sensor.silence(1.5)
            await asyncio.sleep(5)
            times_s = np.array(reception.data_times_s())
            assert not ((times_s > begun_s) & (times_s < begun_s + 1.5)).any()
            # 1.5 s hold 19 or 20 packets of two notifications, delivered together.
            assert 2 * 19 <= np.isclose(times_s, begun_s + 1.5, atol=1e-3).sum() <= 2 * 20
            assert np.array_equal(
                np.diff(numbers(reception.block())), np.ones(len(numbers(reception.block())) - 1)
            )
            assert reception.client.is_connected

    run_in_virtual_time(stall())


def test_out_of_range_the_link_is_lost_and_the_sensor_unheard_until_it_is_back(make_radio: MakeRadio) -> None:
    async def go_and_come_back() -> None:
        async with make_radio(supervision_timeout_s=4) as radio:
            sensor = movesense()
            await radio.add(sensor)
            lost_s: list[float] = []
            client = client_of(
                radio, await find(radio, sensor), disconnected_callback=lambda _: lost_s.append(now_s())
            )
            await client.connect()
            begun_s = now_s()
            sensor.silence(10)
            await asyncio.sleep(5)
            assert lost_s == pytest.approx([begun_s + 4])
            assert await BleakScanner.discover(timeout=4, **radio.bleak.scanner_options()) == []
            await find(radio, sensor, timeout_s=2)

    run_in_virtual_time(go_and_come_back())


def test_two_short_silences_are_no_long_one(make_radio: MakeRadio) -> None:
    async def stall_twice() -> None:
        async with make_radio(supervision_timeout_s=4) as radio:
            sensor = movesense()
            await radio.add(sensor)
            client = client_of(radio, await find(radio, sensor))
            await client.connect()
            sensor.silence(3)
            await asyncio.sleep(3.5)
            sensor.silence(3)
            await asyncio.sleep(3.5)
            assert client.is_connected

    run_in_virtual_time(stall_twice())


def test_a_sensor_that_ends_the_link_itself_is_noticed(make_radio: MakeRadio) -> None:
    async def take_over() -> None:
        async with make_radio() as radio:
            sensor = movesense()
            await radio.add(sensor)
            losses: list[BleakClient] = []
            device = await find(radio, sensor)
            client = client_of(radio, device, timeout=2, disconnected_callback=losses.append)
            await client.connect()
            sensor.take_over(duration_s=5)
            await asyncio.sleep(1)
            assert losses == [client]
            with pytest.raises(TimeoutError):
                await client.connect()
            await asyncio.sleep(3)
            await client.connect()

    run_in_virtual_time(take_over())


def test_att_errors_keep_their_meaning(make_radio: MakeRadio) -> None:
    async def provoke() -> None:
        async with make_radio() as radio:
            sensor = movesense()
            await radio.add(sensor)
            async with client_of(radio, await find(radio, sensor)) as client:
                with pytest.raises(BleakGATTProtocolError) as reading:
                    await client.read_gatt_char(wire.DATA_UUID)
                assert reading.value.code is BleakGATTProtocolErrorCode.READ_NOT_PERMITTED
                for malformed in (b"\xff", b"\1\0/Meas/IMU6/104", b"\1\7\xff\xff"):
                    with pytest.raises(BleakGATTProtocolError) as writing:
                        await client.write_gatt_char(wire.COMMAND_UUID, malformed, response=True)
                    assert writing.value.code is BleakGATTProtocolErrorCode.VALUE_NOT_ALLOWED

    run_in_virtual_time(provoke())


def test_notifications_are_refused_where_there_are_none_and_twice(make_radio: MakeRadio) -> None:
    async def provoke() -> None:
        async with make_radio() as radio:
            sensor = movesense()
            await radio.add(sensor)
            async with client_of(radio, await find(radio, sensor)) as client:
                with pytest.raises(BleakError, match="neither notifications"):
                    await client.start_notify(wire.COMMAND_UUID, lambda *_: None)
                await client.start_notify(wire.DATA_UUID, lambda *_: None)
                with pytest.raises(ValueError, match="already on"):
                    await client.start_notify(wire.DATA_UUID, lambda *_: None)

    run_in_virtual_time(provoke())


def test_after_stop_notify_nothing_arrives(make_radio: MakeRadio) -> None:
    async def stop() -> None:
        async with make_radio() as radio:
            sensor = movesense()
            await radio.add(sensor)
            reception = await receive(radio, sensor)
            await asyncio.sleep(2)
            await reception.client.stop_notify(wire.DATA_UUID)
            heard = len(reception.arrivals)
            await asyncio.sleep(2)
            assert len(reception.arrivals) == heard > 0

    run_in_virtual_time(stop())


def test_descriptors_can_be_read(make_radio: MakeRadio) -> None:
    async def read() -> None:
        async with make_radio() as radio:
            sensor = movesense()
            await radio.add(sensor)
            reception = await receive(radio, sensor)
            data = reception.client.services.get_characteristic(wire.DATA_UUID)
            assert data is not None
            (configuration,) = data.descriptors
            assert configuration.uuid.startswith("00002902")
            assert await reception.client.read_gatt_descriptor(configuration) == bytearray(b"\1\0")

    run_in_virtual_time(read())


def test_pairing_encrypts_and_unpairing_disconnects(make_radio: MakeRadio) -> None:
    async def pair() -> None:
        async with make_radio() as radio:
            sensor = movesense()
            await radio.add(sensor)
            client = client_of(radio, await find(radio, sensor))
            await client.connect()
            await client.pair()
            assert await client.read_gatt_char(BATTERY_LEVEL_UUID) == bytearray([100])
            await client.unpair()
            assert not client.is_connected

    run_in_virtual_time(pair())


def test_two_sensors_stream_at_once_without_loss(make_radio: MakeRadio) -> None:
    async def stream() -> None:
        async with make_radio() as radio:
            chest, head = movesense(), movesense(name="Movesense 000000000002")
            for sensor in (chest, head):
                await radio.add(sensor)
            receptions = [await receive(radio, sensor) for sensor in (chest, head)]
            await asyncio.sleep(10)
            for reception in receptions:
                got = numbers(reception.block())
                assert len(got) >= 10 * 104 - 16
                assert np.array_equal(np.diff(got), np.ones(len(got) - 1))

    run_in_virtual_time(stream())


def test_the_smallest_mtu_only_means_more_notifications(make_radio: MakeRadio) -> None:
    async def stream() -> None:
        async with make_radio() as radio:
            sensor = movesense(mtu=23)
            await radio.add(sensor)
            reception = await receive(radio, sensor)
            assert reception.client.mtu_size == 23
            await asyncio.sleep(5)
            got = numbers(reception.block())
            assert max(len(data) for _, data in reception.arrivals) == 20
            assert len(got) >= 5 * 104 - 16
            assert np.array_equal(np.diff(got), np.ones(len(got) - 1))

    run_in_virtual_time(stream())


def test_a_name_too_long_for_an_advertisement_is_refused() -> None:
    with pytest.raises(ValueError, match="holds 31"):
        VirtualPeripheral("a name of more than twenty-nine letters")


def test_outside_its_context_a_radio_is_off(make_radio: MakeRadio) -> None:
    async def use() -> None:
        radio = make_radio()
        with pytest.raises(RuntimeError, match="radio is off"):
            _ = radio.bleak

    run_in_virtual_time(use())
