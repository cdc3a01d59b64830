"""The table of known sensors."""

from __future__ import annotations

import re

import pytest

from sensor.errors import UnknownSensorError
from sensor.protocol.registry import DEVICES, device, identify

MOVESENSE_SERVICE = "0000FDF3-0000-1000-8000-00805F9B34FB"


@pytest.mark.parametrize("name", ["Movesense 204030000123", "Movesense", "Movesense HR+ 0123"])
def test_a_movesense_is_known_by_its_name(name):
    assert identify(name).key == "movesense"


@pytest.mark.parametrize("name", ["Movesensei 7", "My Movesense", "Polar Pacer 12345678", "imported file"])
def test_other_names_are_not_known(name):
    assert identify(name) is None


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Polar H10 12345678", "polar-h10"),
        ("Polar Sense 12345678", "polar-sense"),
        ("Polar OH1 12345678", "polar-oh1"),
        ("IMU_1234ab", "capture2go"),
        ("WT901BLE67", "witmotion"),
        ("WTSDCL-12", "witmotion"),
        ("Xsens DOT", "movella-dot"),
        ("OpenEarable-04AF", "openearable"),
        ("eSense-0123", "esense"),
        ("Thingy", "thingy52"),
        ("Muse-1A2B", "muse"),
        ("MuseS-1A2B", "muse"),
        ("Movella DOT", "movella-dot"),
        ("MetaWear", "metamotion"),
        ("CLUE", "adafruit"),
    ],
)
def test_sensors_are_told_apart_by_name(name, key):
    assert identify(name).key == key


def test_without_a_name_the_advertised_service_decides():
    assert identify(None, [MOVESENSE_SERVICE]).key == "movesense"
    assert identify("", ["0000180d-0000-1000-8000-00805f9b34fb"]) is None


def test_a_name_outweighs_a_service_that_makers_share():
    assert identify("Suunto 9", [MOVESENSE_SERVICE]) is None


RENAMED = [
    ("326a9000-85cb-9195-d9dd-464cfbbae75a", "metamotion"),
    ("0000fe8d-0000-1000-8000-00805f9b34fb", "muse"),
    ("0000FFE5-0000-1000-8000-00805F9A34FB", "witmotion"),
    ("ef680100-9b35-4933-9b10-52ffa9740042", "thingy52"),
    ("80030001-e629-4c98-9324-aa7fc0c66de7", "capture2go"),
    ("adaf0200-c332-42a8-93bd-25e905756cb8", "adafruit"),
    ("15171000-4947-11e9-8646-d663bd873d93", "movella-dot"),
]


@pytest.mark.parametrize(("service", "key"), RENAMED)
@pytest.mark.parametrize("name", ["RunLeft", "Anna's", None])
def test_a_renamed_sensor_is_known_by_the_service_that_is_its_makers_own(service, key, name):
    assert identify(name, ["0000180a-0000-1000-8000-00805f9b34fb", service]).key == key


@pytest.mark.parametrize(
    ("name", "services"),
    [
        ("HC-06", ["49535343-fe7d-4ae5-8fa9-9fafd205e455"]),
        ("Polar 360 00000001", []),
        # Lamps have it, too.
        ("LEDBLE-01", ["0000ffe5-0000-1000-8000-00805f9b34fb"]),
    ],
)
def test_what_only_resembles_a_sensor_is_not_taken_for_one(name, services):
    assert identify(name, services) is None


@pytest.mark.parametrize("name", ["WT901BLE67", None])
def test_a_witmotion_is_known_on_either_base(name):
    assert identify(name, ["0000ffe5-0000-1000-8000-00805f9b34fb"]).key == "witmotion"


def test_no_two_kinds_claim_one_service_as_their_own():
    own = [uuid for kind in DEVICES for uuid in kind.service_uuids]
    shared = [uuid for kind in DEVICES for uuid in kind.shared_service_uuids]
    assert len(set(own + shared)) == len(own + shared)


def test_a_board_of_the_open_profile_is_known_by_name_and_by_service():
    assert identify("runtall 4F2A").key == "runtall"
    assert identify(None, ["95580001-F0F5-4D80-82A4-130A56C64750"]).key == "runtall"


def test_an_unknown_key_lists_the_known_ones():
    with pytest.raises(UnknownSensorError, match=r"'polar'.*movesense, .*runtall-import"):
        device("polar")


@pytest.mark.parametrize("kind", DEVICES, ids=[kind.key for kind in DEVICES])
def test_every_row_is_consistent(kind):
    assert device(kind.key) is kind
    assert (kind.make_driver is None) == (kind.name_pattern is None) == (not kind.data_characteristic)
    assert kind.clock.is_session_time == (kind.make_driver is None)
    assert all(
        re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", u)
        for u in kind.service_uuids + kind.shared_service_uuids
    )
    if kind.make_driver is not None:
        assert kind.default_rate_hz in kind.rates_hz
        driver = kind.make_driver(kind.default_rate_hz)
        assert kind.data_characteristic in driver.notify_characteristics
        assert len(kind.make_decoder(driver.settings).feed([]).count) == 0
        if kind.gyroscope is not None:
            assert kind.has_gyroscope
            assert kind.gyroscope.characteristic in driver.notify_characteristics
            assert len(kind.gyroscope.make_decoder(driver.settings).feed([]).count) == 0


def test_there_are_no_two_rows_of_one_key():
    assert len({kind.key for kind in DEVICES}) == len(DEVICES)
