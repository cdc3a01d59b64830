"""One channel asks all makers' sensors: answers are picked, all else is passed over, and silence ends."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import pytest

from sensor.download.policy import DownloadPolicy
from sensor.download.request_channel import RequestChannel, SilenceError
from sensor.errors import LinkError, PacketError
from sensor.virtual.radio.timeloop import run_in_virtual_time

T = TypeVar("T")


class Wire:
    """In place of a connection: keeps what is written, notifies what a test likes."""

    def __init__(self, *characteristics: str) -> None:
        self.characteristics = characteristics
        self.written: list[tuple[str, bytes]] = []
        self.notify: Callable[[bytes], None]

    def offers(self, characteristic: str) -> bool:
        return characteristic in self.characteristics

    async def subscribe(self, _: str, notify: Callable[[bytes], None], _timeout_s: float) -> None:
        self.notify = notify

    async def write(self, characteristic: str, data: bytes, _timeout_s: float, *, response: bool) -> None:
        assert response
        self.written.append((characteristic, data))


def parse(payload: bytes) -> tuple[str, ...]:
    if payload == b"damaged":
        raise PacketError("test", "damaged", payload)
    return tuple(payload.decode().split())


def asking(action: Callable[[RequestChannel[str], Wire], Coroutine[Any, Any, T]]) -> T:
    async def play() -> T:
        wire: Any = Wire("data")
        channel = RequestChannel[str](wire, "Sensor 1", policy=DownloadPolicy(request_timeout_s=5.0))
        await channel.listen("data", parse)
        return await action(channel, wire)

    return run_in_virtual_time(play())


def is_b(message: str) -> str | None:
    return message if message.startswith("b") else None


def test_a_request_is_written_as_it_is_and_its_answer_picked_among_other_messages() -> None:
    async def action(channel: RequestChannel[str], wire: Wire) -> list[str]:
        await channel.send("command", b"\x01\x02")
        assert wire.written == [("command", b"\x01\x02")]
        wire.notify(b"a1 b1")
        wire.notify(b"b2")
        return [await channel.answer(is_b), await channel.answer(is_b)]

    assert asking(action) == ["b1", "b2"]


def test_a_damaged_notification_is_dropped_and_the_next_one_taken() -> None:
    async def action(channel: RequestChannel[str], wire: Wire) -> str:
        wire.notify(b"damaged")
        wire.notify(b"b1")
        return await channel.answer(is_b)

    assert asking(action) == "b1"


def test_other_messages_do_not_make_it_wait_longer() -> None:
    async def babble(wire: Wire) -> None:
        while True:
            wire.notify(b"a")
            await asyncio.sleep(0.5)

    async def action(channel: RequestChannel[str], wire: Wire) -> float:
        babbling = asyncio.create_task(babble(wire))
        began_s = asyncio.get_running_loop().time()
        with pytest.raises(SilenceError, match="Sensor 1 stopped answering; bring it closer"):
            await channel.answer(is_b)
        babbling.cancel()
        return asyncio.get_running_loop().time() - began_s

    assert asking(action) == pytest.approx(5.0, abs=0.01)


def test_a_lost_link_ends_the_waiting_at_once_but_not_before_what_came() -> None:
    async def action(channel: RequestChannel[str], wire: Wire) -> float:
        wire.notify(b"b1")
        channel.lost()
        assert await channel.answer(is_b) == "b1"
        began_s = asyncio.get_running_loop().time()
        for _ in range(2):
            with pytest.raises(LinkError, match="Sensor 1: the link broke"):
                await channel.answer(is_b)
        return asyncio.get_running_loop().time() - began_s

    assert asking(action) == pytest.approx(0.0, abs=0.01)


@pytest.mark.parametrize("is_lost", [False, True])
def test_what_is_forgotten_answers_nothing_and_a_lost_link_is_not_forgotten(is_lost: bool) -> None:
    async def action(channel: RequestChannel[str], wire: Wire) -> str:
        wire.notify(b"b1")
        channel.forget()
        wire.notify(b"b2")
        if is_lost:
            channel.lost()
            channel.forget()
            assert await channel.answer(is_b) == "b2"
            with pytest.raises(LinkError, match="the link broke"):
                await channel.answer(is_b)
            return "b2"
        return await channel.answer(is_b)

    assert asking(action) == "b2"


def test_what_a_pick_raises_ends_the_waiting() -> None:
    def refuse(message: str) -> str | None:
        raise LinkError(f"refused by {message}")

    async def action(channel: RequestChannel[str], wire: Wire) -> None:
        wire.notify(b"a1")
        await channel.answer(refuse)

    with pytest.raises(LinkError, match="refused by a1"):
        asking(action)


def test_a_sensor_without_the_characteristic_is_told_with_what_to_do() -> None:
    async def play() -> None:
        wire: Any = Wire()
        channel = RequestChannel[str](wire, "Sensor 1", policy=DownloadPolicy())
        await channel.listen("data", parse, hint="is its firmware at least 2.1.0?")

    with pytest.raises(LinkError, match=r"Sensor 1: it has no memory to ask for; is its firmware at least 2"):
        run_in_virtual_time(play())
