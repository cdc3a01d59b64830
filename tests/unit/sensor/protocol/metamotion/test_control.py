"""MetaMotion: the maker's vectors, commands by chip, wrong bytes."""

from __future__ import annotations

import math
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensor.errors import PacketError
from sensor.protocol.driver import Accepted, Refused, StreamPacket, Unreadable
from sensor.protocol.metamotion import control as metamotion
from sensor.protocol.metamotion.control import (
    ACC_MODULE,
    GYR_MODULE,
    Chip,
    decode_vectors,
    encode_module,
    encode_packed,
    gyr_unit_radps,
    parse_module,
    start_commands,
    stop_commands,
)
from sensor.protocol.metamotion.decoder import MetaMotionDecoder, MetaMotionRatesDecoder
from sensor.protocol.metamotion.driver import MetaMotionDriver

G = 9.80665
SINGLE_4_G = bytes.fromhex("0304 16c494a22ad0")
PACKED_8_G = bytes.fromhex("031c 62b7530de9fd 16d04d0e5702 8affa1050a01")
GYR_500 = bytes.fromhex("1305 3e43ff7f0080")
DATED_2_G = bytes.fromhex("090300 a6330d00 c100b12419cd")


def test_single_samples_mean_what_the_maker_asserts():
    block = MetaMotionDecoder({"acc_range_g": 4}).feed([SINGLE_4_G])
    assert block.acc_sensor_mps2[0] / G == pytest.approx([-1.872, -2.919, -1.495], abs=5e-4)


def test_packed_samples_mean_what_the_maker_asserts():
    block = MetaMotionDecoder({"acc_range_g": 8}).feed([PACKED_8_G])
    expected_g = [[-4.539, 0.833, -0.131], [-2.995, 0.894, 0.146], [-0.029, 0.352, 0.065]]
    assert block.acc_sensor_mps2 / G == pytest.approx(np.array(expected_g), abs=5e-4)
    assert block.count.tolist() == [3]
    counts = decode_vectors([PACKED_8_G], ACC_MODULE).counts
    assert encode_packed(ACC_MODULE, 0x1C, counts=counts) == (PACKED_8_G,)


def test_angular_rates_mean_what_the_maker_asserts():
    block = MetaMotionRatesDecoder({"gyr_range_dps": 500}).feed([PACKED_8_G, GYR_500])
    expected_degps = [[262.409, 499.497, -499.512]]
    assert block.gyr_sensor_radps / (math.pi / 180) == pytest.approx(np.array(expected_degps), abs=1e-3)
    assert np.isnan(block.acc_sensor_mps2).all()
    assert (block.notification.tolist(), block.ticks.tolist(), block.clipped.tolist()) == ([1], [0], [True])


def test_samples_are_counted_and_only_misfits_of_the_accelerometer_are_rejected():
    decoder = MetaMotionDecoder({"acc_range_g": 8})
    block = decoder.feed([PACKED_8_G, GYR_500, b"", PACKED_8_G[:-1], SINGLE_4_G, PACKED_8_G])
    assert (block.notification.tolist(), block.ticks.tolist()) == ([0, 4, 5], [0, 3, 4])
    assert decoder.feed([PACKED_8_G]).ticks.tolist() == [7]
    assert decoder.rejected == 1


def test_answers_are_no_samples_however_long():
    answer = bytes.fromhex("0380 010203040506")
    decoder = MetaMotionDecoder({"acc_range_g": 8})
    assert len(decoder.feed([answer, answer + bytes(12)]).count) == 0
    assert decoder.rejected == 0


def test_the_full_scale_is_marked():
    counts = np.array([[0, 0, 32767], [1, 2, 3], [0, -32768, 0]])
    block = MetaMotionDecoder({"acc_range_g": 16}).feed(encode_packed(ACC_MODULE, 5, counts=counts))
    assert block.clipped.tolist() == [True, False, True]


