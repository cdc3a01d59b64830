"""What a cue is given by: each output on its own, and that none of them can stop anything."""

from __future__ import annotations

import asyncio
import json
import socket
import stat
import sys
import threading
import wave
from array import array
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.resources import files
from pathlib import Path

import pytest

from analysis.cues.log import Cue, CueFate, CueSize
from analysis.cues.settings import OutputKind
from analysis.live.cues.giver import CueGiver
from analysis.live.cues.outputs import sound
from analysis.live.cues.outputs.aside import Aside
from analysis.live.cues.outputs.bell import BellOutput
from analysis.live.cues.outputs.file import FileOutput
from analysis.live.cues.outputs.output import CueOutput, CueOutputError
from analysis.live.cues.outputs.vibrator import VibratorOutput
from analysis.live.cues.outputs.webhook import WebhookOutput
from sensor.link.radio import Radio
from sensor.virtual.radio.characteristics import write_only
from sensor.virtual.radio.direct.radio import DirectRadio
from sensor.virtual.radio.gatt import Service
from sensor.virtual.radio.peripheral import VirtualPeripheral
from sensor.virtual.radio.timeloop import run_in_virtual_time

CUE = Cue(
    time_s=700.04,
    size=CueSize.MEDIUM,
    adjusted_deg=6.5,
    threshold_deg=4.0,
    held_s=30.0,
    fate=CueFate.DELIVERED,
)
ALERT_UUID = "00002a06-0000-1000-8000-00805f9b34fb"


def complaint(output: CueOutput) -> str:
    with pytest.raises(CueOutputError) as told:
        asyncio.run(output.give(CUE))
    assert "\n" not in str(told.value)
    return str(told.value)


# The giver


class Made:
    """An output that takes its time, or fails."""

    def __init__(self, kind: OutputKind, *, takes_s: float = 0.0, fails: str = "") -> None:
        self.kind = kind
        self._takes_s = takes_s
        self._fails = fails

    async def prepare(self) -> None:
        await self.give(CUE)

    async def give(self, cue: Cue) -> None:
        await asyncio.sleep(self._takes_s)
        if self._fails:
            raise CueOutputError(self._fails)

    async def close(self) -> None:
        await self.give(CUE)


def given(*outputs: CueOutput) -> tuple[list[Cue], list[str]]:
    """Return two cues as given, and what was complained of."""
    said: list[str] = []

    async def play() -> list[Cue]:
        giver = CueGiver(outputs, said.append)
        await giver.prepare()
        cues = [await giver.give(CUE), await giver.give(CUE)]
        await giver.close()
        return cues

    return run_in_virtual_time(play()), said


def test_a_cue_says_what_gave_it_and_what_is_missing_is_told_once() -> None:
    cues, said = given(Made(OutputKind.BELL), Made(OutputKind.TONE, fails="no sound device"))
    assert cues == [replace(CUE, outputs=(OutputKind.BELL,))] * 2
    assert said == ["No cue by tone: no sound device. Recording goes on."]


def test_an_output_that_hangs_costs_its_own_cue_only() -> None:
    cues, said = given(Made(OutputKind.WEBHOOK, takes_s=1e6), Made(OutputKind.FILE))
    assert [cue.outputs for cue in cues] == [(OutputKind.FILE,)] * 2
    assert said[0] == "No cue by webhook: no answer within 20 s. Recording goes on."


def test_whatever_an_output_runs_into_is_one_line() -> None:
    class Broken(Made):
        async def give(self, cue: Cue) -> None:
            raise ZeroDivisionError("of an output of others")

    cues, said = given(Broken(OutputKind.FILE), Made(OutputKind.BELL))
    assert [cue.outputs for cue in cues] == [(OutputKind.BELL,)] * 2
    assert said == ["No cue by file: ZeroDivisionError: of an output of others. Recording goes on."]


def test_a_cue_that_nothing_gave_has_failed() -> None:
    cues, _ = given(Made(OutputKind.BELL, fails="no terminal"))
    assert [cue.fate for cue in cues] == [CueFate.FAILED] * 2


