"""A Verity Sense made of software that also records into files of its own, and hands them out."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime

from sensor.errors import PacketError
from sensor.protocol.polar import memory, psftp
from sensor.protocol.polar.control import EPOCH_S, Measurement, Operation, Request, Status
from sensor.protocol.polar.psftp import Command, FolderEntry, FrameReader
from sensor.protocol.polar.recording import Recording, encode_recording
from sensor.protocol.polar.settings import Setting, SettingValues, encode_settings
from sensor.samples import ImuSignal
from sensor.units import NS_PER_S
from sensor.virtual.devices.polar import Outcome, VirtualPolar
from sensor.virtual.devices.polar_control import judge_settings
from sensor.virtual.devices.polar_hardware import VERITY_SENSE
from sensor.virtual.radio.gatt import Characteristic, Property, Service
from sensor.virtual.radio.peripheral import now_s

BYTES_PER_S = 10_000.0
"""Of a transfer."""

_FRAME_BYTES = 228
"""Most of a data frame in a file, as in those of the maker's tests."""


class VirtualVeritySense(VirtualPolar):
    """A Verity Sense with a memory.

    A recording goes on without a link, until it is stopped or the sensor restarts; then it is a file.

    Parameters
    ----------
    name, signal
        As for `VirtualPolar`; only a signal of 13, 26 or 52 Hz can be recorded.
    start_ns
        What its clock reads at power-on, ns since 2000.
    is_busy
        Whether it is in a mode in which files cannot be had.
    doubled_transfers
        So many transfers come with a part of the file sent twice, as was seen of real ones.
    doubles_last_frame
        Whether the last frame of every answer is sent once more, as was seen as well.

    Attributes
    ----------
    files
        Path to content of every file.
    """

    def __init__(
        self,
        name: str = "Polar Sense 0A1B2C3D",
        *,
        signal: ImuSignal,
        start_ns: int,
        is_busy: bool = False,
        doubled_transfers: int = 0,
        doubles_last_frame: bool = False,
    ) -> None:
        super().__init__(name, hardware=VERITY_SENSE, signal=signal, start_ns=start_ns)
        self.files: dict[str, bytes] = {}
        self.is_busy = is_busy
        self._doubled_transfers = doubled_transfers
        self._doubles_last_frame = doubles_last_frame
        self._recording_from: dict[Measurement, int] = {}
        self._reader = FrameReader()
        self._sending: asyncio.TimerHandle | None = None
        self._transfer = Characteristic(
            psftp.TRANSFER_UUID,
            Property.WRITE | Property.NOTIFY,
            on_write=self._on_frame,
            needs_encryption=True,
        )
        self._outcomes[Operation.GET_STATUS] = lambda _: (
            Status.DONE,
            memory.encode_status(self._recording_from, [Measurement(key) for key in self._streams]),
        )

    def services(self) -> list[Service]:
        """Return those of every Verity Sense, and the one for files."""
        return [*super().services(), Service(psftp.SERVICE_UUID, [self._transfer])]

    def reboot(self) -> None:
        """Restart: recordings end."""
        for measurement in tuple(self._recording_from):
            self._save(measurement)
        super().reboot()

    def disconnected(self) -> None:
        """Stop sending."""
        super().disconnected()
        self._reader = FrameReader()
        if self._sending is not None:
            self._sending.cancel()

    def _answer(self, request: Request) -> Outcome:
        if not request.in_memory:
            return super()._answer(request)
        measurement = request.measurement
        if measurement is None or not self._offers(measurement):
            return Status.NOT_SUPPORTED, b""
        if request.operation is Operation.GET_SETTINGS:
            return Status.DONE, encode_settings(self._recorded_with(measurement))
        if request.operation is Operation.START:
            return self._start_recording(measurement, request.settings), b""
        if request.operation is not Operation.STOP:
            return Status.NOT_SUPPORTED, b""
        if measurement not in self._recording_from:
            return Status.ALREADY_SO, b""
        self._save(measurement)
        return Status.DONE, b""

    def _recorded_with(self, measurement: Measurement) -> SettingValues:
        offered = dict(self.hardware.offered(measurement, in_sdk_mode=False))
        return offered | {Setting.RATE: memory.RATES_HZ}

    def _start_recording(self, measurement: Measurement, settings: SettingValues) -> Status:
        if measurement in self._recording_from:
            return Status.ALREADY_SO
        if (status := judge_settings(self._recorded_with(measurement), settings)) is not Status.DONE:
            return status
        if settings[Setting.RATE] != (self._times.rate_hz,):
            return Status.NO_SUCH_RATE
        self._recording_from[measurement] = self._times.next_index(now_s())
        return Status.DONE

    def _save(self, measurement: Measurement) -> None:
        """Make a file of what was recorded until now."""
        first = self._recording_from.pop(measurement)
        began = datetime.fromtimestamp(self._ticks(first) // NS_PER_S + EPOCH_S, UTC)
        settings: SettingValues = {
            **memory.recording_settings(measurement),
            Setting.FACTOR: (self.hardware.factor(measurement),),
        }
        frames = tuple(self._recorded_frames(measurement, first, self._times.next_index(now_s())))
        path = f"{memory.folder_of(began)}{measurement.name}.REC"
        self.files[path] = encode_recording(Recording(f"{began:%Y-%m-%d %H:%M:%S}", settings, frames))

    def _recorded_frames(self, measurement: Measurement, first: int, stop: int) -> Iterator[bytes]:
        samples = self.hardware.frame_samples(measurement, _FRAME_BYTES)
        for start in range(first, stop, samples):
            count = min(samples, stop - start)
            acc_mps2, gyr_radps = self._readings.take(start, count)
            values = acc_mps2 if measurement is Measurement.ACC or gyr_radps is None else gyr_radps
            yield self.hardware.encode_frame(measurement, self._ticks(start + count - 1), values)

    def _on_frame(self, frame: bytes) -> None:
        """Take a frame of a request; what is none is forgotten."""
        with suppress(PacketError):
            request = self._reader.take(bytes(frame))
            if request is None:
                return
            operation = psftp.parse_operation(request.content)
            if operation.command is Command.GET:
                frames = self._reply(operation.path)
                self._send_next(iter(frames + frames[-1:] * self._doubles_last_frame))
        self._reader = FrameReader()

    def _reply(self, path: str) -> list[bytes]:
        """Return the frames that answer a request for a path."""
        if self.is_busy:
            return [psftp.encode_error(psftp.BUSY)]
        if path in self.files:
            return psftp.encode_frames(self._sent(self.files[path]), self.payload_bytes)
        if entries := self._folder(path):
            return psftp.encode_frames(psftp.encode_folder(entries), self.payload_bytes)
        return [psftp.encode_error(psftp.NO_SUCH_FILE)]

    def _sent(self, content: bytes) -> bytes:
        if not self._doubled_transfers:
            return content
        self._doubled_transfers -= 1
        return content[: self.payload_bytes - 1] + content

    def _folder(self, path: str) -> list[FolderEntry]:
        """Return what is in a folder: files with their size, folders with a slash and none."""
        inside = {
            file.removeprefix(path): content for file, content in self.files.items() if file.startswith(path)
        }
        names = {name.split("/")[0] + "/" * ("/" in name) for name in inside}
        return [FolderEntry(name, len(inside.get(name, b""))) for name in sorted(names)]

    def _send_next(self, frames: Iterator[bytes]) -> None:
        frame = next(frames, None)
        if frame is not None:
            delay_s = len(frame) / BYTES_PER_S
            self._sending = asyncio.get_running_loop().call_later(delay_s, self._send, frame, frames)

    def _send(self, frame: bytes, frames: Iterator[bytes]) -> None:
        self.notify(self._transfer, frame)
        self._send_next(frames)
