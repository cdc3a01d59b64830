"""A Capture2Go made of software that also records into files of its own, and hands them out by ranges."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from itertools import islice

from sensor.protocol.capture2go import frames as wire
from sensor.protocol.capture2go import memory
from sensor.protocol.capture2go.control import ErrorCode, State, encode_error
from sensor.protocol.capture2go.frames import Package
from sensor.protocol.memory import LogEntry, Piece
from sensor.samples import ImuSignal
from sensor.virtual.devices.capture2go import VirtualCapture2Go
from sensor.virtual.radio.peripheral import now_s

STORAGE_BYTES = 2**26
"""Of this one; the maker does not tell."""

_PIECE_S = 0.01
"""Between two pieces: about 20 kB/s."""


class VirtualCapture2GoMemory(VirtualCapture2Go):
    """A sensor with a memory.

    A recording goes on without a link, until it is stopped or the memory is full; then it is a file.

    Parameters
    ----------
    name, signal
        As for `VirtualCapture2Go`.
    lost_share
        Share of the pieces of a file that are never sent, 0 to 1.
    seed
        Draws which.
    storage_bytes
        What its memory holds.

    Attributes
    ----------
    files
        Name to content of every recording.
    """

    def __init__(
        self,
        name: str = "IMU_0a1b2c",
        *,
        signal: ImuSignal,
        lost_share: float = 0.0,
        seed: int = 0,
        storage_bytes: int = STORAGE_BYTES,
    ) -> None:
        super().__init__(name, signal=signal)
        self.files: dict[str, bytes] = {}
        self._lost_share = lost_share
        self._rng = random.Random(seed)
        self._storage_bytes = storage_bytes
        self._file_name = ""
        self._recording_since_s: float | None = None
        self._sending: asyncio.TimerHandle | None = None
        self._answers |= {
            memory.SET_RECORDING: self._set_recording,
            memory.START_RECORDING: self._start_recording,
            memory.STOP_RECORDING: self._stop_recording,
            memory.LIST_FILES: self._list_files,
            memory.GET_BYTES: self._get_bytes,
            memory.STOP_BYTES: self._stop_bytes,
        }

    @property
    def state(self) -> State:
        """What it does."""
        return State.RECORDING if self._recording_since_s is not None else super().state

    def reboot(self) -> None:
        """Restart: a recording that goes on ends."""
        self._end_recording()
        self._file_name = ""
        super().reboot()

    def disconnected(self) -> None:
        """Stop sending a file."""
        super().disconnected()
        self._stop_sending()
        if self.state is not State.STREAMING:
            self._queue.clear()

    def _set_recording(self, payload: bytes) -> Package:
        name = memory.parse_recording(payload)
        if self.state is not State.IDLE:
            return encode_error(ErrorCode.WRONG_STATE, memory.SET_RECORDING)
        if name in self.files:
            return encode_error(ErrorCode.FILE_EXISTS, memory.SET_RECORDING)
        self._file_name = name
        return Package(memory.RECORDING_SET, payload)

    def _start_recording(self, _: bytes) -> Package:
        refusals = {
            ErrorCode.WRONG_STATE: self.state is not State.IDLE,
            ErrorCode.NO_RECORDING_SET: not self._file_name,
            ErrorCode.STORAGE_FULL: self._free_pct() == 0,
        }
        for code, applies in refusals.items():
            if applies:
                return encode_error(code, memory.START_RECORDING)
        self._recording_since_s = now_s()
        return Package(memory.RECORDING_STARTED)

    def _stop_recording(self, _: bytes) -> Package:
        if self.state is not State.RECORDING:
            return encode_error(ErrorCode.WRONG_STATE, memory.STOP_RECORDING)
        self._end_recording()
        return Package(memory.RECORDING_STOPPED)

    def _end_recording(self) -> None:
        if self._recording_since_s is not None:
            room = (self._storage_bytes - self._stored_bytes()) // len(wire.encode_package(self._measured(0)))
            measured = islice(self._written(self._recording_since_s), room)
            self.files[self._file_name] = b"".join(map(wire.encode_package, measured))
            self._recording_since_s, self._file_name = None, ""

    def _written(self, since_s: float) -> Iterator[Package]:
        """Yield what was measured from then until now: whole packages."""
        first = self._times.next_index(since_s)
        while self._can_measure and self._times.time_s(first + wire.SAMPLES_PER_PACKAGE - 1) <= now_s():
            yield self._measured(first)
            first += wire.SAMPLES_PER_PACKAGE

    def _list_files(self, _: bytes) -> Package:
        loop = asyncio.get_running_loop()
        for index, (name, content) in enumerate(self.files.items()):
            loop.call_soon(self._put, memory.encode_file(LogEntry(index, 0, len(content), name)))
        return memory.encode_count(len(self.files))

    def _get_bytes(self, payload: bytes) -> Package | None:
        name, (start, end) = memory.parse_range(payload)
        content = self.files.get(name)
        if content is None:
            return encode_error(ErrorCode.NO_SUCH_FILE, memory.GET_BYTES)
        if (start, end) == memory.WHOLE:
            end = len(content)
        if not start < end <= len(content):
            return encode_error(ErrorCode.FILE_TOO_SHORT, memory.GET_BYTES)
        self._stop_sending()
        self._send_next(self._pieces(content, start, end))
        return None

    def _stop_bytes(self, _: bytes) -> Package:
        self._stop_sending()
        return Package(memory.BYTES_STOPPED)

    def _pieces(self, content: bytes, start: int, end: int) -> Iterator[Piece]:
        for at in range(start, end, memory.MOST_PIECE_BYTES):
            if self._rng.random() >= self._lost_share:
                yield Piece(at, content[at : min(at + memory.MOST_PIECE_BYTES, end)])

    def _send_next(self, pieces: Iterator[Piece]) -> None:
        piece = next(pieces, None)
        if piece is not None:
            self._put(memory.encode_bytes(piece))
            self._sending = asyncio.get_running_loop().call_later(_PIECE_S, self._send_next, pieces)

    def _stop_sending(self) -> None:
        if self._sending is not None:
            self._sending.cancel()
            self._sending = None

    def _stored_bytes(self) -> int:
        return sum(map(len, self.files.values()))

    def _free_pct(self) -> int:
        return 100 - 100 * self._stored_bytes() // self._storage_bytes
