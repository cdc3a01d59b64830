"""Recording without anybody at the keyboard: sensors that come, lie still, go and come again."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from bleak.exc import BleakError
from click.testing import CliRunner

from analysis.cli.home import new_session_path
from analysis.cli.main import cli
from analysis.cli.record.live_line import PlainLine
from analysis.cli.record.status_led import StatusLed
from analysis.cli.record.unattended_status import UnattendedStatus
from analysis.cli.stop_signals import on_signals
from sensor.errors import SessionFileError
from sensor.recorder import RecordingPlan, SensorRequest
from sensor.recorder.unattended import (
    FILE_PAUSE_S,
    FIRST_DATA_S,
    GLANCE_EVERY_S,
    AutoRecorder,
    UnattendedOptions,
    UnattendedState,
)
from sensor.samples import FloatArray, ImuSignal
from sensor.session.info import read_info
from sensor.session.reader import read_recording
from sensor.session.threaded import ThreadedWriter
from sensor.virtual.devices.movesense import VirtualMovesense
from sensor.virtual.radio.direct.client import DirectClient
from sensor.virtual.radio.direct.radio import DirectRadio
from sensor.virtual.radio.direct.scanner import DirectScanner
from sensor.virtual.radio.peripheral import VirtualPeripheral
from sensor.virtual.radio.timeloop import run_in_virtual_time
from sensor.virtual.radio.virtual_radio import VirtualRadio
from tests.support.recordings_over_air import CAP, CHEST, movesense, noise_signal

AnyRadio = DirectRadio | VirtualRadio

STILL_S = 60.0
MORNING = datetime(2026, 5, 1, 7, 30, tzinfo=UTC)


@dataclass
class Service:
    """What a service that waits for sensors was heard to say, and when it showed and finished what."""

    home: Path
    said: list[str] = field(default_factory=list)
    shown: list[tuple[float, UnattendedState]] = field(default_factory=list)
    finished: list[tuple[float, Path]] = field(default_factory=list)

    @property
    def states(self) -> list[UnattendedState]:
        return [state for _, state in self.shown]

    @property
    def troubles(self) -> list[str]:
        return [line for line in self.said if line.startswith("Trouble: ")]

    def files(self) -> list[Path]:
        return sorted((self.home / "sessions").glob("*"))

    def began_s(self, number: int) -> float:
        """Return when a session's first state of recording was shown."""
        return [at_s for at_s, state in self.shown if state is UnattendedState.RECORDING][number]


class NotingLed(StatusLed):
    def __init__(self, service: Service) -> None:
        super().__init__(None, service.said.append)
        self._service = service

    def show(self, state: UnattendedState) -> None:
        if not self._service.shown or self._service.shown[-1][1] is not state:
            self._service.shown.append((now_s(), state))


def now_s() -> float:
    return asyncio.get_running_loop().time()


def call_at(time_s: float, action: Callable[..., object], *arguments: object) -> None:
    asyncio.get_running_loop().call_at(time_s, action, *arguments)


def serve(
    home: Path,
    play: Callable[[AnyRadio], Awaitable[None]],
    *,
    until_s: float,
    make_radio: Callable[..., AnyRadio] = DirectRadio,
    sensors: dict[str, str] | None = None,
    now_utc: Callable[[], datetime] = lambda: MORNING + timedelta(seconds=now_s()),
) -> Service:
    """Run the service in virtual time until a SIGTERM."""
    service = Service(home)
    wishes = (sensors or {"sternum": CHEST}).items()
    plan = RecordingPlan(tuple(SensorRequest(placement, name) for placement, name in wishes))

    async def run() -> None:
        async with make_radio(seed=1) as radio:
            await play(radio)
            status = UnattendedStatus(
                NotingLed(service),
                make_line=lambda: PlainLine(600.0),
                say=service.said.append,
                finished=lambda path: service.finished.append((now_s(), path)),
            )
            supervisor = AutoRecorder(
                UnattendedOptions(plan, "run", STILL_S, is_simulated=True, context={"runner": "ada"}),
                radio.bleak,
                lambda started: new_session_path(home, "run", started),
                sink=status,
                now_utc=now_utc,
            )
            on_signals(supervisor.leave, supervisor.leave)
            call_at(until_s, os.kill, os.getpid(), signal.SIGTERM)
            await supervisor.run()

    run_in_virtual_time(run())
    return service


