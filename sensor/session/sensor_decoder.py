"""All connections of one sensor, from its packets to its recording."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import count
from pathlib import Path

import numpy as np

from sensor.calibration import AccelerometerCalibration
from sensor.errors import SessionFileError, UnknownSensorError
from sensor.protocol import registry
from sensor.protocol.device_kind import DeviceKind
from sensor.protocol.driver import StreamDecoder
from sensor.protocol.repetition import Notification, RepetitionFilter
from sensor.samples import IntArray, SensorRecording
from sensor.session.decoding import SegmentDecoder, finish_together
from sensor.session.info import SensorInfo
from sensor.session.integrity import shorten
from sensor.session.packets import Stream
from sensor.session.rows_hash import Rows
from sensor.session.schema import ACC_RANGE_SETTING, GYR_RANGE_SETTING, RATE_SETTING
from sensor.session.second_stream import with_angular_rates
from sensor.session.segments import DecodedSegment, JoinedSamples, SegmentJoiner
from sensor.units import NS_PER_S

_as_notification = partial(tuple.__new__, Notification)
"""``Notification._make`` without a call of Python for each: there are a hundred thousand an hour."""

_NO_ARRIVALS = np.empty(0, np.int64)


class ConnectionDecoder:
    """Decodes what one connection to one sensor brought: one stream, or accelerations and rates apart.

    Parameters
    ----------
    kind, sensor
        What it is, and what was written down of it.
    segment_id, reason
        Number of the connection, and why it began.
    arrivals_ns
        (m,) arrivals of every stream of the session.

    Raises
    ------
    ValueError
        When the sensor's settings lack what its decoder needs.
    """

    def __init__(
        self,
        kind: DeviceKind,
        sensor: SensorInfo,
        *,
        segment_id: int,
        reason: str,
        arrivals_ns: Mapping[Stream, IntArray],
    ) -> None:
        rate_hz = sensor.settings.get(RATE_SETTING, kind.default_rate_hz)
        self._channels: dict[str, _Channel] = {}
        self._streams: list[SegmentDecoder] = []

        def add_stream(channel: str, decoder: StreamDecoder) -> None:
            arrival_ns = arrivals_ns.get(Stream(segment_id, channel), _NO_ARRIVALS)
            stream = SegmentDecoder(
                decoder, kind.clock, nominal_rate_hz=rate_hz, reason=shorten(reason), arrival_ns=arrival_ns
            )
            own = self._channels.setdefault(channel, _Channel(kind.numbering.new_filter(rate_hz), arrival_ns))
            own.streams.append(stream)
            self._streams.append(stream)

        add_stream(kind.data_characteristic, kind.make_decoder(sensor.settings))
        if kind.gyroscope is not None:
            add_stream(kind.gyroscope.characteristic, kind.gyroscope.make_decoder(sensor.settings))

    @property
    def notifications(self) -> int:
        """How many there are in all."""
        return sum(len(channel.arrival_ns) for channel in self._channels.values())

    @property
    def is_complete(self) -> bool:
        """Whether all of them have been fed."""
        return all(channel.is_complete for channel in self._channels.values())

    def feed(self, channel: str, payloads: Sequence[bytes]) -> None:
        """Decode the next notifications of a channel; those of others are passed over."""
        if channel in self._channels:
            self._channels[channel].feed(payloads)

    def finish(self) -> tuple[DecodedSegment, DecodedSegment | None]:
        """Return the whole samples, and the accelerations alone where they came apart and no rates did."""
        repeated = sum(channel.repetitions.repeated for channel in self._channels.values())
        acc, *rates = finish_together(self._streams)
        acc = replace(acc, repeated=repeated)
        if not rates:
            return acc, None
        (gyr,) = rates
        return with_angular_rates(acc, gyr), None if len(gyr.time_s) else acc


class _Channel:
    """Notifications of one characteristic on their way to whatever decodes them, repetitions left out."""

    def __init__(self, repetitions: RepetitionFilter, arrival_ns: IntArray) -> None:
        self.repetitions = repetitions
        self.arrival_ns = arrival_ns
        self.streams: list[SegmentDecoder] = []
        self._fed = 0

    @property
    def is_complete(self) -> bool:
        return self._fed == len(self.arrival_ns)

    def feed(self, payloads: Sequence[bytes]) -> None:
        first, self._fed = self._fed, self._fed + len(payloads)
        arrival_s = (self.arrival_ns[first : self._fed] / NS_PER_S).tolist()
        left, position = payloads, np.arange(first, self._fed)
        if not self.repetitions.takes_all(arrival_s, payloads):
            rows = zip(count(first), arrival_s, payloads, strict=False)
            left, position = self._kept(list(map(_as_notification, rows)))
        for stream in self.streams:
            stream.feed(left, position)

    def _kept(self, notifications: list[Notification]) -> tuple[Sequence[bytes], IntArray]:
        """Return what is to stay of the next notifications and of those held back, and its places."""
        kept = self.repetitions.feed(notifications)
        if self.is_complete:
            kept += self.repetitions.finish()
        positions, _, left = zip(*kept, strict=True) if kept else ((), (), ())
        return left, np.array(positions, np.int64)


class SensorDecoder:
    """Decodes what one sensor sent, part by part.

    Parameters
    ----------
    path
        The session file, for what is to be said of it.
    sensor
        Whose packets they are.
    segments
        Rows of table ``segment``: number, sensor, reason.
    arrivals_ns
        (m,) arrivals of every stream of the session.

    Raises
    ------
    SessionFileError
        For a sensor this version does not know, or without the settings its decoder needs.
    """

    def __init__(
        self, path: Path, sensor: SensorInfo, *, segments: Rows, arrivals_ns: Mapping[Stream, IntArray]
    ) -> None:
        self._sensor = sensor
        self._joiner = SegmentJoiner()
        self._acc_only: list[DecodedSegment] = []
        try:
            self._kind = registry.device(sensor.device)
            self._nominal_rate_hz = sensor.settings.get(RATE_SETTING, self._kind.default_rate_hz)
            self._segments = {
                segment_id: ConnectionDecoder(
                    self._kind, sensor, segment_id=segment_id, reason=reason, arrivals_ns=arrivals_ns
                )
                for segment_id, sensor_id, reason in segments
                if sensor_id == sensor.sensor_id
            }
        except (UnknownSensorError, ValueError) as error:
            raise SessionFileError(f"{path}: {sensor.placement}: {error}; update runtall") from error
        self._notifications = sum(segment.notifications for segment in self._segments.values())
        self._joined = 0

    def feed(self, stream: Stream, payloads: Sequence[bytes]) -> None:
        """Decode the next notifications of a stream; those of other sensors and channels are passed over."""
        if stream.segment_id in self._segments:
            self._segments[stream.segment_id].feed(stream.channel, payloads)
            self._join_complete()

    def finish(
        self, battery_pct: int | None, calibration: AccelerometerCalibration | None = None
    ) -> SensorRecording:
        """Return everything the sensor sent, on the session's time line, and let go of it."""
        self._join_complete()
        sensor, kind = self._sensor, self._kind
        joined = self._joined_samples()
        return SensorRecording(
            placement=sensor.placement,
            device=sensor.device,
            name=sensor.name,
            nominal_rate_hz=self._nominal_rate_hz,
            acc_range_mps2=sensor.settings.get(ACC_RANGE_SETTING, kind.acc_range_mps2),
            gyr_range_radps=sensor.settings.get(GYR_RANGE_SETTING, kind.gyr_range_radps),
            gyr_late_s=kind.gyr_late_s,
            time_s=joined.time_s,
            acc_sensor_mps2=joined.acc_sensor_mps2,
            gyr_sensor_radps=joined.gyr_sensor_radps,
            clipped=joined.clipped,
            gaps=joined.gaps,
            segment_start=joined.segment_start,
            rejected_packets=joined.rejected_packets,
            repeated_notifications=joined.repeated_notifications,
            battery_pct=battery_pct,
            calibration=calibration,
        )

    def _joined_samples(self) -> JoinedSamples:
        """Return all whole samples, or all accelerations where not one came with angular rates."""
        joined = self._joiner.finish(has_gyroscope=self._kind.has_gyroscope)
        if len(joined.time_s) or not self._acc_only:
            return joined
        joiner = SegmentJoiner()
        for number, segment in enumerate(self._acc_only, 1):
            joiner.add(segment, number / len(self._acc_only))
        return joiner.finish(has_gyroscope=False)

    def _join_complete(self) -> None:
        """Join segments as soon as their turn comes: a day of many connections never lies there twice."""
        for segment_id, segment in list(self._segments.items()):
            if not segment.is_complete:
                break
            del self._segments[segment_id]
            self._joined += segment.notifications
            whole, acc_only = segment.finish()
            self._joiner.add(whole, self._joined / max(self._notifications, 1))
            if acc_only is not None:
                self._acc_only.append(acc_only)