@given(st.lists(st.tuples(*[st.integers(-(2**15), 2**15 - 1)] * 3), max_size=30))
def test_packed_counts_survive_the_way_exactly(rows):
    counts = np.array(rows[: len(rows) // 3 * 3], np.int64).reshape(-1, 3)
    assert np.array_equal(
        decode_vectors(encode_packed(GYR_MODULE, 7, counts=counts), GYR_MODULE).counts, counts
    )


@given(st.lists(st.one_of(st.binary(max_size=24), st.just(PACKED_8_G)), max_size=8))
def test_arbitrary_bytes_are_decoded_or_left_out(notifications):
    block = MetaMotionDecoder({"acc_range_g": 8}).feed(notifications)
    assert block.count.sum() == len(block.acc_sensor_mps2)
    for data in notifications:
        with suppress(PacketError):
            parse_module(data)


@pytest.mark.parametrize(
    ("chip", "commands"),
    [
        (Chip.BMI160, "0303280c 13032800 031c01 130701 03020100 13020100 030101 130101"),
        (Chip.BMI270, "0303a803 13032800 030501 130501 03020100 13020100 030101 130101"),
    ],
)
def test_each_chip_is_started_by_its_own_registers(chip, commands):
    made = start_commands(chip, 100, acc_range_g=16, gyr_range_dps=2000)
    assert [one.hex() for one in made] == commands.split()


def test_what_was_started_is_stopped():
    stopped = [one.hex() for one in stop_commands(Chip.BMI160)]
    assert stopped == ["030100", "130100", "03020001", "13020001", "031c00", "130700"]


def test_the_chip_is_told_by_the_module():
    assert parse_module(bytes.fromhex("03800101")) is Chip.BMI160
    assert parse_module(bytes.fromhex("03800400")) is Chip.BMI270
    with pytest.raises(PacketError, match="accelerometer"):
        parse_module(bytes.fromhex("03800900"))


def test_what_the_chips_do_not_have_is_refused():
    with pytest.raises(ValueError, match="104 Hz"):
        start_commands(Chip.BMI160, 104, acc_range_g=16, gyr_range_dps=2000)
    with pytest.raises(ValueError, match="3 g"):
        MetaMotionDecoder({"acc_range_g": 3})
    with pytest.raises(ValueError, match="acc_range_g"):
        MetaMotionDecoder({})
    with pytest.raises(ValueError, match="300 deg/s"):
        gyr_unit_radps(300)


def test_nothing_is_started_before_the_chip_has_said_which_it_is():
    driver = MetaMotionDriver(100)
    questions = list(driver.start(0))
    assert {write.data.hex() for write in questions} == {"0380"}
    assert all(write.settle_s > 0 for write in questions)
    assert driver.stop() == ()


@pytest.mark.parametrize("chip", Chip)
def test_the_answer_decides_what_is_written_next(chip):
    driver = MetaMotionDriver(100)
    writes = driver.start(0)
    assert next(writes).data.hex() == "0380"
    assert driver.receive(metamotion.NOTIFY_UUID, encode_module(chip)) == (Accepted(f"find a {chip.name}"),)
    expected = (*stop_commands(chip), *start_commands(chip, 100, acc_range_g=16, gyr_range_dps=2000))
    assert tuple(write.data for write in writes) == expected
    # Later nobody has to ask again.
    assert tuple(write.data for write in driver.start(0)) == expected
    assert tuple(write.data for write in driver.stop()) == stop_commands(chip)


def test_another_chip_is_refused_in_words():
    (event,) = MetaMotionDriver(100).receive(metamotion.NOTIFY_UUID, bytes.fromhex("03800301"))
    assert event == Refused("tell a chip that is known", 3, "only a MetaMotion R, RL or S can be recorded")


@given(st.binary(max_size=24))
def test_whatever_it_sends_nothing_is_raised(payload):
    driver = MetaMotionDriver(100)
    events = driver.receive(metamotion.NOTIFY_UUID, payload) + driver.receive("other", payload)
    assert all(isinstance(event, Accepted | Refused | StreamPacket | Unreadable) for event in events)
    (short,) = driver.receive(metamotion.NOTIFY_UUID, b"\x03\x80")
    assert isinstance(short, Unreadable)


def test_a_rate_it_does_not_have_is_refused():
    with pytest.raises(ValueError, match="104 Hz"):
        MetaMotionDriver(104)
    with pytest.raises(ValueError, match="gyr_range_dps"):
        MetaMotionRatesDecoder({})
