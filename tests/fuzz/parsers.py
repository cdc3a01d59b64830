"""Every function that understands single values: bytes in, a value or a `PacketError` out."""

from __future__ import annotations

import inspect
import pkgutil
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from importlib import import_module
from typing import get_type_hints

import sensor.protocol
from sensor.errors import PacketError
from sensor.protocol.auxiliary import SOURCES, parse_readings
from sensor.protocol.metamotion import control as metamotion
from sensor.protocol.movesense import control as movesense_gsp
from sensor.protocol.movesense import frames as movesense
from sensor.protocol.movesense import sbem
from sensor.protocol.polar.control import Measurement
from sensor.protocol.polar.frames import decode_frames
from sensor.protocol.polar.psftp import FrameReader
from tests.fuzz.framing import split_messages

Parser = Callable[[bytes], object]


def found_parsers() -> Iterator[Parser]:
    """Yield every public function of the protocols that takes nothing but bytes and understands them."""
    for module in sorted(info.name for info in pkgutil.iter_modules(sensor.protocol.__path__)):
        members = inspect.getmembers(import_module(f"sensor.protocol.{module}"), inspect.isfunction)
        for name, function in members:
            is_own = function.__module__ == f"sensor.protocol.{module}"
            if is_own and name.startswith(("parse_", "decode_", "read_")) and _takes_bytes_alone(function):
                yield function


def _takes_bytes_alone(function: Callable[..., object]) -> bool:
    hints = get_type_hints(function)
    hints.pop("return", None)
    return list(hints.values()) == [bytes]


def _unfold(data: bytes) -> object:
    """Describe numbers by an input's messages, then unfold them all."""
    described = dict(sbem.parse_descriptor(message) for message in split_messages(data))
    return [sbem.unfold(number, described) for number in described]


def _replies(data: bytes) -> object:
    """Put an input's messages together as frames of one reply."""
    reader = FrameReader()
    return [reader.take(frame) for frame in split_messages(data)]


_PATHS = ("/Meas/IMU6/104", "/Meas/IMU9/52", "/Meas/IMU6m/13", "/Meas/Acc/208")

PARSERS: tuple[Parser, ...] = (
    *found_parsers(),
    lambda data: movesense_gsp.parse_response(movesense_gsp.parse_notification(data)),
    *(partial(movesense.decode_measurement, path) for path in _PATHS),
    *(partial(parse_readings, channel) for channel in SOURCES),
    _unfold,
    _replies,
    lambda data: decode_frames(split_messages(data), Measurement.GYRO),
    lambda data: metamotion.decode_vectors(split_messages(data), metamotion.GYR_MODULE),
)


def check_parsers(data: bytes) -> None:
    """Hand one input to every parser: cheap, and bytes that one understands are strange to the others."""
    for parse in PARSERS:
        with suppress(PacketError):
            value = parse(data)
            if isinstance(value, Iterator):
                deque(value, maxlen=0)
