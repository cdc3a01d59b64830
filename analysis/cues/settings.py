"""When a runner is reminded of the posture, and by what: the table ``[cues]`` of a profile."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from enum import StrEnum
from ipaddress import ip_address
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

LONGEST_TEXT = 300
"""Letters of an address, a path or a URL."""

MOST_BYTES = 20
"""Of what is written to a vibrator: what one packet of the smallest Bluetooth connection carries."""


class OutputKind(StrEnum):
    """What a cue can be given by."""

    BELL = "bell"
    """Of the terminal."""
    TONE = "tone"
    WORDS = "words"
    VIBRATOR = "vibrator"
    """A Bluetooth device that is written to."""
    WEBHOOK = "webhook"
    """A program on this computer that is told over HTTP."""
    FILE = "file"
    """A file that holds the newest cue."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CueSettings:
    """Every number that decides on a cue, and what gives it.

    Parameters
    ----------
    threshold_deg
        A cue needs a flexion this far above the usual. As the report's ``slouched``, which it warns of.
    step_deg
        So far above the threshold the cue is one size larger, twice so far two.
    hold_off_s
        The flexion must have stood above the threshold for so long: gait retraining speaks of posture, not
        of single strides; half a minute are some forty of them.
    cool_down_s
        After a cue there is none for so long. Feedback after every error makes one depend on it (the
        guidance hypothesis: Salmoni, Schmidt & Walter 1984, Psychological Bulletin 95:355-386).
    quiet_start_s
        No cue so soon after the first running stride: what is usual is only then known.
    most_grade_pct
        No cue on a slope steeper than this, up or down, where the slope is known: the trunk leans into it.
        The report judges none that is 2 % off the fresh window's.
    burst_share
        No cue where the speed is so far above that of the last minutes, as a share: 15 % as in the report.
    reaction_deg
        Someone who stands up by so much within half a minute has reacted. Twice the error of a mean of half
        a minute.
    most_unanswered
        After so many cues in a row without a reaction there are none, until the posture has been below the
        threshold for a whole hold-off.
    fade_weeks, began
        From ``began`` on cues become fewer from week to week, until after ``fade_weeks`` only a fifth is
        left; 0, or no date: they stay. What was learned with fading feedback was kept (Winstein & Schmidt
        1990, J Exp Psychol Learn Mem Cogn 16:677-691; runners: Crowell & Davis 2011, Clin Biomech 26:78-83).
    withhold
        Whether one cue in four, by chance, is not given but written down: the only way to know whether cues
        help (a micro-randomized trial: Klasnja et al. 2015, Health Psychology 34:1220-1228).
    outputs
        What a cue is given by.
    vibrator_address, vibrator_characteristic, vibrator_bytes
        Bluetooth address or name, UUID of the characteristic, and what is written to it, in hex.
    webhook
        ``http`` URL on this computer.
    file
        Path of the file.
    """

    threshold_deg: float = 4.0
    step_deg: float = 2.0
    hold_off_s: float = 30.0
    cool_down_s: float = 180.0
    quiet_start_s: float = 600.0
    most_grade_pct: float = 2.0
    burst_share: float = 0.15
    reaction_deg: float = 1.0
    most_unanswered: int = 3
    fade_weeks: int = 8
    began: date | None = None
    withhold: bool = False
    outputs: tuple[OutputKind, ...] = (OutputKind.BELL,)
    vibrator_address: str = ""
    vibrator_characteristic: str = ""
    vibrator_bytes: bytes = b""
    webhook: str = ""
    file: str = ""

    def as_text(self) -> str:
        """Return what decides on cues as one line of JSON; where they go to is the runner's own business."""
        told = asdict(self)
        for private in _DESTINATIONS:
            del told[private]
        told["began"] = None if self.began is None else self.began.isoformat()
        return json.dumps(told, allow_nan=False)


_DESTINATIONS = ("vibrator_address", "vibrator_characteristic", "vibrator_bytes", "webhook", "file")

PRESETS: Mapping[str, Mapping[str, float]] = MappingProxyType(
    {
        "gentle": {"threshold_deg": 6.0, "hold_off_s": 60.0, "cool_down_s": 300.0},
        "normal": {"threshold_deg": 4.0, "hold_off_s": 30.0, "cool_down_s": 180.0},
        "strict": {"threshold_deg": 3.0, "hold_off_s": 20.0, "cool_down_s": 120.0},
    }
)
"""What a word stands for; thresholds are those of ``slouched`` under the same word."""

LEAST_SHARE = 0.2
"""What is left of the cues at the end of the schedule: the last sessions of Crowell & Davis had some, too."""


def share_of_cues(settings: CueSettings, today: date) -> float:
    """Return what share (0 to 1) of the cues of the first week is given on a day of the schedule."""
    if settings.began is None or not settings.fade_weeks:
        return 1.0
    weeks = max(0, (today - settings.began).days) // 7
    return max(LEAST_SHARE, 1.0 - (1.0 - LEAST_SHARE) * weeks / settings.fade_weeks)


