"""All connections of one sensor, from its packets to its recording."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from sensor.errors import SessionFileError, UnknownSensorError
from sensor.protocol import registry
from sensor.samples import IntArray, SensorRecording
from sensor.session.decoding import SegmentDecoder
from sensor.session.info import SensorInfo
from sensor.session.joining import SegmentJoiner
from sensor.session.packets import Stream
from sensor.session.rows_hash import Rows
from sensor.session.schema import ACC_RANGE_SETTING, GYR_RANGE_SETTING, RATE_SETTING
from sensor.session.soundness import shorten

_NO_ARRIVALS = np.empty(0, np.int64)


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
        self, path: Path, sensor: SensorInfo, segments: Rows, arrivals_ns: Mapping[Stream, IntArray]
    ) -> None:
        self._sensor = sensor
        self._joiner = SegmentJoiner()
        try:
            self._kind = registry.device(sensor.device)
            self._nominal_rate_hz = sensor.settings.get(RATE_SETTING, self._kind.default_rate_hz)
            self._segments = {
                stream: SegmentDecoder(
                    self._kind.make_decoder(sensor.settings),
                    self._kind.clock,
                    self._nominal_rate_hz,
                    shorten(reason),
                    arrivals_ns.get(stream, _NO_ARRIVALS),
                )
                for segment_id, sensor_id, reason in segments
                if sensor_id == sensor.sensor_id
                for stream in [Stream(segment_id, self._kind.data_characteristic)]
            }
        except (UnknownSensorError, ValueError) as error:
            raise SessionFileError(f"{path}: {sensor.placement}: {error}; update runtall") from error
        self._notifications = sum(segment.notifications for segment in self._segments.values())
        self._joined = 0

    def feed(self, stream: Stream, payloads: Sequence[bytes]) -> None:
        """Decode the next notifications of a stream; those of other sensors and channels are passed over."""
        if stream in self._segments:
            self._segments[stream].feed(payloads)
            self._join_complete()

    def finish(self, battery_pct: int | None) -> SensorRecording:
        """Return everything the sensor sent, on the session's time line, and let go of it."""
        self._join_complete()
        sensor, kind = self._sensor, self._kind
        joined = self._joiner.finish(has_gyroscope=kind.has_gyroscope)
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
            battery_pct=battery_pct,
        )

    def _join_complete(self) -> None:
        """Join segments as soon as their turn comes: a day of many connections never lies there twice."""
        for stream, segment in list(self._segments.items()):
            if not segment.is_complete:
                break
            del self._segments[stream]
            self._joined += segment.notifications
            self._joiner.add(segment.finish(), self._joined / max(self._notifications, 1))
