from __future__ import annotations

import asyncio
import time

import pytest

from sensor.virtual.radio.timeloop import run_in_virtual_time


def test_an_hour_of_sleep_takes_no_time() -> None:
    async def sleep_an_hour() -> float:
        await asyncio.sleep(3600)
        return asyncio.get_running_loop().time()

    started = time.monotonic()
    assert run_in_virtual_time(sleep_an_hour()) == pytest.approx(3600)
    assert time.monotonic() - started < 1


def test_timers_fire_in_the_order_of_their_times() -> None:
    async def note_order() -> list[str]:
        order: list[str] = []

        async def after(seconds: float, name: str) -> None:
            await asyncio.sleep(seconds)
            order.append(name)

        await asyncio.gather(after(3, "third"), after(1, "first"), after(2, "second"))
        return order

    assert run_in_virtual_time(note_order()) == ["first", "second", "third"]


def test_a_timeout_measures_virtual_time() -> None:
    async def wait_in_vain() -> float:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(30):
                await asyncio.Event().wait()
        return asyncio.get_running_loop().time()

    assert run_in_virtual_time(wait_in_vain()) == pytest.approx(30)


def test_time_stands_still_while_a_thread_works() -> None:
    async def work_beside_a_timer() -> float:
        timer = asyncio.create_task(asyncio.sleep(1000))
        await asyncio.to_thread(time.sleep, 0.05)
        reached_s = asyncio.get_running_loop().time()
        await timer
        return reached_s

    assert run_in_virtual_time(work_beside_a_timer()) == 0


def test_a_thread_that_never_ends_holds_time_up_only_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sensor.virtual.radio.timeloop.LONGEST_JOB_S", 0.05)

    async def sleep_beside_a_thread() -> float:
        loop = asyncio.get_running_loop()
        done = asyncio.Event()
        # The thread ends only after virtual time has gone on.
        forever = loop.run_in_executor(
            None, lambda: asyncio.run_coroutine_threadsafe(done.wait(), loop).result()
        )
        await asyncio.sleep(100)
        done.set()
        await forever
        return loop.time()

    assert run_in_virtual_time(sleep_beside_a_thread()) == pytest.approx(100)


def test_progress_is_told_as_virtual_time_passes() -> None:
    told: list[float] = []

    async def tick() -> None:
        for _ in range(21):
            await asyncio.sleep(0.5)

    run_in_virtual_time(tick(), on_progress=told.append, progress_every_s=2.0)
    assert told == [2, 4, 6, 8, 10]


def test_an_exception_comes_out_as_it_is() -> None:
    async def fail() -> None:
        await asyncio.sleep(1)
        raise KeyError("lost")

    with pytest.raises(KeyError, match="lost"):
        run_in_virtual_time(fail())