def cue_settings(told: Mapping[str, Any]) -> CueSettings:
    """Return the settings of a table whose values were read by `CUE_READERS`.

    Raises
    ------
    MissingDestinationError
        Where an output is wished for that is not told where to.
    """
    facts = dict(told)
    settings = CueSettings(**{**PRESETS[facts.pop("preset", "normal")], **facts})
    for kind, keys in _NEEDS.items():
        for key in keys:
            if kind in settings.outputs and not getattr(settings, key):
                raise MissingDestinationError(kind, key)
    return settings


class MissingDestinationError(ValueError):
    """An output that is not told where to."""

    def __init__(self, kind: OutputKind, key: str) -> None:
        super().__init__(f"{kind} needs {key}, too; write it below [cues]")


_NEEDS: Mapping[OutputKind, tuple[str, ...]] = {
    OutputKind.VIBRATOR: ("vibrator_address", "vibrator_characteristic", "vibrator_bytes"),
    OutputKind.WEBHOOK: ("webhook",),
    OutputKind.FILE: ("file",),
}


def _preset(value: object) -> str:
    if not isinstance(value, str) or value not in PRESETS:
        raise ValueError(f"write one of {', '.join(PRESETS)}")
    return value


def _number(least: float, most: float, unit: str) -> Callable[[object], float]:
    def read(value: object) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
            raise ValueError(f"write a number from {least:g} to {most:g}, {unit}")
        return float(value)

    return read


def _count(least: int, most: int, unit: str) -> Callable[[object], int]:
    def read(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise ValueError(f"write a whole number from {least} to {most}, {unit}")
        return value

    return read


def _truth(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError("write true or false")
    return value


def _day(value: object) -> date:
    if not isinstance(value, date) or isinstance(value, datetime):
        raise ValueError("write a day without quotes, as in 2026-05-01")
    return value


def _outputs(value: object) -> tuple[OutputKind, ...]:
    words = ", ".join(OutputKind)
    if not isinstance(value, list) or not 0 < len(value) <= len(OutputKind):
        raise ValueError(f'write some of {words} in brackets, as in ["tone", "words"]')
    if not all(isinstance(word, str) and word in tuple(OutputKind) for word in value):
        raise ValueError(f"write only some of {words}")
    return tuple(OutputKind(word) for word in dict.fromkeys(value))


def _text(value: object) -> str:
    if not isinstance(value, str) or not 0 < len(value.strip()) <= LONGEST_TEXT or not value.isprintable():
        raise ValueError(f"write a text of at most {LONGEST_TEXT} letters")
    return value.strip()


def _characteristic(value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch(
        r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", value.lower()
    ):
        raise ValueError('write the UUID in full, as in "00002a06-0000-1000-8000-00805f9b34fb"')
    return value.lower()


_HEX = re.compile(rf"([0-9a-fA-F]{{2}} ?){{1,{MOST_BYTES}}}")


def _bytes(value: object) -> bytes:
    if not isinstance(value, str) or not _HEX.fullmatch(value):
        raise ValueError(f'write 1 to {MOST_BYTES} bytes in hex, as in "02" or "01 ff 0a"')
    return bytes.fromhex(value)


def _webhook(value: object) -> str:
    url = _text(value)
    # What a request may not hold has to be written as %20 and the like.
    is_plain = url.isascii() and " " not in url
    hint = 'only programs on this computer are told: write a URL as "http://127.0.0.1:8080/cue"'
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError as error:
        raise ValueError(hint) from error
    if not is_plain or parts.scheme != "http" or not _is_here(host) or parts.username is not None:
        raise ValueError(hint)
    return url


def _is_here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


CUE_READERS: Mapping[str, Callable[[Any], Any]] = MappingProxyType(
    {
        "preset": _preset,
        "threshold_deg": _number(0.5, 20.0, "in degrees"),
        "step_deg": _number(0.5, 20.0, "in degrees"),
        "hold_off_s": _number(5.0, 600.0, "in seconds"),
        "cool_down_s": _number(60.0, 3600.0, "in seconds"),
        "quiet_start_s": _number(0.0, 7200.0, "in seconds"),
        "most_grade_pct": _number(0.5, 50.0, "in per cent"),
        "burst_share": _number(0.05, 2.0, "as a share"),
        "reaction_deg": _number(0.1, 10.0, "in degrees"),
        "most_unanswered": _count(1, 20, "cues"),
        "fade_weeks": _count(0, 52, "weeks"),
        "began": _day,
        "withhold": _truth,
        "outputs": _outputs,
        "vibrator_address": _text,
        "vibrator_characteristic": _characteristic,
        "vibrator_bytes": _bytes,
        "webhook": _webhook,
        "file": _text,
    }
)
"""Every key of the table, and what reads its value or says in a `ValueError` what to write."""
