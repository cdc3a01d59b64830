"""Pieces of a recording, and what the sensor is told to record."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensor.errors import PacketError
from sensor.protocol.memory import Piece
from sensor.protocol.movesense.memory import MEMORY_BYTES, encode_config, encode_piece, parse_piece


@given(st.integers(0, MEMORY_BYTES - 200), st.binary(max_size=200))
def test_pieces_survive_the_way(offset: int, data: bytes) -> None:
    assert parse_piece(encode_piece(Piece(offset, data))) == Piece(offset, data)


@pytest.mark.parametrize("body", [b"", b"\0\0\0", MEMORY_BYTES.to_bytes(4, "little") + b"x"])
def test_pieces_without_or_with_an_impossible_offset_are_refused(body: bytes) -> None:
    with pytest.raises(PacketError, match="offset"):
        parse_piece(body)


def test_the_configuration_logs_both_clocks() -> None:
    assert encode_config(104) == b"/Meas/IMU6/104\0/Time/Detailed\0"
    with pytest.raises(ValueError, match="105"):
        encode_config(105)
