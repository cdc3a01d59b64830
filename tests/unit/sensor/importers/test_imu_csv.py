from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from sensor.errors import ImportFileError
from sensor.importers.imu_csv import ImuFile, read_imu_csv
from sensor.units import RADPS_PER_DEGPS, STANDARD_GRAVITY_MPS2

ACC = "acc_x_mps2,acc_y_mps2,acc_z_mps2"
GYR = "gyr_x_radps,gyr_y_radps,gyr_z_radps"
HEADER = f"time_s,{ACC},{GYR}"


def _rows(count: int = 1040, rate_hz: float = 104.0) -> list[list[float]]:
    """A runner at 2.7 steps per second, 20 deg/s of sway, SI units."""
    time_s = np.arange(count) / rate_hz
    bounce = 8.0 * np.sin(2 * np.pi * 2.7 * time_s)
    sway = 1.5 * np.sin(2 * np.pi * 1.35 * time_s)
    columns = [time_s, 0.4 * sway, 0.1 * bounce, 9.81 + bounce, sway, sway, sway]
    return np.round(np.column_stack(columns), 6).tolist()


def _write(path: Path, header: str, rows: list[list[float]] | list[str]) -> Path:
    lines = [row if isinstance(row, str) else ",".join(map(repr, row)) for row in rows]
    path.write_text("\n".join([header, *lines]) + "\n")
    return path


def _read(tmp_path: Path, header: str = HEADER, rows: list[list[float]] | None = None) -> ImuFile:
    return read_imu_csv(_write(tmp_path / "chest.csv", header, _rows() if rows is None else rows))


