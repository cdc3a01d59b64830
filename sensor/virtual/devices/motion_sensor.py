"""What every motion sensor made of software has in common: a motion, its oscillators, and its faults."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from sensor.samples import FloatArray, IntArray
from sensor.virtual.devices.packet_stream import PacketStream
from sensor.virtual.devices.sampling import Readings, SampleTimes, SensorClock
from sensor.virtual.radio.medium import Medium
from sensor.virtual.radio.peripheral import VirtualPeripheral, now_s


class VirtualMotionSensor(VirtualPeripheral):
    """A sensor exposed to a given motion.

    The motion goes on whether or not anyone listens: what is sampled without a stream is lost, as on a real
    sensor. Before the motion begins and after it ends the sensor stands still.

    Parameters
    ----------
    name
        Advertised name.
    readings
        What it reads of the motion.
    times
        When it samples: rate and error; the motion begins at power-on.
    clock
        Its counter: frequency, error and what it reads at power-on.
    advertised_uuids, battery_pct, mtu
        As for `VirtualPeripheral`.

    Attributes
    ----------
    streams_without_link
        Whether what was started goes on when its link breaks.
    """

    streams_without_link = False

    def __init__(
        self,
        name: str,
        *,
        readings: Readings,
        times: SampleTimes,
        clock: SensorClock,
        advertised_uuids: tuple[str, ...] = (),
        battery_pct: int = 100,
        mtu: int = 247,
    ) -> None:
        super().__init__(name, advertised_uuids=advertised_uuids, battery_pct=battery_pct, mtu=mtu)
        self._readings = readings
        self._times = times
        self._clock = clock
        self._streams: dict[int, PacketStream] = {}
        self._refuses_until_s = -math.inf

    @property
    def is_refusing(self) -> bool:
        """Whether it does nothing it is asked for."""
        return now_s() < self._refuses_until_s

    async def power_on(self, medium: Medium) -> None:
        """Join the air; counter and motion start now."""
        self.restart_clock(self._clock.start_ticks)
        self.begin()
        await super().power_on(medium)

    def begin(self) -> None:
        """Let the motion start, or start again, now; open streams go on with its next sample."""
        self._times = SampleTimes(now_s(), self._times.rate_hz, self._times.error_ppm)
        for stream in self._streams.values():
            stream.start(self._times)

    def follow(self, run_time_s: Callable[[FloatArray], FloatArray]) -> None:
        """Feel at (n,) loop times what the motion holds where ``run_time_s`` says, s from its beginning."""

        def rows_of(first: int, count: int) -> IntArray:
            times = self._times
            rows = np.rint(run_time_s(times.times_s(first, count)) * times.rate_hz)
            return np.asarray(rows, dtype=np.int64)

        self._readings.follow(rows_of)

    def restart_clock(self, start_ticks: int = 0) -> None:
        """Let the counter read ``start_ticks`` now."""
        self._clock = SensorClock(now_s(), self._clock.tick_hz, start_ticks, self._clock.error_ppm)

    def reboot(self) -> None:
        """Restart: link and streams are lost, the counter restarts at 0; the motion goes on."""
        super().reboot()
        self.drop_streams()
        self.restart_clock()
        self._refuses_until_s = -math.inf

    def refuse(self, duration_s: float = math.inf) -> None:
        """End all streams and do nothing that is asked for, until then or a restart, while the link lives."""
        self._refuses_until_s = now_s() + duration_s
        self.drop_streams()

    def drop_streams(self) -> None:
        """Stop all streams without a word while the link lives."""
        for key in tuple(self._streams):
            self._close_stream(key)

    def disconnected(self) -> None:
        """Forget the streams of the link that is gone, unless they need none."""
        super().disconnected()
        if not self.streams_without_link:
            self.drop_streams()

    def _open_stream(self, key: int, samples: int, send: Callable[[int], None]) -> None:
        """Start a stream with the next sample; ``send`` gets the index of each packet's first one."""
        stream = self._streams[key] = PacketStream(samples, send)
        stream.start(self._times)

    def _close_stream(self, key: int) -> None:
        """End a stream; what is not yet a whole packet is never sent."""
        self._streams.pop(key).stop()

    def _ticks(self, index: int) -> int:
        """Return what the counter reads when a sample is taken; not wrapped."""
        return self._clock.read(self._times.time_s(index))
