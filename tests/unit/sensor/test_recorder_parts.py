"""The parts of the recorder that need no radio."""

from __future__ import annotations

import asyncio
import itertools
import pickle
import random
import time
from collections.abc import Callable
from datetime import UTC, datetime

import numpy as np
import pytest
from bleak.exc import (
    BleakBluetoothNotAvailableError,
    BleakBluetoothNotAvailableReason,
    BleakDBusError,
    BleakDeviceNotFoundError,
    BleakError,
)
from hypothesis import given
from hypothesis import strategies as st

from analysis.checkup import findings
from sensor.errors import LinkError, LinkReason
from sensor.link.error_messages import plain_words
from sensor.recorder import walkthrough
from sensor.recorder.clock import SessionClock, asleep_s
from sensor.recorder.limits import NOTIFICATIONS_AT_ONCE, NOTIFICATIONS_PER_S, RateLimiter, TokenBucket
from sensor.recorder.policy import RecorderPolicy
from sensor.recorder.status import SampleCounter
from sensor.recorder.walkthrough import Bow, StandStill
from sensor.recorder.watchdog import Verdict, Watchdog
from sensor.samples import FloatArray

UPRIGHT = np.array([0.0, 9.81, 0.0])
TICK_S = 0.25
TICK_ROWS = 26


def tilted(deg: float) -> FloatArray:
    return 9.81 * np.array([0.0, np.cos(np.radians(deg)), np.sin(np.radians(deg))])


def quiet(mean: FloatArray, seed: int = 0) -> FloatArray:
    rows: FloatArray = mean + np.random.default_rng(seed).normal(0, 0.05, (TICK_ROWS, 3))
    return rows


def running(seed: int = 0) -> FloatArray:
    return quiet(UPRIGHT, seed) + np.random.default_rng(seed).normal(0, 8.0, (TICK_ROWS, 3))


def feed(step: StandStill | Bow, from_s: float, blocks: list[FloatArray]) -> float:
    now_s = from_s
    for block in blocks:
        now_s += TICK_S
        step.add(now_s, block)
    return now_s


def test_ten_seconds_of_stillness_are_enough() -> None:
    step = StandStill(10.0, 0.0)
    feed(step, 0.0, [quiet(UPRIGHT, tick) for tick in range(40)])
    assert not step.is_done
    assert step.left_s == pytest.approx(0.25)
    feed(step, 40 * TICK_S, [quiet(UPRIGHT)])
    assert step.is_done
    assert step.upright_mps2 == pytest.approx(UPRIGHT, abs=0.05)


def test_a_movement_starts_the_standing_anew() -> None:
    step = StandStill(10.0, 0.0)
    now_s = feed(step, 0.0, [quiet(UPRIGHT)] * 32 + [running()])
    assert not step.is_still
    assert step.restarts == 1
    assert step.left_s == 10.0
    feed(step, now_s, [quiet(UPRIGHT)] * 20)
    assert 5.0 < step.left_s < 7.0


def test_a_slow_lean_is_no_standing() -> None:
    step = StandStill(10.0, 0.0)
    feed(step, 0.0, [quiet(tilted(3.0 * tick)) for tick in range(12)])
    assert not step.is_still


def test_a_pause_in_the_stream_starts_the_standing_anew() -> None:
    step = StandStill(10.0, 0.0)
    feed(step, 0.0, [quiet(UPRIGHT)] * 30)
    feed(step, 20.0, [quiet(UPRIGHT)] * 2)
    assert not step.is_done
    assert step.since_s >= 20.0


@pytest.mark.parametrize(
    ("share", "is_gravity"), [(0.96, False), (0.975, True), (1.025, True), (1.04, False)]
)
def test_a_sensor_at_rest_that_does_not_read_gravity_is_noticed(share: float, is_gravity: bool) -> None:
    step = StandStill(10.0, 0.0)
    assert step.reads_gravity
    feed(step, 0.0, [quiet(share * 9.80665 * UPRIGHT / np.linalg.norm(UPRIGHT))] * 8)
    assert step.reads_gravity is is_gravity


def test_guide_and_check_up_draw_one_line_for_gravity() -> None:
    assert walkthrough.MOST_GRAVITY_ERROR == findings.MOST_GRAVITY_ERROR


def test_a_bow_is_down_and_up_again() -> None:
    step = Bow(UPRIGHT)
    now_s = feed(step, 0.0, [quiet(tilted(8.0))] * 6)
    assert not step.is_down
    now_s = feed(step, now_s, [quiet(tilted(35.0))] * 6)
    assert step.is_down
    assert not step.is_done
    feed(step, now_s, [quiet(tilted(3.0))] * 6)
    assert step.is_done


def test_the_watchdog_asks_again_once_and_then_gives_up_the_link() -> None:
    dog = Watchdog(2.5, 10.0)
    assert dog.check(12.4) is Verdict.FINE
    assert dog.check(12.5) is Verdict.ASK_AGAIN
    dog.grant(12.6)
    assert dog.check(15.0) is Verdict.FINE
    assert dog.check(15.1) is Verdict.RECONNECT


