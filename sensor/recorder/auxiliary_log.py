"""The record of a device beside the motion sensors: written down like one, counted by notifications."""

from __future__ import annotations

from sensor.link.ble import Sighting
from sensor.protocol.driver import Settings
from sensor.protocol.registry import DeviceKind
from sensor.recorder.sensor_log import SensorLog
from sensor.samples import FloatArray


class AuxiliaryLog(SensorLog):
    """Writes down everything one device sends, untouched, and keeps count; words as of `SensorLog`."""

    def drain(self) -> FloatArray | None:
        """Count the readings since the last call; there is no motion to show."""
        if self._undecoded:
            self._counter.add(self._clock.now_s(), len(self._undecoded))
            self._undecoded = []
        return None

    def _add(self, sighting: Sighting, kind: DeviceKind, settings: Settings) -> int:
        return self._rows.add_beside(
            self.wish.placement, kind.key, name=sighting.name, address=sighting.address, settings=settings
        )
