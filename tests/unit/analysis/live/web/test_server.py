"""The live page as it is answered: only to who knows the token, nothing loaded, newest view only."""

from __future__ import annotations

import asyncio
import http.client
import json
import re
import socket
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace

import pytest

from analysis.errors import LivePageError
from analysis.live.view import TREND_PARTS, LiveView
from analysis.live.web import address, server
from analysis.live.web.address import LOOPBACK, Address, lan_host, listening
from analysis.live.web.feed import BEAT, Feed
from analysis.live.web.page import POLICY, page
from analysis.live.web.server import LivePage
from analysis.words import Zone

TOKEN = "0123456789abcdefghijkl"
VIEW = LiveView(
    clock="7:03",
    number="+3.9°",
    word="more forward",
    zone=Zone.WATCH,
    trend_deg=(*(float("nan"),) * (TREND_PARTS - 1), 3.9),
    trend_name="last km",
    facts=("1.50 km",),
    usual="usual 6.2° from earlier runs",
    sensors=(("sternum ok", True),),
    message="line\nbreak",
    hint="",
)


@pytest.fixture
def live() -> Iterator[LivePage]:
    with LivePage(listening(LOOPBACK), TOKEN) as running:
        yield running


@contextmanager
def asked(
    live: LivePage, path: str, *, method: str = "GET", **headers: str
) -> Iterator[http.client.HTTPResponse]:
    with closing(http.client.HTTPConnection(LOOPBACK, live.address.port, timeout=10)) as link:
        link.request(method, path, headers=headers)
        yield link.getresponse()


def event(answer: http.client.HTTPResponse) -> str:
    """The next line of the stream that is neither empty nor a beat."""
    while True:
        line = answer.readline().decode().rstrip("\n")
        if line and not line.startswith(":"):
            return line


def test_the_page_comes_with_a_policy_that_names_its_own_parts_only(live: LivePage) -> None:
    with asked(live, f"/{TOKEN}/") as answer:
        body = answer.read().decode()
        headers = {name.lower(): value for name, value in answer.getheaders()}
    assert (answer.status, body) == (200, page())
    assert headers["content-security-policy"] == POLICY
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "no-store"
    assert not [name for name in headers if name.startswith("access-control")]
    assert "server" not in headers
    assert "unsafe" not in POLICY
    assert not re.findall(r"https?://(?!www\.w3\.org/2000/svg)", body)
    assert not re.findall(r"\s(?:style|on[a-z]+)=", body.split("<script>")[0])


@pytest.mark.parametrize(
    ("path", "host", "status"),
    [
        ("/", "", 404),
        (f"/{TOKEN[:-1]}x/", "", 404),
        ("/wrong/events", "", 404),
        (f"/{TOKEN}/../x", "", 404),
        (f"/{TOKEN}/", "runner.example:{port}", 421),
        (f"/{TOKEN}/events", "192.0.2.7:{port}", 421),
        (f"/{TOKEN}/", "127.0.0.1:1", 421),
        (f"/{TOKEN}/", "localhost:{port}", 200),
    ],
)
def test_a_wrong_token_and_a_strangers_name_for_this_machine_are_told_nothing(
    live: LivePage, path: str, host: str, status: int
) -> None:
    headers = {"Host": host.format(port=live.address.port)} if host else {}
    with asked(live, path, **headers) as answer:
        assert answer.status == status
        assert ("runtall" in answer.read().decode()) == (status == 200)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_nothing_can_be_done_to_a_recording_by_its_page(live: LivePage, method: str) -> None:
    with asked(live, f"/{TOKEN}/", method=method, Origin="http://runner.example") as answer:
        assert answer.status == 405
        assert "access-control-allow-origin" not in {name.lower() for name, _ in answer.getheaders()}


