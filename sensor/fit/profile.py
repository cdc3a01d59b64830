"""The messages and fields that an activity needs, by name, with their scale: a message from values in SI."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import IntEnum
from typing import NamedTuple

import numpy as np

from sensor.fit.base_types import BaseType, raw_numbers
from sensor.fit.encoding import Field, Message
from sensor.samples import FloatArray

FIT_EPOCH_S = 631_065_600.0
"""1989-12-31 in seconds since 1970: where FIT begins to count, and where a watch without a date stays."""

_SEMICIRCLES_PER_DEGREE = 2**31 / 180.0


class Number(IntEnum):
    """Global number of a message."""

    FILE_ID = 0
    SESSION = 18
    LAP = 19
    RECORD = 20
    EVENT = 21
    ACTIVITY = 34
    FIELD_DESCRIPTION = 206
    DEVELOPER_DATA_ID = 207


class _Known(NamedTuple):
    number: int
    base: BaseType
    scale: float = 1.0
    offset: float = 0.0


def _time(number: int) -> _Known:
    return _Known(number, BaseType.UINT32, offset=-FIT_EPOCH_S)


_TIMESTAMP = {"timestamp": _time(253)}
_EVENT = {"event": _Known(0, BaseType.ENUM), "event_type": _Known(1, BaseType.ENUM)}
_SUMMARY = {
    **_TIMESTAMP,
    **_EVENT,
    "start_time": _time(2),
    "total_elapsed_time": _Known(7, BaseType.UINT32, 1000.0),
    "total_timer_time": _Known(8, BaseType.UINT32, 1000.0),
    "total_distance": _Known(9, BaseType.UINT32, 100.0),
}

FIELDS: Mapping[Number, Mapping[str, _Known]] = {
    Number.FILE_ID: {
        "type": _Known(0, BaseType.ENUM),
        "manufacturer": _Known(1, BaseType.UINT16),
        "product": _Known(2, BaseType.UINT16),
        "serial_number": _Known(3, BaseType.UINT32Z),
        "time_created": _time(4),
        "product_name": _Known(8, BaseType.STRING),
    },
    Number.SESSION: {
        **_SUMMARY,
        "sport": _Known(5, BaseType.ENUM),
        "sub_sport": _Known(6, BaseType.ENUM),
        "first_lap_index": _Known(25, BaseType.UINT16),
        "num_laps": _Known(26, BaseType.UINT16),
    },
    Number.LAP: {**_SUMMARY, "sport": _Known(25, BaseType.ENUM)},
    Number.RECORD: {
        **_TIMESTAMP,
        "position_lat": _Known(0, BaseType.SINT32, _SEMICIRCLES_PER_DEGREE),
        "position_long": _Known(1, BaseType.SINT32, _SEMICIRCLES_PER_DEGREE),
        "heart_rate": _Known(3, BaseType.UINT8),
        "cadence": _Known(4, BaseType.UINT8),
        "distance": _Known(5, BaseType.UINT32, 100.0),
        "fractional_cadence": _Known(53, BaseType.UINT8, 128.0),
        "enhanced_speed": _Known(73, BaseType.UINT32, 1000.0),
        "enhanced_altitude": _Known(78, BaseType.UINT32, 5.0, 500.0),
    },
    Number.EVENT: {**_TIMESTAMP, **_EVENT},
    Number.ACTIVITY: {
        **_TIMESTAMP,
        "total_timer_time": _Known(0, BaseType.UINT32, 1000.0),
        "num_sessions": _Known(1, BaseType.UINT16),
        "type": _Known(2, BaseType.ENUM),
        "event": _Known(3, BaseType.ENUM),
        "event_type": _Known(4, BaseType.ENUM),
    },
    Number.FIELD_DESCRIPTION: {
        "developer_data_index": _Known(0, BaseType.UINT8),
        "field_definition_number": _Known(1, BaseType.UINT8),
        "fit_base_type_id": _Known(2, BaseType.UINT8),
        "field_name": _Known(3, BaseType.STRING),
        "units": _Known(8, BaseType.STRING),
    },
    Number.DEVELOPER_DATA_ID: {
        "application_id": _Known(1, BaseType.BYTE),
        "developer_data_index": _Known(3, BaseType.UINT8),
    },
}
"""From the published profile. Raw = (value + offset) × scale."""


def message(
    kind: Number, developer: Sequence[Field] = (), /, **values: float | str | bytes | FloatArray
) -> Message:
    """Return a message of the profile.

    Parameters
    ----------
    kind
        Which one.
    developer
        Developer fields, with as many rows.
    values
        By the names of `FIELDS`, in SI, degrees and beats or strides a minute: (n,) of them or one; NaN where
        not known. Times are seconds since 1970 in UTC. Strings and bytes stand for one row.
    """
    known = FIELDS[kind]
    return Message(kind, (*(_field(known[name], value) for name, value in values.items()), *developer))


def _field(known: _Known, value: float | str | bytes | FloatArray) -> Field:
    if isinstance(value, str):
        octets = value.encode()
        return Field(known.number, known.base, np.array([octets], dtype=f"S{len(octets) + 1}"))
    if isinstance(value, bytes):
        return Field(known.number, known.base, np.frombuffer(value, dtype=np.uint8)[None, :])
    raw = raw_numbers(known.base, np.atleast_1d(value), scale=known.scale, offset=known.offset)
    return Field(known.number, known.base, raw)
