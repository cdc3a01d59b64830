"""The newest samples of one sensor, in memory that does not grow with the session."""

from __future__ import annotations

import numpy as np

from analysis.signal.calibration import calibrated_sensor
from sensor.samples import FloatArray, LiveBlock, SensorRecording

_COLUMNS = 8
"""Time, specific force, angular rate, clipped."""

_FIRST_ROWS = 4096


class SampleBuffer:
    """Takes in the blocks of one sensor, and gives any recent stretch back as a recording.

    Parameters
    ----------
    placement
        Where the sensor is worn.

    Attributes
    ----------
    refused
        Why the last block that was left out was, in one line; empty while none was.
    last_s
        When the newest sample was taken; minus infinity before the first.
    """

    def __init__(self, placement: str) -> None:
        self.refused = ""
        self.last_s = -np.inf
        self._placement = placement
        self._rows = np.empty((_FIRST_ROWS, _COLUMNS))
        self._first = self._end = 0
        self._newest: LiveBlock | None = None

    def add(self, block: LiveBlock) -> bool:
        """Take in a block; one that cannot be true is left out as a whole, which `refused` tells."""
        why = self._fault(block)
        if why:
            self.refused = f"samples of the sensor at {self._placement} were left out: {why}"
            return False
        count = len(block.time_s)
        if count == 0:
            return False
        self._make_room(count)
        rows = self._rows[self._end : self._end + count]
        rows[:, 0], rows[:, 1:4] = block.time_s, block.acc_sensor_mps2
        rows[:, 4:7] = 0.0 if block.gyr_sensor_radps is None else block.gyr_sensor_radps
        rows[:, 7] = False if block.clipped is None else block.clipped
        self._end += count
        self.last_s = float(block.time_s[-1])
        self._newest = block
        return True

    def forget_before(self, time_s: float) -> None:
        """Let go of what was taken before a time."""
        self._first += int(np.searchsorted(self._time_s, time_s))

    def newest_before(self, time_s: float) -> float:
        """Return when the last sample before a time was taken; minus infinity without one."""
        at = int(np.searchsorted(self._time_s, time_s))
        return float(self._time_s[at - 1]) if at else -np.inf

    def between(self, start_s: float, end_s: float) -> SensorRecording | None:
        """Return what was taken from ``start_s`` on and before ``end_s``; None where nothing was."""
        a, b = np.searchsorted(self._time_s, (start_s, end_s)).tolist()
        newest = self._newest
        if newest is None or a == b:
            return None
        rows = self._rows[self._first + a : self._first + b]
        return calibrated_sensor(
            SensorRecording(
                placement=self._placement,
                device="live",
                name=f"the sensor at {self._placement}",
                nominal_rate_hz=None,
                acc_range_mps2=None,
                gyr_range_radps=None,
                gyr_late_s=newest.gyr_late_s,
                time_s=rows[:, 0],
                acc_sensor_mps2=rows[:, 1:4],
                gyr_sensor_radps=None if newest.gyr_sensor_radps is None else rows[:, 4:7],
                clipped=rows[:, 7] > 0.0,
                gaps=(),
                segment_start=np.zeros(1, dtype=np.int64),
                calibration=newest.calibration,
            )
        )

    @property
    def rows(self) -> int:
        """How many samples there is room for."""
        return len(self._rows)

    @property
    def first_s(self) -> float:
        """When the oldest sample that is kept was taken."""
        return float(self._time_s[0])

    @property
    def has_rates(self) -> bool:
        """Whether angular rates come."""
        return self._newest is not None and self._newest.gyr_sensor_radps is not None

    def first_from(self, time_s: float) -> float:
        """Return when the first sample from a time on was taken; the newest's where none was."""
        at = int(np.searchsorted(self._time_s, time_s))
        return float(self._time_s[min(at, len(self._time_s) - 1)])

    @property
    def _time_s(self) -> FloatArray:
        return self._rows[self._first : self._end, 0]

    def _make_room(self, count: int) -> None:
        """Move what is kept to the front once the end is reached, into more room where it is little."""
        if self._end + count <= len(self._rows):
            return
        kept = self._rows[self._first : self._end]
        room = len(self._rows)
        while room < 2 * len(kept) + count:
            room *= 2
        rows = np.empty((room, _COLUMNS))
        rows[: len(kept)] = kept
        self._rows, self._first, self._end = rows, 0, len(kept)

    def _fault(self, block: LiveBlock) -> str:
        """Return what is wrong with a block, empty where nothing is."""
        count, gyr = len(block.time_s), block.gyr_sensor_radps
        shapes = [block.acc_sensor_mps2.shape] + ([] if gyr is None else [gyr.shape])
        if any(shape != (count, 3) for shape in shapes):
            return f"{count} times for values of shape {' and '.join(map(str, shapes))}"
        if not np.isfinite(block.time_s).all():
            return "times that are not finite"
        if not (np.isfinite(block.acc_sensor_mps2).all() and (gyr is None or np.isfinite(gyr).all())):
            return "values that are not finite"
        times_s = np.append(self.last_s, block.time_s)
        if not (np.diff(times_s) > 0.0).all():
            return f"time does not increase after {times_s[int(np.argmin(np.diff(times_s) > 0.0))]:.3f} s"
        if self._newest is not None and (gyr is None) != (self._newest.gyr_sensor_radps is None):
            return "angular rates come only now and then"
        return ""
