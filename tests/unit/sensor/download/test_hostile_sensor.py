"""A sensor that answers whatever it likes ends in one of our errors, and soon."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from sensor.download.movesense_memory import MovesenseMemory
from sensor.download.policy import DownloadPolicy
from sensor.errors import LinkError, SensorError
from sensor.protocol.memory import LogEntry, Piece
from sensor.protocol.movesense.control import Command
from sensor.virtual.devices.movesense_flash import VirtualFlash
from sensor.virtual.radio.timeloop import run_in_virtual_time
from sensor.virtual.radio.virtual_radio import VirtualRadio
from tests.support.recordings_over_air import noise_signal
from tests.support.virtual_radio import UTC_US

POLICY = DownloadPolicy(fruitless_attempts=2)


class Babbler(VirtualFlash):
    """Answers every command with noise, and some more of it."""

    def __init__(self, seed: int) -> None:
        super().__init__(signal=noise_signal(1.0))
        self._noise = random.Random(seed)

    def _answer(self, command: Command) -> bytes:
        head = bytes([self._noise.choice((1, 1, 1, 2, 3, 9)), command.reference])
        status = self._noise.choice((100, 200, 200, 200, 409, 65535)).to_bytes(2, "little")
        for _ in range(20):
            self.notify(self._data, self._noise.randbytes(self._noise.randrange(40)))
            self.notify(self._data, bytes([2, command.reference]) + self._noise.randbytes(30))
        return head + status + self._noise.randbytes(self._noise.randrange(30))


class Endless(VirtualFlash):
    """Sends the same recording over and over and never comes to an end."""

    def _pieces(self, content: bytes) -> Iterator[Piece]:
        while True:
            yield Piece(0, content)


@pytest.mark.parametrize("seed", range(12))
def test_noise_for_answers_is_an_error_of_ours(seed: int, tmp_path: Path) -> None:
    async def play() -> None:
        async with VirtualRadio(seed=1) as radio:
            sensor = Babbler(seed)
            await radio.add(sensor)
            memory = MovesenseMemory(radio.bleak, sensor.name, utc_us=lambda: UTC_US, policy=POLICY)
            await memory.list()
            await memory.download(LogEntry(1, 0, 100), tmp_path / "log.sbem")

    with pytest.raises(SensorError, match=r"\A[^\n]+\Z"):
        run_in_virtual_time(play())


def test_a_recording_without_end_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sensor.protocol.movesense.memory.MEMORY_BYTES", 20_000)

    async def play() -> None:
        async with VirtualRadio(seed=1) as radio:
            sensor = Endless(signal=noise_signal(1.0))
            sensor.logs = {1: bytes(100)}
            await radio.add(sensor)
            memory = MovesenseMemory(radio.bleak, sensor.name, utc_us=lambda: UTC_US, policy=POLICY)
            await memory.download(LogEntry(1, 0, 100), tmp_path / "log.sbem")

    with pytest.raises(LinkError, match="has no end"):
        run_in_virtual_time(play())


def test_notifications_that_answer_nothing_are_passed_over() -> None:
    class Talkative(VirtualFlash):
        """Sends damaged answers, and answers to other commands, before its own."""

        def _answer(self, command: Command) -> bytes:
            other = command.reference % 255 + 1
            for payload in (b"", b"\x01", b"\xff\xff", bytes([2, other]) + b"abc", bytes([1, other, 148, 1])):
                self.notify(self._data, payload)
            return super()._answer(command)

    async def play() -> tuple[LogEntry, ...]:
        async with VirtualRadio(seed=1) as radio:
            sensor = Talkative(signal=noise_signal(1.0))
            sensor.logs = {1: bytes(100)}
            await radio.add(sensor)
            return await MovesenseMemory(radio.bleak, sensor.name, utc_us=lambda: UTC_US).list()

    (entry,) = run_in_virtual_time(play())
    assert (entry.log_id, entry.size_bytes) == (1, 100)
