"""Movesense commands, notifications and statuses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensor.errors import PacketError
from sensor.protocol.movesense.control import (
    STATUS_WORDS,
    Command,
    CommandCode,
    NotificationType,
    Response,
    encode_command,
    encode_data,
    encode_path,
    encode_response,
    explain_status,
    is_success,
    parse_command,
    parse_notification,
    parse_path,
    parse_response,
)

REFERENCES = st.integers(1, 255)


def test_hello_and_subscribe_have_the_documented_bytes():
    hello = encode_command(Command(CommandCode.HELLO, 1))
    subscribe = encode_command(Command(CommandCode.SUBSCRIBE, 0x63, encode_path("/Meas/IMU6/104")))
    assert hello.hex() == "0001"
    assert subscribe.hex() == "01632f4d6561732f494d55362f31303400"


@given(st.sampled_from(CommandCode), REFERENCES, st.binary(max_size=150))
def test_commands_survive_the_way(code, reference, payload):
    command = Command(code, reference, payload)
    assert parse_command(encode_command(command)) == command


@pytest.mark.parametrize("reference", [0, 256])
def test_a_reference_outside_its_byte_is_refused(reference):
    with pytest.raises(ValueError, match="not within 1 to 255"):
        encode_command(Command(CommandCode.HELLO, reference))


@pytest.mark.parametrize(
    ("data", "reason"),
    [("", "at least two"), ("00", "at least two"), ("0a01", "unknown"), ("0100", "reference")],
)
def test_a_command_that_fits_no_layout_is_refused(data, reason):
    with pytest.raises(PacketError, match=reason):
        parse_command(bytes.fromhex(data))


@pytest.mark.parametrize("payload", [b"/Meas/HR\0", b"/Meas/HR", b"/Meas/HR\0\0"])
def test_a_path_may_or_may_not_be_closed(payload):
    assert parse_path(payload) == "/Meas/HR"


def test_a_path_that_is_no_text_is_refused():
    with pytest.raises(PacketError, match="UTF-8"):
        parse_path(b"\xff\xfe")


@given(REFERENCES, st.sampled_from(sorted(STATUS_WORDS)), st.binary(max_size=150))
def test_responses_survive_the_way(reference, status, payload):
    response = Response(reference, status, payload)
    assert parse_response(parse_notification(encode_response(response))) == response


def test_old_firmware_sends_out_of_memory_the_wrong_way_round():
    notification = parse_notification(bytes.fromhex("016301fb"))
    assert parse_response(notification).status == 507


@pytest.mark.parametrize("data", ["01", "0563aa", "0063aa", ""])
def test_a_notification_that_fits_no_layout_is_refused(data):
    with pytest.raises(PacketError):
        parse_notification(bytes.fromhex(data))


@pytest.mark.parametrize("data", ["0163c8", "0263c800"])
def test_what_is_no_response_has_no_status(data):
    with pytest.raises(PacketError, match="status"):
        parse_response(parse_notification(bytes.fromhex(data)))


@given(st.binary(max_size=300))
def test_arbitrary_notifications_are_parsed_or_refused(data):
    try:
        notification = parse_notification(data)
        parse_response(notification)
    except PacketError:
        return
    assert notification.body == data[2:]


def test_used_up_request_slots_are_explained_in_words():
    assert not is_success(429)
    assert explain_status(429) == "the sensor's request slots are used up; restart it"


def test_every_documented_status_has_words_and_others_are_admitted():
    documented = (100, 200, 201, 202, 400, 401, 403, 404, 409, 429, 500, 501, 503, 507)
    assert sorted(STATUS_WORDS) == sorted(documented)
    assert [is_success(status) for status in documented] == [True] * 4 + [False] * 10
    assert explain_status(418) == "an undocumented status"


def test_an_imu6_packet_at_104_hz_is_split_in_150_and_46_bytes():
    parts = encode_data(0x63, bytes(range(196)))
    assert [len(part) - 2 for part in parts] == [150, 46]
    assert [part[0] for part in parts] == [NotificationType.DATA, NotificationType.DATA_PART_2]
    assert {part[1] for part in parts} == {0x63}
    assert parts[0][2:] + parts[1][2:] == bytes(range(196))


def test_a_packet_that_fits_is_not_split():
    assert encode_data(7, b"abc", body_bytes=3) == (b"\x02\x07abc",)
