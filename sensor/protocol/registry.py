"""Every supported kind of sensor, as data: what differs between devices is a row here."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sensor.clock import ClockSpec
from sensor.errors import UnknownSensorError
from sensor.protocol import movesense, open_profile
from sensor.protocol.driver import Driver, Settings, StreamDecoder
from sensor.protocol.movesense_driver import MovesenseDriver
from sensor.protocol.movesense_stream import MovesenseDecoder
from sensor.protocol.open_profile_stream import ImportDecoder


@dataclass(frozen=True, slots=True)
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
        Advertised services that tell it apart, 128-bit lower case; used only where no name is advertised.
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
    make_driver
        Makes the conversation for one connection at a nominal rate; None for what has no radio.
    make_decoder
        Makes the decoder for one connection from the driver's `Settings`.
    """

    key: str
    title: str
    name_pattern: re.Pattern[str] | None
    service_uuids: tuple[str, ...]
    data_characteristic: str
    clock: ClockSpec
    rates_hz: tuple[float, ...]
    default_rate_hz: float | None
    acc_range_mps2: float | None
    gyr_range_radps: float | None
    gyr_late_s: float
    has_gyroscope: bool
    make_driver: Callable[[float], Driver] | None
    make_decoder: Callable[[Settings], StreamDecoder]


DEVICES = (
    DeviceKind(
        key=movesense.KEY,
        title="Movesense",
        name_pattern=re.compile(r"Movesense\b.*"),
        service_uuids=movesense.ADVERTISED_UUIDS,
        data_characteristic=movesense.DATA_UUID,
        clock=ClockSpec(tick_hz=1000, wrap_bits=32),
        rates_hz=movesense.RATES_HZ,
        default_rate_hz=104,
        acc_range_mps2=movesense.ACC_RANGE_MPS2,
        gyr_range_radps=movesense.GYR_RANGE_RADPS,
        gyr_late_s=0.0,
        has_gyroscope=True,
        make_driver=MovesenseDriver,
        make_decoder=MovesenseDecoder,
    ),
    DeviceKind(
        key=open_profile.IMPORT_KEY,
        title="imported file",
        name_pattern=None,
        service_uuids=(),
        data_characteristic="",
        clock=ClockSpec(tick_hz=1_000_000, wrap_bits=None, is_session_time=True),
        rates_hz=(),
        default_rate_hz=None,
        acc_range_mps2=None,
        gyr_range_radps=None,
        gyr_late_s=0.0,
        has_gyroscope=True,
        make_driver=None,
        make_decoder=ImportDecoder,
    ),
)
"""Every supported kind of sensor, the ones with a radio first."""


def device(key: str) -> DeviceKind:
    """Return the row of a key.

    Raises
    ------
    UnknownSensorError
        When there is none; the message lists those there are.
    """
    for kind in DEVICES:
        if kind.key == key:
            return kind
    known = ", ".join(kind.key for kind in DEVICES)
    raise UnknownSensorError(f"unknown kind of sensor {key!r}: this version knows {known}")


def identify(name: str | None, service_uuids: Iterable[str] = ()) -> DeviceKind | None:
    """Tell from an advertisement what kind of sensor it is, or None.

    Parameters
    ----------
    name
        Advertised name; decides where there is one, because makers share service numbers between products.
    service_uuids
        Advertised services, 128-bit.
    """
    with_radio = [kind for kind in DEVICES if kind.name_pattern is not None]
    if name:
        return next((k for k in with_radio if k.name_pattern and k.name_pattern.fullmatch(name)), None)
    offered = {uuid.lower() for uuid in service_uuids}
    return next((kind for kind in with_radio if offered.intersection(kind.service_uuids)), None)
