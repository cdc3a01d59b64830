"""GPX tracks of phones and watches."""

from __future__ import annotations

import re

from sensor.errors import ImportFileError
from sensor.importers.watch.activity import Point, WatchActivity, activity_of
from sensor.importers.watch.xml_points import (
    TornDocumentError,
    elements,
    number_of,
    parse_number,
    parse_time,
    text_of,
)

KIND = "GPX"
_STEPS_PER_STRIDE = 2.0
_ROOT = re.compile(rb"\s*(\xef\xbb\xbf)?\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*<(\w+:)?gpx\b", re.DOTALL)


def is_gpx(head: bytes) -> bool:
    """Tell a GPX file by its first bytes."""
    return _ROOT.match(head) is not None


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
    notices = []
    device = ""
    try:
        for what, name, element in elements(content):
            if name == "gpx" and what == "start":
                device = element.get("creator", "")
            elif name == "trkpt" and what == "end":
                time_s, has_zone = parse_time(text_of(element, "time"))
                if time_s is not None:
                    zones.append(has_zone)
                    cadence = number_of(element, "cad", "cadence")
                    points.append(
                        Point(
                            time_s,
                            altitude_m=number_of(element, "ele"),
                            speed_mps=number_of(element, "speed"),
                            heart_rate_bpm=number_of(element, "hr", "heartrate"),
                            cadence_spm=None if cadence is None else _STEPS_PER_STRIDE * cadence,
                            latitude_deg=parse_number(element.get("lat")),
                            longitude_deg=parse_number(element.get("lon")),
                        )
                    )
                element.clear()
    except TornDocumentError as error:
        if not points:
            raise ImportFileError(f"no readable GPX ({error}); export it again") from error
        notices.append(f"The file is damaged or torn: {len(points):,} points could be saved.")
    return activity_of(KIND, points, device=device, has_zone=all(zones), notices=notices)
