"""Quantities as a person types them: a number with its unit, pain with its place.

A function serves as the ``type`` of a click option, one that takes several texts as its ``callback``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

import click

from analysis.lengths import STATURE_UNITS_M, number_with_unit
from sensor.units import KMH_PER_MPS, METRES_PER_MILE, RADPS_PER_DEGPS, STANDARD_GRAVITY_MPS2

_METRES = {"m": 1.0, "km": 1000.0, "mi": METRES_PER_MILE}
_MASSES_KG = {"kg": 1.0, "g": 0.001, "lb": 0.45359237}
_HOURS = {"h": 1.0, "min": 1 / 60}
_SPEEDS_MPS = {
    "m/s": 1.0,
    "km/h": 1 / KMH_PER_MPS,
    "mph": METRES_PER_MILE / 3600,
    "mi/h": METRES_PER_MILE / 3600,
}

_ACC_RANGES_MPS2 = (1.5 * STANDARD_GRAVITY_MPS2, 400.0 * STANDARD_GRAVITY_MPS2)
_GYR_RANGES_RADPS = (100.0 * RADPS_PER_DEGPS, 8000.0 * RADPS_PER_DEGPS)
"""From the finest to the widest range of any chip: beyond, somebody mistyped."""

_PACES = "5:30/km or 8:50/mi"

NONE = "none"
"""Takes back what was told of pain or symptoms; says that there was no tape, and no sitting."""

_PACE = re.compile(r"(?:([0-9]+):)?([0-9]{1,2}):([0-9]{2})\s*(?:min)?/(km|mi)")


def parse_distance_m(text: str) -> float:
    """Return a typed distance, such as ``10km``, ``6.2mi`` or ``400m``, in metres.

    Raises
    ------
    click.BadParameter
        Without a unit, with an unknown one, or for a distance nobody runs.
    """
    return _number_told(text, _METRES, examples="10km, 6.2mi or 400m", key="typed_distance_m")


def parse_lap_m(text: str) -> float:
    """Return the typed length of a lap, such as ``400m`` or ``1mi``, in metres.

    Raises
    ------
    click.BadParameter
        Without a unit, with an unknown one, or for a length no lap has.
    """
    return _number_told(text, _METRES, examples="400m, 1km or 1mi", key="lap_length_m")


def parse_speed_mps(text: str) -> float:
    """Return a typed speed, such as ``11km/h``, ``6.8mph`` or ``3.1m/s``, in m/s.

    Raises
    ------
    click.BadParameter
        Without a unit, with an unknown one, or for a speed nobody runs at.
    """
    return _number_told(text, _SPEEDS_MPS, examples="11km/h, 6.8mph or 3.1m/s", key="typed_speed_mps")


def parse_pace_mps(text: str) -> float:
    """Return the speed, in m/s, of a typed pace such as ``5:30/km`` or ``8:50/mi``.

    Raises
    ------
    click.BadParameter
        Without a unit, without minutes and seconds, or for a pace nobody runs at.
    """
    from sensor.session.context import NUMBERS

    match = _PACE.fullmatch(text.strip().lower())
    hours, minutes, seconds, unit = match.groups() if match else ("0", "0", "0", "km")
    pace_s = 3600 * int(hours or 0) + 60 * int(minutes) + int(seconds)
    if pace_s == 0 or int(seconds) > 59:
        raise click.BadParameter(f"{text!r} is not a pace with its unit; write for example {_PACES}")
    speed_mps = _METRES[unit] / pace_s
    return _within(speed_mps, text, examples=_PACES, bounds=NUMBERS["typed_speed_mps"])


def parse_stature_m(text: str) -> float:
    """Return a typed height of a person, such as ``172cm`` or ``1.72m``, in metres.

    Raises
    ------
    click.BadParameter
        Without a unit, with an unknown one, or for a height nobody has.
    """
    return _number_told(text, STATURE_UNITS_M, examples="172cm or 1.72m", key="stature_m")


def parse_pack_kg(text: str) -> float:
    """Return what a pack weighed, such as ``6kg``, ``800g`` or ``12lb``, in kg.

    Raises
    ------
    click.BadParameter
        Without a unit, with an unknown one, or for a weight nobody runs with.
    """
    return _number_told(text, _MASSES_KG, examples="6kg, 800g or 12lb", key="pack_kg")


def parse_hours_sat(text: str) -> float:
    """Return how long somebody sat, such as ``3h`` or ``90min``, in hours; 0 for ``none``.

    Raises
    ------
    click.BadParameter
        Without a unit, with an unknown one, or for more than a day.
    """
    if text.strip().lower() == NONE:
        return 0.0
    return _number_told(text, _HOURS, examples="3h, 90min or none", key="hours_sat_before")


def parse_tape(text: str) -> str:
    """Return what was told of tape or brace; ``none`` in any letters is the one word for neither.

    Raises
    ------
    click.BadParameter
        Where nothing was told.
    """
    plain = text.strip()
    if not plain:
        raise click.BadParameter(f"{text!r} says nothing; write for example 'kinesio, upper back' or {NONE}")
    return NONE if plain.casefold() == NONE else plain


def parse_acc_range_mps2(text: str) -> float:
    """Return a typed range of an accelerometer, such as ``16g``, in m/s2.

    Raises
    ------
    click.BadParameter
        Without its unit, or for a range no accelerometer worn by a runner has.
    """
    units = {"g": STANDARD_GRAVITY_MPS2}
    return _number_with_unit(text, units, examples="16g or 8g", bounds=_ACC_RANGES_MPS2)


def parse_gyr_range_radps(text: str) -> float:
    """Return a typed range of a gyroscope, such as ``2000dps``, in rad/s.

    Raises
    ------
    click.BadParameter
        Without its unit, or for a range no gyroscope worn by a runner has.
    """
    units = dict.fromkeys(("dps", "deg/s"), RADPS_PER_DEGPS)
    return _number_with_unit(text, units, examples="2000dps or 500dps", bounds=_GYR_RANGES_RADPS)


def parse_pains(texts: Sequence[str]) -> list[str] | None:
    """Return typed pains, such as ``lower back 7``, as the session keeps them: the strongest of each place.

    Returns
    -------
    list of str or None
        Empty for ``none``; None where nothing was typed.

    Raises
    ------
    click.BadParameter
        For one that is no place with a number from 0 to 10.
    """
    from sensor.wellbeing import BodyPlace, read_pain, strongest_pains

    if not texts:
        return None
    pains = []
    for text in () if [text.strip().lower() for text in texts] == [NONE] else texts:
        pain = read_pain(text)
        if pain is None:
            raise click.BadParameter(
                f"{text[:40]!r} is not a place and a number from 0 to 10, as in 'lower back 7'; "
                f"places are {', '.join(BodyPlace)}"
            )
        pains.append(pain)
    return [str(pain) for pain in strongest_pains(pains)]


def parse_symptoms(words: Sequence[str]) -> list[str] | None:
    """Return chosen symptoms, each once; empty for ``none``, None where nothing was chosen.

    Raises
    ------
    click.BadParameter
        For ``none`` beside others.
    """
    if NONE in words and set(words) != {NONE}:
        raise click.BadParameter(f"{NONE!r} stands alone: leave it out, or the others")
    return [str(word) for word in dict.fromkeys(words) if word != NONE] if words else None


def refuse_flying(distance_m: float | None, duration_s: float) -> None:
    """Refuse a typed distance that nobody can run in the time recorded: a slip of the keyboard.

    Raises
    ------
    click.UsageError
        With the speed it would be.
    """
    from sensor.session.context import NUMBERS

    if distance_m is not None and distance_m > duration_s * NUMBERS["typed_speed_mps"][1]:
        raise click.UsageError(
            f"--distance {distance_m / 1000:g}km in {duration_s / 60:.1f} min is no speed of a runner; "
            "type how far the whole recording went"
        )


def parse_angle_deg(text: str) -> float:
    """Return the typed angle of a lean, such as ``20deg`` or ``20°``, in degrees.

    Raises
    ------
    click.BadParameter
        Without its unit, or for an angle too small or too large to check a sensor by.
    """
    from analysis.checkup.tilt import LEAST_ANGLE_DEG, MOST_ANGLE_DEG

    bounds = (LEAST_ANGLE_DEG, MOST_ANGLE_DEG)
    return _number_with_unit(text.replace("°", "deg"), {"deg": 1.0}, examples="20deg", bounds=bounds)


def _number_told(text: str, factors: dict[str, float], *, examples: str, key: str) -> float:
    from sensor.session.context import NUMBERS

    return _number_with_unit(text, factors, examples=examples, bounds=NUMBERS[key])


def _number_with_unit(
    text: str, factors: dict[str, float], *, examples: str, bounds: tuple[float, float]
) -> float:
    value = number_with_unit(text, factors)
    if not 0 < value < math.inf:
        raise click.BadParameter(
            f"{text!r} is not a number above zero with its unit; write for example {examples}"
        )
    return _within(value, text, examples=examples, bounds=bounds)


def _within(value: float, text: str, *, examples: str, bounds: tuple[float, float]) -> float:
    least, most = bounds
    if not least <= value <= most:
        how = "too little" if value < least else "too much"
        raise click.BadParameter(f"{text!r} is {how} to be true; write for example {examples}")
    return value
