"""What there is to know of one kind of sensor beside its driver: a row of the registry."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sensor.clock.timeline import ClockSpec
from sensor.protocol.driver import Driver, Settings, StreamDecoder
from sensor.protocol.repetition import Numbered, Numbering

OLD_FIRMWARE = (
    "it lacks a service that its kind should have; is its firmware up to date? The maker's app updates it"
)


@dataclass(frozen=True, slots=True)
class SecondStream:
    """Angular rates that come apart from the accelerations.

    Parameters
    ----------
    characteristic
        Whose notifications they are; can be that of the accelerations.
    make_decoder
        Makes the decoder for one connection; in its blocks the accelerations are NaN.
    """

    characteristic: str
    make_decoder: Callable[[Settings], StreamDecoder]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceKind:
    """One kind of sensor.

    Parameters
    ----------
    key
        Name in session files.
    title
        Name for people.
    name_pattern
        What its advertised name matches; None for what has no radio.
    service_uuids
        Advertised services that no other product has, 128-bit lower case: they tell it whatever its name,
        which a runner may have changed.
    shared_service_uuids
        Advertised services that others have, too; they tell it only where no name is advertised.
    alternative_uuids
        Characteristic to the one that some firmware has in its stead.
    data_characteristic
        Characteristic whose notifications are the sample stream; empty for what has no radio.
    clock
        How it tells time.
    rates_hz, default_rate_hz
        Nominal rates it can stream at; None where the rate is whatever the file has.
    acc_range_mps2, gyr_range_radps
        Full scale while streaming, None where unknown.
    gyr_late_s
        How much later than the accelerometer sample of a row its gyroscope sample is taken.
    has_gyroscope
        False where it never has one.
    gyroscope
        Where angular rates come as a stream of their own; None where each packet holds both.
    numbering
        What tells a notification from a repetition of it.
    lacking
        What to say of one that calls itself so and has not the characteristics of its kind.
    make_driver
        Makes the conversation for one connection at a nominal rate; None for what has no radio.
    make_decoder
        Makes the decoder for one connection from the driver's `Settings`.
    stored_bytes_per_s
        How much a session file grows by it at its default rate, bytes per second; 0 for what has no radio.
    """

    key: str
    title: str
    name_pattern: re.Pattern[str] | None
    service_uuids: tuple[str, ...] = ()
    shared_service_uuids: tuple[str, ...] = ()
    alternative_uuids: Mapping[str, str] = field(default_factory=dict)
    data_characteristic: str
    clock: ClockSpec
    rates_hz: tuple[float, ...]
    default_rate_hz: float | None
    acc_range_mps2: float | None
    gyr_range_radps: float | None
    gyr_late_s: float = 0.0
    has_gyroscope: bool = True
    gyroscope: SecondStream | None = None
    numbering: Numbering = field(default_factory=Numbered)
    lacking: str = OLD_FIRMWARE
    make_driver: Callable[[float], Driver] | None
    make_decoder: Callable[[Settings], StreamDecoder]
    stored_bytes_per_s: float = 0.0
