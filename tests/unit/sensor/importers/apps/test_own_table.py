"""Tables of any logger: names, units, separators, decimal signs, orders and clocks are found."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import permutations
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sensor.errors import ImportFileError
from sensor.importers.apps.column_map import parse_column_map
from sensor.importers.apps.column_names import Quantity, understand
from sensor.importers.imu_csv import ImuFile
from sensor.importers.imu_file import read_imu_file
from sensor.units import RADPS_PER_DEGPS, STANDARD_GRAVITY_MPS2
from tests.support.app_exports import (
    BEGAN_S,
    acc_at,
    check_motion_of,
    gravity_at,
    gyr_at,
    moments,
    put,
    table,
    user_at,
)

TIME_S, RATES_S = moments(), moments(25.0, late_s=0.006)
ACC, GYR = acc_at(TIME_S), gyr_at(TIME_S)
ACC_G, GYR_DPS = ACC / STANDARD_GRAVITY_MPS2, GYR / RADPS_PER_DEGPS
AX = ["ax", "ay", "az"]


def _read(folder: Path, text: str | bytes, name: str = "chest.csv") -> ImuFile:
    put(folder, {name: text})
    return read_imu_file(folder / name)


@pytest.mark.parametrize(
    ("name", "quantity", "axis", "unit"),
    [
        ("ax", Quantity.ACC, "x", None),
        ("AccY", Quantity.ACC, "y", None),
        ("Acceleration Z (m/s²)", Quantity.ACC, "z", "m/s²"),
        ("accel_x_g", Quantity.ACC, "x", "g"),
        ("accelerometerAccelerationX(G)", Quantity.ACC, "x", "g"),
        ("acc.y [mg]", Quantity.ACC, "y", "milli-g"),
        ("x_acc", Quantity.ACC, "x", None),
        ("x-axis (g)", Quantity.ACC, "x", "g"),
        ("userAcceleration.x", Quantity.USER_ACC, "x", None),
        ("lin_acc_z", Quantity.USER_ACC, "z", None),
        ("gravity_x", Quantity.GRAVITY, "x", None),
        ("gx", Quantity.GYR, "x", None),
        ("gyro_y_dps", Quantity.GYR, "y", "deg/s"),
        ("Gyroscope z [°/s]", Quantity.GYR, "z", "deg/s"),
        ("rotationRateX", Quantity.GYR, "x", None),
        ("Angular Velocity X (rad/s)", Quantity.GYR, "x", "rad/s"),
        ("x [dps]", Quantity.GYR, "x", "deg/s"),
        ("z", Quantity.VECTOR, "z", None),
        ("time", Quantity.TIME, "", None),
        ("timestamp_ms", Quantity.TIME, "", "ms"),
        ("Time (ns)", Quantity.TIME, "", "ns"),
        ("Unix Timestamp", Quantity.TIME, "", None),
        ("t_us", Quantity.TIME, "", "us"),
        ("elapsed (s)", Quantity.TIME, "", "s"),
        ("millis", Quantity.TIME, "", "ms"),
        ("epoch", Quantity.TIME, "", None),
    ],
)
def test_a_name_tells_quantity_axis_and_unit(
    name: str, quantity: Quantity, axis: str, unit: str | None
) -> None:
    (column,) = understand([name])
    assert (column.quantity, column.axis, column.unit) == (quantity, axis, unit)


@pytest.mark.parametrize(
    "name", ["", "temperature", "mag_x", "mx", "heart rate", "label", "quat_x", "roll", "Index"]
)
def test_other_names_tell_nothing(name: str) -> None:
    assert understand([name]) == []


@settings(max_examples=30, deadline=None)
@given(
    order=st.permutations(range(7)),
    dress=st.sampled_from([(",", "."), (";", "."), (";", ","), ("\t", "."), ("\t", ",")]),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "gb18030", "latin-1"]),
    quoted=st.booleans(),
    in_g=st.booleans(),
    in_degrees=st.booleans(),
    tick=st.sampled_from([("t", 1.0), ("millis", 1e3), ("timestamp", 1e6), ("time", 1e9)]),
)
def test_order_separator_decimal_sign_encoding_and_units_change_nothing(
    order: list[int],
    dress: tuple[str, str],
    end: str,
    encoding: str,
    quoted: bool,
    in_g: bool,
    in_degrees: bool,
    tick: tuple[str, float],
) -> None:
    time, ticks = tick
    names = [
        time,
        *(f"acc {axis}" for axis in "xyz"),
        *(f"gyro {axis} ({'°/s' if in_degrees else 'rad/s'})" for axis in "xyz"),
    ]
    columns = np.column_stack([TIME_S * ticks, ACC_G if in_g else ACC, GYR_DPS if in_degrees else GYR])
    text = table(
        [names[i] for i in order],
        columns[:, order],
        separator=dress[0],
        decimal=dress[1],
        end=end,
        quoted=quoted,
    )
    with TemporaryDirectory() as folder:
        check_motion_of(_read(Path(folder), text.encode(encoding)), began_s=0.0)


def test_every_order_of_axes_gives_the_axes_their_names(tmp_path: Path) -> None:
    for order in permutations(range(3)):
        text = table(["time", *(AX[i] for i in order)], TIME_S, ACC[:, order])
        check_motion_of(_read(tmp_path, text), began_s=0.0, has_gyroscope=False)


def test_what_it_was_taken_for_is_said(tmp_path: Path) -> None:
    file = _read(tmp_path, table(["time", *AX, "gx", "gy", "gz"], TIME_S, ACC_G, GYR_DPS))
    assert file.notices[0] == f"{tmp_path / 'chest.csv'}: taken for a table of g, deg/s, gravity included."


@pytest.mark.parametrize("unit", [1.0, 1e3, 1e6, 1e9])
def test_seconds_since_1970_in_any_unit_give_the_date(tmp_path: Path, unit: float) -> None:
    stamps = [
        str(round((BEGAN_S + one) * unit * 1000) / 1000 if unit < 1e3 else round((BEGAN_S + one) * unit))
        for one in TIME_S.tolist()
    ]
    check_motion_of(_read(tmp_path, table(["epoch", *AX], stamps, ACC)), has_gyroscope=False)


def test_dates_and_times_with_a_zone_give_the_date(tmp_path: Path) -> None:
    stamps = [datetime.fromtimestamp(BEGAN_S + one, UTC).isoformat() for one in TIME_S.tolist()]
    check_motion_of(_read(tmp_path, table(["Timestamp", *AX], stamps, ACC)), has_gyroscope=False)


def test_a_counter_of_16_bits_goes_round(tmp_path: Path) -> None:
    ticks = (60_000 + np.rint(TIME_S * 1000).astype(np.int64)) % 2**16
    file = _read(tmp_path, table(["millis", *AX], ticks, ACC))
    check_motion_of(file, began_s=60.0, has_gyroscope=False)


def test_an_uptime_in_nanoseconds_is_no_date(tmp_path: Path) -> None:
    ticks = 500_000_000_000_000 + np.rint(TIME_S * 1e9).astype(np.int64)
    check_motion_of(
        _read(tmp_path, table(["timestamp", *AX], ticks, ACC)), began_s=500_000.0, has_gyroscope=False
    )


def test_two_files_of_different_rates_are_paired(tmp_path: Path) -> None:
    put(
        tmp_path,
        {
            "acc.csv": table(["time", "x", "y", "z"], TIME_S, ACC_G),
            "gyro.csv": table(["time", "x", "y", "z"], RATES_S, gyr_at(RATES_S)),
        },
    )
    for paths in ([tmp_path], [tmp_path / "acc.csv", tmp_path / "gyro.csv"]):
        check_motion_of(read_imu_file(*paths), began_s=0.0, gyr_error_radps=0.05)


def test_files_whose_names_say_nothing_are_told_apart_by_gravity(tmp_path: Path) -> None:
    put(
        tmp_path,
        {
            "1.csv": table(["time", "x", "y", "z"], TIME_S, GYR),
            "2.csv": table(["time", "x", "y", "z"], TIME_S, ACC),
        },
    )
    check_motion_of(read_imu_file(tmp_path), began_s=0.0)


def test_a_file_of_another_sensor_in_the_folder_is_passed_over(tmp_path: Path) -> None:
    names = ["time", "x", "y", "z"]
    members = {"Accelerometer.csv": ACC, "Gyroscope.csv": GYR, "Magnetometer.csv": 30.0 + GYR}
    put(tmp_path, {name: table(names, TIME_S, values) for name, values in members.items()})
    check_motion_of(read_imu_file(tmp_path), began_s=0.0)


def test_a_plain_table_named_like_movesenses_keeps_its_own_times(tmp_path: Path) -> None:
    stamps = np.rint((TIME_S + BEGAN_S) * 1000).astype(np.int64)
    file = _read(tmp_path, table(["timestamp", "x", "y", "z"], stamps, ACC), "acc.csv")
    check_motion_of(file, has_gyroscope=False)


def test_a_plain_table_named_like_witmotions_keeps_its_own_times(tmp_path: Path) -> None:
    text = table(
        ["time", "ax(g)", "ay(g)", "az(g)", "wx(deg/s)", "wy(deg/s)", "wz(deg/s)"], TIME_S, ACC_G, GYR_DPS
    )
    check_motion_of(_read(tmp_path, text), began_s=0.0)


def test_a_row_without_a_time_is_named(tmp_path: Path) -> None:
    lines = table(["time", *AX], TIME_S, ACC).splitlines()
    lines[20] = lines[20][lines[20].index(",") :]
    with pytest.raises(ImportFileError, match="line 21 has values and no time"):
        _read(tmp_path, "\n".join(lines))


def test_gravity_in_columns_of_its_own_is_added(tmp_path: Path) -> None:
    names = ["time", *(f"user_acc_{axis}" for axis in "xyz"), *(f"gravity_{axis}" for axis in "xyz")]
    text = table(names, TIME_S, user_at(TIME_S), gravity_at(TIME_S))
    check_motion_of(_read(tmp_path, text), began_s=0.0, has_gyroscope=False)


def test_gravity_beside_an_acceleration_that_has_it_is_not_added_again(tmp_path: Path) -> None:
    names = ["time", *AX, *(f"gravity_{axis}" for axis in "xyz")]
    check_motion_of(
        _read(tmp_path, table(names, TIME_S, ACC, gravity_at(TIME_S))), began_s=0.0, has_gyroscope=False
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (table(["time", *(f"lin_acc_{a}" for a in "xyz")], TIME_S, user_at(TIME_S)), "gravity was taken out"),
        (table(["time", *AX], TIME_S, user_at(TIME_S)), "gravity was taken out, or these are"),
        (table(["time", *AX], TIME_S, ACC_G * 4096), "the sensor's own counts"),
        (table(["time", "gx", "gy", "gz"], TIME_S, GYR), "no table in it has an acceleration"),
        (table(["time", *AX], TIME_S * 37, ACC), "is no time known here"),
        (table(["time", *AX], ["early"] * len(TIME_S), ACC), "'early' is not a finite number"),
        (table(["time", *AX], ["1:2"] * len(TIME_S), ACC), "is no time known here"),
        (table(["when", *AX], TIME_S, ACC), "say which column is what with --map"),
        ("time,ax,ay,az\n", "no rows below the header"),
    ],
)
def test_what_cannot_be_understood_is_refused_with_what_to_do(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ImportFileError, match=said):
        _read(tmp_path, text)


def test_two_accelerometers_are_refused(tmp_path: Path) -> None:
    text = table(["time", *AX], TIME_S, ACC)
    put(tmp_path, {"left.csv": text, "right.csv": text})
    with pytest.raises(ImportFileError, match="holds a quantity twice"):
        read_imu_file(tmp_path)


def test_a_mapping_names_columns_that_tell_nothing(tmp_path: Path) -> None:
    text = table(["T", "a1", "a2", "a3", "r1", "r2", "r3"], TIME_S * 1000, ACC_G, GYR_DPS, separator=";")
    put(tmp_path, {"chest.csv": text})
    mapped = "time=T:ms, acc_x=a1:g, acc_y=a2:g, acc_z=a3:g, gyr_x=r1:dps, gyr_y=r2:dps, gyr_z=r3:dps"
    file = read_imu_file(tmp_path / "chest.csv", columns=parse_column_map(mapped))
    check_motion_of(file, began_s=0.0)


def test_a_mapping_overrules_what_the_names_say(tmp_path: Path) -> None:
    put(tmp_path, {"chest.csv": table(["time", "ay", "ax", "az"], TIME_S, ACC)})
    columns = parse_column_map("time=time:s,acc_x=ay:mps2,acc_y=ax:mps2,acc_z=az:mps2")
    check_motion_of(read_imu_file(tmp_path / "chest.csv", columns=columns), began_s=0.0, has_gyroscope=False)


def test_a_mapping_to_columns_that_are_not_there_is_refused(tmp_path: Path) -> None:
    put(tmp_path, {"chest.csv": table(["time", *AX], TIME_S, ACC)})
    with pytest.raises(ImportFileError, match="no table in it has the columns"):
        read_imu_file(tmp_path / "chest.csv", columns=parse_column_map("time=T,acc_x=x,acc_y=y,acc_z=z"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is not ROLE=COLUMN"),
        ("time", "is not ROLE=COLUMN"),
        ("time=", "is not ROLE=COLUMN"),
        ("mass=m", "roles are time, acc_x"),
        ("time=T", "acc_x is not mapped"),
        ("acc_x=x,acc_y=y,acc_z=z", "time is not mapped"),
        ("time=T,time=U", "time is mapped twice"),
        ("time=T:g,acc_x=x,acc_y=y,acc_z=z", "'g' is no unit of time; write s, ms, us, ns"),
        ("time=T,acc_x=x:dps,acc_y=y,acc_z=z", "is no unit of acc_x; write mps2, g, mg"),
        ("time=T,acc_x=x,acc_y=y,acc_z=z,gyr_x=w", "only some are mapped"),
    ],
)
def test_a_mapping_that_does_not_fit_says_why(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        parse_column_map(text)


def test_a_colon_in_a_columns_name_is_no_unit() -> None:
    columns = parse_column_map("time=a:b,acc_x=x:1:g,acc_y=y,acc_z=z")
    assert [(column.name, column.unit) for column in columns[:2]] == [("a:b", None), ("x:1", "g")]
