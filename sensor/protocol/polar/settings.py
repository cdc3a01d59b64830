"""Settings of a Polar measurement: number, count, values, in requests, answers and recorded files.

Source: Polar BLE SDK, ``PmdSetting`` and its unit tests. Little-endian throughout.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from enum import IntEnum

from sensor.errors import PacketError

KEY = "polar"

_LARGEST_SURPRISE = 2.0
"""A factor further than this from the usual one belongs to another range, or is damaged."""


class Setting(IntEnum):
    """Number of a setting in requests and answers."""

    RATE = 0
    RESOLUTION = 1
    RANGE = 2
    RANGE_MILLI = 3
    CHANNELS = 4
    FACTOR = 5
    SECURITY = 6


_SETTING_LAYOUT = {
    Setting.RATE: "H",
    Setting.RESOLUTION: "H",
    Setting.RANGE: "H",
    Setting.RANGE_MILLI: "I",
    Setting.CHANNELS: "B",
    Setting.FACTOR: "f",
    Setting.SECURITY: "16s",
}

SettingValues = Mapping[Setting, tuple[int | float | bytes, ...]]
"""Values of each setting: one where it is asked for, all that are offered where it is answered."""


def encode_settings(settings: SettingValues) -> bytes:
    """Encode settings as number, count, values."""
    return b"".join(
        struct.pack(f"<BB{_SETTING_LAYOUT[setting] * len(values)}", setting, len(values), *values)
        for setting, values in settings.items()
    )


def parse_settings(data: bytes) -> dict[Setting, tuple[int | float | bytes, ...]]:
    """Parse settings: number, count, values, again and again.

    Raises
    ------
    PacketError
        When a setting is unknown or cut.
    """
    found: dict[Setting, tuple[int | float | bytes, ...]] = {}
    offset = 0
    while offset < len(data):
        if data[offset] not in tuple(Setting):
            raise PacketError(KEY, f"unknown setting {data[offset]}", data)
        setting = Setting(data[offset])
        # Each setting is its number, how many values follow, and these, in a width that only its number
        # tells: an unknown one cannot be stepped over.
        count = data[offset + 1] if offset + 1 < len(data) else 0
        layout = struct.Struct("<" + _SETTING_LAYOUT[setting] * count)
        if not count or offset + 2 + layout.size > len(data):
            raise PacketError(KEY, f"setting {setting.name} is cut", data)
        found[setting] = layout.unpack_from(data, offset + 2)
        offset += 2 + layout.size
    return found


def told_factor(settings: SettingValues, usual: float) -> float:
    """Return what a count is worth, as settings tell; ``usual`` where samples come in the unit itself.

    Raises
    ------
    PacketError
        When it is nothing a count of this range can be worth.
    """
    (factor,) = settings.get(Setting.FACTOR, (1.0,))[:1]
    # 1 says that samples come in the unit itself, which the frame type says, too.
    if not isinstance(factor, float) or factor == 1.0:
        return usual
    if not usual / _LARGEST_SURPRISE < factor < usual * _LARGEST_SURPRISE:
        raise PacketError(
            KEY, f"a count cannot be worth {factor:g}, {usual:g} is usual", encode_settings(settings)
        )
    # Seven digits are what a float32 has: 0.07 is meant, not 0.07000000029802322.
    return float(f"{factor:.7g}")
