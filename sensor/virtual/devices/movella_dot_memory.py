"""A Movella DOT made of software that also records into its own memory, and exports sample by sample."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from sensor.errors import PacketError
from sensor.protocol.movella_dot import decoder as wire
from sensor.protocol.movella_dot import memory as messages
from sensor.protocol.movella_dot.memory import Message, Result, What
from sensor.protocol.movella_dot.recording import SAMPLE, encode_sample
from sensor.samples import ImuSignal
from sensor.virtual.devices.movella_dot import VirtualMovellaDot
from sensor.virtual.radio.characteristics import notify_only, read_only, write_only
from sensor.virtual.radio.gatt import Service
from sensor.virtual.radio.peripheral import now_s

_MESSAGE_S = 0.005
"""Between two exported samples."""

_FULL_SHARE = 0.9


@dataclass(frozen=True, slots=True)
class DotRecording:
    """One recording: when it began, s since 1970, and its samples, laid out as `SAMPLE`, in order."""

    began_s: int
    content: bytes


class VirtualDotMemory(VirtualMovellaDot):
    """A sensor with a memory.

    A recording goes on without a link, until it is stopped or nine tenths of the memory are full.

    Parameters
    ----------
    name, signal
        As for `VirtualMovellaDot`; 120 Hz can be recorded, too.
    product
        Which generation it is.
    lost_share
        Share of the exported samples that are never sent, 0 to 1.
    seed
        Draws which.
    invalid
        Numbers of samples that are damaged in the memory.
    goes_on
        Whether an export can go on from a sample other than the first.
    storage_samples
        What its memory holds.

    Attributes
    ----------
    recordings
        In order; the first has number 1.
    """

    rates_hz = (*wire.RATES_HZ, wire.RECORDING_RATE_HZ)

    def __init__(
        self,
        name: str = "Movella DOT",
        *,
        signal: ImuSignal,
        product: str = "XS-T01",
        lost_share: float = 0.0,
        seed: int = 0,
        invalid: Collection[int] = (),
        goes_on: bool = True,
        storage_samples: int = 300_000,
    ) -> None:
        super().__init__(name, signal=signal)
        self.product = product
        self.recordings: list[DotRecording] = []
        self._lost_share = lost_share
        self._rng = random.Random(seed)
        self._invalid = invalid
        self._goes_on = goes_on
        self._storage_samples = storage_samples
        self._recording_since: tuple[int, float] | None = None
        self._exported: DotRecording | None = None
        self._sending: asyncio.TimerHandle | None = None
        self._acknowledged = b""
        self._requests = write_only(messages.REQUEST_UUID, self._willing(self._on_request))
        self._acknowledgement = read_only(messages.ACKNOWLEDGE_UUID, lambda: self._acknowledged)
        self._notifications = notify_only(messages.NOTIFICATION_UUID)
        self._answers: dict[int, Callable[[bytes], int]] = {
            What.GET_STATE: lambda _: self.state,
            What.START: self._start_recording,
            What.STOP: self._stop_recording,
            What.FILE_INFO_WANTED: self._send_info,
            What.DATA_WANTED: self._send_data,
            What.DATA_AGAIN_FROM: self._send_from,
            What.STOP_DATA: self._stop_data,
            What.SELECT: self._select,
        }

    def services(self) -> list[Service]:
        """Return all services, that of the messages among them."""
        offered = [self._requests, self._acknowledgement, self._notifications]
        return [*super().services(), Service(messages.MESSAGE_SERVICE_UUID, offered)]

    @property
    def state(self) -> Result:
        """What its memory does."""
        if self._recording_since is not None:
            return Result.RECORDING
        return Result.IDLE if self._exported is None else Result.EXPORTING_DATA

    def reboot(self) -> None:
        """Restart: a recording that goes on ends."""
        self._end_recording()
        super().reboot()

    def disconnected(self) -> None:
        """Stop exporting."""
        super().disconnected()
        self._end_export()

    @property
    def _is_busy(self) -> bool:
        return super()._is_busy or self.state is not Result.IDLE

    def _on_request(self, data: bytes) -> None:
        request = messages.parse_message(data)
        try:
            answer = self._answers.get(request.what)
            result = Result.INVALID if answer is None else answer(request.data)
        except PacketError:
            result = Result.INVALID
        self._acknowledged = messages.encode_acknowledgement(result, request)

    def _start_recording(self, data: bytes) -> int:
        began_s = messages.parse_start(data)
        if self.state is not Result.IDLE or self._streams:
            return self.state if self.state is not Result.IDLE else Result.BUSY
        if self._room() <= 0:
            self._tell(Message(What.FULL))
        else:
            self._recording_since = (began_s, now_s())
        return Result.DONE

    def _stop_recording(self, _: bytes) -> int:
        if self.state is not Result.RECORDING:
            return self.state
        self._end_recording()
        self._tell(Message(What.STOP))
        return Result.DONE

    def _end_recording(self) -> None:
        if self._recording_since is None:
            return
        began_s, since_s = self._recording_since
        first, last = self._times.next_index(since_s), self._times.next_index(now_s())
        count = min(last - first, self._room()) if self._rate_hz == self._times.rate_hz else 0
        content = b"".join(self._samples(wire.RATE_QUANTITIES, first, count))
        self.recordings.append(DotRecording(began_s, content))
        self._recording_since = None

    def _room(self) -> int:
        taken = sum(len(recording.content) // SAMPLE.itemsize for recording in self.recordings)
        return int(_FULL_SHARE * self._storage_samples) - taken

    def _send_info(self, data: bytes) -> int:
        recording = self._recording(data)
        if self.state is not Result.IDLE:
            return self.state
        if recording is None:
            self._tell(Message(What.NO_FILE))
        else:
            self._tell(messages.encode_file_info(recording.began_s))
            self._tell(Message(What.FILE_INFO_DONE))
        return Result.DONE

    def _select(self, data: bytes) -> int:
        if self.state is not Result.IDLE:
            return self.state
        return Result.DONE if data == messages.select_data().data else Result.INVALID

    def _send_data(self, data: bytes) -> int:
        recording = self._recording(data)
        if self.state is not Result.IDLE:
            return self.state
        if recording is None:
            self._tell(Message(What.NO_FILE))
        else:
            self._exported = recording
            self._send_next(self._export(recording, 0))
        return Result.DONE

    def _send_from(self, data: bytes) -> int:
        if self._exported is None or not self._goes_on:
            return Result.INVALID
        self._cancel()
        self._send_next(self._export(self._exported, int.from_bytes(data, "little")))
        return Result.DONE

    def _stop_data(self, _: bytes) -> int:
        if self._exported is None:
            return self.state
        self._end_export()
        self._tell(Message(What.STOP_DATA))
        return Result.DONE

    def _export(self, recording: DotRecording, first: int) -> Iterator[Message]:
        size = SAMPLE.itemsize
        for number in range(first, len(recording.content) // size):
            if self._rng.random() >= self._lost_share:
                sample = recording.content[number * size : (number + 1) * size]
                yield encode_sample(number, sample, is_valid=number not in self._invalid)
        yield Message(What.DATA_DONE)

    def _send_next(self, export: Iterator[Message]) -> None:
        message = next(export, None)
        if message is None:
            self._end_export()
        else:
            loop = asyncio.get_running_loop()
            self._sending = loop.call_later(_MESSAGE_S, self._send_message, message, export)

    def _send_message(self, message: Message, export: Iterator[Message]) -> None:
        self._tell(message)
        self._send_next(export)

    def _end_export(self) -> None:
        self._cancel()
        self._exported = None

    def _cancel(self) -> None:
        if self._sending is not None:
            self._sending.cancel()
            self._sending = None

    def _tell(self, message: Message) -> None:
        self.notify(self._notifications, messages.encode_message(message))

    def _recording(self, data: bytes) -> DotRecording | None:
        number = int.from_bytes(data, "little")
        return self.recordings[number - 1] if 1 <= number <= len(self.recordings) else None
