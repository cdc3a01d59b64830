"""Devices of the standard services made of software: heart-rate strap, foot pod, treadmill."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from bleak.uuids import normalize_uuid_16

from sensor.protocol import standard as wire
from sensor.virtual.radio.characteristics import device_information, notify_only, write_only
from sensor.virtual.radio.gatt import Service
from sensor.virtual.radio.medium import Medium
from sensor.virtual.radio.peripheral import VirtualPeripheral, now_s

INTERVAL_S = 1.0
"""Between two notifications, as the services recommend."""

CONTROL_POINT_UUID = normalize_uuid_16(0x2AD9)
"""Of a treadmill: what is written here moves the belt."""

IDENTITY = {"maker": "runtall", "model": "virtual", "serial": "0001", "firmware": "1.2"}
"""What such a device says of itself."""

Measure = Callable[[float], Sequence[bytes]]
"""Seconds since power-on to the notifications that are due."""


class VirtualStandard(VirtualPeripheral):
    """A device that tells something once a second while somebody is subscribed.

    Parameters
    ----------
    name
        Advertised name.
    service, characteristic
        Where it tells it, 128-bit.
    measure
        What it tells.
    battery_pct
        Battery level, percent.

    Attributes
    ----------
    written
        What was written to its control point: a device that is only listened to has nothing here.
    """

    def __init__(
        self, name: str, service: str, characteristic: str, measure: Measure, *, battery_pct: int = 100
    ) -> None:
        super().__init__(name, advertised_uuids=(service,), battery_pct=battery_pct)
        self.written: list[bytes] = []
        self._service = service
        self._measure = measure
        self._began_s = 0.0
        self._silent_until_s = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._measurement = notify_only(characteristic)
        self._control = write_only(CONTROL_POINT_UUID, self.written.append)

    def services(self) -> list[Service]:
        """Return battery, device information and the one service."""
        return [
            *super().services(),
            device_information(IDENTITY),
            Service(self._service, [self._measurement, self._control]),
        ]

    async def power_on(self, medium: Medium) -> None:
        """Join the air; time begins now."""
        self._began_s = now_s()
        self._schedule()
        await super().power_on(medium)

    async def power_off(self) -> None:
        """Leave the air for good."""
        if self._timer is not None:
            self._timer.cancel()
        await super().power_off()

    def pause(self, duration_s: float) -> None:
        """Tell nothing for a while although the link lives, as a pod does whose runner stands."""
        self._silent_until_s = now_s() + duration_s

    def _schedule(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(INTERVAL_S, self._tell)

    def _tell(self) -> None:
        self._schedule()
        if now_s() >= self._silent_until_s:
            for payload in self._measure(now_s() - self._began_s):
                self.notify(self._measurement, payload)


def heart_rate_strap(
    bpm_at: Callable[[float], float], name: str = "HRM 1", *, battery_pct: int = 100
) -> VirtualStandard:
    """Return a strap that feels skin; ``bpm_at`` maps seconds since power-on to beats per minute."""

    def measure(time_s: float) -> Sequence[bytes]:
        return [wire.encode_heart_rate(wire.HeartRate(round(bpm_at(time_s)), has_contact=True))]

    return VirtualStandard(
        name, wire.HEART_RATE_SERVICE_UUID, wire.HEART_RATE_UUID, measure, battery_pct=battery_pct
    )


def foot_pod(
    speed_mps_at: Callable[[float], float],
    way_m_at: Callable[[float], float] | None = None,
    name: str = "Foot Pod 1",
    *,
    cadence: int = 84,
) -> VirtualStandard:
    """Return a pod that counts strides.

    Parameters
    ----------
    speed_mps_at
        Seconds since power-on to speed, m/s.
    way_m_at
        The same to the way, m; None: it has no such counter.
    name
        Advertised name.
    cadence
        What it sends while running.
    """

    def measure(time_s: float) -> Sequence[bytes]:
        speed_mps = speed_mps_at(time_s)
        is_running = speed_mps > _WALKING_MPS
        way_m = None if way_m_at is None else way_m_at(time_s)
        measured = wire.RunningSpeed(
            speed_mps, cadence if is_running else 0, distance_m=way_m, is_running=is_running
        )
        return [wire.encode_running_speed(measured)]

    return VirtualStandard(name, wire.RUNNING_SERVICE_UUID, wire.RUNNING_UUID, measure)


def treadmill(
    speed_mps_at: Callable[[float], float],
    way_m_at: Callable[[float], float],
    name: str = "Treadmill 1",
    *,
    grade_pct: float = 1.0,
) -> VirtualStandard:
    """Return a treadmill that tells its slope and its way first and its speed in a second notification.

    Parameters
    ----------
    speed_mps_at, way_m_at
        Seconds since power-on to the belt's speed, m/s, and its way, m.
    name
        Advertised name.
    grade_pct
        Inclination.
    """

    def measure(time_s: float) -> Sequence[bytes]:
        way = wire.Treadmill(distance_m=round(way_m_at(time_s)), inclination_pct=grade_pct)
        belt = wire.Treadmill(speed_mps=speed_mps_at(time_s), elapsed_s=round(time_s))
        return [wire.encode_treadmill(way, has_more=True), wire.encode_treadmill(belt)]

    return VirtualStandard(name, wire.FITNESS_SERVICE_UUID, wire.TREADMILL_UUID, measure)


_WALKING_MPS = 2.0
"""Below this a pod says that its runner walks."""