def _refusal(path: Path) -> str:
    with pytest.raises(ImportFileError) as caught:
        read_imu_csv(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert "\n" not in message
    return message.removeprefix(f"{path}: ")


def test_columns_become_samples_in_si_units(tmp_path: Path) -> None:
    file = _read(tmp_path)
    table = np.array(_rows())
    np.testing.assert_array_equal(file.time_s, table[:, 0])
    np.testing.assert_array_equal(file.acc_sensor_mps2, table[:, 1:4])
    np.testing.assert_array_equal(file.gyr_sensor_radps, table[:, 4:7])
    content = (tmp_path / "chest.csv").read_bytes()
    assert (file.name, file.size, file.sha256) == (
        "chest.csv",
        len(content),
        hashlib.sha256(content).hexdigest(),
    )
    assert file.notices == ()


def test_g_and_degrees_per_second_are_converted(tmp_path: Path) -> None:
    rows = [
        [t, *(a / STANDARD_GRAVITY_MPS2 for a in acc), *(w / RADPS_PER_DEGPS for w in gyr)]
        for t, *acc, gyr_x, gyr_y, gyr_z in _rows()
        for gyr in [(gyr_x, gyr_y, gyr_z)]
    ]
    file = _read(tmp_path, HEADER.replace("mps2", "g").replace("radps", "dps"), rows)
    table = np.array(_rows())
    np.testing.assert_allclose(file.acc_sensor_mps2, table[:, 1:4], rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(file.gyr_sensor_radps, table[:, 4:7], rtol=1e-12, atol=1e-12)


def test_the_gyroscope_may_be_missing(tmp_path: Path) -> None:
    assert _read(tmp_path, f"time_s,{ACC}", [row[:4] for row in _rows()]).gyr_sensor_radps is None


def test_a_gyroscope_of_zeros_counts_as_missing_and_is_said(tmp_path: Path) -> None:
    file = _read(tmp_path, rows=[[*row[:4], 0, 0, 0] for row in _rows()])
    assert file.gyr_sensor_radps is None
    assert any("only zeros" in notice for notice in file.notices)


def test_columns_come_in_any_order_and_others_are_ignored_aloud(tmp_path: Path) -> None:
    names = [*HEADER.split(","), "temp_c"]
    rows = [[*row, 36.6] for row in _rows()]
    file = _read(tmp_path, ",".join(reversed(names)), [row[::-1] for row in rows])
    np.testing.assert_array_equal(file.acc_sensor_mps2, np.array(_rows())[:, 1:4])
    assert [notice for notice in file.notices if "temp_c" in notice]


def _with_bom(content: bytes) -> bytes:
    return b"\xef\xbb\xbf" + content


def _with_crlf(content: bytes) -> bytes:
    return content.replace(b"\n", b"\r\n")


def _with_spaces(content: bytes) -> bytes:
    return content.replace(b",", b" , ")


def _with_blank_lines(content: bytes) -> bytes:
    return content.replace(b"\n", b"\n\n")


def _with_quoted_header(content: bytes) -> bytes:
    header, rest = content.split(b"\n", 1)
    return b'"' + header.replace(b",", b'","') + b'"\n' + rest


def _with_trailing_commas(content: bytes) -> bytes:
    return content.replace(b"\n", b",\n")


@pytest.mark.parametrize(
    "dress",
    [_with_bom, _with_crlf, _with_spaces, _with_blank_lines, _with_quoted_header, _with_trailing_commas],
)
def test_the_dress_of_a_file_changes_nothing(tmp_path: Path, dress: Callable[[bytes], bytes]) -> None:
    path = _write(tmp_path / "chest.csv", HEADER, _rows())
    path.write_bytes(dress(path.read_bytes()))
    file = read_imu_csv(path)
    np.testing.assert_array_equal(file.time_s, np.array(_rows())[:, 0])
    np.testing.assert_array_equal(file.gyr_sensor_radps, np.array(_rows())[:, 4:7])


def test_missing_rows_are_kept_as_they_are(tmp_path: Path) -> None:
    rows = _rows()
    file = _read(tmp_path, rows=rows[:300] + rows[350:])
    assert len(file.time_s) == 990


def test_a_file_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    assert "No such file" in _refusal(tmp_path / "chest.csv")


@pytest.mark.parametrize(
    ("header", "missing"),
    [
        (HEADER.replace("time_s", "t"), "time_s"),
        (HEADER.replace(",acc_y_mps2", ""), "acc_y_mps2"),
        (HEADER.replace(",gyr_z_radps", ""), "gyr_z_radps"),
        (HEADER.replace("acc_z_mps2", "acc_z_g"), "acc_z_mps2"),
        (f"time_s,{GYR}", "acc_x_mps2"),
        ("0.0,0.1,0.2,9.8,0,0,0", "time_s"),
    ],
)
def test_a_missing_column_is_named_with_the_header_that_is_there(
    tmp_path: Path, header: str, missing: str
) -> None:
    message = _refusal(_write(tmp_path / "chest.csv", header, _rows()))
    assert f"no column {missing}" in message
    assert repr(header) in message
    assert "time_s,acc_x_mps2" in message


def test_a_column_that_is_there_twice_is_named(tmp_path: Path) -> None:
    rows = [[*row, 1.0] for row in _rows()]
    assert "twice the column acc_x_mps2" in _refusal(
        _write(tmp_path / "chest.csv", f"{HEADER},acc_x_mps2", rows)
    )


@pytest.mark.parametrize("cell", ["text", "", "nan", "inf", "-inf", "0x10", "True"])
def test_a_cell_that_is_no_finite_number_is_named_with_line_and_column(tmp_path: Path, cell: str) -> None:
    rows = [",".join(map(repr, row)) for row in _rows()]
    fields = rows[41].split(",")
    fields[3] = cell
    rows[41] = ",".join(fields)
    rows.insert(7, "")
    message = _refusal(_write(tmp_path / "chest.csv", HEADER, rows))
    line = 44
    assert f"line {line}, column acc_z_mps2: {cell!r} is not a finite number" in message


def test_a_decimal_comma_is_named_with_its_line(tmp_path: Path) -> None:
    rows = [",".join(map(repr, row)) for row in _rows()]
    rows[41] = rows[41].replace(".", ",", 1)
    assert "line 43 has 8 fields, the header 7" in _refusal(_write(tmp_path / "chest.csv", HEADER, rows))


@pytest.mark.parametrize("torn", ["10.0,0.1", "10.0,0.1,0.2,9.81,0.1,0.1,0."])
def test_a_last_line_that_is_torn_off_is_left_out_and_said(tmp_path: Path, torn: str) -> None:
    path = _write(tmp_path / "chest.csv", HEADER, [",".join(f"{v:.6f}" for v in row) for row in _rows()])
    path.write_text(path.read_text() + torn)
    file = read_imu_csv(path)
    assert len(file.time_s) == 1040
    assert [notice for notice in file.notices if "line 1042: torn off" in notice]


def test_a_whole_last_line_needs_no_line_end(tmp_path: Path) -> None:
    path = _write(tmp_path / "chest.csv", HEADER, _rows())
    path.write_text(path.read_text().rstrip())
    assert len(read_imu_csv(path).time_s) == 1040


def test_the_header_again_and_a_row_told_twice_are_left_out_and_said(tmp_path: Path) -> None:
    rows = [",".join(map(repr, row)) for row in _rows()]
    rows[500:500] = [rows[499], HEADER, rows[499]]
    file = read_imu_csv(_write(tmp_path / "chest.csv", HEADER, rows))
    np.testing.assert_array_equal(file.time_s, np.array(_rows())[:, 0])
    assert [notice for notice in file.notices if "line 503: the header" in notice]
    assert [notice for notice in file.notices if "2 lines, the first is 502" in notice]


@pytest.mark.parametrize("separator", [";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("first", ["", "sep=X\n"])
def test_a_spreadsheet_of_a_comma_country_is_read(
    tmp_path: Path, separator: str, encoding: str, first: str
) -> None:
    text = _write(tmp_path / "a.csv", HEADER, _rows()).read_text()
    text = first.replace("X", separator) + text.replace(",", separator).replace(".", ",")
    (tmp_path / "a.csv").write_bytes(text.encode(encoding))
    file = read_imu_csv(tmp_path / "a.csv")
    np.testing.assert_array_equal(file.time_s, np.array(_rows())[:, 0])
    np.testing.assert_array_equal(file.gyr_sensor_radps, np.array(_rows())[:, 4:7])


def test_a_quoted_decimal_comma_is_read(tmp_path: Path) -> None:
    rows = [",".join('"' + repr(v).replace(".", ",") + '"' for v in row) for row in _rows()]
    file = read_imu_csv(_write(tmp_path / "a.csv", HEADER, rows))
    np.testing.assert_array_equal(file.acc_sensor_mps2, np.array(_rows())[:, 1:4])


def test_two_streams_in_one_table_are_brought_to_one_time(tmp_path: Path) -> None:
    rows = []
    for time_s, *values in _rows(1100):
        acc, gyr = [repr(v) for v in values[:3]], [repr(v) for v in values[3:]]
        rows.append(",".join([repr(time_s), *acc, "", "", ""]))
        rows.append(",".join([repr(round(time_s + 0.004, 6)), "", "", "", *gyr]))
    file = read_imu_csv(_write(tmp_path / "a.csv", HEADER, rows))
    true = np.array(_rows(1100))[1:]
    np.testing.assert_array_equal(file.acc_sensor_mps2, true[:, 1:4])
    assert file.gyr_sensor_radps is not None
    late = np.interp(true[:, 0], np.array(_rows(1100))[:, 0] + 0.004, np.array(_rows(1100))[:, 4])
    np.testing.assert_allclose(file.gyr_sensor_radps[:, 0], late, atol=1e-6)
    assert [notice for notice in file.notices if "moments of their own" in notice]


def test_one_empty_cell_among_two_streams_is_named(tmp_path: Path) -> None:
    rows = [",".join(map(repr, row[:4])) + ",,," for row in _rows()]
    rows[1::2] = [f"{row[0]!r},,,," + ",".join(map(repr, row[4:])) for row in _rows()[1::2]]
    rows[7] = rows[7].rsplit(",", 1)[0] + ","
    assert "line 9, column gyr_z_radps: ''" in _refusal(_write(tmp_path / "a.csv", HEADER, rows))


@pytest.mark.parametrize("axis", [1, 2, 3, 4, 6])
def test_a_stuck_axis_is_named_as_what_it_is(tmp_path: Path, axis: int) -> None:
    rng = np.random.default_rng(1)
    rows = np.array(_rows()) + np.column_stack([np.zeros(1040), rng.normal(0, 0.3, (1040, 6))])
    rows[:, axis] = 1.25
    rows[500, axis] = 1.26
    message = _refusal(_write(tmp_path / "a.csv", HEADER, rows.tolist()))
    assert f"column {HEADER.split(',')[axis]} never changes" in message
    assert "broken" in message


@pytest.mark.parametrize("left", [0.0, 0.15])
def test_gravity_taken_out_is_no_matter_of_units(tmp_path: Path, left: float) -> None:
    rows = np.array(_rows())
    rows[:, 3] -= (1 - left) * 9.81
    message = _refusal(_write(tmp_path / "a.csv", HEADER, rows.tolist()))
    assert "gravity was taken out" in message
    assert "rename" not in message


def test_times_of_arrival_are_refused(tmp_path: Path) -> None:
    rows = np.array(_rows(1100))
    burst = np.arange(1100) // 8 * 8
    rows[:, 0] = rows[burst, 0] + (np.arange(1100) - burst) * 0.0011
    assert "times of arrival" in _refusal(_write(tmp_path / "a.csv", HEADER, np.round(rows, 6).tolist()))


@pytest.mark.parametrize(
    ("unit", "factor", "said"),
    [
        ("radps", 1.0, ""),
        ("radps", 57.3, "in dps, rename"),
        ("dps", 57.3, ""),
        ("dps", 1.0, "in radps, rename"),
        ("dps", 57_300.0, "thousandths of a deg/s"),
        ("radps", 3e3, "no unit known here"),
    ],
)
def test_the_unit_of_an_angular_rate_is_weighed(tmp_path: Path, unit: str, factor: float, said: str) -> None:
    rows = np.array(_rows())
    rows[:, 4:] *= factor
    path = _write(tmp_path / "a.csv", HEADER.replace("radps", unit), rows.tolist())
    if said:
        assert said in _refusal(path)
    else:
        assert read_imu_csv(path).gyr_sensor_radps is not None


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"\x0e\x10\xd9\x07\x00\x00\x00\x00.FIT\x00\x00", "FIT file"),
        (b"PK\x03\x04rest", "zip archive"),
        (b"\x1f\x8b\x08\x00", "gzip"),
        (b'<?xml version="1.0"?>\n<gpx version="1.1">', "GPX"),
        (b'  <?xml version="1.0"?><TrainingCenterDatabase>', "TCX"),
        (b"<!DOCTYPE html><html>", "web page"),
        (b'\xef\xbb\xbf{"data": []}', "JSON"),
        (b"SQLite format 3\x00", "database"),
    ],
)
def test_what_is_no_table_of_samples_is_named(tmp_path: Path, content: bytes, kind: str) -> None:
    (tmp_path / "a.csv").write_bytes(content)
    assert kind in _refusal(tmp_path / "a.csv")


def test_a_whole_number_of_hundreds_of_digits_is_refused(tmp_path: Path) -> None:
    rows = [",".join(map(repr, row)) for row in _rows()]
    rows[41] = "1" * 400 + rows[41][rows[41].index(",") :]
    assert "line 43, column time_s" in _refusal(_write(tmp_path / "a.csv", HEADER, rows))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    changes=st.lists(
        st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 40), st.binary(max_size=12)), max_size=4
    )
)
def test_whatever_stands_in_a_table_is_read_or_one_line(
    tmp_path: Path, changes: list[tuple[float, int, bytes]]
) -> None:
    content = _write(tmp_path / "a.csv", HEADER, _rows()).read_bytes()
    for place, length, put in changes:
        at = int(place * len(content))
        content = content[:at] + put + content[at + length :]
    (tmp_path / "a.csv").write_bytes(content)
    try:
        file = read_imu_csv(tmp_path / "a.csv")
    except ImportFileError as error:
        lines = str(error).splitlines()
        event("refused")
    else:
        lines = ["read"]
        event("read")
        assert (np.diff(file.time_s) > 0).all()
        assert np.isfinite(file.acc_sensor_mps2).all()
    assert len(lines) == 1


