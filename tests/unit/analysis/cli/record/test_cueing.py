"""Cues of a recording: what is written down, and that nothing of them reaches the recording."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import Mock

import numpy as np
import pytest

from analysis.cli.record.cueing import CueFollower, Cueing, CueWish, outputs_of
from analysis.cli.record.posture_feed import PostureFeed
from analysis.cli.record.recording import RecordOptions, record
from analysis.cues.log import CUE_SETTINGS_MARK, CUE_TROUBLE_MARK, Cue, CueFate, cues_of
from analysis.cues.settings import CueSettings, OutputKind
from analysis.live.cues.outputs.output import CueOutput, CueOutputError
from analysis.live.records import LiveState
from analysis.words import ZeroSource
from sensor.link.radio import Radio
from sensor.recorder import Recorder, RecorderStatus, RecordingPlan, SensorRequest
from sensor.recorder.unattended import UnattendedOptions, UnattendedSession
from sensor.samples import LiveBlock, LiveReading, Mark
from sensor.session.reader import read_recording
from sensor.virtual.radio.direct.radio import DirectRadio
from sensor.virtual.radio.timeloop import run_in_virtual_time
from tests.support.live_strides import live_stride, slouching
from tests.support.recordings_over_air import CHEST, movesense

SETTINGS = CueSettings(quiet_start_s=0.0, hold_off_s=10.0, cool_down_s=60.0, withhold=True)


class Kept:
    """Keeps marks as a recorder does."""

    def __init__(self) -> None:
        self.marks: list[Mark] = []

    def mark(self, kind: str, text: str = "", *, time_s: float | None = None) -> None:
        self.marks.append(Mark(-1.0 if time_s is None else time_s, kind, text))

    def of(self, kind: str) -> list[Mark]:
        return [mark for mark in self.marks if mark.kind == kind]


class Made:
    """An output that takes its time, or fails."""

    kind = OutputKind.TONE

    def __init__(self, *, takes_s: float = 0.0, fails: str = "") -> None:
        self._takes_s = takes_s
        self._fails = fails
        self.given: list[Cue] = []

    async def prepare(self) -> None:
        """Find all there."""

    async def give(self, cue: Cue) -> None:
        await asyncio.sleep(self._takes_s)
        if self._fails:
            raise CueOutputError(self._fails)
        self.given.append(cue)

    async def close(self) -> None:
        """Hold nothing."""


def states(count: int) -> Iterable[LiveState]:
    for stride in slouching(count):
        yield LiveState(stride.end_s + 3.0, (stride,), None, ZeroSource.STANDING, "")


class Told:
    """An estimator that knows one state."""

    def __init__(self, state: LiveState) -> None:
        self._state = state

    def add(self, block: LiveBlock) -> None:
        """Take nothing in."""

    def tell(self, reading: LiveReading) -> None:
        """Take nothing in."""

    def state(self, now_s: float) -> LiveState:
        return self._state


def played(
    output: CueOutput, fed: Iterable[LiveState], *, draws: Iterable[float], hold_off_s: float = 10.0
) -> tuple[Kept, list[str]]:
    """Return the marks of a recording, and what was said."""
    kept, said, left = Kept(), [], iter(draws)

    async def play() -> None:
        wish = CueWish(replace(SETTINGS, hold_off_s=hold_off_s), 1.0, lambda: next(left))
        cueing = Cueing(wish, [output], marks=kept, say=said.append)
        for state in fed:
            follower = CueFollower(PostureFeed(Told(state)), cueing)
            follower.show(RecorderStatus(state.time_s, (), ""))
            await asyncio.sleep(1.0)
        await cueing.close()

    run_in_virtual_time(play())
    return kept, said


def test_cues_settings_and_fates_are_written_down_at_their_moments() -> None:
    output = Made(takes_s=2.0)
    kept, said = played(output, states(140), draws=[0.9, 0.1, 0.9])
    (settings,) = kept.of(CUE_SETTINGS_MARK)
    assert json.loads(settings.text)["hold_off_s"] == 10.0
    cues = cues_of(kept.marks)
    assert [cue.fate for cue in cues] == [CueFate.DELIVERED, CueFate.WITHHELD, CueFate.DELIVERED]
    assert [cue.outputs for cue in cues] == [(OutputKind.TONE,), (), (OutputKind.TONE,)]
    assert cues[1].time_s - cues[0].time_s == pytest.approx(60.0, abs=1.0)
    assert [cue.time_s for cue in output.given] == [cues[0].time_s, cues[2].time_s]
    assert said == []


def test_what_is_missing_is_said_once_and_written_down_and_the_cue_has_failed() -> None:
    kept, said = played(Made(fails="no sound device"), states(140), draws=[0.9] * 9)
    assert said == ["No cue by tone: no sound device. Recording goes on."]
    assert [mark.text for mark in kept.of(CUE_TROUBLE_MARK)] == said
    assert {cue.fate for cue in cues_of(kept.marks)} == {CueFate.FAILED}


def test_an_output_that_hangs_keeps_a_recording_from_nothing() -> None:
    kept, said = played(Made(takes_s=1e6), states(40), draws=[0.9] * 9)
    assert said == ["No cue by tone: no answer within 10 s. Recording goes on."]
    assert [cue.fate for cue in cues_of(kept.marks)] == [CueFate.FAILED]


def test_a_sensor_that_slipped_is_told_in_place_of_a_reminder() -> None:
    # From one stride to the next 8° further forward, and there to stay.
    strides = [live_stride(float(i), 0.0 if i < 100 else 8.0) for i in range(180)]
    fed = [LiveState(s.end_s + 3.0, (s,), None, ZeroSource.STANDING, "") for s in strides]
    kept, said = played(Made(), fed, draws=[0.9] * 9, hold_off_s=30.0)
    assert cues_of(kept.marks) == ()
    assert said == ["No cues for now: the angle jumped by 8° at once: has the sensor slipped?"]


def test_cues_count_from_the_zero_that_was_set_anew() -> None:
    kept = Kept()

    async def play() -> None:
        cueing = Cueing(CueWish(SETTINGS, 1.0, lambda: 0.9), [Made()], marks=kept, say=lambda _: None)
        follower = CueFollower(PostureFeed(Slouching()), cueing)
        # 6° above the usual by the old zero are 1° by the new one, but for the first strides.
        follower.set_zero(5.0, 2.0)
        for second in range(60):
            follower.show(RecorderStatus(float(second), (), ""))
            await asyncio.sleep(1.0)
        await follower.close()

    run_in_virtual_time(play())
    assert cues_of(kept.marks) == ()


def test_an_estimator_that_fails_ends_the_cues_and_nothing_else() -> None:
    class Broken:
        def add(self, block: LiveBlock) -> None:
            """Take nothing in."""

        def tell(self, reading: LiveReading) -> None:
            """Take nothing in."""

        def state(self, now_s: float) -> LiveState:
            raise ValueError("NaN")

    kept, said = Kept(), []

    async def play() -> None:
        cueing = Cueing(CueWish(SETTINGS, 1.0, lambda: 0.9), [Made()], marks=kept, say=said.append)
        follower = CueFollower(PostureFeed(Broken()), cueing)
        for time_s in (1.0, 2.0):
            follower.show(RecorderStatus(time_s, (), ""))
        await follower.close()

    run_in_virtual_time(play())
    assert said == ["No more cues (ValueError: NaN). Recording goes on."]


def test_beside_a_live_view_one_estimator_serves_both_and_is_fed_once() -> None:
    fed, kept = Slouching(), Kept()

    async def play() -> None:
        feed = PostureFeed(fed)
        seen = feed.listen()
        cueing = Cueing(CueWish(SETTINGS, 1.0, lambda: 0.9), [Made()], marks=kept, say=lambda _: None)
        follower = CueFollower(feed, cueing, is_fed=True)
        block = LiveBlock("sternum", 0, np.zeros(10), np.zeros((10, 3)), None)
        for second in range(60):
            feed.take(block)
            follower.take(block)
            follower.show(RecorderStatus(float(second), (), ""))
            await asyncio.sleep(1.0)
        await follower.close()
        assert sum(len(state.strides) for state in seen()) > 50

    run_in_virtual_time(play())
    assert fed.samples == 600
    assert len(cues_of(kept.marks)) == 1


def test_every_output_that_can_be_wished_for_is_made(tmp_path: Path) -> None:
    wished = replace(
        SETTINGS, outputs=tuple(OutputKind), webhook="http://127.0.0.1:1/", file=str(tmp_path / "cue.json")
    )
    assert [output.kind for output in outputs_of(wished, Radio())] == list(OutputKind)


class Slouching:
    """An estimator of a runner who slouches from the first stride on, three seconds behind."""

    def __init__(self) -> None:
        self.samples = 0
        self._told = 0

    def add(self, block: LiveBlock) -> None:
        self.samples += len(block.time_s)

    def tell(self, reading: LiveReading) -> None:
        """Hear nothing beside."""

    def state(self, now_s: float) -> LiveState:
        until = max(self._told, int(now_s - 3.0))
        strides, self._told = tuple(slouching(until)[self._told :]), until
        return LiveState(now_s, strides, None, ZeroSource.STANDING, "")


class Sink:
    """Keeps what is told of trouble in a session without anybody at the keyboard."""

    def __init__(self) -> None:
        self.troubles: list[str] = []

    def trouble(self, sentence: str) -> None:
        self.troubles.append(sentence)

    def __getattr__(self, _: str) -> Callable[..., None]:
        return lambda *_: None


def recorded(path: Path, output: CueOutput, *, unattended: bool) -> tuple[Slouching, list[str]]:
    """Record a minute over the simulated radio, with cues; return what was fed, and what was said."""
    fed, sink, line = Slouching(), Sink(), Mock(hint="")
    plan = RecordingPlan((SensorRequest("sternum", CHEST),))

    def follow(recorder: Recorder, radio: Radio, say: Callable[[str], None]) -> CueFollower:
        wish = CueWish(SETTINGS, 1.0, lambda: 0.9)
        return CueFollower(PostureFeed(fed), Cueing(wish, [output], marks=recorder, say=say))

    async def play() -> None:
        async with DirectRadio(seed=1) as radio:
            await radio.add(movesense(duration_s=90.0))
            if unattended:
                options = UnattendedOptions(plan, "run", 600.0, is_simulated=True, follow=follow)
                session = UnattendedSession(
                    options,
                    path,
                    radio.bleak,
                    started_utc=datetime(2026, 5, 1, tzinfo=UTC),
                    rng=random.Random(1),
                    sink=sink,  # type: ignore[arg-type]
                )
                asyncio.get_running_loop().call_later(60.0, session.stop)
                await session.run()
            else:
                wished = RecordOptions(plan, "run", 60.0, is_guided=False, is_simulated=True, follow=follow)
                await record(wished, radio.bleak, new_path=lambda _: path, line=line)

    run_in_virtual_time(play())
    return fed, sink.troubles + [call.args[0] for call in line.say.call_args_list]


@pytest.mark.parametrize("unattended", [False, True], ids=["record", "record --wait"])
def test_the_session_keeps_the_cues_that_were_given_while_it_was_recorded(
    tmp_path: Path, unattended: bool
) -> None:
    output = Made(takes_s=2.0)
    fed, said = recorded(tmp_path / "run.runtall", output, unattended=unattended)
    recording = read_recording(tmp_path / "run.runtall")
    (cue,) = cues_of(recording.marks)
    assert (cue.fate, cue.outputs) == (CueFate.DELIVERED, (OutputKind.TONE,))
    assert cue.time_s == pytest.approx(13.5, abs=1.5)
    assert [mark.kind for mark in recording.marks].count(CUE_SETTINGS_MARK) == 1
    assert fed.samples > 50 * 100
    assert not any("cue" in told.casefold() for told in said)


@pytest.mark.parametrize("unattended", [False, True], ids=["record", "record --wait"])
def test_a_recording_with_an_output_that_fails_goes_on_and_says_what_is_missing(
    tmp_path: Path, unattended: bool
) -> None:
    output = Made(fails="no sound device")
    fed, said = recorded(tmp_path / "run.runtall", output, unattended=unattended)
    assert [told for told in said if "cue" in told] == ["No cue by tone: no sound device. Recording goes on."]
    recording = read_recording(tmp_path / "run.runtall")
    assert recording.duration_s > 55.0
    assert [cue.fate for cue in cues_of(recording.marks)] == [CueFate.FAILED]
    assert fed.samples > 50 * 100