def test_what_hangs_aside_is_left_behind_and_not_begun_again() -> None:
    free, begun = threading.Event(), []

    def hang() -> None:
        begun.append(1)
        free.wait(10.0)

    async def twice() -> list[str]:
        aside, said = Aside("the drive"), []
        for _ in range(2):
            with pytest.raises(CueOutputError) as told:
                await aside.do(hang, 0.02)
            said.append(str(told.value))
        return said

    try:
        assert asyncio.run(twice()) == [
            "the drive does not answer within 0.02 s",
            "the drive still hangs from the last cue",
        ]
    finally:
        free.set()
    assert begun == [1]


# Bell and file


def test_the_bell_rings_as_often_as_the_cue_is_large() -> None:
    written: list[str] = []
    asyncio.run(BellOutput(written.append, has_terminal=True).give(CUE))
    assert written == ["\a\a"]


def test_without_a_terminal_or_with_one_that_closed_the_bell_says_so() -> None:
    def gone(_: str) -> None:
        raise BrokenPipeError(32, "Broken pipe")

    assert "no terminal" in complaint(BellOutput(gone, has_terminal=False))
    assert "the terminal is gone (Broken pipe)" in complaint(BellOutput(gone, has_terminal=True))


def test_the_file_holds_the_newest_cue_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "cue.json"
    for cue in (CUE, replace(CUE, time_s=900.0)):
        asyncio.run(FileOutput(path).give(cue))
    (line,) = path.read_text("utf-8").splitlines()
    assert json.loads(line)["time_s"] == 900.0
    assert json.loads(line)["size"] == "medium"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_file_without_a_folder_is_told_before_the_run(tmp_path: Path) -> None:
    with pytest.raises(CueOutputError, match="no place for a file"):
        asyncio.run(FileOutput(tmp_path / "none" / "cue.json").prepare())
    assert "cannot be written" in complaint(FileOutput(tmp_path / "none" / "cue.json"))


# Webhook