@pytest.mark.parametrize("cell", [b"9.8\xff", b"\x00"])
def test_bytes_that_make_no_table_are_refused(tmp_path: Path, cell: bytes) -> None:
    path = _write(tmp_path / "chest.csv", HEADER, _rows())
    path.write_bytes(path.read_bytes() + b"10.0,0.1,0.2," + cell + b",0,0,0\n")
    assert "line 1042" in _refusal(path) or "no table" in _refusal(path)


@pytest.mark.parametrize("content", [HEADER, HEADER + "\n", HEADER + "\n\n\n"])
def test_a_file_without_rows_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "chest.csv"
    path.write_text(content)
    assert "no rows" in _refusal(path)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "chest.csv"
    path.write_bytes(b"\x81\x03\x04\xff\xfe\x00\x01" * 50)
    assert "not UTF-8 text" in _refusal(path)


@pytest.mark.parametrize(("row", "time_s"), [(500, 1.0), (500, 4.798077), (1, 0.0)])
def test_a_time_that_does_not_increase_is_named_with_its_line(
    tmp_path: Path, row: int, time_s: float
) -> None:
    rows = _rows()
    rows[row][0] = time_s
    message = _refusal(_write(tmp_path / "chest.csv", HEADER, rows))
    assert message.startswith(f"line {row + 2}, column time_s: {time_s:.7g} s does not come after ")


