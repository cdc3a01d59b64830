"""Devices beside the motion sensors: heart-rate strap, foot pod, treadmill. They are listened to only."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from sensor.clock.timeline import ClockSpec
from sensor.errors import PacketError
from sensor.protocol.device_kind import DeviceKind
from sensor.protocol.driver import (
    BATTERY_LEVEL_UUID,
    DriverEvent,
    Settings,
    StreamPacket,
    Unreadable,
    Write,
    parse_battery_level,
)
from sensor.protocol.standard import (
    FITNESS_SERVICE_UUID,
    HEART_RATE_SERVICE_UUID,
    HEART_RATE_UUID,
    RUNNING_SERVICE_UUID,
    RUNNING_UUID,
    TREADMILL_UUID,
    parse_heart_rate,
    parse_running_speed,
    parse_treadmill,
    steps_per_minute,
)
from sensor.samples import SampleBlock

SOURCES = {HEART_RATE_UUID: "heart-rate strap", RUNNING_UUID: "foot pod", TREADMILL_UUID: "treadmill"}
"""Characteristic to what measures it, in the words of `sensor.samples.Track`."""

SERVICES = {
    HEART_RATE_SERVICE_UUID: SOURCES[HEART_RATE_UUID],
    RUNNING_SERVICE_UUID: SOURCES[RUNNING_UUID],
    FITNESS_SERVICE_UUID: SOURCES[TREADMILL_UUID],
}
"""Advertised service to the same."""

Reading = tuple[str, float]
"""Quantity of a `sensor.samples.Track`, and its value in the unit the quantity names."""


def parse_readings(channel: str, payload: bytes) -> tuple[Reading, ...]:
    """Return what one notification tells; nothing for a channel that is none of `SOURCES`.

    Parts of a treadmill's reading that come in two notifications tell their quantities one by one.

    Raises
    ------
    PacketError
        When the notification does not fit its layout.
    """
    parse = _PARSERS.get(channel)
    return parse(payload) if parse else ()


def _heart_rate(payload: bytes) -> tuple[Reading, ...]:
    measured = parse_heart_rate(payload)
    # Without skin contact straps go on telling the last value, or nought.
    if measured.has_contact is False or not measured.bpm:
        return ()
    return (("heart_rate_bpm", float(measured.bpm)),)


def _running(payload: bytes) -> tuple[Reading, ...]:
    measured = parse_running_speed(payload)
    readings = [("speed_mps", measured.speed_mps), ("cadence_spm", float(steps_per_minute(measured)))]
    if measured.distance_m is not None:
        readings.append(("distance_m", measured.distance_m))
    return tuple(readings)


def _treadmill(payload: bytes) -> tuple[Reading, ...]:
    shown, _ = parse_treadmill(payload)
    told = {
        "speed_mps": shown.speed_mps,
        "distance_m": shown.distance_m,
        "grade_pct": shown.inclination_pct,
        # Nought is how a treadmill says that nobody holds its handles.
        "heart_rate_bpm": shown.heart_rate_bpm or None,
    }
    return tuple((quantity, float(value)) for quantity, value in told.items() if value is not None)


_PARSERS: dict[str, Callable[[bytes], tuple[Reading, ...]]] = {
    HEART_RATE_UUID: _heart_rate,
    RUNNING_UUID: _running,
    TREADMILL_UUID: _treadmill,
}


class BesideDriver:
    """The conversation with a device of the standard services: subscriptions, and nothing is ever written."""

    notify_characteristics = (*SOURCES, BATTERY_LEVEL_UUID)

    @property
    def settings(self) -> Settings:
        """Nothing: the layouts say everything themselves."""
        return {}

    def start(self, utc_us: int) -> tuple[Write, ...]:
        """Return nothing: such devices send as soon as they are subscribed to."""
        return ()

    def poll(self) -> tuple[Write, ...]:
        """Return nothing."""
        return ()

    def stop(self) -> tuple[Write, ...]:
        """Return nothing."""
        return ()

    def receive(self, characteristic: str, payload: bytes) -> tuple[DriverEvent, ...]:
        """Understand one notification; never raises for what a device sends."""
        try:
            if characteristic == BATTERY_LEVEL_UUID:
                return (parse_battery_level(payload),)
            parse_readings(characteristic, payload)
        except PacketError as error:
            return (Unreadable(error),)
        return (StreamPacket(),)


class NoSamples:
    """The stream decoder of a device that has no motion sensor."""

    rejected = 0

    def __init__(self, settings: Settings) -> None:
        pass

    def feed(self, notifications: Sequence[bytes]) -> SampleBlock:
        """Return no samples."""
        none = np.empty(0, np.int64)
        return SampleBlock(
            notification=none,
            ticks=none,
            count=none,
            acc_sensor_mps2=np.empty((0, 3)),
            gyr_sensor_radps=None,
            clipped=np.empty(0, np.bool_),
        )


BESIDE = DeviceKind(
    key="standard",
    title="device of the standard services",
    name_pattern=None,
    service_uuids=tuple(SERVICES),
    data_characteristic="",
    clock=ClockSpec(tick_hz=1.0, wrap_bits=None, is_session_time=True),
    rates_hz=(1.0,),
    default_rate_hz=1.0,
    acc_range_mps2=None,
    gyr_range_radps=None,
    has_gyroscope=False,
    lacking="it has no data to subscribe to: no heart rate, no running speed, no treadmill",
    make_driver=lambda _: BesideDriver(),
    make_decoder=NoSamples,
    stored_bytes_per_s=100,
)
"""What the recorder must know of all of them. No row of the registry, whose rows are motion sensors."""
