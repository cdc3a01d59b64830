"""The judge of the journey through real BlueZ sees what is lost, swapped or invented."""

from __future__ import annotations

import json
from pathlib import Path

from sensor.protocol.driver import BATTERY_LEVEL_UUID
from tests.bluez.journal import Link, complaints, read_journal, read_segments
from tests.support.sessions import DATA, add_movesense, new_writer

SENT = [bytes([number]) for number in range(10)]


def judge(stored: list[list[bytes]], *links: Link) -> str:
    return "; ".join(complaints(list(links), stored, most_dropped=2))


def lost(sent: list[bytes], arrived: int) -> Link:
    return Link(sent=sent, arrived=arrived)


def ended(sent: list[bytes]) -> Link:
    return Link(sent=sent, arrived=len(sent))


def test_all_of_a_connection_that_was_ended_is_there() -> None:
    assert judge([SENT], ended(SENT)) == ""


def test_a_lost_connection_may_lack_what_was_on_its_way_but_no_more() -> None:
    again = ended([b"again"])
    assert judge([SENT[:6], again.sent], lost(SENT, arrived=8), again) == ""
    assert "5 notifications in the session, of 10 sent and 8 arrived" in judge(
        [SENT[:5], again.sent], lost(SENT, arrived=8), again
    )


def test_the_end_of_the_last_connection_must_not_be_missing() -> None:
    assert "9 notifications in the session, of 10 sent" in judge([SENT[:9]], ended(SENT))


def test_one_missing_in_the_middle_is_seen() -> None:
    assert "notification 4 in the session is not what was sent" in judge([SENT[:3] + SENT[4:]], ended(SENT))


def test_two_swapped_are_seen() -> None:
    swapped = [*SENT[:4], SENT[5], SENT[4], *SENT[6:]]
    assert "notification 5 in the session is not what was sent" in judge([swapped], ended(SENT))


def test_one_that_was_never_sent_is_seen() -> None:
    assert "notification 11 in the session is not what was sent" in judge([[*SENT, b"new"]], ended(SENT))


def test_a_connection_without_a_segment_is_seen() -> None:
    assert "2 connections on the air, but 1 segments" in judge([SENT], lost(SENT, 10), ended([b"again"]))


def test_the_beginning_of_an_inherited_connection_belongs_to_another_recording() -> None:
    inherited = Link(is_inherited=True, sent=SENT, arrived=10)
    assert judge([SENT[4:]], inherited) == ""
    assert "notification 2 in the session is not what was sent" in judge([SENT[4:5] + SENT[6:]], inherited)


def test_a_journal_is_told_apart_by_sensor_and_connection() -> None:
    told = [
        ("sent", "A", "00"),
        ("connected", "B", ""),
        ("sent", "B", "01"),
        ("connected", "A", ""),
        ("arrived", "B", "01"),
        ("sent", "A", "02"),
        ("connected", "B", ""),
    ]
    lines = [
        json.dumps({"what": what, "sensor": sensor, "payload": payload}) for what, sensor, payload in told
    ]
    links = read_journal(lines)

    assert [(link.is_inherited, link.sent, link.arrived) for link in links["A"]] == [
        (True, [b"\x00"], 0),
        (False, [b"\x02"], 0),
    ]
    assert [(link.sent, link.arrived) for link in links["B"]] == [([b"\x01"], 1)]


def test_segments_come_in_order_and_hold_data_alone(tmp_path: Path) -> None:
    writer = new_writer(tmp_path / "run.runtall")
    sensor_id = add_movesense(writer)
    for number, reason in enumerate(("start", "link lost")):
        segment_id = writer.start_segment(sensor_id, number, reason=reason)
        writer.packet(segment_id, BATTERY_LEVEL_UUID, arrival_ns=number, payload=b"d")
        writer.packet(segment_id, DATA, arrival_ns=number, payload=SENT[number])
        writer.packet(segment_id, DATA, arrival_ns=number, payload=SENT[number + 1])
    writer.close()

    (segments,) = read_segments(writer.path).values()
    assert segments == [[SENT[0], SENT[1]], [SENT[1], SENT[2]]]