def switched_on(radio: AnyRadio, sensor: VirtualPeripheral) -> Callable[[], None]:
    """Return what switches a sensor on."""
    tasks = []

    def add() -> None:
        tasks.append(asyncio.create_task(radio.add(sensor)))

    return add


def test_a_sensor_that_appears_is_recorded_until_it_lies_still(tmp_path: Path) -> None:
    async def play(radio: AnyRadio) -> None:
        call_at(100.0, switched_on(radio, movesense(duration_s=60.0)))

    service = serve(tmp_path, play, make_radio=VirtualRadio, until_s=250.0)

    assert service.states == [
        UnattendedState.WAITING,
        UnattendedState.RECORDING,
        UnattendedState.WAITING,
        UnattendedState.STOPPED,
    ]
    assert service.began_s(0) == pytest.approx(100.0, abs=2.0)
    ((finished_s, path),) = service.finished
    # Moves until second 160.
    assert finished_s == pytest.approx(160.0 + STILL_S, abs=3.0)
    assert service.files() == [path]
    info = read_info(path)
    assert info.ended
    assert info.context == {"runner": "ada"}
    assert info.started_utc.startswith("2026-05-01T07:31:40")
    assert info.duration_s == pytest.approx(60.0 + STILL_S, abs=3.0)


def test_a_sensor_left_switched_on_makes_no_second_session(tmp_path: Path) -> None:
    async def play(radio: AnyRadio) -> None:
        await radio.add(movesense(duration_s=30.0))

    service = serve(tmp_path, play, until_s=600.0)

    assert len(service.files()) == len(service.finished) == 1
    assert service.troubles == []


def test_a_sensor_that_moves_again_begins_the_next_session_within_a_glance(tmp_path: Path) -> None:
    async def play(radio: AnyRadio) -> None:
        chest = movesense(duration_s=60.0)
        await radio.add(chest)
        call_at(220.0, chest.begin)

    service = serve(tmp_path, play, until_s=370.0)

    assert len(service.finished) == 2
    assert 220.0 < service.began_s(1) < 220.0 + GLANCE_EVERY_S + 8.0
    assert service.finished[1][0] == pytest.approx(280.0 + STILL_S, abs=3.0)


def test_a_sensor_that_was_taken_in_hand_is_in_use_even_if_it_is_held_still(tmp_path: Path) -> None:
    def held(seconds: float, direction: tuple[float, float, float]) -> FloatArray:
        return np.tile(9.81 * np.array(direction), (round(104 * seconds), 1))

    lying = noise_signal(20.0).acc_sensor_mps2, held(150.0, (0, 0, 1)), held(200.0, (0, 1, 0))
    acc_sensor_mps2 = np.concatenate(lying)
    signal_ = ImuSignal(104.0, acc_sensor_mps2, np.zeros_like(acc_sensor_mps2))

    async def play(radio: AnyRadio) -> None:
        await radio.add(VirtualMovesense(CHEST, signal=signal_))

    service = serve(tmp_path, play, until_s=350.0)

    assert len(service.finished) == 2
    assert 170.0 < service.began_s(1) < 170.0 + GLANCE_EVERY_S + 8.0


def test_a_session_ends_when_its_sensor_is_gone_and_a_sensor_that_comes_back_begins_a_new_one(
    tmp_path: Path,
) -> None:
    async def play(radio: AnyRadio) -> None:
        chest = movesense(duration_s=3600.0)
        await radio.add(chest)
        call_at(40.0, chest.take_over, 120.0)

    service = serve(tmp_path, play, make_radio=VirtualRadio, until_s=200.0)

    assert service.states == [
        UnattendedState.WAITING,
        UnattendedState.RECORDING,
        UnattendedState.TROUBLE,
        UnattendedState.WAITING,
        UnattendedState.RECORDING,
        UnattendedState.STOPPED,
    ]
    assert service.finished[0][0] == pytest.approx(40.0 + STILL_S, abs=3.0)
    assert service.began_s(1) == pytest.approx(160.0, abs=2.0)
    assert [read_info(path).ended for path in service.files()] == [True, True]


def test_a_link_that_comes_back_in_time_is_the_same_session(tmp_path: Path) -> None:
    async def play(radio: AnyRadio) -> None:
        chest = movesense(duration_s=120.0)
        await radio.add(chest)
        call_at(40.0, chest.take_over, 40.0)

    service = serve(tmp_path, play, make_radio=VirtualRadio, until_s=220.0)

    assert service.states[:4] == [
        UnattendedState.WAITING,
        UnattendedState.RECORDING,
        UnattendedState.TROUBLE,
        UnattendedState.RECORDING,
    ]
    assert len(service.finished) == 1