@pytest.mark.parametrize(
    ("rate_hz", "advice"),
    [
        (10.0, "20 to 1000 Hz are needed"),
        (1600.0, "20 to 1000 Hz are needed"),
        (0.1, "milliseconds"),
        (0.0001, "microseconds"),
    ],
)
def test_a_rate_nobody_can_use_is_refused_with_its_likely_cause(
    tmp_path: Path, rate_hz: float, advice: str
) -> None:
    message = _refusal(
        _write(tmp_path / "chest.csv", HEADER, _rows(20_000 if rate_hz > 1000 else 2000, rate_hz))
    )
    assert f"{rate_hz:.4g} rows per second; " in message
    assert advice in message


def test_five_seconds_are_too_short(tmp_path: Path) -> None:
    message = _refusal(_write(tmp_path / "chest.csv", HEADER, _rows(520)))
    assert message == "5.0 s of data; at least 10 s are needed"


def test_a_single_row_is_refused(tmp_path: Path) -> None:
    assert "0.0 s of data" in _refusal(_write(tmp_path / "chest.csv", HEADER, _rows(1)))


def test_ten_seconds_less_one_sample_are_long_enough(tmp_path: Path) -> None:
    assert len(_read(tmp_path, rows=_rows(1040)).time_s) == 1040


