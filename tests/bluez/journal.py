"""What the air's journal and the session file say of each sensor's connections, side by side."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path

from sensor.protocol.movesense import frames as movesense
from sensor.protocol.open_profile import control as open_profile_gatt
from sensor.session.opening import open_session

DATA_CHANNELS = (movesense.DATA_UUID, open_profile_gatt.DATA_UUID)
"""Where the two sensors of the journey send their samples."""


@dataclass(slots=True)
class Link:
    """One connection of one sensor.

    Parameters
    ----------
    is_inherited
        Whether it was open before the first line that was read.
    sent
        The data notifications the sensor put on the air, in order.
    arrived
        How many of them reached the adapter.
    """

    is_inherited: bool = False
    sent: list[bytes] = field(default_factory=list)
    arrived: int = 0


def read_journal(lines: Iterable[str]) -> dict[str, list[Link]]:
    """Return the connections of every sensor, by its address, in order; those without a word left out."""
    links: dict[str, list[Link]] = {}
    for line in lines:
        told = json.loads(line)
        of_sensor = links.setdefault(told["sensor"], [])
        if told["what"] == "connected":
            of_sensor.append(Link())
            continue
        if not of_sensor:
            of_sensor.append(Link(is_inherited=True))
        if told["what"] == "sent":
            of_sensor[-1].sent.append(bytes.fromhex(told["payload"]))
        else:
            of_sensor[-1].arrived += 1
    return {sensor: [link for link in of_sensor if link.sent] for sensor, of_sensor in links.items()}


def read_segments(path: Path) -> dict[str, list[list[bytes]]]:
    """Return the notifications a session holds of every sensor, by its address: one list a segment.

    Only those of the data: the journal knows no others.
    """
    query = (
        "SELECT sensor.address, packet.segment_id, packet.payload FROM packet "
        "JOIN segment ON segment.id = packet.segment_id JOIN sensor ON sensor.id = segment.sensor_id "
        "WHERE packet.channel IN (?, ?) ORDER BY packet.id"
    )
    found: dict[str, dict[int, list[bytes]]] = {}
    with open_session(path) as session:
        for address, segment_id, payload in session.connection.execute(query, DATA_CHANNELS):
            found.setdefault(address, {}).setdefault(segment_id, []).append(payload)
    return {address: list(segments.values()) for address, segments in found.items()}


def complaints(links: list[Link], segments: list[list[bytes]], most_dropped: int) -> Iterator[str]:
    """Say where a sensor's segments are not what it sent, in order and complete.

    A connection that was lost may lack its end: what was still on its way when the link broke never arrived,
    and of what did, the system may drop the last ``most_dropped``. The last connection was ended properly
    and lacks nothing. Of an inherited one the beginning belongs to whoever had it before.

    Parameters
    ----------
    links
        The connections as the air saw them.
    segments
        The notifications of each segment of the session.
    most_dropped
        How many notifications that reached the adapter may be missing at the end of a lost connection.
    """
    if len(links) != len(segments):
        yield f"{len(links)} connections on the air, but {len(segments)} segments in the session"
        return
    for number, (link, stored) in enumerate(zip(links, segments, strict=True), 1):
        first = link.sent.index(stored[0]) if link.is_inherited and stored[0] in link.sent else 0
        wrong = _first_difference(link.sent[first : first + len(stored)], stored)
        if wrong is not None:
            yield f"connection {number}: notification {wrong + 1} in the session is not what was sent"
        least = len(link.sent) if number == len(links) else link.arrived - most_dropped
        if first + len(stored) < least:
            yield (
                f"connection {number}: {len(stored)} notifications in the session, "
                f"of {len(link.sent)} sent and {link.arrived} arrived"
            )


def _first_difference(sent: list[bytes], stored: list[bytes]) -> int | None:
    pairs = enumerate(zip_longest(sent, stored))
    return next((index for index, (one, other) in pairs if one != other), None)
