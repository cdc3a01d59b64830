"""A calibration as text, and whose it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensor.calibration import AccelerometerCalibration, CalibratedSensor, parse_calibration

OWN = AccelerometerCalibration((0.4, -0.2, 0.1), (1.02, 0.98, 1.01), "2026-05-01")
axes = st.tuples(*[st.floats(-2.0, 2.0).map(lambda value: round(value, 5))] * 3)


@given(bias=axes, scale=axes)
def test_what_was_written_down_is_read_back(
    bias: tuple[float, float, float], scale: tuple[float, float, float]
) -> None:
    written = AccelerometerCalibration(bias, scale, "2026-05-01")
    assert parse_calibration(written.as_text()) == written


@given(st.text(alphabet='{}[]",:0123456789eE.-abcdefnlrsuy_ '))
def test_any_other_text_is_no_calibration(text: str) -> None:
    with pytest.raises(ValueError):
        parse_calibration(text)


@pytest.mark.parametrize(
    "part",
    ['"made_on": 3', '"acc_scale": [1, 1]', '"acc_scale": [1, 1, NaN]', '"acc_bias_mps2": [0, true, 0]'],
)
def test_a_part_that_is_none_is_named(part: str) -> None:
    with pytest.raises(ValueError, match=part.split('"')[1]):
        parse_calibration(f"{OWN.as_text()[:-1]}, {part}}}")


def test_nesting_without_end_is_no_calibration() -> None:
    with pytest.raises(ValueError, match="nested"):
        parse_calibration("[" * 100_000)


@pytest.mark.parametrize(
    ("serial", "address", "said", "is_own"),
    [
        ("77", "A", ("B", "77"), True),
        ("77", "A", ("A", "78"), False),
        ("77", "A", ("A", ""), False),
        ("", "AA:0b", ("aa:0B", ""), True),
        ("", "AA:0b", ("AA:0c", ""), False),
    ],
    ids=["its serial number", "another's", "none said yet", "its address", "another address"],
)
def test_a_sensor_is_known_by_its_serial_number_and_without_one_by_its_address(
    serial: str, address: str, said: tuple[str, str], is_own: bool
) -> None:
    kept = CalibratedSensor(name="Movesense", address=address, serial=serial, calibration=OWN)
    assert kept.is_of(*said) == is_own
