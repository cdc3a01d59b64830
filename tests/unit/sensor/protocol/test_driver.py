"""The standard battery service."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensor.errors import PacketError
from sensor.protocol.driver import BatteryLevel, encode_battery_level, parse_battery_level


@given(st.integers(0, 100))
def test_battery_levels_survive_the_way(percent):
    assert parse_battery_level(encode_battery_level(BatteryLevel(percent))) == BatteryLevel(percent)


@pytest.mark.parametrize("payload", [b"", b"\x65", b"\xff", b"\x10\x00"])
def test_what_is_no_percentage_is_refused(payload):
    with pytest.raises(PacketError, match="0 to 100"):
        parse_battery_level(payload)
