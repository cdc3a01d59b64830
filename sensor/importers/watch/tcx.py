"""TCX files of watches and training sites."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from sensor.errors import ImportFileError
from sensor.importers.watch.activity import STEPS_PER_STRIDE, Lap, Point, WatchActivity, activity_of
from sensor.importers.watch.xml_points import (
    as_far_as_it_goes,
    begins_with,
    elements,
    number_of,
    parse_time,
    text_of,
)

KIND = "TCX"
_OTHER_SPORTS = ("biking",)


def is_tcx(head: bytes) -> bool:
    """Tell a TCX file by its first bytes."""
    return begins_with(head, "TrainingCenterDatabase")


def read_tcx(content: bytes) -> WatchActivity:
    """Read the run of a TCX file. Cadence is strides a minute of one leg.

    Raises
    ------
    ImportFileError
        When it holds no points with a time, or another sport.
    """
    points: list[Point] = []
    zones: list[bool] = []
    laps: list[Lap] = []
    notices: list[str] = []
    device = ""
    with as_far_as_it_goes(KIND, points, notices):
        for what, name, element in elements(content):
            if name == "Activity" and what == "start" and element.get("Sport", "").lower() in _OTHER_SPORTS:
                raise ImportFileError(f"no run in it but {element.get('Sport')}; give the file of the run")
            if what != "end":
                continue
            if name == "Trackpoint":
                time_s, has_zone = parse_time(text_of(element, "Time"))
                if time_s is not None:
                    zones.append(has_zone)
                    points.append(_point(element, time_s))
                element.clear()
            elif name == "Lap":
                start_s, _ = parse_time(element.get("StartTime"))
                lasted_s = number_of(element, "TotalTimeSeconds")
                if start_s is not None and lasted_s is not None:
                    laps.append(Lap(start_s, start_s + lasted_s))
                element.clear()
            elif name == "Creator":
                device = text_of(element, "Name") or ""
    return activity_of(KIND, points, device=device, has_zone=all(zones), laps=laps, notices=notices)


def _point(element: Element, time_s: float) -> Point:
    heart_rate = next((one for one in element if one.tag.endswith("}HeartRateBpm")), None)
    cadence = number_of(element, "RunCadence", "Cadence")
    return Point(
        time_s,
        distance_m=number_of(element, "DistanceMeters"),
        speed_mps=number_of(element, "Speed"),
        altitude_m=number_of(element, "AltitudeMeters"),
        heart_rate_bpm=None if heart_rate is None else number_of(heart_rate, "Value"),
        cadence_spm=None if cadence is None else STEPS_PER_STRIDE * cadence,
        latitude_deg=number_of(element, "LatitudeDegrees"),
        longitude_deg=number_of(element, "LongitudeDegrees"),
    )
