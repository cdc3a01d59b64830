from __future__ import annotations

from collections.abc import Callable

import click
import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from analysis.cli.quantities import (
    parse_acc_range_mps2,
    parse_distance_m,
    parse_gyr_range_radps,
    parse_pace_mps,
    parse_speed_mps,
    parse_stature_m,
)


@pytest.mark.parametrize(
    ("typed", "metres"),
    [
        ("10km", 10_000.0),
        ("400m", 400.0),
        ("6.2mi", 9_977.9328),
        (" 5 km ", 5_000.0),
        ("21.0975KM", 21_097.5),
    ],
)
def test_a_typed_distance_becomes_metres(typed: str, metres: float) -> None:
    assert parse_distance_m(typed) == pytest.approx(metres, rel=1e-12)


@pytest.mark.parametrize(
    ("typed", "mps"), [("10.8km/h", 3.0), ("3.1m/s", 3.1), ("10mph", 4.4704), ("10 mi/h", 4.4704)]
)
def test_a_typed_speed_becomes_metres_per_second(typed: str, mps: float) -> None:
    assert parse_speed_mps(typed) == pytest.approx(mps, rel=1e-12)


@pytest.mark.parametrize(
    ("typed", "mps"),
    [
        ("5:00/km", 1000 / 300),
        ("5:30/km", 1000 / 330),
        ("8:50/mi", 1609.344 / 530),
        ("5:30 min/km", 1000 / 330),
        ("1:01:00/km", 1000 / 3660),
    ],
)
def test_a_typed_pace_becomes_the_speed_it_means(typed: str, mps: float) -> None:
    assert parse_pace_mps(typed) == pytest.approx(mps, rel=1e-12)


@pytest.mark.parametrize(
    "typed", ["10", "km", "", "ten km", "10 leagues", "0km", "-3km", "10,5km", "1e5km", "nan km", "10km/h"]
)
def test_a_distance_without_a_proper_number_and_unit_is_refused_with_an_example(typed: str) -> None:
    with pytest.raises(click.BadParameter, match="10km") as caught:
        parse_distance_m(typed)
    assert repr(typed) in str(caught.value)


@pytest.mark.parametrize("typed", ["11", "11km", "5:30/km", "0km/h", "fast"])
def test_a_speed_without_a_proper_number_and_unit_is_refused_with_an_example(typed: str) -> None:
    with pytest.raises(click.BadParameter, match="11km/h"):
        parse_speed_mps(typed)


@pytest.mark.parametrize("typed", ["5:30", "5.5/km", "5:75/km", "0:00/km", "5:3/km", "11km/h", ":30/km"])
def test_a_pace_without_minutes_seconds_and_unit_is_refused_with_an_example(typed: str) -> None:
    with pytest.raises(click.BadParameter, match="5:30/km"):
        parse_pace_mps(typed)


@pytest.mark.parametrize(
    ("parse", "typed", "how"),
    [
        (parse_distance_m, "999999999999999km", "too much"),
        (parse_distance_m, "5m", "too little"),
        (parse_speed_mps, "110km/h", "too much"),
        (parse_speed_mps, "0.1m/s", "too little"),
        (parse_pace_mps, "0:05/km", "too much"),
        (parse_pace_mps, "5:30:00/km", "too little"),
        (parse_stature_m, "172m", "too much"),
        (parse_stature_m, "1.72cm", "too little"),
    ],
)
def test_what_no_runner_can_mean_is_refused_with_an_example(
    parse: Callable[[str], float], typed: str, how: str
) -> None:
    with pytest.raises(click.BadParameter, match=f"'{typed}' is {how} to be true; write for example"):
        parse(typed)


@pytest.mark.parametrize("typed", ["172cm", "1.72m", "1.72 M"])
def test_a_typed_stature_becomes_metres(typed: str) -> None:
    assert parse_stature_m(typed) == pytest.approx(1.72)


@pytest.mark.parametrize(("typed", "g"), [("16g", 16.0), ("8 G", 8.0), ("1.5g", 1.5)])
def test_a_typed_range_of_an_accelerometer_becomes_metres_per_second_squared(typed: str, g: float) -> None:
    assert parse_acc_range_mps2(typed) == pytest.approx(9.80665 * g)


@pytest.mark.parametrize(("typed", "degps"), [("2000dps", 2000.0), ("500 deg/s", 500.0)])
def test_a_typed_range_of_a_gyroscope_becomes_radians_per_second(typed: str, degps: float) -> None:
    assert parse_gyr_range_radps(typed) == pytest.approx(np.deg2rad(degps))


@pytest.mark.parametrize("typed", ["16", "16dps", "0g", "1000g", "g"])
def test_a_range_no_accelerometer_has_is_refused_with_an_example(typed: str) -> None:
    with pytest.raises(click.BadParameter, match="16g"):
        parse_acc_range_mps2(typed)


@pytest.mark.parametrize("typed", ["2000", "2000g", "5dps", "90000dps", "-500dps"])
def test_a_range_no_gyroscope_has_is_refused_with_an_example(typed: str) -> None:
    with pytest.raises(click.BadParameter, match="2000dps"):
        parse_gyr_range_radps(typed)


@given(st.integers(1, 59), st.integers(0, 59))
def test_a_pace_and_the_speed_that_means_the_same_agree(minutes: int, seconds: int) -> None:
    speed_kmh = 3600 / (60 * minutes + seconds)
    assert parse_pace_mps(f"{minutes}:{seconds:02d}/km") == pytest.approx(
        parse_speed_mps(f"{speed_kmh:.12f}km/h"), rel=1e-9
    )


@click.command()
@click.option("--distance", type=parse_distance_m)
@click.option("--speed", type=parse_speed_mps)
@click.option("--pace", type=parse_pace_mps, default="5:00/km")
def _echo(distance: float | None, speed: float | None, pace: float) -> None:
    click.echo(f"{distance} {speed} {pace}")


def test_options_hand_si_units_to_the_command_and_keep_defaults() -> None:
    result = CliRunner().invoke(_echo, ["--distance", "2km", "--speed", "3m/s"])
    assert result.output == "2000.0 3.0 3.3333333333333335\n"


def test_an_option_without_its_unit_is_a_usage_error_that_names_the_option() -> None:
    result = CliRunner().invoke(_echo, ["--distance", "10"])
    assert result.exit_code == 2
    assert "--distance" in result.output
    assert "'10'" in result.output
