"""Adafruit's services: three floats in SI units."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensor.protocol.driver import BATTERY_LEVEL_UUID, BatteryLevel, StreamPacket, Unreadable
from sensor.protocol.simple.adafruit import (
    ACC_SERVICE_UUID,
    ACC_UUID,
    CONVERSATION,
    GYR_SERVICE_UUID,
    GYR_UUID,
    AdafruitDecoder,
    AdafruitRatesDecoder,
    encode_period,
    encode_vectors,
)
from sensor.protocol.simple_driver import SimpleDriver

PACKET = bytes.fromhex("0000003f 00001cc1 0000a03f")
NO_NUMBER = np.array([1, np.nan, 1], "<f4").tobytes()


def test_a_notification_has_the_documented_bytes():
    block = AdafruitDecoder({}).feed([PACKET])
    assert block.acc_sensor_mps2.tolist() == [[0.5, -9.75, 1.25]]
    assert encode_vectors(block.acc_sensor_mps2) == (PACKET,)


def test_angular_rates_are_laid_out_alike():
    block = AdafruitRatesDecoder({}).feed([PACKET, PACKET])
    assert block.gyr_sensor_radps.tolist() == [[0.5, -9.75, 1.25]] * 2
    assert block.ticks.tolist() == [0, 1]
    assert np.isnan(block.acc_sensor_mps2).all()


def test_what_is_no_number_is_left_out_of_either_service():
    signalling = bytes.fromhex("000080bf 0100a07f 00000000")
    for decoder in (AdafruitDecoder({}), AdafruitRatesDecoder({})):
        assert decoder.feed([NO_NUMBER, signalling, PACKET]).notification.tolist() == [2]
        assert decoder.rejected == 2


def test_samples_are_counted_across_feeds_and_misfits_left_out():
    decoder = AdafruitDecoder({})
    assert decoder.feed([PACKET, PACKET[:-1], NO_NUMBER, PACKET]).ticks.tolist() == [0, 1]
    assert decoder.feed([PACKET]).ticks.tolist() == [2]
    assert decoder.rejected == 2


@given(st.lists(st.tuples(*[st.floats(-1e6, 1e6, width=32)] * 3), max_size=30))
def test_samples_survive_the_way_exactly(vectors):
    sent = np.array(vectors, np.float64).reshape(-1, 3)
    assert np.array_equal(AdafruitDecoder({}).feed(encode_vectors(sent)).acc_sensor_mps2, sent)


@given(st.lists(st.one_of(st.binary(max_size=14), st.just(PACKET)), max_size=8))
def test_arbitrary_bytes_are_decoded_or_counted(notifications):
    decoder = AdafruitDecoder({})
    block = decoder.feed(notifications)
    assert len(block.count) + decoder.rejected == len(notifications)
    assert np.isfinite(block.acc_sensor_mps2).all()


def test_a_period_is_signed_milliseconds():
    assert (encode_period(10), encode_period(-1)) == (b"\x0a\0\0\0", b"\xff\xff\xff\xff")


def test_both_services_are_set_by_the_characteristic_they_have_in_common():
    driver = SimpleDriver(50, CONVERSATION)
    for writes, period in ((driver.start(0), "14000000"), (driver.stop(), "ffffffff")):
        assert [(w.service, w.data.hex()) for w in writes] == [
            (ACC_SERVICE_UUID, period),
            (GYR_SERVICE_UUID, period),
        ]
        assert {w.characteristic[:8] for w in writes} == {"adaf0001"}
    assert driver.poll() == ()


@given(st.binary(max_size=16))
def test_accelerations_tell_that_the_stream_lives(payload):
    driver = SimpleDriver(25, CONVERSATION)
    assert driver.receive(ACC_UUID, payload) == (StreamPacket(),)
    assert driver.receive(GYR_UUID, payload) == ()
    (battery,) = driver.receive(BATTERY_LEVEL_UUID, payload)
    assert isinstance(battery, BatteryLevel | Unreadable)


def test_a_rate_that_does_not_come_through_is_refused():
    with pytest.raises(ValueError, match="100 Hz"):
        SimpleDriver(100, CONVERSATION)
