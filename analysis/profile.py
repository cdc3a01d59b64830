"""A runner's profile: stature, thresholds, unit, usual sensors and surface, from a TOML file made by hand."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from analysis.cues.settings import CUE_READERS, CueSettings, MissingDestinationError, cue_settings
from analysis.errors import ProfileError
from analysis.lengths import STATURE_UNITS_M, LengthUnit, Split, number_with_unit
from sensor.errors import UnknownSensorError
from sensor.placements import PLACEMENTS, placement_of
from sensor.session.context import NUMBERS, SURFACES

if TYPE_CHECKING:
    from analysis.config import AnalysisConfig

LARGEST_BYTES = 64_000
"""No profile is longer; what is, is another file."""

LONGEST_LINE = 1000
"""Letters of a line: a key of a thousand dots would take its reader a minute."""

LONGEST_NAME = 100
"""Letters of a name."""

MOST_SENSORS = 10
"""More devices beside the sensors nobody wears."""

THRESHOLDS_DEG = (0.5, 20.0)
"""The least and the most of a threshold: below lies the error of the angle, above no runner."""

_SHOWN_LETTERS = 40


class Preset(StrEnum):
    """How soon a change of posture is told."""

    GENTLE = "gentle"
    NORMAL = "normal"
    STRICT = "strict"


PRESETS_DEG: Mapping[Preset, tuple[float, float]] = MappingProxyType(
    {Preset.GENTLE: (3.0, 6.0), Preset.NORMAL: (2.0, 4.0), Preset.STRICT: (1.5, 3.0)}
)
"""Thresholds of ``watch`` and ``slouched``, degrees above the fresh window."""

UNITS: Mapping[str, LengthUnit] = MappingProxyType({"km": LengthUnit.KILOMETRE, "miles": LengthUnit.MILE})
"""What stands behind ``units``."""

KEYS: Mapping[str, str] = MappingProxyType(
    {
        "name": "what you are called",
        "stature": "how tall you are",
        "preset": "gentle (3 and 6 degrees), normal (2 and 4) or strict (1.5 and 3)",
        "watch_deg": "more forward from here on, degrees; instead of the preset's",
        "slouched_deg": "slouched from here on, degrees; instead of the preset's",
        "units": "km or miles",
        "surface": f"what you mostly run on: {', '.join(SURFACES)}",
        "beside": "heart-rate strap, foot pod or treadmill to record, too",
        "sensors": "where each sensor is worn, and its name",
        "cues": "when you are reminded while running, and by what",
    }
)
"""Every key of a profile, and what it means."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What a runner told once and for all.

    Parameters
    ----------
    name
        What the runner is called; empty where not told.
    stature_m
        Metres; None where not told.
    watch_deg, slouched_deg
        Thresholds in force, degrees above the fresh window.
    unit
        In which distances and paces are read.
    surface
        What is mostly run on; empty where not told.
    sensors
        (placement, name) of the usual motion sensors.
    beside
        Names of what is usually recorded beside them.
    cues
        When and how the runner is reminded while running.
    """

    name: str = ""
    stature_m: float | None = None
    watch_deg: float = PRESETS_DEG[Preset.NORMAL][0]
    slouched_deg: float = PRESETS_DEG[Preset.NORMAL][1]
    unit: LengthUnit = LengthUnit.KILOMETRE
    surface: str = ""
    sensors: tuple[tuple[str, str], ...] = ()
    beside: tuple[str, ...] = ()
    cues: CueSettings = field(default_factory=CueSettings)

    @property
    def split(self) -> Split:
        """The rows of a report where none are asked for."""
        return Split.MILE if self.unit is LengthUnit.MILE else Split.KILOMETRE


def analysis_config(profile: Profile | None = None, split: Split | None = None) -> AnalysisConfig:
    """Return the numbers of an analysis for a runner: theirs where told, else those of everybody.

    Parameters
    ----------
    profile
        The runner's; None for one who told nothing.
    split
        What the rows are; None for the runner's unit.
    """
    from analysis.config import AnalysisConfig, FindingsConfig, SegmentConfig

    profile = profile or Profile()
    return AnalysisConfig(
        findings=FindingsConfig(watch_deg=profile.watch_deg, slouched_deg=profile.slouched_deg),
        segments=SegmentConfig(split=profile.split if split is None else split),
    )


def read_profile(content: bytes, source: str) -> Profile:
    """Return the profile in the bytes of a TOML file.

    Parameters
    ----------
    content
        The file's.
    source
        What to call it in errors.

    Raises
    ------
    ProfileError
        For the first thing that is wrong: file, line, key, value and what to do.
    """
    text = profile_text(content, source)
    table = _parsed(text, source)
    told: dict[str, Any] = {}
    for key, value in table.items():
        try:
            told[key] = _reader(key)(value)
        except _EntryError as error:
            line = _line_of(text, error.key, table=key)
            raise _misfit(source, line, key=f"{key}.{error.key}", value=error.value, error=error) from error
        except ValueError as error:
            raise _misfit(source, _line_of(text, key), key=key, value=value, error=error) from error
    return _profile(told, source, text)


def profile_text(content: bytes, source: str) -> str:
    """Return the text of a profile's file.

    Raises
    ------
    ProfileError
        For a file that is too long, or holds no text.
    """
    if len(content) > LARGEST_BYTES:
        raise ProfileError(f"{source}: longer than {LARGEST_BYTES // 1000} kB, no profile; move it away")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ProfileError(
            f"{source}: no text in UTF-8 (byte {error.start}); save it as UTF-8, or move it away"
        ) from error


def edited(text: str, source: str, changes: Mapping[str, Any], forget: Sequence[str] = ()) -> str:
    """Return the text of a profile with keys set and others taken out; comments and order stay.

    Parameters
    ----------
    text
        Of the file.
    source
        What to call it in errors.
    changes
        Key to value; that of ``sensors`` is a table, whose entries join those that are there.
    forget
        Keys, such as ``surface`` or ``sensors.head``; those that are not there are passed over.

    Raises
    ------
    ProfileError
        For what is no TOML, or too intricate to be changed.
    """
    from tomlkit.exceptions import TOMLKitError

    _parsed(text, source)
    try:
        return _edited(text, changes, forget)
    except (RecursionError, TOMLKitError) as error:
        raise ProfileError(f"{source}: cannot be changed but by hand ({error}); mend it there") from error


def _edited(text: str, changes: Mapping[str, Any], forget: Sequence[str]) -> str:
    import tomlkit

    document = tomlkit.parse(text)
    for key in forget:
        *tables, last = key.split(".", 1)
        holder: Any = document.get(tables[0]) if tables else document
        if isinstance(holder, MutableMapping) and last in holder:
            del holder[last]
    for key, value in changes.items():
        entries = document.get(key)
        if isinstance(value, Mapping) and isinstance(entries, MutableMapping):
            _join(entries, value)
        elif key in document:
            document[key] = value
        else:
            document.append(key, tomlkit.item(value).comment(KEYS[key]))
    return tomlkit.dumps(document)


def _join(entries: MutableMapping[str, Any], told: Mapping[str, Any]) -> None:
    """Set entries by placement, under the word for it that is there."""
    there = {_place(word): word for word in entries}
    for word, name in told.items():
        entries[there.get(_place(word), word)] = name


def _place(word: str) -> str:
    try:
        return placement_of(word)
    except UnknownSensorError:
        return word


def _parsed(text: str, source: str) -> dict[str, Any]:
    for number, line in enumerate(text.splitlines(), start=1):
        if len(line) > LONGEST_LINE:
            raise ProfileError(f"{source}, line {number}: longer than {LONGEST_LINE} letters; shorten it")
    try:
        return tomllib.loads(text)
    except RecursionError as error:
        raise ProfileError(f"{source}: nested too deeply for a profile; move it away") from error
    except ValueError as error:
        raise ProfileError(f"{source}: not TOML: {error}; mend that place, or move the file away") from error


def _reader(key: str) -> Callable[[Any], Any]:
    if key in _READERS:
        return _READERS[key]
    raise ValueError(f"unknown key; {_hint(key, tuple(KEYS))}")


def _hint(word: str, known: Sequence[str]) -> str:
    """Return the known word that was probably meant, or all there are."""
    near = difflib.get_close_matches(word[:_SHOWN_LETTERS].casefold(), known, n=1)
    return f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}"


def _misfit(source: str, line: int | None, *, key: str, value: object, error: ValueError) -> ProfileError:
    where = source if line is None else f"{source}, line {line}"
    return ProfileError(f"{where}: {_shortened(key)} = {_shown(value)}: {error}")


def _shown(value: object) -> str:
    """Return a value in short; of tables and lists, which may be nested deeply, only what they are."""
    if isinstance(value, dict | list):
        return "{…}" if isinstance(value, dict) else "[…]"
    return _shortened(repr(value) if isinstance(value, str) else str(value))


def _shortened(text: str) -> str:
    return text if len(text) <= _SHOWN_LETTERS else f"{text[:_SHOWN_LETTERS]}…"


def _line_of(text: str, key: str, *, table: str = "") -> int | None:
    """Return the line, from 1, on which a key of a table is set, or a table begins; None if not found."""
    inside = ""
    for number, line in enumerate(map(str.strip, text.splitlines()), start=1):
        if line.startswith("["):
            inside = _first_word(line.lstrip("[").partition("]")[0])
            if not table and inside == key:
                return number
        elif (_first_word(line.partition("=")[0]), inside) == (key, table):
            return number
    return None


def _first_word(dotted: str) -> str:
    return dotted.partition(".")[0].strip().strip("\"'")


def _profile(told: Mapping[str, Any], source: str, text: str) -> Profile:
    facts = dict(told)
    watch_deg, slouched_deg = PRESETS_DEG[facts.pop("preset", Preset.NORMAL)]
    facts = {"watch_deg": watch_deg, "slouched_deg": slouched_deg, **facts}
    if facts["watch_deg"] >= facts["slouched_deg"]:
        key = "slouched_deg" if "slouched_deg" in told else "watch_deg"
        error = ValueError(
            f"watch_deg, {facts['watch_deg']:g}, must lie below slouched_deg, {facts['slouched_deg']:g}"
        )
        raise _misfit(source, _line_of(text, key), key=key, value=facts[key], error=error)
    return Profile(**{_FIELDS.get(key, key): value for key, value in facts.items()})


def _name(value: object) -> str:
    if not isinstance(value, str) or not 0 < len(value.strip()) <= LONGEST_NAME:
        raise ValueError(f'write a name of at most {LONGEST_NAME} letters, as in "Ada"')
    return value.strip()


def _stature_m(value: object) -> float:
    least, most = NUMBERS["stature_m"]
    stature_m = number_with_unit(value, STATURE_UNITS_M) if isinstance(value, str) else 0.0
    if not least <= stature_m <= most:
        raise ValueError('no height of a person with its unit; write for example "172cm" or "1.72m"')
    return stature_m


def _threshold_deg(value: object) -> float:
    least, most = THRESHOLDS_DEG
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        raise ValueError(f"write a number from {least:g} to {most:g}, in degrees")
    return float(value)


def _one_of(words: Sequence[str]) -> Callable[[object], str]:
    def read(value: object) -> str:
        if not isinstance(value, str) or value not in words:
            raise ValueError(f"write one of {', '.join(map(_quoted, words))}")
        return value

    return read


def _quoted(word: str) -> str:
    return f'"{word}"'


def _beside(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or len(value) > MOST_SENSORS:
        raise ValueError(f'write at most {MOST_SENSORS} names in brackets, as in ["Foot Pod"]')
    return tuple(map(_name, value))


def _sensors(value: object) -> tuple[tuple[str, str], ...]:
    if not isinstance(value, dict):
        raise ValueError('write a line [sensors], and below it where each is worn, as in sternum = "NAME"')
    sensors: dict[str, str] = {}
    for place, name in value.items():
        try:
            placement = placement_of(place)
            sensor = _name(name)
        except UnknownSensorError as error:
            hint = "write it above [sensors]" if place in KEYS else _hint(place, PLACEMENTS)
            raise _EntryError(place, name, f"no place on the body; {hint}") from error
        except ValueError as error:
            raise _EntryError(place, name, "write the sensor's name, as `runtall scan` tells it") from error
        if placement in sensors:
            raise _EntryError(place, name, f"{placement} is there twice; one sensor a place")
        sensors[placement] = sensor
    return tuple(sensors.items())


def _cues(value: object) -> CueSettings:
    if not isinstance(value, dict):
        raise ValueError('write a line [cues], and below it what you wish for, as in outputs = ["tone"]')
    told: dict[str, Any] = {}
    for key, entry in value.items():
        if key not in CUE_READERS:
            raise _EntryError(key, entry, f"unknown key; {_hint(key, tuple(CUE_READERS))}")
        try:
            told[key] = CUE_READERS[key](entry)
        except ValueError as error:
            raise _EntryError(key, entry, str(error)) from error
    try:
        return cue_settings(told)
    except MissingDestinationError as error:
        raise _EntryError("outputs", value["outputs"], str(error)) from error


class _EntryError(ValueError):
    """One entry of a table that is wrong, so that its own line can be told."""

    def __init__(self, key: str, value: object, what: str) -> None:
        super().__init__(what)
        self.key = key
        self.value = value


_FIELDS = {"stature": "stature_m", "units": "unit"}
"""Keys whose field of `Profile` has another name."""

_READERS: Mapping[str, Callable[[Any], Any]] = {
    "name": _name,
    "stature": _stature_m,
    "preset": lambda value: Preset(_one_of(tuple(Preset))(value)),
    "watch_deg": _threshold_deg,
    "slouched_deg": _threshold_deg,
    "units": lambda value: UNITS[_one_of(tuple(UNITS))(value)],
    "surface": _one_of(SURFACES),
    "beside": _beside,
    "sensors": _sensors,
    "cues": _cues,
}
