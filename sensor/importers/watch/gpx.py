"""GPX tracks of phones and watches."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from sensor.importers.watch.activity import STEPS_PER_STRIDE, Point, WatchActivity, activity_of
from sensor.importers.watch.xml_points import (
    as_far_as_it_goes,
    begins_with,
    elements,
    number_of,
    parse_number,
    parse_time,
    text_of,
)

KIND = "GPX"


def is_gpx(head: bytes) -> bool:
    """Tell a GPX file by its first bytes."""
    return begins_with(head, "gpx")


def read_gpx(content: bytes) -> WatchActivity:
    """Read the recorded track of a GPX file; a planned route is none.

    Cadence in the usual extension is strides a minute of one leg.

    Raises
    ------
    ImportFileError
        When it has no points with a time.
    """
    points: list[Point] = []
    zones: list[bool] = []
    notices: list[str] = []
    device = ""
    with as_far_as_it_goes(KIND, points, notices):
        for what, name, element in elements(content):
            if name == "gpx" and what == "start":
                device = element.get("creator", "")
            elif name == "trkpt" and what == "end":
                time_s, has_zone = parse_time(text_of(element, "time"))
                if time_s is not None:
                    zones.append(has_zone)
                    points.append(_point(element, time_s))
                element.clear()
    return activity_of(KIND, points, device=device, has_zone=all(zones), notices=notices)


def _point(element: Element, time_s: float) -> Point:
    cadence = number_of(element, "cad", "cadence")
    return Point(
        time_s,
        altitude_m=number_of(element, "ele"),
        speed_mps=number_of(element, "speed"),
        heart_rate_bpm=number_of(element, "hr", "heartrate"),
        cadence_spm=None if cadence is None else STEPS_PER_STRIDE * cadence,
        latitude_deg=parse_number(element.get("lat")),
        longitude_deg=parse_number(element.get("lon")),
    )