def test_the_watchdog_forgives_a_stream_that_came_back() -> None:
    dog = Watchdog(2.5, 0.0)
    assert dog.check(2.5) is Verdict.ASK_AGAIN
    dog.packet(3.0)
    assert dog.has_streamed
    assert dog.check(5.5) is Verdict.ASK_AGAIN


@given(seed=st.integers(0, 2**32))
def test_waits_grow_and_then_stay_between_their_limits_for_ever(seed: int) -> None:
    waits = list(itertools.islice(RecorderPolicy().waits(random.Random(seed)), 50))
    assert waits[:5] == [0.5, 1.0, 2.0, 4.0, 8.0]
    assert all(6.0 <= wait <= 10.0 for wait in waits[5:])


def test_a_silence_nobody_watched_is_not_waited_out() -> None:
    dog = Watchdog(2.5, 0.0)
    dog.packet(1.0)
    assert dog.check(3600.0) is Verdict.RECONNECT


@pytest.mark.parametrize(("patiences", "verdict"), [(9, Verdict.ASK_AGAIN), (12, Verdict.RECONNECT)])
def test_after_ten_times_the_patience_no_link_is_asked_again(patiences: int, verdict: Verdict) -> None:
    assert Watchdog(2.5, 0.0).check(patiences * 2.5) is verdict


def test_an_allowance_gives_what_it_holds_at_once_and_then_what_comes_in() -> None:
    allowance = TokenBucket(per_s=2.0, at_once=10.0)
    assert sum(allowance.take(5.0) for _ in range(20)) == 10
    assert not allowance.take(5.4)
    assert allowance.take(5.5)
    assert not allowance.take(5.5)
    assert sum(allowance.take(500.0) for _ in range(20)) == 10


@given(
    per_s=st.floats(0.01, 100.0),
    at_once=st.floats(1.0, 100.0),
    steps=st.lists(st.tuples(st.floats(0.0, 10.0), st.floats(0.0, 50.0)), max_size=50),
)
def test_an_allowance_never_gives_more_than_it_was_made_for(
    per_s: float, at_once: float, steps: list[tuple[float, float]]
) -> None:
    allowance, now_s, taken = TokenBucket(per_s, at_once), 0.0, 0.0
    for wait_s, amount in steps:
        now_s += wait_s
        taken += amount if allowance.take(now_s, amount) else 0.0
        assert taken <= at_once + per_s * now_s + 1e-6


def test_a_burst_after_a_stall_of_half_a_minute_passes_whole() -> None:
    gate = RateLimiter()
    assert all(gate.admits(100.0, 20) for _ in range(30 * 143))
    assert gate.finish() is None


def test_what_a_flood_has_too_much_is_counted_to_the_last_byte() -> None:
    gate, admitted = RateLimiter(), 0
    for number in range(10_000):
        admitted += gate.admits(number / 5000.0, 100)
    left_out = gate.finish()
    assert left_out is not None
    assert left_out.notifications == 10_000 - admitted
    assert left_out.size == 100 * left_out.notifications
    assert admitted == pytest.approx(NOTIFICATIONS_AT_ONCE + 2 * NOTIFICATIONS_PER_S, abs=2)
    assert gate.finish() is None


def test_a_flood_is_over_after_ten_seconds_of_peace() -> None:
    gate = RateLimiter()
    while gate.admits(0.0, 100):
        pass
    assert gate.has_just_begun
    assert gate.finished(9.9) is None
    left_out = gate.finished(10.1)
    assert left_out is not None
    assert left_out.notifications == 1
    assert not gate.is_endless


def test_waits_of_two_sensors_differ() -> None:
    rng = random.Random(1)
    first, second = (list(itertools.islice(RecorderPolicy().waits(rng), 9)) for _ in range(2))
    assert first[5:] != second[5:]


def test_the_wall_clock_is_carried_on_by_the_monotonic_one() -> None:
    now = [1000.0]
    clock = SessionClock(datetime(2026, 1, 1, tzinfo=UTC), lambda: now[0])
    now[0] += 90.5
    assert clock.now_ns() == 90_500_000_000
    assert clock.utc_us() == 1_767_225_690_500_000


def test_what_the_computer_sleeps_is_part_of_the_session() -> None:
    now, slept = [1000.0], [50.0]
    clock = SessionClock(datetime(2026, 1, 1, tzinfo=UTC), lambda: now[0], slept_s=lambda: slept[0])
    now[0] += 10.0
    assert clock.now_s() == 10.0
    slept[0] += 3600.0
    assert clock.now_s() == 3610.0
    assert clock.utc_us() == 1_767_225_600_000_000 + 3_610_000_000


def test_two_clocks_read_one_after_the_other_make_no_jitter() -> None:
    slept = [50.0]
    clock = SessionClock(datetime(2026, 1, 1, tzinfo=UTC), lambda: 1000.0, slept_s=lambda: slept[0])
    for slept[0] in (50.0001, 49.9, 20.0, 50.3):
        assert clock.now_s() == 0.0


