"""Deadlines hold whatever the Bluetooth stack does with them."""

from __future__ import annotations

import asyncio
import gc
from typing import Any

import pytest

from sensor.link.timeouts import bounded, see_through
from sensor.virtual.radio.timeloop import run_in_virtual_time


async def forever() -> None:
    await asyncio.Event().wait()


async def stubborn() -> None:
    """Tidies up by asking what has not answered before, and again, and again."""
    while True:
        try:
            await forever()
        except asyncio.CancelledError:
            if asyncio.get_running_loop().time() > 100.0:
                raise


async def took_s(timeout_s: float) -> float:
    loop = asyncio.get_running_loop()
    began_s = loop.time()
    left_behind: set[asyncio.Task[Any]] = set()
    with pytest.raises(TimeoutError, match="no answer within 5 s"):
        await bounded(timeout_s, stubborn(), left_behind=left_behind)
    waited_s = loop.time() - began_s
    assert len(left_behind) == 1
    await asyncio.sleep(200.0)
    return waited_s


def test_what_is_done_in_time_gives_its_result() -> None:
    assert run_in_virtual_time(bounded(5.0, asyncio.sleep(4.9, "here"), left_behind=set())) == "here"


def test_what_fails_in_time_fails_as_it_does() -> None:
    async def fail() -> None:
        raise KeyError("x")

    with pytest.raises(KeyError):
        run_in_virtual_time(bounded(5.0, fail(), left_behind=set()))


def test_what_takes_too_long_is_given_up() -> None:
    with pytest.raises(TimeoutError, match="no answer within 5 s"):
        run_in_virtual_time(bounded(5.0, forever(), left_behind=set()))


def test_what_cannot_be_cancelled_is_left_behind() -> None:
    assert run_in_virtual_time(took_s(5.0)) < 7.0


def test_what_is_left_behind_is_kept_until_it_ends_and_no_longer() -> None:
    async def lingers() -> None:
        try:
            await forever()
        except asyncio.CancelledError:
            await asyncio.sleep(10.0)

    async def play() -> None:
        left_behind: set[asyncio.Task[Any]] = set()
        with pytest.raises(TimeoutError):
            await bounded(5.0, lingers(), left_behind=left_behind)
        gc.collect()
        await asyncio.sleep(8.0)
        assert len(left_behind) == 1
        await asyncio.sleep(2.0)
        assert not left_behind

    run_in_virtual_time(play())


def test_a_result_at_the_last_moment_counts() -> None:
    async def ends_well() -> str:
        try:
            await forever()
        except asyncio.CancelledError:
            return "here"
        raise AssertionError

    assert run_in_virtual_time(bounded(5.0, ends_well(), left_behind=set())) == "here"


def test_a_call_cancelled_from_within_is_a_failure_and_no_cancelling_of_the_caller() -> None:
    async def broken_off() -> None:
        raise asyncio.CancelledError

    with pytest.raises(ConnectionError):
        run_in_virtual_time(bounded(5.0, broken_off(), left_behind=set()))


def test_cancelling_the_caller_cancels_the_call() -> None:
    ended: list[str] = []

    async def note() -> None:
        try:
            await forever()
        finally:
            ended.append("call")

    async def play() -> None:
        caller = asyncio.create_task(bounded(5.0, note(), left_behind=set()))
        await asyncio.sleep(1.0)
        caller.cancel()
        with pytest.raises(asyncio.CancelledError):
            await caller
        assert asyncio.get_running_loop().time() < 1.1

    run_in_virtual_time(play())
    assert ended == ["call"]


def test_a_call_that_fails_as_its_caller_is_cancelled_leaves_no_error_behind() -> None:
    complaints: list[str] = []

    async def fail() -> None:
        raise KeyError("x")

    async def play() -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: complaints.append(context["message"]))
        caller = asyncio.create_task(bounded(5.0, fail(), left_behind=set()))
        # The call has failed when this comes back, and the caller has not been told yet.
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        caller.cancel()
        with pytest.raises(asyncio.CancelledError):
            await caller
        del caller
        gc.collect()

    run_in_virtual_time(play())
    assert complaints == []


def test_what_is_seen_through_gives_its_result_or_its_failure() -> None:
    async def fail() -> None:
        raise KeyError("x")

    assert run_in_virtual_time(see_through(asyncio.sleep(4.9, "here"))) == "here"
    with pytest.raises(KeyError):
        run_in_virtual_time(see_through(fail()))


def test_what_is_seen_through_ends_before_its_cancelled_caller() -> None:
    ended: list[str] = []

    async def note() -> None:
        await asyncio.sleep(2.0)
        ended.append("call")

    async def play() -> None:
        caller = asyncio.create_task(see_through(note()))
        await asyncio.sleep(1.0)
        caller.cancel()
        with pytest.raises(asyncio.CancelledError):
            await caller
        assert ended == ["call"]

    run_in_virtual_time(play())