def test_the_head_alone_begins_a_session_and_the_chest_joins_it(tmp_path: Path) -> None:
    async def play(radio: AnyRadio) -> None:
        await radio.add(movesense(CAP, duration_s=160.0))
        call_at(20.0, switched_on(radio, movesense(duration_s=30.0)))

    service = serve(tmp_path, play, until_s=130.0, sensors={"sternum": CHEST, "head": CAP})

    (path,) = service.files()
    assert {sensor.placement for sensor in read_info(path).sensors} == {"head", "sternum"}
    # The chest has lain still since second 50, but the head moves on.
    assert service.states[-2:] == [UnattendedState.RECORDING, UnattendedState.STOPPED]


@pytest.mark.parametrize("until_s", [5.0, 30.0, 125.0])
def test_the_end_signal_ends_whatever_it_is_doing(tmp_path: Path, until_s: float) -> None:
    """It scans at first, records from second 10 on, and looks at the resting sensor from second 120 on."""

    async def play(radio: AnyRadio) -> None:
        call_at(10.0, switched_on(radio, movesense(duration_s=40.0)))

    service = serve(tmp_path, play, until_s=until_s)

    assert service.shown[-1] == (pytest.approx(until_s, abs=2.0), UnattendedState.STOPPED)
    assert len(service.finished) == (until_s > 10.0)
    assert all(read_info(path).ended for path in service.files())


def test_bluetooth_that_is_not_there_yet_is_waited_for_with_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = DirectScanner.start

    async def start_if_there(self: DirectScanner) -> None:
        if now_s() < 60.0:
            raise BleakError("[org.bluez.Error.NotReady] Resource Not Ready")
        await start(self)

    monkeypatch.setattr(DirectScanner, "start", start_if_there)

    async def play(radio: AnyRadio) -> None:
        call_at(100.0, switched_on(radio, movesense()))

    service = serve(tmp_path, play, until_s=120.0)

    assert service.troubles == ["Trouble: looking for sensors: Bluetooth is off; switch it on and try again"]
    assert service.states == [
        UnattendedState.WAITING,
        UnattendedState.TROUBLE,
        UnattendedState.WAITING,
        UnattendedState.RECORDING,
        UnattendedState.STOPPED,
    ]
    assert 60.0 < service.shown[2][0] < 80.0


def test_a_sensor_that_lets_nobody_in_leaves_no_file_and_is_told_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect = DirectClient.connect

    async def connect_later(self: DirectClient, *args: object, **options: object) -> None:
        if now_s() < 280.0:
            raise BleakError("[org.bluez.Error.Failed] le-connection-abort-by-local")
        await connect(self, *args, **options)

    monkeypatch.setattr(DirectClient, "connect", connect_later)

    async def play(radio: AnyRadio) -> None:
        await radio.add(movesense(duration_s=3600.0))

    service = serve(tmp_path, play, until_s=300.0)

    (trouble,) = service.troubles
    assert "no data from Movesense 000000000001 within 120 s" in trouble
    assert len(service.files()) == len(service.finished) == 1
    assert service.states == [
        UnattendedState.WAITING,
        UnattendedState.TROUBLE,
        UnattendedState.RECORDING,
        UnattendedState.STOPPED,
    ]
    assert service.shown[1][0] == pytest.approx(FIRST_DATA_S, abs=1.0)
    assert service.began_s(0) > 280.0


def test_a_name_that_is_no_sensor_is_told_once_and_waited_past(tmp_path: Path) -> None:
    async def play(radio: AnyRadio) -> None:
        await radio.add(VirtualPeripheral("Toothbrush"))
        call_at(100.0, switched_on(radio, movesense()))

    service = serve(tmp_path, play, until_s=130.0, sensors={"sternum": "Toothbrush", "head": CAP})
    assert service.troubles == [
        "Trouble: Toothbrush: in reach, but no sensor runtall knows; see `runtall scan`"
    ]
    assert service.files() == []


