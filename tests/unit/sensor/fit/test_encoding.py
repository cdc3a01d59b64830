"""Files of the encoder: bytes worked out by hand, and read back by three readers that others wrote."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensor.fit.activity import encode_activity
from sensor.fit.base_types import BaseType, float32_bytes, raw_numbers
from sensor.fit.crc import crc16
from sensor.fit.developer import Quantity
from sensor.fit.encoding import Field, Message, encode_fit
from sensor.fit.profile import Number, message
from sensor.fit.walking import split_fit
from tests.support.fit_readers import READERS, Told, by_fitdecode, column

BEGAN_S = 1_767_268_800.0
NAN = np.nan


def test_the_checksum_is_that_of_the_standard_check_string() -> None:
    # CRC-16/ARC in every catalogue of checksums.
    assert crc16(b"123456789") == 0xBB3D


@given(st.binary(max_size=64))
def test_bytes_with_their_checksum_behind_them_have_none(data: bytes) -> None:
    assert crc16(data + struct.pack("<H", crc16(data))) == 0


def test_a_small_file_is_the_bytes_worked_out_by_hand() -> None:
    heart = Field(3, BaseType.UINT8, np.array([150, 151], dtype="u1"))
    ours = Field(0, BaseType.FLOAT32, np.array([1.5, -2.0], dtype="<f4"), developer_index=7)
    body = bytes.fromhex("60 00 00 1400 01 030102 01 000407  00 96 0000c03f  00 97 000000c0")
    content = encode_fit([Message(20, (heart, ours))])
    assert content[:12] == struct.pack("<BBHI4s", 14, 0x20, 2132, len(body), b".FIT")
    assert content[14:-2] == body
    assert crc16(content) == crc16(content[:14]) == 0


@pytest.mark.parametrize(
    ("base", "value", "scale", "offset", "raw"),
    [
        (BaseType.UINT8, [0.0, 254.0, 255.0, -1.0, NAN], 1.0, 0.0, [0, 254, 255, 255, 255]),
        (BaseType.SINT8, [-128.0, 127.0, NAN], 1.0, 0.0, [-128, 127, 127]),
        (BaseType.UINT16, [-500.0, 0.2, 13_000.0], 5.0, 500.0, [0, 2501, 0xFFFF]),
        (BaseType.SINT32, [-180.0, 90.0, NAN], 2**31 / 180, 0.0, [-(2**31), 2**30, 2**31 - 1]),
        (BaseType.UINT32Z, [7.0, 0.0, NAN], 1.0, 0.0, [7, 0, 0]),
    ],
)
def test_what_is_not_known_or_does_not_fit_is_the_invalid_number(
    base: BaseType, value: list[float], scale: float, offset: float, raw: list[int]
) -> None:
    assert raw_numbers(base, np.array(value), scale=scale, offset=offset).tolist() == raw


def test_an_unknown_float_has_all_bits_set_whatever_the_order_of_its_bytes() -> None:
    value = np.array([NAN, -NAN, 1.0])
    assert float32_bytes(value).tobytes().hex() == "ff" * 8 + "0000803f"
    assert float32_bytes(value, is_big_endian=True).tobytes().hex() == "ff" * 8 + "3f800000"
    assert raw_numbers(BaseType.FLOAT32, value).tobytes().hex() == "ff" * 8 + "0000803f"


def test_more_than_sixteen_layouts_take_turns_and_every_value_is_read() -> None:
    layouts = [
        Message(20, tuple(Field(3 + i, BaseType.UINT8, np.array([k], dtype="u1")) for i in range(1 + k)))
        for k in range(20)
    ]
    (part,) = split_fit(encode_fit([*layouts, layouts[19], layouts[0]]))
    data = [one for one in part.records if not one.is_definition]
    assert [one.number(3) for one in data] == [*range(20), 19, 0]
    # The last layout but one is still in force, the first has given up its place.
    assert len(part.records) - len(data) == 21


@pytest.fixture(scope="module", params=READERS, ids=lambda reader: reader.__name__)
def told(request: pytest.FixtureRequest) -> Told:
    """What a reader makes of a small activity with a pause and one field of our own."""
    content = encode_activity(
        BEGAN_S + np.array([0.0, 1.0, 60.0, 61.0]),
        {
            "heart_rate": np.array([100.0, 101.0, 120.0, 121.0]),
            "distance": np.array([0.0, 3.0, 3.5, 6.75]),
            "enhanced_speed": np.array([3.0, 3.25, 0.5, 3.125]),
            "enhanced_altitude": np.array([100.2, -400.0, 0.0, 8000.0]),
        },
        product_name="a tool",
        quantities=[Quantity("trunk_flexion", "deg", np.array([1.5, NAN, -3.25, 4.0]))],
        pauses_s=[(BEGAN_S + 1, BEGAN_S + 60)],
    )
    found: Told = request.param(content)
    return found


def test_readers_of_others_read_every_value_back(told: Told) -> None:
    assert column(told, "record", "heart_rate") == [100, 101, 120, 121]
    assert column(told, "record", "distance") == [0.0, 3.0, 3.5, 6.75]
    assert column(told, "record", "enhanced_speed") == [3.0, 3.25, 0.5, 3.125]
    assert column(told, "record", "enhanced_altitude") == pytest.approx([100.2, -400.0, 0.0, 8000.0])


def test_readers_of_others_find_the_field_of_our_own_by_its_name_and_unit(told: Told) -> None:
    assert column(told, "record", "trunk_flexion") == [1.5, None, -3.25, 4.0]
    assert column(told, "field_description", "field_name") == ["trunk_flexion"]
    assert column(told, "field_description", "units") == ["deg"]
    for never in ("native_field_num", "native_mesg_num", "scale", "offset"):
        assert column(told, "field_description", never) == [None]


def test_readers_of_others_find_the_pause_between_its_records_and_the_sums(told: Told) -> None:
    kinds = [name for name, _ in told if name in ("event", "record")]
    assert kinds == ["event", "record", "record", "event", "event", "record", "record", "event"]
    for summary in ("lap", "session"):
        assert column(told, summary, "total_elapsed_time") == [61.0]
        assert column(told, summary, "total_timer_time") == [2.0]
        assert column(told, summary, "total_distance") == [6.75]
    assert column(told, "activity", "num_sessions") == [1]


@given(
    st.lists(st.tuples(st.floats(-1e4, 1e4, width=32), st.integers(0, 253)), min_size=1, max_size=20),
    st.integers(0, 254),
)
def test_whatever_is_written_is_read_back(rows: list[tuple[float, int]], index: int) -> None:
    ours, hearts = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    quantity = Field(0, BaseType.FLOAT32, ours.astype("<f4"), developer_index=index)
    described = (
        message(Number.DEVELOPER_DATA_ID, application_id=bytes(16), developer_data_index=index),
        message(
            Number.FIELD_DESCRIPTION,
            developer_data_index=index,
            field_definition_number=0,
            fit_base_type_id=BaseType.FLOAT32,
            field_name="ours",
            units="deg",
        ),
    )
    content = encode_fit([*described, message(Number.RECORD, (quantity,), heart_rate=hearts)])
    told = by_fitdecode(content)
    assert column(told, "record", "heart_rate") == hearts.tolist()
    assert column(told, "record", "ours") == ours.tolist()
