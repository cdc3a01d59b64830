"""Sessions that are not what their tables promise: from failing cards, old programs and strangers."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from sensor.errors import SessionFileError
from sensor.importers.imu_csv import ImuFile
from sensor.importers.imu_session import write_imu_session
from sensor.session.info import read_info
from sensor.session.integrity import MOST_LETTERS
from sensor.session.reader import read_recording
from tests.support.sessions import STARTED_UTC, write_session

Change = Callable[[sqlite3.Connection], object]
LONG = "A" * 10_000_000


@pytest.fixture
def session(tmp_path: Path) -> Path:
    return write_session(tmp_path / "a.runtall", packets=20)


def alter(path: Path, *statements: str | Change, loosely: bool = False) -> Path:
    """Change a session as no writer of ours would; ``loosely`` takes the types off its columns first.

    Its seal goes, as where another program has made the file.
    """
    if loosely:
        _take_types_off(path)
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA ignore_check_constraints = ON")
    connection.execute("DELETE FROM meta WHERE key = 'rows_sha256'")
    for statement in statements:
        if callable(statement):
            statement(connection)
        else:
            connection.execute(statement)
    connection.close()
    return path


def _take_types_off(path: Path) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA writable_schema = ON")
    connection.execute("UPDATE sqlite_master SET sql = replace(replace(sql, 'STRICT', ''), 'NOT NULL', '')")
    connection.close()


def set_meta(key: str, json_text: str) -> Change:
    return lambda connection: connection.execute(
        "INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, json_text)
    )


def refusal(path: Path) -> str:
    with pytest.raises(SessionFileError) as caught:
        read_recording(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: damaged, ")
    assert "\n" not in message
    assert len(message) < MOST_LETTERS + 300
    return message


@pytest.mark.parametrize(
    ("statement", "place"),
    [
        ("UPDATE packet SET arrival_ns = 'soon' WHERE id = 5", "table packet, row 5: arrival_ns"),
        ("UPDATE packet SET arrival_ns = NULL WHERE id = 7", "table packet, row 7: arrival_ns"),
        ("UPDATE packet SET payload = 'text' WHERE id = 3", "table packet, row 3: payload"),
        ("UPDATE packet SET payload = 17", "table packet, row 1: payload"),
        ("UPDATE sensor SET name = x'fffe'", "table sensor, row 1: name"),
        ("UPDATE segment SET reason = NULL", "table segment, row 1: reason"),
        ("INSERT INTO event VALUES (1, 9e999, 1, 'lost', '')", "table event, row 1: t_ns"),
        ("INSERT INTO mark VALUES (1, 0, 'lap', NULL)", "table mark, row 1: text"),
        ("INSERT INTO track_point VALUES (1, 1, 0, 'far')", "table track_point, row 1: value"),
    ],
)
def test_a_value_of_another_type_is_refused_with_its_place(session: Path, statement: str, place: str) -> None:
    assert place in refusal(alter(session, statement, loosely=True))


def test_text_that_is_no_text_is_refused(session: Path) -> None:
    assert "UTF-8" in refusal(alter(session, "UPDATE sensor SET name = CAST(x'fffe41' AS TEXT)"))


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ("[]", "no table"),
        ("{", "settings: "),
        ('{"acc_range_mps2": -1}', "acc_range_mps2 is -1"),
        ('{"acc_range_mps2": NaN}', "NaN is no JSON"),
        ('{"rate_hz": "fast"}', "rate_hz is 'fast'"),
        ('{"path": ["/Meas/IMU6/104"]}', "path is ['/Meas/IMU6/104']"),
        ('{"reference": 1e999}', "reference is inf"),
        ('{"acc_range_g": "nan"}', "acc_range_g is 'nan'"),
        ('{"rate_hz": 1e-300}', "rate_hz is 1e-300"),
    ],
)
def test_settings_no_decoder_can_use_are_refused(session: Path, settings: str, said: str) -> None:
    path = alter(
        session, lambda connection: connection.execute("UPDATE sensor SET settings = ?", (settings,))
    )
    assert said in refusal(path)


def test_a_table_that_is_a_query_without_end_is_refused(session: Path) -> None:
    alter(
        session,
        "DROP TABLE mark",
        "CREATE VIEW mark AS WITH RECURSIVE r(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM r) "
        "SELECT x AS id, x AS t_ns, 'a' AS kind, 'b' AS text FROM r",
    )
    assert "it holds a view no session has: 'mark'" in refusal(session)


@pytest.mark.parametrize(
    "json_text",
    [
        "{not json",
        "NaN",
        '"ten"',
        "-5",
        "0",
        "1e18",
        "9e999",
        "[1]",
        "true",
        "null",
        "1" + "0" * 400,
        "1" * 5000,
    ],
)
def test_a_distance_that_cannot_be_true_is_left_out_and_said(session: Path, json_text: str) -> None:
    recording = read_recording(alter(session, set_meta("context.typed_distance_m", json_text)))
    assert recording.context == {}
    assert "typed_distance_m cannot be true" in recording.notices[0]


@pytest.mark.parametrize("json_text", ["[" * 100_000 + "]" * 100_000, '{"a": 1}', "[[1]]"])
def test_notes_nobody_can_show_are_left_out_and_said(session: Path, json_text: str) -> None:
    info = read_info(alter(session, set_meta("context.shoes", json_text)))
    assert info.context == {}
    assert "shoes cannot be true" in info.notices[0]


@pytest.mark.parametrize("key", ["pain_before", "pain_during", "pain_after"])
@pytest.mark.parametrize(
    "json_text",
    [
        *('"neck 3"', "7", "true", "null", "[7]", '["neck"]', '["neck 11"]', '["neck 3", "the moon 4"]'),
        *('{"neck": 3}', '[["neck 3"]]', '["neck ' + "0" * 100_000 + '"]'),
        "[" + '"neck 3", ' * 1000 + '"neck 3"]',
    ],
)
def test_pain_that_cannot_be_read_is_left_out_and_said(session: Path, key: str, json_text: str) -> None:
    info = read_info(alter(session, set_meta(f"context.{key}", json_text)))
    assert info.context == {}
    assert f"{key} cannot be true" in info.notices[0]


@pytest.mark.parametrize(
    "json_text",
    ['"fever"', '["plague"]', '["fever", 1]', '["fever", ["fever"]]', "[" + '"fever", ' * 99 + '"fever"]'],
)
def test_symptoms_that_are_none_are_left_out_and_said(session: Path, json_text: str) -> None:
    info = read_info(alter(session, set_meta("context.symptoms", json_text)))
    assert info.context == {}
    assert "symptoms cannot be true" in info.notices[0]


@pytest.mark.parametrize(
    ("key", "json_text"),
    [
        *(("tape", text) for text in ("3", "true", "null", '["none"]')),
        *(("runner", text) for text in ("3", "null", '["ada"]')),
        *(("long_car_trip", text) for text in ("1", '"yes"', "null", "[true]")),
        *(("pack_kg", text) for text in ("-1", "61", '"6"', "true", "[6]")),
        *(("hours_sat_before", text) for text in ("-0.1", "25", '"2"')),
        *(("usual_surface", text) for text in ('"moon"', "1", '["road"]')),
    ],
)
def test_circumstances_that_cannot_be_true_are_left_out_and_said(
    session: Path, key: str, json_text: str
) -> None:
    info = read_info(alter(session, set_meta(f"context.{key}", json_text)))
    assert info.context == {}
    assert f"{key} cannot be true" in info.notices[0]


@pytest.mark.parametrize("json_text", ["7", '{"a": 1}', "[" * 10_000, '["1", 2, {}]', "[null, [1]]"])
def test_of_what_was_told_before_only_what_can_be_true_is_believed(session: Path, json_text: str) -> None:
    info = read_info(alter(session, set_meta("earlier.tape", json_text)))
    assert [value for values in info.earlier.values() for value in values if value != "1"] == []


def test_no_more_remarks_are_told_than_anybody_types(session: Path) -> None:
    many = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500) "
    alter(session, f"{many}INSERT INTO mark (t_ns, kind, text) SELECT i, 'remark', 'x' FROM n")
    assert len(read_recording(session).context["remarks"]) == 100


def test_notes_of_any_key_are_kept(session: Path) -> None:
    alter(session, set_meta("context.weather", '"rain"'), set_meta("context.laps", "[1, 2.5, true, null]"))
    assert read_info(session).context == {"weather": "rain", "laps": [1, 2.5, True, None]}


@pytest.mark.parametrize(
    "json_text", ['"yesterday"', '""', "5", '"2025-05-31T06:30:00"', '"9999-12-31T23:59:59-23:00"', "{"]
)
def test_a_start_that_is_no_moment_is_no_start(session: Path, json_text: str) -> None:
    assert read_info(alter(session, set_meta("started_utc", json_text))).started_utc == ""


@pytest.mark.parametrize("json_text", ["null", "[1]", "{"])
def test_a_session_whose_name_is_no_text_is_called_after_its_file(session: Path, json_text: str) -> None:
    assert read_info(alter(session, set_meta("name", json_text))).name == "a"


def test_texts_without_end_are_shortened(session: Path) -> None:
    alter(
        session,
        set_meta("name", f'"{LONG}"'),
        set_meta("context.notes", f'"{LONG}"'),
        set_meta("context." + "k" * 1_000_000, "1"),
        lambda connection: connection.execute("UPDATE sensor SET name = ?", (LONG,)),
        lambda connection: connection.execute("INSERT INTO event VALUES (1, 0, 1, 'lost', ?)", (LONG,)),
        lambda connection: connection.execute("INSERT INTO mark VALUES (1, 0, 'lap', ?)", (LONG,)),
    )
    recording = read_recording(session)
    texts = [
        recording.name,
        recording.context["notes"],
        recording.sensors[0].name,
        recording.events[0].detail,
        recording.marks[0].text,
        *recording.notices,
        *recording.context,
    ]
    assert max(map(len, texts)) <= MOST_LETTERS


@pytest.mark.parametrize("detail", ["9" * 5000, "101", "٣٤", "-1", "full"])
def test_a_battery_level_that_is_no_percentage_is_none(session: Path, detail: str) -> None:
    alter(
        session,
        lambda connection: connection.execute("INSERT INTO event VALUES (1, 0, 1, 'battery', ?)", (detail,)),
    )
    assert read_recording(session).sensors[0].battery_pct is None


def test_points_of_a_track_no_runner_can_reach_are_left_out(session: Path) -> None:
    alter(
        session,
        "INSERT INTO track VALUES (1, 'distance_m', 'watch file')",
        "INSERT INTO track_point (track_id, t_ns, value) VALUES (1, 0, 0), (1, 1, -5), (1, 2, 1e308), "
        "(1, 3, 9e999), (1, 4, 12)",
    )
    (track,) = read_recording(session).tracks
    assert track.value.tolist() == [0.0, 12.0]


def _imported(folder: Path) -> Path:
    """Ten seconds at 100 Hz, in five packets."""
    time_s = np.arange(1000) / 100
    acc = np.column_stack([time_s, np.zeros(1000), np.full(1000, 9.81)])
    file = ImuFile("chest.csv", 1, "0" * 64, time_s, acc, None, ())
    path = folder / "imported.runtall"
    write_imu_session(path, {"sternum": file}, name="x", started_utc=STARTED_UTC)
    return path


@pytest.mark.parametrize("byte", range(8, 16))
def test_a_bit_flipped_in_a_time_costs_one_packet(tmp_path: Path, byte: int) -> None:
    path = _imported(tmp_path)

    def flip(connection: sqlite3.Connection) -> None:
        (payload,) = connection.execute("SELECT payload FROM packet WHERE id = 3").fetchone()
        broken = bytearray(payload)
        broken[byte] ^= 1 << 5
        connection.execute("UPDATE packet SET payload = ? WHERE id = 3", (bytes(broken),))

    (sensor,) = read_recording(alter(path, flip)).sensors
    assert len(sensor.time_s) == 800
    assert sensor.rejected_packets == 1
    assert (np.diff(sensor.time_s) > 0).all()
    np.testing.assert_allclose(sensor.acc_sensor_mps2[:, 0], sensor.time_s, atol=1e-6)


@pytest.mark.parametrize("seed", range(5))
def test_random_bytes_in_place_of_packets_are_samples_in_order_or_none(session: Path, seed: int) -> None:
    rng = random.Random(seed)

    def scramble(connection: sqlite3.Connection) -> None:
        for (row,) in connection.execute("SELECT id FROM packet").fetchall():
            noise = (rng.randrange(-(2**63), 2**63), rng.randbytes(rng.randrange(300)), row)
            connection.execute("UPDATE packet SET arrival_ns = ?, payload = ? WHERE id = ?", noise)

    (sensor,) = read_recording(alter(session, scramble)).sensors
    assert (np.diff(sensor.time_s) > 0).all()
    assert np.isfinite(sensor.acc_sensor_mps2).all()
