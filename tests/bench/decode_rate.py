"""How fast the packets of every kind of sensor are decoded: ``python -m tests.bench.decode_rate``.

A session file keeps what sensors sent and is decoded whenever it is read, in parts of as many packets as the
reader takes at a time. The peer is what numpy alone needs to join the same bytes and make numbers of them.
"""

from __future__ import annotations

from collections.abc import Callable
from time import process_time

import numpy as np

from sensor.protocol.device_kind import DeviceKind
from sensor.protocol.registry import DEVICES
from sensor.session.decoding import SegmentDecoder
from sensor.session.packets import PACKETS_PER_PART
from sensor.units import NS_PER_S
from tests.bench.tables import markdown
from tests.support.sensor_streams import DecoderMaker, Notifications, settings_of, streams_of, swinging

HEADER = (
    "sensor", "samples in a notification", "decoded, million samples/s", "and dated, million samples/s",
    "times numpy.frombuffer",
)  # fmt: skip
LEAST_PER_S = 1_000_000
"""Aimed at for every sensor whose packets hold several samples."""

_SECONDS = 2000.0
_RUNS = 5
_USUAL_RATE_HZ = 100.0


def rows() -> list[tuple[str, ...]]:
    """Return one row of the table per kind of sensor."""
    return [_row(kind) for kind in DEVICES]


def _row(kind: DeviceKind) -> tuple[str, ...]:
    rate_hz = kind.default_rate_hz or _USUAL_RATE_HZ
    streams = streams_of(kind, swinging(_SECONDS, rate_hz))
    samples = min(decode(kind, stream) for stream in streams)
    decoding_s = _least_s(lambda: [decode(kind, stream) for stream in streams])
    dating_s = _least_s(lambda: [decode_and_date(kind, stream) for stream in streams])
    _, notifications = streams[0]
    peer_s = _least_s(lambda: [_read_numbers(sent) for _, sent in streams])
    return (
        kind.title,
        f"{samples / len(notifications):.3g}",
        f"{samples / decoding_s / 1e6:.1f}",
        f"{samples / dating_s / 1e6:.1f}",
        f"{decoding_s / peer_s:.1f}",
    )


def decode(kind: DeviceKind, stream: tuple[DecoderMaker, Notifications]) -> int:
    """Decode as the reader does; return the number of samples."""
    make_decoder, notifications = stream
    decoder = make_decoder(settings_of(kind))
    return sum(len(decoder.feed(part).acc_sensor_mps2) for part in _parts(notifications))


def decode_and_date(kind: DeviceKind, stream: tuple[DecoderMaker, Notifications]) -> int:
    """Decode, and lay the samples on the session's time line."""
    make_decoder, notifications = stream
    step_ns = _SECONDS * NS_PER_S / len(notifications)
    arrival_ns = np.rint(step_ns * np.arange(1, len(notifications) + 1)).astype(np.int64)
    decoder = make_decoder(settings_of(kind))
    segment = SegmentDecoder(
        decoder, kind.clock, nominal_rate_hz=kind.default_rate_hz, reason="start", arrival_ns=arrival_ns
    )
    for part in _parts(notifications):
        segment.feed(part)
    return len(segment.finish().time_s)


def _read_numbers(notifications: Notifications) -> None:
    """Join the bytes and make floats of every two of them, part by part."""
    for part in _parts(notifications):
        joined = b"".join(part)
        np.frombuffer(joined, "<i2", len(joined) // 2).astype(np.float64)


def _parts(notifications: Notifications) -> list[Notifications]:
    starts = range(0, len(notifications), PACKETS_PER_PART)
    return [notifications[start : start + PACKETS_PER_PART] for start in starts]


def _least_s(run: Callable[[], object]) -> float:
    """Return the processor seconds of the shortest of some runs: a busy machine only makes them longer."""
    times_s = []
    for _ in range(_RUNS):
        begin_s = process_time()
        run()
        times_s.append(process_time() - begin_s)
    return min(times_s)


def table() -> str:
    """Return the table."""
    return markdown(HEADER, rows())


if __name__ == "__main__":
    print(table())
