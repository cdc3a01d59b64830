"""Sensors made of software that can be asked for by name."""

from __future__ import annotations

import numpy as np
import pytest

from sensor.errors import UnknownSensorError
from sensor.protocol.registry import DEVICES, DeviceKind, identify
from sensor.samples import ImuSignal
from sensor.virtual.devices.catalogue import CATALOGUE, VirtualKind, advertising_as, at_rate, find
from tests.support.virtual_makers import MAKERS

WITH_RADIO = [kind for kind in DEVICES if kind.name_pattern is not None]


@pytest.mark.parametrize("kind", WITH_RADIO, ids=lambda kind: kind.key)
def test_every_sensor_with_a_radio_can_be_tried_without_one_and_goes_through_every_fault(
    kind: DeviceKind,
) -> None:
    assert kind.key in {virtual.kind_key for virtual in CATALOGUE}
    assert kind.key in {maker.virtual.kind_key for maker in MAKERS.values()}


def test_every_sensor_of_the_catalogue_goes_through_every_fault() -> None:
    assert {name: maker.virtual for name, maker in MAKERS.items()} == {one.name: one for one in CATALOGUE}


@pytest.mark.parametrize("virtual", CATALOGUE, ids=lambda virtual: virtual.name)
def test_a_name_in_the_air_finds_the_row_it_was_made_for(virtual: VirtualKind) -> None:
    assert identify(virtual.advertised_name(1)) is virtual.kind


@pytest.mark.parametrize("virtual", CATALOGUE, ids=lambda virtual: virtual.name)
@pytest.mark.parametrize("number", [1, 2, 17])
def test_its_name_in_the_air_is_recognised_and_leads_back_to_it(virtual: VirtualKind, number: int) -> None:
    name = virtual.advertised_name(number)
    assert virtual.kind.name_pattern
    assert virtual.kind.name_pattern.fullmatch(name)
    assert advertising_as(name) == virtual
    assert find(virtual.name) == virtual


@pytest.mark.parametrize(
    ("name", "hint"), [("polar-sens", "did you mean virtual:polar-sense"), ("x", "there are")]
)
def test_a_name_that_is_none_is_told_the_nearest(name: str, hint: str) -> None:
    with pytest.raises(UnknownSensorError, match=hint):
        find(name)
    with pytest.raises(UnknownSensorError, match="no virtual sensor"):
        advertising_as("Garmin HRM")


@pytest.mark.parametrize("rate_hz", [26.0, 52.0, 104.0, 200.0])
def test_a_signal_brought_to_another_rate_keeps_its_course(rate_hz: float) -> None:
    time_s = np.arange(1040) / 104.0
    acc = np.stack([np.sin(time_s), np.cos(time_s), time_s], axis=1)
    found = at_rate(ImuSignal(104.0, acc, acc * 2.0), rate_hz)
    at_s = np.arange(len(found.acc_sensor_mps2)) / rate_hz
    assert at_s[-1] == pytest.approx(time_s[-1], abs=1.0 / rate_hz)
    np.testing.assert_allclose(found.acc_sensor_mps2[:, 0], np.sin(at_s), atol=2e-5)
    assert found.gyr_sensor_radps is not None
    np.testing.assert_allclose(found.gyr_sensor_radps, found.acc_sensor_mps2 * 2.0)