@pytest.mark.parametrize(
    ("counts_sleep", "stands_still"),
    [("CLOCK_BOOTTIME", "CLOCK_MONOTONIC"), ("CLOCK_MONOTONIC", "CLOCK_UPTIME_RAW")],
    ids=["Linux", "macOS"],
)
def test_sleep_is_by_how_much_one_clock_is_ahead_of_the_other(
    monkeypatch: pytest.MonkeyPatch, counts_sleep: str, stands_still: str
) -> None:
    for name in ("CLOCK_BOOTTIME", "CLOCK_MONOTONIC", "CLOCK_UPTIME_RAW"):
        monkeypatch.delattr(time, name, raising=False)
    reads_s = {counts_sleep: 5000.0, stands_still: 1400.0}
    for name in reads_s:
        monkeypatch.setattr(time, name, name, raising=False)
    monkeypatch.setattr(time, "clock_gettime", reads_s.__getitem__, raising=False)
    assert asleep_s() == 3600.0


def test_where_no_two_clocks_tell_there_was_no_sleep(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CLOCK_BOOTTIME", "CLOCK_UPTIME_RAW"):
        monkeypatch.delattr(time, name, raising=False)
    assert asleep_s() == 0.0


def test_the_rate_is_that_of_the_last_seconds() -> None:
    counter = SampleCounter()
    for tick in range(1, 41):
        counter.add(tick * TICK_S, TICK_ROWS)
    assert counter.samples == 40 * TICK_ROWS
    assert counter.rate_hz(10.0) == pytest.approx(104.0)
    assert counter.rate_hz(20.0) == 0.0


def _failing(error: BaseException) -> Callable[[], None]:
    def act() -> None:
        with plain_words("looking for sensors"):
            raise error

    return act


NOT_AVAILABLE = BleakBluetoothNotAvailableReason


@pytest.mark.parametrize(
    ("error", "reason", "words"),
    [
        (
            BleakBluetoothNotAvailableError("x", NOT_AVAILABLE.NO_BLUETOOTH),
            LinkReason.NO_ADAPTER,
            "no Bluetooth adapter found; plug",
        ),
        (
            BleakBluetoothNotAvailableError("x", NOT_AVAILABLE.NO_BLE_CENTRAL_ROLE),
            LinkReason.OLD_ADAPTER,
            "use one with Bluetooth 4",
        ),
        (
            BleakBluetoothNotAvailableError("x", NOT_AVAILABLE.POWERED_OFF),
            LinkReason.SWITCHED_OFF,
            "is off; switch it on",
        ),
        (
            BleakBluetoothNotAvailableError("x", NOT_AVAILABLE.DENIED_BY_USER),
            LinkReason.NOT_ALLOWED,
            "not allowed .* permit it",
        ),
        (
            BleakDBusError("org.freedesktop.DBus.Error.ServiceUnknown", ["org.bluez"]),
            LinkReason.NO_SERVICE,
            "install and start bluez",
        ),
        (
            BleakDBusError("org.freedesktop.DBus.Error.Spawn.ChildExited", ["exited with 1"]),
            LinkReason.NO_SERVICE,
            "install and start bluez",
        ),
        (
            BleakDBusError("org.bluez.Error.NotReady", ["Resource Not Ready"]),
            LinkReason.SWITCHED_OFF,
            "is off; switch it on",
        ),
        (
            BleakDBusError("org.bluez.Error.Failed", ["busy"]),
            LinkReason.HELD,
            "phone or computer may hold it",
        ),
        (BleakDeviceNotFoundError("AA"), LinkReason.NOT_IN_REACH, "out of reach or asleep"),
        (FileNotFoundError(2, "No such file"), LinkReason.NO_SERVICE, "install and start bluez"),
        (PermissionError(13, "denied"), LinkReason.NOT_ALLOWED, "not allowed"),
        (TimeoutError(), LinkReason.NO_ANSWER, "does not answer in time; bring it closer"),
        (BleakError("something\nnew"), LinkReason.OTHER, "something new; try again"),
        (
            AttributeError("'NoneType' object has no attribute 'call'"),
            LinkReason.OTHER,
            "'NoneType' .* try again",
        ),
    ],
)
def test_every_bluetooth_failure_says_in_one_line_what_to_do(
    error: Exception, reason: LinkReason, words: str
) -> None:
    with pytest.raises(LinkError, match=f"^looking for sensors: .*{words}") as caught:
        _failing(error)()
    assert "\n" not in str(caught.value)
    assert caught.value.reason is reason


def test_an_error_keeps_its_reason_on_the_way_to_another_process() -> None:
    error = pickle.loads(pickle.dumps(LinkError("gone", reason=LinkReason.UNPLUGGED)))
    assert (str(error), error.reason) == ("gone", LinkReason.UNPLUGGED)


@pytest.mark.parametrize("error", [asyncio.CancelledError(), ZeroDivisionError()])
def test_a_bug_or_a_cancelling_is_not_dressed_up_as_a_bluetooth_failure(error: BaseException) -> None:
    with pytest.raises(type(error)):
        _failing(error)()


def test_a_failure_in_plain_words_is_not_explained_twice() -> None:
    with pytest.raises(LinkError, match=r"^once$"):
        _failing(LinkError("once"))()
