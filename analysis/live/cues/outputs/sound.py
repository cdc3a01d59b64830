"""Tone and spoken words, by the extra ``[audio]``."""

from __future__ import annotations

import math
import sys
import time
import wave
from array import array
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import suppress
from ctypes import CDLL, CFUNCTYPE, c_char_p, c_int
from functools import cache
from importlib.resources import files
from typing import Any

from analysis.cues.log import Cue, CueSize
from analysis.cues.settings import OutputKind
from analysis.live.cues.outputs.aside import Aside
from analysis.live.cues.outputs.output import CueOutputError

RATE_HZ = 16_000
"""Of everything that is played."""

PITCH_HZ, BEEP_S, PAUSE_S = 660.0, 0.15, 0.1
"""Of a beep: heard over a treadmill, and no alarm."""

LOUDNESS = 0.5
"""Of a beep, of the most there is."""

EDGE_S = 0.01
"""A beep swells and fades for so long, else it clicks."""

LONGEST_S = 6.0
"""No clip with opening and closing the device takes longer; the longest lasts two seconds."""

TAIL_S = 0.25
"""What was handed to the device is heard so much later."""

SPOKEN: Mapping[CueSize, tuple[str, ...]] = {
    CueSize.SMALL: ("tall", "grow", "chest-up", "long-neck"),
    CueSize.MEDIUM: ("run-tall", "lift-your-chest", "look-ahead", "stand-up-tall"),
    CueSize.LARGE: (
        "come-up-run-tall",
        "chest-up-look-ahead",
        "grow-taller-open-your-chest",
        "straighten-up",
    ),
}
"""Files in ``spoken/``, said in turn: a word that is always the same is soon not heard. Made once by
espeak-ng 1.51 (``-v en-us -s 150``), brought to 16 kHz and an even loudness."""


def beeps(count: int) -> array[int]:
    """Return so many beeps."""
    length, edge = round(BEEP_S * RATE_HZ), EDGE_S * RATE_HZ
    turn = 2.0 * math.pi * PITCH_HZ / RATE_HZ
    loud = [32767 * LOUDNESS * min(1.0, i / edge, (length - 1 - i) / edge) for i in range(length)]
    beep = [round(height * math.sin(turn * i)) for i, height in enumerate(loud)]
    return array("h", (beep + [0] * round(PAUSE_S * RATE_HZ)) * count)


def spoken(name: str) -> array[int]:
    """Return the samples of a file in ``spoken/``."""
    with files(__package__).joinpath("spoken", f"{name}.wav").open("rb") as file, wave.open(file) as clip:
        return array("h", clip.readframes(clip.getnframes()))


class Player:
    """Plays samples on the sound device there is at that moment: it may have been pulled out and put back.

    Parameters
    ----------
    backends
        Names of the sound systems to try, as miniaudio calls them; None for those of the platform.
    """

    def __init__(self, backends: Sequence[str] | None = None) -> None:
        self._backends = backends

    def check(self) -> None:
        """Open the device and close it again.

        Raises
        ------
        CueOutputError
            Without one, or without miniaudio.
        """
        self._open().close()

    def play(self, samples: array[int]) -> None:
        """Play samples to their end; blocks for as long.

        Raises
        ------
        CueOutputError
            As `check`.
        """
        device = self._open()
        try:
            stream = _stream(samples)
            next(stream)
            device.start(stream)
            time.sleep(len(samples) / RATE_HZ + TAIL_S)
        finally:
            device.close()

    def _open(self) -> Any:
        try:
            import miniaudio
        except ImportError as error:
            raise CueOutputError('miniaudio is missing: pip install "runtall[audio]"') from error
        _quiet_alsa()
        wished = None if self._backends is None else [miniaudio.Backend[name] for name in self._backends]
        try:
            return miniaudio.PlaybackDevice(
                output_format=miniaudio.SampleFormat.SIGNED16,
                nchannels=1,
                sample_rate=RATE_HZ,
                backends=wished,
                app_name="runtall",
            )
        except miniaudio.MiniaudioError as error:
            raise CueOutputError(
                f"no sound device ({error.args[0]}); plug one in or choose other outputs"
            ) from error


_SAY_NOTHING = CFUNCTYPE(None, c_char_p, c_int, c_char_p, c_int, c_char_p)(lambda *_: None)
"""Takes a line that ALSA would print; kept here, because ALSA keeps no hold of it."""


@cache
def _quiet_alsa() -> None:
    """Keep ALSA from printing forty lines of its own where there is no device: ours says what is missing."""
    if sys.platform.startswith("linux"):
        with suppress(OSError, AttributeError):
            CDLL("libasound.so.2").snd_lib_error_set_handler(_SAY_NOTHING)


def _stream(samples: array[int]) -> Generator[array[int], int, None]:
    """Hand out samples as the device asks for them, silence behind them."""
    at = 0
    wanted = yield array("h")
    while True:
        part = samples[at : at + wanted]
        at += wanted
        wanted = yield part if len(part) == wanted else part + array("h", bytes(2 * (wanted - len(part))))


class SoundOutput:
    """Plays a clip for each cue.

    Parameters
    ----------
    kind
        Tone or words.
    clip
        Returns what to play for a cue of this size, the how manieth of its size it is.
    player
        Plays it.
    """

    def __init__(self, kind: OutputKind, clip: Callable[[CueSize, int], array[int]], player: Player) -> None:
        self.kind = kind
        self._clip = clip
        self._player = player
        self._aside = Aside("the sound device")
        self._given = dict.fromkeys(CueSize, 0)

    async def prepare(self) -> None:
        """Look whether there is a sound device."""
        await self._aside.do(self._player.check, LONGEST_S)

    async def give(self, cue: Cue) -> None:
        """Play it."""
        samples = self._clip(cue.size, self._given[cue.size])
        self._given[cue.size] += 1
        await self._aside.do(lambda: self._player.play(samples), LONGEST_S)

    async def close(self) -> None:
        """Do nothing: the device is open for a clip only."""


def tone_output(player: Player) -> SoundOutput:
    """Return what beeps once, twice or three times."""
    return SoundOutput(OutputKind.TONE, lambda size, _: beeps(size), player)


def words_output(player: Player) -> SoundOutput:
    """Return what says a few words, in turn."""

    def clip(size: CueSize, turn: int) -> array[int]:
        return spoken(SPOKEN[size][turn % len(SPOKEN[size])])

    return SoundOutput(OutputKind.WORDS, clip, player)
