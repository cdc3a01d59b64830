"""Packages as one stream of bytes: in order, cut anywhere, at the pace of the radio, never more than fits."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensor.virtual.devices.package_queue import BYTES_PER_S, PackageQueue
from sensor.virtual.radio.timeloop import run_in_virtual_time


class Listener:
    """Hears what is sent, and when."""

    def __init__(self, room: int) -> None:
        self.room = room
        self.parts: list[tuple[float, bytes]] = []

    def queue(self, most_bytes: int = 10_000) -> PackageQueue:
        return PackageQueue(lambda: self.room, self.hear, most_bytes)

    def hear(self, part: bytes) -> None:
        self.parts.append((asyncio.get_running_loop().time(), part))

    @property
    def stream(self) -> bytes:
        return b"".join(part for _, part in self.parts)


def play(action: Callable[[Listener], Awaitable[None]], room: int = 20) -> Listener:
    listener = Listener(room)

    async def run() -> None:
        await action(listener)
        await asyncio.sleep(10.0)

    run_in_virtual_time(run())
    return listener


@given(st.lists(st.binary(min_size=1, max_size=60), max_size=20), st.integers(1, 50))
def test_the_stream_is_the_packages_in_order_in_parts_no_larger_than_the_room(
    packages: list[bytes], room: int
) -> None:
    async def action(listener: Listener) -> None:
        queue = listener.queue()
        assert all(queue.put(package) for package in packages)

    heard = play(action, room)
    assert heard.stream == b"".join(packages)
    assert all(0 < len(part) <= room for _, part in heard.parts)


def test_parts_follow_each_other_at_the_pace_of_the_radio() -> None:
    async def action(listener: Listener) -> None:
        listener.queue().put(bytes(200))

    times_s = [at_s for at_s, _ in play(action).parts]
    assert len(times_s) == 10
    assert times_s[-1] - times_s[0] == pytest.approx(180 / BYTES_PER_S)


def test_what_nobody_listens_to_waits_and_what_finds_no_room_is_told() -> None:
    async def action(listener: Listener) -> None:
        queue = listener.queue(most_bytes=25)
        assert [queue.put(b"a" * 10), queue.put(b"b" * 10), queue.put(b"c" * 10)] == [True, True, False]
        assert listener.parts == []
        listener.room = 20
        assert queue.put(b"d" * 10) is False
        await asyncio.sleep(1.0)
        assert queue.put(b"e" * 10) is True

    assert play(action, room=0).stream == b"a" * 10 + b"b" * 10 + b"e" * 10


def test_clearing_leaves_the_rest_of_a_package_that_is_partly_sent() -> None:
    async def action(listener: Listener) -> None:
        queue = listener.queue()
        for letter in (b"a", b"b", b"c", b"d"):
            queue.put(letter * 15)
        await asyncio.sleep(20 / BYTES_PER_S)
        queue.clear()
        queue.put(b"e")

    # What is there is sent at once, the first package; then 20 bytes, the second and a third of the third.
    assert play(action).stream == b"a" * 15 + b"b" * 15 + b"c" * 15 + b"e"


def test_a_restart_leaves_nothing() -> None:
    async def action(listener: Listener) -> None:
        queue = listener.queue(most_bytes=100)
        queue.put(b"a" * 90)
        queue.forget()
        assert queue.put(b"d" * 100) is True

    assert play(action).stream == b"a" * 20 + b"d" * 100