def test_a_second_name_that_is_no_sensor_does_not_keep_the_first_from_being_recorded(tmp_path: Path) -> None:
    async def play(radio: AnyRadio) -> None:
        await radio.add(VirtualPeripheral("Toothbrush"))
        await radio.add(movesense(duration_s=90.0))

    service = serve(tmp_path, play, until_s=190.0, sensors={"sternum": CHEST, "head": "Toothbrush"})

    (trouble,) = service.troubles
    assert "Toothbrush is in reach, but it is no sensor" in trouble
    ((finished_s, path),) = service.finished
    assert finished_s == pytest.approx(90.0 + STILL_S, abs=3.0)
    assert service.began_s(1) < 60.0
    assert len(service.files()) == 2
    assert service.files()[1] == path


def test_without_room_no_session_is_begun_until_there_is_some(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def usage(folder: Path) -> object:
        return shutil._ntuple_diskusage(10**9, 0, 13_000_000 if now_s() < 200.0 else 10**9)

    monkeypatch.setattr(shutil, "disk_usage", usage)

    async def play(radio: AnyRadio) -> None:
        await radio.add(movesense(duration_s=600.0))

    service = serve(tmp_path, play, until_s=300.0)

    (trouble,) = service.troubles
    assert "only 13.0 MB are free" in trouble
    assert "room for about 53 min: no session is begun" in trouble
    assert service.states == [
        UnattendedState.WAITING,
        UnattendedState.TROUBLE,
        UnattendedState.RECORDING,
        UnattendedState.STOPPED,
    ]
    assert 200.0 < service.began_s(0) < 265.0
    assert len(service.files()) == 1


def test_a_disk_that_is_full_during_a_session_is_trouble_and_ends_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_full = property(lambda _: 30.0 < now_s() < 60.0, lambda *_: None)
    monkeypatch.setattr(ThreadedWriter, "is_full", is_full, raising=False)

    async def play(radio: AnyRadio) -> None:
        await radio.add(movesense(duration_s=600.0))

    service = serve(tmp_path, play, until_s=100.0)

    assert service.troubles == []
    assert service.states == [
        UnattendedState.WAITING,
        UnattendedState.RECORDING,
        UnattendedState.TROUBLE,
        UnattendedState.RECORDING,
        UnattendedState.STOPPED,
    ]
    (path,) = service.files()
    assert read_recording(path).sensors[0].gaps == ()


def test_a_disk_that_fails_during_a_session_is_told_and_tried_again_a_minute_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = SessionFileError("x.runtall: cannot be written (disk is full)")
    make, writers = ThreadedWriter.__init__, list[ThreadedWriter]()

    def remember(self: ThreadedWriter, *args: Any, **options: Any) -> None:
        make(self, *args, **options)
        writers.append(self)

    monkeypatch.setattr(ThreadedWriter, "__init__", remember)

    async def play(radio: AnyRadio) -> None:
        await radio.add(movesense(duration_s=600.0))
        call_at(30.0, lambda: setattr(writers[0], "failure", full))

    service = serve(tmp_path, play, until_s=150.0)

    assert service.troubles == [f"Trouble: {full}"]
    assert service.states == [
        UnattendedState.WAITING,
        UnattendedState.RECORDING,
        UnattendedState.TROUBLE,
        UnattendedState.RECORDING,
        UnattendedState.STOPPED,
    ]
    cut_off, whole = service.files()
    assert read_recording(cut_off).sensors[0].time_s[-1] == pytest.approx(30.0, abs=1.0)
    assert [path for _, path in service.finished] == [whole]
    assert service.began_s(1) == pytest.approx(30.0 + FILE_PAUSE_S, abs=5.0)


def test_a_wall_clock_that_stands_or_jumps_back_overwrites_no_session(tmp_path: Path) -> None:
    async def play(radio: AnyRadio) -> None:
        chest = movesense(duration_s=60.0)
        await radio.add(chest)
        call_at(220.0, chest.begin)

    service = serve(tmp_path, play, until_s=370.0, now_utc=lambda: datetime(1970, 1, 1, tzinfo=UTC))

    assert len(service.files()) == len(service.finished) == 2
    for path in service.files():
        assert read_info(path).duration_s == pytest.approx(60.0 + STILL_S, abs=65.0)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--wait", "--duration", "30min"], "say --still, not --duration"),
        (["--still", "10min"], "--still and --led belong to --wait"),
        (["--led", "state"], "--still and --led belong to --wait"),
        (["--wait", "--still", "10"], "write for example 30min"),
    ],
)
def test_words_that_do_not_fit_together_are_usage_errors(arguments: list[str], words: str) -> None:
    result = CliRunner().invoke(cli, ["record", "--sensor", "sternum=a", *arguments])
    assert result.exit_code == 2
    assert words in " ".join(result.output.split())