@contextmanager
def listening(status: int) -> Iterator[tuple[str, list[tuple[str, bytes]]]]:
    """Let a program on this computer answer every cue by a status."""
    heard: list[tuple[str, bytes]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.append((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(status)
            self.send_header("Location", "http://127.0.0.1:1/elsewhere")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/cue?x=1", heard
        finally:
            server.shutdown()
            thread.join()


def test_a_program_on_this_computer_gets_the_cue_as_json() -> None:
    with listening(204) as (url, heard):
        asyncio.run(WebhookOutput(url).give(CUE))
    ((path, body),) = heard
    assert path == "/cue?x=1"
    told = json.loads(body)
    assert (told["time_s"], told["size"], told["adjusted_deg"]) == (700.0, "medium", 6.5)


@pytest.mark.parametrize("status", [302, 404, 500])
def test_another_answer_is_no_cue_and_a_redirection_is_not_followed(status: int) -> None:
    with listening(status) as (url, heard):
        assert f"answered {status}" in complaint(WebhookOutput(url))
    assert len(heard) == 1


def test_a_webhook_that_hangs_or_is_not_there_is_told_soon() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        port = silent.getsockname()[1]
        assert "does not answer within 0.1 s" in complaint(
            WebhookOutput(f"http://127.0.0.1:{port}/", 0.1)
        ) or ("nobody took the cue")
    assert "nobody took the cue" in complaint(WebhookOutput(f"http://127.0.0.1:{port}/"))


# Sound


def test_every_word_is_a_short_clip_of_sixteen_kilohertz() -> None:
    names = [name for of_size in sound.SPOKEN.values() for name in of_size]
    folder = files("analysis.live.cues.outputs").joinpath("spoken")
    assert sorted(f"{name}.wav" for name in names) == sorted(one.name for one in folder.iterdir())
    for name in names:
        with folder.joinpath(f"{name}.wav").open("rb") as file, wave.open(file) as clip:
            assert (clip.getnchannels(), clip.getsampwidth(), clip.getframerate()) == (1, 2, 16_000)
        samples = sound.spoken(name)
        assert 0.3 < len(samples) / sound.RATE_HZ < 2.0
        assert max(map(abs, samples)) > 20_000


def test_a_larger_cue_is_more_beeps_that_begin_and_end_in_silence() -> None:
    one, three = sound.beeps(1), sound.beeps(3)
    assert len(three) == 3 * len(one)
    assert one[0] == one[-1] == 0
    assert 16_000 < max(one) <= 16_384


class Heard(sound.Player):
    """A player that keeps what it is given."""

    def __init__(self) -> None:
        super().__init__()
        self.played: list[array[int]] = []

    def play(self, samples: array[int]) -> None:
        self.played.append(samples)


def test_words_are_said_in_turn_and_fit_the_size() -> None:
    player = Heard()

    async def five() -> None:
        output = sound.words_output(player)
        for _ in range(5):
            await output.give(CUE)

    asyncio.run(five())
    wished = [sound.spoken(name) for name in sound.SPOKEN[CueSize.MEDIUM]]
    assert player.played == [*wished, wished[0]]


def test_a_tone_is_played_to_its_end_on_a_device(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("miniaudio", reason="the extra [audio] is not installed")
    monkeypatch.setattr(sound, "TAIL_S", 0.0)
    output = sound.tone_output(sound.Player(["NULL"]))

    async def play() -> None:
        await output.prepare()
        await output.give(replace(CUE, size=CueSize.SMALL))

    asyncio.run(play())


def test_what_a_device_asks_for_is_the_samples_in_order_then_silence() -> None:
    samples = array("h", range(1, 11))
    stream = sound._stream(samples)
    next(stream)
    assert [stream.send(4).tolist() for _ in range(4)] == [
        [1, 2, 3, 4],
        [5, 6, 7, 8],
        [9, 10, 0, 0],
        [0, 0, 0, 0],
    ]


def test_a_sound_device_that_vanished_and_a_missing_library_are_told(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("miniaudio", reason="the extra [audio] is not installed")
    assert "no sound device" in complaint(sound.tone_output(sound.Player(["DSOUND", "AAUDIO"])))
    assert capfd.readouterr().err == ""
    monkeypatch.setitem(sys.modules, "miniaudio", None)
    assert 'pip install "runtall[audio]"' in complaint(sound.tone_output(sound.Player(["NULL"])))


# Vibrator


class Vibrator(VirtualPeripheral):
    """A wristband that can be written to."""

    def __init__(self, *, response: bool) -> None:
        super().__init__("Band", advertised_uuids=())
        self.written: list[bytes] = []
        self._alert = write_only(ALERT_UUID, self.written.append, response=response)

    def services(self) -> list[Service]:
        return [*super().services(), Service("00001802-0000-1000-8000-00805f9b34fb", [self._alert])]


def vibrator(radio: Radio, characteristic: str = ALERT_UUID, name: str = "band") -> VibratorOutput:
    return VibratorOutput(radio, name, characteristic=characteristic, payload=b"\x02")


@pytest.mark.parametrize("response", [True, False])
def test_a_vibrator_is_written_to_as_it_allows_and_again_after_a_lost_link(response: bool) -> None:
    band = Vibrator(response=response)

    async def play() -> None:
        async with DirectRadio() as radio:
            await radio.add(band)
            output = vibrator(radio.bleak)
            await output.prepare()
            await output.give(CUE)
            await asyncio.sleep(1.0)
            band.lose_link()
            await asyncio.sleep(5.0)
            await output.give(CUE)
            await asyncio.sleep(1.0)
            await output.close()
            assert not band.is_connected

    run_in_virtual_time(play())
    assert band.written == [b"\x02", b"\x02"]


@pytest.mark.parametrize(
    ("characteristic", "name", "said"),
    [
        (ALERT_UUID, "Other", "Other is not in reach: switch it on"),
        (ALERT_UUID.replace("2a06", "2a07"), "Band", "has no characteristic"),
    ],
)
def test_a_vibrator_out_of_reach_or_of_another_kind_is_told(
    characteristic: str, name: str, said: str
) -> None:
    async def play() -> str:
        async with DirectRadio() as radio:
            await radio.add(Vibrator(response=True))
            with pytest.raises(CueOutputError) as told:
                await vibrator(radio.bleak, characteristic, name).prepare()
        return str(told.value)

    assert said in run_in_virtual_time(play())
