"""Sensors that send accelerations and angular rates apart: one that goes on alone is no stream."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from sensor.protocol.driver import Driver, StreamPacket
from sensor.protocol.metamotion import control as metamotion
from sensor.protocol.metamotion.driver import MetaMotionDriver
from sensor.protocol.simple import adafruit, muse
from sensor.protocol.simple_driver import MOST_ALONE, SimpleDriver

ACC_3, GYR_3 = bytes([0x03, 0x1C]) + bytes(18), bytes([0x13, 0x07]) + bytes(18)
CASES = [
    (partial(MetaMotionDriver, 100), (metamotion.NOTIFY_UUID, ACC_3), (metamotion.NOTIFY_UUID, GYR_3)),
    (partial(SimpleDriver, 52, muse.CONVERSATION), (muse.ACC_UUID, bytes(20)), (muse.GYR_UUID, bytes(20))),
    (
        partial(SimpleDriver, 50, adafruit.CONVERSATION),
        (adafruit.ACC_UUID, bytes(12)),
        (adafruit.GYR_UUID, bytes(12)),
    ),
]


@pytest.mark.parametrize(("make", "acc", "gyr"), CASES, ids=["metamotion", "muse", "adafruit"])
def test_a_watchdog_learns_that_angular_rates_have_stopped(
    make: Callable[[], Driver], acc: tuple[str, bytes], gyr: tuple[str, bytes]
) -> None:
    driver = make()
    for _ in range(3 * MOST_ALONE):
        assert driver.receive(*acc) == (StreamPacket(),)
        assert driver.receive(*gyr) == ()
    alone = [driver.receive(*acc) for _ in range(2 * MOST_ALONE)]
    assert alone == [(StreamPacket(),)] * MOST_ALONE + [()] * MOST_ALONE
    driver.receive(*gyr)
    assert driver.receive(*acc) == (StreamPacket(),)


@pytest.mark.parametrize(("make", "acc", "gyr"), CASES, ids=["metamotion", "muse", "adafruit"])
def test_asked_for_again_both_get_their_time(
    make: Callable[[], Driver], acc: tuple[str, bytes], gyr: tuple[str, bytes]
) -> None:
    driver = make()
    for _ in range(2 * MOST_ALONE):
        driver.receive(*acc)
    assert driver.receive(*acc) == ()
    tuple(driver.start(0))
    assert driver.receive(*acc) == (StreamPacket(),)
