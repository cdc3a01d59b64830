"""The guide of ``runtall record``: what is said, which marks the session keeps, how long it waits."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, nullcontext
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest

from analysis.cli.record import recording
from analysis.cli.record.recording import Recorded, RecordOptions, record
from analysis.cli.virtual_sensors import guided_virtual_runner
from sensor.errors import LinkError
from sensor.link.radio import Radio
from sensor.recorder import RecorderStatus, RecordingPlan, SensorRequest, walkthrough
from sensor.recorder.walkthrough import GuideStep
from sensor.virtual.radio.timeloop import run_in_virtual_time

CHEST = SensorRequest("sternum", "Movesense 000000000001")
CAP = SensorRequest("head", "Movesense 000000000002")
PLAN = RecordingPlan((CHEST,))


class Notes:
    """A live line that only takes notes."""

    def __init__(self) -> None:
        self.hint = ""
        self.lean_deg: float | None = None
        self.said: list[str] = []
        self.hints: list[str] = []
        self.leans_deg: list[float] = []
        self.recorded: Recorded | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    def show(self, status: RecorderStatus) -> None:
        self.hints.append(self.hint)
        if self.lean_deg is not None:
            self.leans_deg.append(self.lean_deg)

    def say(self, text: str) -> None:
        self.said.append(text)


Runner = Callable[[GuideStep], None]


@asynccontextmanager
async def restless_runner(plan: RecordingPlan, run_s: float) -> AsyncIterator[tuple[Radio, Runner]]:
    """A runner who is running when the guide begins."""
    async with guided_virtual_runner(plan, run_s) as (radio, hear):
        hear(GuideStep.RUN)
        await asyncio.sleep(10.0)
        yield radio, lambda _: None


@asynccontextmanager
async def stiff_runner(plan: RecordingPlan, run_s: float) -> AsyncIterator[tuple[Radio, Runner]]:
    """A runner who does all but bow."""
    async with guided_virtual_runner(plan, run_s) as (radio, hear):
        yield radio, lambda step: hear(step) if step is not GuideStep.BOW else None


def go_out(
    path: Path,
    *,
    plan: RecordingPlan = PLAN,
    is_guided: bool = True,
    duration_s: float | None = None,
    run_s: float = 300.0,
    interrupts_s: tuple[float, ...] = (),
    number: signal.Signals = signal.SIGINT,
    runner: Callable[..., object] = guided_virtual_runner,
) -> tuple[Notes, list[tuple[float, str]]]:
    """Record a simulated runner in virtual time; return what was said and the marks."""
    notes = Notes()
    order = RecordOptions(plan, "test", duration_s, is_guided, is_simulated=True)

    async def outing() -> None:
        async with runner(plan, run_s) as (radio, hear):  # type: ignore[attr-defined]
            for time_s in interrupts_s:
                asyncio.get_running_loop().call_later(time_s, os.kill, os.getpid(), number)
            notes.recorded = await record(order, radio, new_path=lambda _: path, line=notes, on_step=hear)

    run_in_virtual_time(outing())
    return notes, read(path, "SELECT t_ns / 1e9, kind FROM mark ORDER BY t_ns")


def read(path: Path, query: str) -> list[tuple[float, str]]:
    connection = sqlite3.connect(path)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def recorded_s(path: Path) -> float:
    return float(read(path, "SELECT max(arrival_ns) / 1e9, '' FROM packet")[0][0])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "outing.runtall"


def test_two_sensors_are_led_through_standing_bow_run_and_the_last_standing(path: Path) -> None:
    notes, marks = go_out(path, plan=RecordingPlan((CHEST, CAP)), duration_s=30.0)

    assert [kind for _, kind in marks] == ["standing", "bow", "run", "standing end"]
    standing, bow, run, end = (time_s for time_s, _ in marks)
    assert standing < 3.0
    assert bow - standing == pytest.approx(10.0, abs=0.6)
    assert run - bow < 8.0
    assert end - run == pytest.approx(30.0, abs=8.0)
    words = ("snug", "Stand tall", "bow", "Go and run for 0:30!", "Time is up.", "once more")
    assert len(notes.said) == len(words)
    assert all(word in said for word, said in zip(words, notes.said, strict=True))
    for hint in ("still, 10 s left", "still, 1 s left", "bow", "0:30 to go", "0:01 to go"):
        assert hint in notes.hints
    # The simulated runner leans 8 degrees; the live figure is up to 3 too high.
    assert 6.0 < notes.leans_deg[-1] < 13.0


def test_ctrl_c_asks_for_the_last_standing_and_the_runner_stands(path: Path) -> None:
    notes, marks = go_out(path, interrupts_s=(40.0,))
    assert [kind for _, kind in marks] == ["standing", "bow", "run", "standing end"]
    assert "once more" in notes.said[-1]
    assert 50.0 < recorded_s(path) < 62.0


def test_ctrl_c_asks_for_the_last_standing_and_a_second_one_ends_at_once(path: Path) -> None:
    notes, marks = go_out(path, interrupts_s=(40.0, 45.0))
    assert "once more" in notes.said[-1]
    assert [kind for _, kind in marks] == ["standing", "bow", "run"]
    assert recorded_s(path) == pytest.approx(45.0, abs=1.5)


def test_ctrl_c_before_the_run_ends_at_once(path: Path) -> None:
    _, marks = go_out(path, interrupts_s=(5.0,))
    assert marks == []
    assert recorded_s(path) == pytest.approx(5.0, abs=1.5)


def test_the_end_signal_ends_at_once_even_during_a_guided_run(path: Path) -> None:
    notes, marks = go_out(path, interrupts_s=(40.0,), number=signal.SIGTERM)
    assert [kind for _, kind in marks] == ["standing", "bow", "run"]
    assert notes.recorded == Recorded(path, is_dismissed=True)
    assert recorded_s(path) == pytest.approx(40.0, abs=1.5)


class HeldKeys:
    """Keys that are held down from one second to another."""

    def __init__(self, *held_s: tuple[float, float]) -> None:
        self._held_s = held_s
        self._since_s = asyncio.get_running_loop().time()

    def pressed(self) -> bytes:
        now_s = asyncio.get_running_loop().time() - self._since_s
        return b"m" if any(begin_s <= now_s < end_s for begin_s, end_s in self._held_s) else b""


def test_a_key_marks_a_lap_once_a_second_and_only_while_the_runner_is_out(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording, "_keys", lambda _: nullcontext(HeldKeys((5.0, 6.0), (40.0, 41.6))))
    notes, marks = go_out(path, interrupts_s=(50.0, 55.0))
    lap_s = [time_s for time_s, kind in marks if kind == "lap"]
    assert lap_s == pytest.approx([40.0, 41.0], abs=0.6)
    assert [text for text in notes.said if text.startswith("Lap")] == ["Lap 1 at 0:40.", "Lap 2 at 0:41."]


def test_without_a_guide_nothing_is_asked_and_nothing_marked(path: Path) -> None:
    notes, marks = go_out(path, is_guided=False, duration_s=5.0)
    assert notes.recorded == Recorded(path, is_dismissed=False)
    assert notes.said == ["Time is up."]
    assert marks == []


def test_a_runner_who_never_stands_still_is_sent_off_after_a_minute_and_let_go_after_another(
    path: Path,
) -> None:
    notes, marks = go_out(path, duration_s=20.0, runner=restless_runner)
    assert [kind for _, kind in marks] == ["run"]
    assert "left out" in notes.said[2]
    assert "Go and run" in notes.said[3]
    assert "ends without it" in notes.said[-1]
    assert marks[0][0] == pytest.approx(60.0, abs=3.0)
    assert recorded_s(path) == pytest.approx(140.0, abs=4.0)
    assert {"stand still (60 s)", "stand still (1 s)"} <= set(notes.hints)


def test_a_bow_that_does_not_come_is_not_waited_for_long(path: Path) -> None:
    notes, marks = go_out(path, duration_s=5.0, runner=stiff_runner)
    assert "Careful" not in " ".join(notes.said)
    kinds = {kind: time_s for time_s, kind in marks}
    assert "goes without" in " ".join(notes.said)
    assert kinds["run"] - kinds["bow"] == pytest.approx(20.0, abs=1.0)
    assert notes.leans_deg == []


def test_a_sensor_that_does_not_read_gravity_is_told_before_the_run(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(walkthrough, "MOST_GRAVITY_ERROR", 0.0)
    notes, _ = go_out(path, duration_s=1.0)
    said = next(text for text in notes.said if text.startswith("Careful"))
    assert "at rest the sensor reads 9.7 m/s2, not 9.8, so its angles may be off" in said


def test_a_guide_whose_sensor_is_missing_sends_off_with_the_others(path: Path) -> None:
    missing = RecordingPlan((CHEST, SensorRequest("head", "Movesense 000000000009")))

    @asynccontextmanager
    async def only_the_cap(_: RecordingPlan, run_s: float) -> AsyncIterator[tuple[Radio, Runner]]:
        async with guided_virtual_runner(RecordingPlan((missing.sensors[1],)), run_s) as outing:
            yield outing

    notes, marks = go_out(path, plan=missing, duration_s=5.0, runner=only_the_cap)
    assert [kind for _, kind in marks] == ["run"]
    assert "Nothing comes from the sternum sensor" in notes.said[1]
    assert recorded_s(path) == pytest.approx(125.0 + 5.0 + 60.0, abs=4.0)


def test_without_bluetooth_nothing_is_asked_and_no_file_made(path: Path) -> None:
    class NoScanner:
        def __init__(self, *_: object, **__: object) -> None:
            raise OSError("no adapter")

    notes = Notes()
    order = RecordOptions(PLAN, "test", None, is_guided=True, is_simulated=False)
    radio = Radio(scanner_backend=NoScanner)  # type: ignore[arg-type]
    with pytest.raises(LinkError):
        asyncio.run(record(order, radio, new_path=lambda _: path, line=notes))
    assert notes.said == []
    assert notes.hints == []
    assert not path.exists()