def test_the_newest_view_is_told_on_connecting_and_then_each_newer_one(live: LivePage) -> None:
    live.feed.publish(replace(VIEW, number="+1.0°"))
    live.feed.publish(VIEW)
    with asked(live, f"/{TOKEN}/events") as answer:
        assert answer.getheader("content-type", "").startswith("text/event-stream")
        told = json.loads(event(answer).removeprefix("data: "))
        assert told["number"] == "+3.9°"
        assert told["zone"] == "watch"
        assert told["trend_deg"] == [None] * (TREND_PARTS - 1) + [3.9]
        assert told["message"] == "line\nbreak"
        live.feed.publish(VIEW)
        live.feed.publish(replace(VIEW, number="+4.1°"))
        assert json.loads(event(answer).removeprefix("data: "))["number"] == "+4.1°"


def test_a_browser_that_reads_nothing_delays_nobody(live: LivePage) -> None:
    with closing(socket.create_connection((LOOPBACK, live.address.port))) as lazy:
        lazy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        host = f"{LOOPBACK}:{live.address.port}"
        lazy.sendall(f"GET /{TOKEN}/events HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        began_s = time.monotonic()
        for number in range(2_000):
            live.feed.publish(replace(VIEW, hint="x" * 1_000 + str(number)))
        assert time.monotonic() - began_s < 2.0
        with asked(live, f"/{TOKEN}/events") as answer:
            assert json.loads(event(answer).removeprefix("data: "))["hint"].endswith("x1999")


def test_more_browsers_than_a_runner_has_are_sent_away_and_a_place_is_free_again(
    live: LivePage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "MOST_BROWSERS", 1)
    live.feed.publish(VIEW)
    with asked(live, f"/{TOKEN}/events") as first:
        event(first)
        with asked(live, f"/{TOKEN}/events") as second:
            assert second.status == 503
    until_s = time.monotonic() + 10.0
    while live.feed.listeners and time.monotonic() < until_s:
        live.feed.publish(replace(VIEW, clock=str(time.monotonic())))
        time.sleep(0.02)
    with asked(live, f"/{TOKEN}/events") as third:
        assert third.status == 200


def test_at_the_end_streams_end_at_once_and_the_port_is_free() -> None:
    with LivePage(listening(LOOPBACK), TOKEN) as live:
        live.feed.publish(VIEW)
        with asked(live, f"/{TOKEN}/events") as answer:
            event(answer)
            began_s = time.monotonic()
            live.__exit__(None, None, None)
            assert time.monotonic() - began_s < server.PATIENCE_S
            assert b"data" not in answer.read()
    with closing(listening(LOOPBACK, live.address.port)) as anew:
        assert anew.getsockname()[1] == live.address.port


def test_a_taken_port_is_passed_over_until_none_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(address, "PORTS", 2)
    with closing(listening(LOOPBACK, 28_765)) as one, closing(listening(LOOPBACK, 28_765)) as two:
        assert two.getsockname()[1] == one.getsockname()[1] + 1
        with pytest.raises(LivePageError, match=r"no port from 28765 to 28766 of 127\.0\.0\.1 is free"):
            listening(LOOPBACK, 28_765)


def test_without_a_network_lan_is_refused_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere(*_: object) -> None:
        raise OSError(101, "Network is unreachable")

    monkeypatch.setattr(address.socket.socket, "connect", nowhere)
    with pytest.raises(LivePageError, match="this computer is on no network"):
        lan_host()


def test_the_token_is_in_the_address_and_not_in_what_is_logged() -> None:
    there = Address("192.168.1.23", 8765, TOKEN)
    assert there.url == f"http://192.168.1.23:8765/{TOKEN}/"
    assert TOKEN not in repr(there)
    assert there.names == {"192.168.1.23:8765"}


def test_without_news_a_beat_is_sent_and_a_closed_feed_ends() -> None:
    async def taken() -> list[str]:
        feed = Feed()
        found = []
        async for told in feed.views(0.01):
            found.append(told)
            feed.close()
        assert feed.listeners == 0
        return found

    assert asyncio.run(taken()) == [BEAT]
