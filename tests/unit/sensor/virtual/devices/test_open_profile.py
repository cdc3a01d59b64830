"""The board made of software: the conversation of the profile, and recordings of what it sends."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from bleak import BleakClient

from sensor.protocol.open_profile import control as gatt
from sensor.protocol.open_profile import frames as wire
from sensor.protocol.open_profile.control import AnswerStatus, Operation, StartRequest
from sensor.samples import ImuSignal
from sensor.session.reader import read_recording
from sensor.virtual.devices.faults import Fault, FaultKind, play_faults
from sensor.virtual.devices.open_profile import VirtualBoard
from sensor.virtual.radio.timeloop import run_in_virtual_time
from sensor.virtual.radio.virtual_radio import VirtualRadio
from tests.support.recordings_over_air import Scene, noise_signal, record_over_air, rows
from tests.support.virtual_makers import MAKERS, felt_samples
from tests.support.virtual_radio import client_of, find

START = StartRequest(104_000, 16, 2000, 8)


class Talk:
    """A connected client that has subscribed to everything."""

    def __init__(self, board: VirtualBoard, client: BleakClient) -> None:
        self.board = board
        self.client = client
        self.heard: dict[str, list[bytes]] = {}

    async def listen(self) -> None:
        for uuid in (gatt.DATA_UUID, gatt.CONTROL_UUID, gatt.STATUS_UUID, gatt.SYNC_UUID):
            self.heard[uuid] = []
            take = self.heard[uuid].append
            await self.client.start_notify(uuid, lambda _, data, take=take: take(bytes(data)))

    async def ask(self, request: bytes) -> int:
        """Write a control request; return the status of its answer."""
        await self.client.write_gatt_char(gatt.CONTROL_UUID, request, response=True)
        await asyncio.sleep(0.1)
        answer = gatt.parse_answer(self.heard[gatt.CONTROL_UUID][-1])
        assert answer.operation == request[0]
        return answer.status

    def headers(self) -> np.ndarray:
        data = [one[: wire.LIVE_HEADER.itemsize] for one in self.heard[gatt.DATA_UUID]]
        return np.frombuffer(b"".join(data), wire.LIVE_HEADER)


def talk(play: Callable[[Talk], Coroutine[Any, Any, None]], **options: Any) -> None:
    async def run() -> None:
        async with VirtualRadio() as radio:
            board = VirtualBoard(signal=noise_signal(100.0), **options)
            await radio.add(board)
            async with client_of(radio, await find(radio, board)) as client:
                talking = Talk(board, client)
                await talking.listen()
                await play(talking)

    run_in_virtual_time(run())


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (gatt.encode_start(START), AnswerStatus.DONE),
        (gatt.encode_start(START)[:-1], AnswerStatus.WRONG_LENGTH),
        (gatt.encode_start(StartRequest(208_000, 16, 2000, 8)), AnswerStatus.NO_SUCH_RATE),
        (gatt.encode_start(StartRequest(104_000, 4, 2000, 8)), AnswerStatus.NO_SUCH_RANGE),
        (bytes([Operation.STOP]), AnswerStatus.DONE),
        (bytes([Operation.IDENTIFY]), AnswerStatus.DONE),
        (bytes([Operation.LOG_LIST]), AnswerStatus.UNKNOWN_REQUEST),
    ],
)
def test_every_request_is_answered_with_its_status(request_: bytes, status: int) -> None:
    async def play(talking: Talk) -> None:
        assert await talking.ask(request_) == status

    talk(play)


@pytest.mark.parametrize(("mtu", "status", "samples"), [(35, 5, 0), (36, 0, 1), (60, 0, 3), (247, 0, 8)])
def test_a_packet_holds_what_the_mtu_holds_and_an_mtu_below_36_is_refused(
    mtu: int, status: int, samples: int
) -> None:
    async def play(talking: Talk) -> None:
        assert await talking.ask(gatt.encode_start(START)) == status
        await asyncio.sleep(1.0)
        assert set(talking.headers()["samples"].tolist()) == ({samples} if samples else set())

    talk(play, mtu=mtu)


def test_packets_are_numbered_from_every_start_on() -> None:
    async def play(talking: Talk) -> None:
        for _ in range(2):
            talking.heard[gatt.DATA_UUID].clear()
            await talking.ask(gatt.encode_start(START))
            await asyncio.sleep(2.0)
            headers = talking.headers()
            assert headers["sequence"].tolist() == list(range(len(headers)))
            assert headers["index"].tolist() == [8 * i for i in range(len(headers))]
            assert len(headers) > 24

    talk(play)


def test_a_stopped_stream_is_silent() -> None:
    async def play(talking: Talk) -> None:
        await talking.ask(gatt.encode_start(START))
        await talking.ask(bytes([Operation.STOP]))
        count = len(talking.heard[gatt.DATA_UUID])
        await asyncio.sleep(1.0)
        assert len(talking.heard[gatt.DATA_UUID]) == count

    talk(play)


def test_a_full_queue_drops_whole_packets_and_says_so_in_the_next() -> None:
    async def play(talking: Talk) -> None:
        await talking.ask(gatt.encode_start(START))
        await asyncio.sleep(1.0)
        talking.board.silence(3.0)
        await asyncio.sleep(5.0)
        headers = talking.headers()
        after = np.flatnonzero(headers["flags"] & wire.SAMPLES_DROPPED)
        steps = np.diff(headers["sequence"].astype(int))
        assert after.tolist() == (np.flatnonzero(steps > 1) + 1).tolist()
        assert len(after) == 1
        lost = int(steps[after[0] - 1]) - 1
        # 39 packets of 8 at 104 Hz fall into three seconds, and 16 of them wait.
        assert 20 <= lost <= 24
        assert np.diff(headers["index"].astype(int))[after[0] - 1] == 8 * (lost + 1)
        status = gatt.parse_status(talking.heard[gatt.STATUS_UUID][-1])
        assert status.dropped == 8 * lost
        assert status.produced >= 8 * len(headers)

    talk(play, queue_packets=16)


def test_the_status_comes_once_a_second_and_can_be_read() -> None:
    async def play(talking: Talk) -> None:
        await asyncio.sleep(5.5)
        times_us = [gatt.parse_status(one).time_us for one in talking.heard[gatt.STATUS_UUID]]
        assert np.diff(times_us) == pytest.approx(1e6)
        assert len(times_us) >= 5
        now = gatt.parse_status(bytes(await talking.client.read_gatt_char(gatt.STATUS_UUID)))
        assert (now.produced, now.dropped, now.battery_mv) == (0, 0, 3400 + 8 * 50)

    talk(play, battery_pct=50)


def test_a_clock_question_comes_back_with_the_boards_time() -> None:
    async def play(talking: Talk) -> None:
        await talking.client.write_gatt_char(
            gatt.SYNC_UUID, gatt.encode_sync_question(7, 2**63 + 5), response=False
        )
        await talking.client.write_gatt_char(gatt.SYNC_UUID, b"short", response=False)
        await asyncio.sleep(0.1)
        (echo,) = map(gatt.parse_sync_echo, talking.heard[gatt.SYNC_UUID])
        assert (echo.sequence, echo.host_time) == (7, 2**63 + 5)
        # Its counter read ten seconds when it was switched on.
        up_us = echo.received_us - 10_000_000
        assert 0 < up_us <= 1e6 * asyncio.get_running_loop().time()
        assert echo.sent_us >= echo.received_us

    talk(play, start_ticks_us=10_000_000)


def test_what_it_says_of_itself_can_be_read() -> None:
    async def play(talking: Talk) -> None:
        info = gatt.parse_info(bytes(await talking.client.read_gatt_char(gatt.INFO_UUID)))
        assert (info.acc_range_g, info.gyr_range_dps, info.rate_mhz) == (16, 2000, 104_000)
        assert info.firmware == "runtall virtual 1"

    talk(play)


@pytest.mark.parametrize(
    "signal", [noise_signal(1.0, rate_hz=100.0), ImuSignal(104.0, np.ones((9, 3)), None)]
)
def test_a_signal_no_board_could_sample_is_refused(signal: ImuSignal) -> None:
    with pytest.raises(ValueError, match=r"104, 208, 416 Hz"):
        VirtualBoard(signal=signal)


def recorded(path: Path, board: VirtualBoard, fault: Fault, duration_s: float = 30.0) -> None:
    async def play(scene: Scene) -> None:
        await scene.radio.add(board)
        asyncio.get_running_loop().create_task(play_faults([fault], board))

    record_over_air(path, play, sensors={"sternum": board.name}, duration_s=duration_s)


def test_dropped_packets_are_an_exact_gap_in_the_recording(tmp_path: Path) -> None:
    path = tmp_path / "s.runtall"
    signal = noise_signal(40.0)
    recorded(path, VirtualBoard(signal=signal, queue_packets=13), Fault(10.0, FaultKind.STALL, 2.0))
    (sensor,) = read_recording(path).sensors
    number = felt_samples(MAKERS["runtall-board"], signal, sensor)
    missing = number[-1] - number[0] + 1 - len(number)
    # 13 of the 26 packets of two seconds wait for the radio.
    assert 8 * 11 <= missing <= 8 * 14
    (gap,) = sensor.gaps
    assert (gap.end_s - gap.start_s) * 104 == pytest.approx(missing + 1, abs=0.01)


def test_its_clock_wraps_unnoticed(tmp_path: Path) -> None:
    path = tmp_path / "s.runtall"
    signal = noise_signal(40.0)
    board = VirtualBoard(signal=signal, start_ticks_us=2**32 - 15_000_000)
    recorded(path, board, Fault(10.0, FaultKind.STALL, 0.5))
    (sensor,) = read_recording(path).sensors
    assert np.diff(felt_samples(MAKERS["runtall-board"], signal, sensor)).tolist() == [1] * (
        len(sensor.time_s) - 1
    )
    assert np.diff(sensor.time_s) == pytest.approx(1 / 104, abs=1e-5)
    assert sensor.gaps == ()


@pytest.mark.parametrize(
    ("mtu", "kind", "reason"),
    [
        (247, FaultKind.REFUSAL, "not possible in the board's present state (status 6)"),
        (
            23,
            FaultKind.LINK_LOSS,
            "the connection's packets are too small for one sample; an MTU of 36 is the least (status 5)",
        ),
    ],
)
def test_a_refusal_to_start_is_told_in_words(tmp_path: Path, mtu: int, kind: FaultKind, reason: str) -> None:
    path = tmp_path / "s.runtall"
    board = VirtualBoard(signal=noise_signal(5.0), mtu=mtu)
    recorded(path, board, Fault(10.0, kind, 10.0))
    said = rows(path, "SELECT DISTINCT detail FROM event WHERE kind = 'refused'")
    assert said == [(f"start the stream: {reason}",)]