def _scaled(acc: float = 1.0, gyr: float = 1.0) -> list[list[float]]:
    return [
        [t, acc * ax, acc * ay, acc * az, gyr * gx, gyr * gy, gyr * gz]
        for t, ax, ay, az, gx, gy, gz in _rows()
    ]


@pytest.mark.parametrize(
    ("unit", "factor", "likely"),
    [
        ("mps2", 1 / STANDARD_GRAVITY_MPS2, "seem to be in g, rename"),
        ("g", 1.0, "seem to be in mps2, rename"),
        ("g", 1000 / STANDARD_GRAVITY_MPS2, "seem to be in milli-g, convert"),
        ("mps2", 1000 / STANDARD_GRAVITY_MPS2, "seem to be in milli-g, convert"),
        ("mps2", 0.01, "gravity must be in the data"),
    ],
)
def test_a_swapped_unit_of_acceleration_is_guessed(
    tmp_path: Path, unit: str, factor: float, likely: str
) -> None:
    header = HEADER.replace("mps2", unit)
    message = _refusal(_write(tmp_path / "chest.csv", header, _scaled(acc=factor)))
    assert message.startswith(f"columns acc_x_{unit} to acc_z_{unit}: the mean specific force is ")
    assert likely in message


@pytest.mark.parametrize("factor", [0.83, 1.06])
def test_a_mean_force_that_is_no_matter_of_units_is_only_remarked(tmp_path: Path, factor: float) -> None:
    (notice,) = _read(tmp_path, rows=_scaled(acc=factor)).notices
    assert f"{factor:.2f} g instead of 1 g" in notice


