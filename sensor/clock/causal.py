"""Device time to the host's time line while packets still come: `fit_streams` over the newest of them.

The fit of a whole connection knows its quickest packets; one that goes on learns of them one by one. Times
that were told stay; what comes after joins them without a step, and slides to where the newest fit has it.
"""

from __future__ import annotations

import numpy as np

from sensor.clock.timeline import ClockSpec, fit_streams
from sensor.samples import FloatArray, IntArray, SampleBlock

WINDOW_S = 30.0
"""How much of the newest past is fitted: the quickest of some hundred packets was hardly delayed."""

SLIDE = 0.005
"""How fast, as a share of time, what is told approaches the fit: 5 ms a second, which no cadence shows."""

FAR_S, FAST_SLIDE = 0.05, 0.2
"""Further off than a radio's delay the slide is faster: the very first packet may have been held back."""

LEAP_S = 0.25
"""A fit that lies this much later than what was told is followed at once: the sensor was silent meanwhile."""

LEAST_STEP_S = 1e-4
"""The first sample of a connection comes at least this much after the last of the one before."""


class CausalClock:
    """Dates the samples of one connection, packet by packet.

    Parameters
    ----------
    spec
        How the device tells time.
    nominal_rate_hz
        The rate that was asked for.
    after_s
        When the last sample of the connection before was taken; minus infinity without one.
    """

    def __init__(self, spec: ClockSpec, nominal_rate_hz: float | None, *, after_s: float) -> None:
        self._spec = spec
        self._nominal_rate_hz = nominal_rate_hz
        self._last_s = after_s
        self._is_first = True
        self._ticks: IntArray = np.zeros(0, np.int64)
        self._count: IntArray = np.zeros(0, np.int64)
        self._arrival_s: FloatArray = np.zeros(0)

    def date(self, block: SampleBlock, arrival_s: FloatArray) -> FloatArray:
        """Return the (n,) times of the samples of the next packets, rising, s of the session.

        Parameters
        ----------
        block
            The packets.
        arrival_s
            (m,) arrival of every notification that was fed to the decoder for them.
        """
        count = int(block.count.sum())
        if count == 0:
            return np.zeros(0)
        self._remember(block, arrival_s)
        (times,) = fit_streams(
            [self._packets(block)],
            [self._arrival_s],
            spec=self._spec,
            nominal_rate_hz=self._nominal_rate_hz,
        )
        fitted_s = times.time_s
        told_s = self._joined(fitted_s[-count:], fitted_s[-count - 1] if len(fitted_s) > count else None)
        self._last_s, self._is_first = float(told_s[-1]), False
        return told_s

    def _joined(self, fitted_s: FloatArray, before_s: float | None) -> FloatArray:
        """Let new times go on from the last that was told; ``before_s`` is where the fit has that one."""
        if self._is_first or before_s is None:
            off_s, since_s = max(self._last_s + LEAST_STEP_S - fitted_s[0], 0.0), fitted_s - fitted_s[0]
        else:
            off_s, since_s = self._last_s - before_s, fitted_s - before_s
        if off_s < -LEAP_S:
            return fitted_s
        far_s = max(abs(off_s) - FAR_S, 0.0)
        slid_s = np.minimum(FAST_SLIDE * since_s, far_s)
        slid_s += SLIDE * np.maximum(since_s - far_s / FAST_SLIDE, 0.0)
        return np.asarray(fitted_s + np.sign(off_s) * np.maximum(abs(off_s) - slid_s, 0.0))

    def _remember(self, block: SampleBlock, arrival_s: FloatArray) -> None:
        arrived_s = np.append(self._arrival_s, np.asarray(arrival_s)[block.notification])
        kept = arrived_s >= arrived_s.max() - WINDOW_S
        # The packet before is kept whatever its age: it tells where the times go on from.
        kept[max(len(self._arrival_s) - 1, 0) :] = True
        self._arrival_s = arrived_s[kept]
        self._ticks = np.append(self._ticks, block.ticks)[kept]
        self._count = np.append(self._count, block.count)[kept]

    def _packets(self, newest: SampleBlock) -> SampleBlock:
        """Return the packets that are remembered, as `fit_streams` reads them: by their times alone."""
        samples = int(self._count.sum())
        return SampleBlock(
            notification=np.arange(len(self._count)),
            ticks=self._ticks,
            count=self._count,
            acc_sensor_mps2=np.empty((samples, 0)),
            gyr_sensor_radps=None,
            clipped=np.empty(0, dtype=bool),
            # Whether packets are numbered is all that is asked.
            sequence=None if newest.sequence is None else self._ticks,
        )