def test_degrees_per_second_under_radians_are_refused(tmp_path: Path) -> None:
    rows = _scaled(gyr=1 / RADPS_PER_DEGPS)
    assert "seem to be in dps, rename" in _refusal(_write(tmp_path / "chest.csv", HEADER, rows))


def test_radians_per_second_under_degrees_are_refused_where_somebody_runs(tmp_path: Path) -> None:
    header = HEADER.replace("radps", "dps")
    assert "seem to be in radps, rename" in _refusal(_write(tmp_path / "chest.csv", header, _rows()))


def test_a_sensor_that_hardly_turns_because_nobody_moves_is_no_matter_of_units(tmp_path: Path) -> None:
    rows = [[t, 0.0, 0.0, 9.81, 0.01, 0.0, 0.0] for t, *_ in _rows()]
    assert _read(tmp_path, HEADER.replace("radps", "dps"), rows).notices == ()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "the file is empty"),
        (b" \n\n ", "the file is empty"),
        (b"a," * 5_000_000, "line 1 has 10000000 bytes"),
        (
            HEADER.encode() + b"\n# made by a watch\n" + b"1,2,3,4,5,6,7\n",
            "line 2 is no row, it begins with '# made by a watch'",
        ),
        (HEADER.encode() + b"\n" + bytes(100_000), "line 2 is no row"),
        (HEADER.encode() + b"\n" + b"1" * 50_000_000, "line 2 is no row"),
        (HEADER.encode() + b"\n" + b"1,2,3\xff,4,5,6,7\n" * 50, "'3ÿ' is not a finite number"),
    ],
)
def test_what_is_no_table_is_one_short_line(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "chest.csv"
    path.write_bytes(content)
    message = _refusal(path)
    assert said in message
    assert len(message) < 700


def test_a_column_of_truths_is_no_column_of_numbers(tmp_path: Path) -> None:
    rows = [",".join([*map(str, row[:6]), "True"]) for row in _rows()]
    assert "line 2, column gyr_z_radps: 'True'" in _refusal(_write(tmp_path / "a.csv", HEADER, rows))


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_any_line_ends_will_do(tmp_path: Path, line_end: str) -> None:
    path = _write(tmp_path / "a.csv", HEADER, _rows())
    path.write_bytes(path.read_bytes().replace(b"\n", line_end.encode()))
    assert len(read_imu_csv(path).time_s) == 1040


@pytest.mark.parametrize("value", [1e30, -1e300])
def test_a_value_no_sensor_gives_is_refused_with_its_place(tmp_path: Path, value: float) -> None:
    rows = _rows()
    rows[100][2] = value
    message = _refusal(_write(tmp_path / "a.csv", HEADER, rows))
    assert f"line 102, column acc_y_mps2: {value:.4g} is more than any sensor gives" in message


@pytest.mark.parametrize("last_s", [1e300, 1e21, 1e10])
def test_a_time_that_is_none_is_refused_with_its_place(tmp_path: Path, last_s: float) -> None:
    rows = _rows()
    rows[-1][0] = last_s
    assert f"line 1041, column time_s: {last_s:.4g} s is no time" in _refusal(
        _write(tmp_path / "a.csv", HEADER, rows)
    )


def test_times_years_apart_are_refused_with_the_jump(tmp_path: Path) -> None:
    rows = _rows()
    for row in rows[600:]:
        row[0] += 1e7
    message = _refusal(_write(tmp_path / "a.csv", HEADER, rows))
    assert "2778 h from the first row to the last" in message
    assert "after line 601" in message


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="has no devices under /dev")
def test_a_device_without_end_is_refused() -> None:
    assert "is not a file" in _refusal(Path("/dev/zero"))


def test_a_pipe_is_read_to_its_end(tmp_path: Path) -> None:
    content = _write(tmp_path / "chest.csv", HEADER, _rows()).read_bytes()
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with ThreadPoolExecutor(1) as pool:
        pool.submit(pipe.write_bytes, content)
        assert len(read_imu_csv(pipe).time_s) == 1040
