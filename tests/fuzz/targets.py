"""What is fuzzed: every decoder, driver, parser and reader, found from the registry where it has a row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from sensor.protocol.device_kind import DeviceKind
from tests.fuzz.decoders import DECODINGS, Decoding, check_decoding
from tests.fuzz.drivers import DRIVEN, check_driver, messages_to
from tests.fuzz.exports import export_seeds
from tests.fuzz.files import check_file, check_log, file_seeds, log_seeds
from tests.fuzz.framing import join_messages, split_messages
from tests.fuzz.parsers import check_parsers
from tests.fuzz.watch_files import check_watch_file, watch_file_seeds

_SEED_NOTIFICATIONS = 6


@dataclass(frozen=True, slots=True)
class Target:
    """One thing to fuzz.

    Parameters
    ----------
    name
        Also of its file of seeds.
    check
        Takes any input; raises where a promise is broken.
    valid
        Gives inputs as they are meant to be, to begin with.
    most_bytes
        Longest input worth trying.
    """

    name: str
    check: Callable[[bytes], None]
    valid: Callable[[], list[bytes]]
    most_bytes: int = 2048


def _decode(decoding: Decoding, data: bytes) -> None:
    check_decoding(decoding, split_messages(data))


def _drive(kind: DeviceKind, data: bytes) -> None:
    check_driver(kind, split_messages(data))


def _valid_stream(decoding: Decoding) -> list[bytes]:
    return [join_messages(decoding.valid()[:_SEED_NOTIFICATIONS])]


def _valid_talk(kind: DeviceKind) -> list[bytes]:
    stream = next((one.valid() for one in DECODINGS if one.key == kind.key), ())
    return [join_messages(messages_to(kind, stream[:3]))]


def _valid_values() -> list[bytes]:
    """Return the first notifications of every sensor, one each."""
    return [one for decoding in DECODINGS for one in decoding.valid()[:2]]


TARGETS = {
    target.name: target
    for target in (
        *(
            Target(f"decode-{d.key}".replace(" ", "-"), partial(_decode, d), partial(_valid_stream, d))
            for d in DECODINGS
        ),
        *(Target(f"drive-{k.key}", partial(_drive, k), partial(_valid_talk, k)) for k in DRIVEN),
        Target("parse", check_parsers, _valid_values, 300),
        Target("log", check_log, log_seeds, 4096),
        Target("file", check_file, file_seeds, 16_384),
        Target("export", check_file, export_seeds, 20_000),
        Target("watch-file", check_watch_file, watch_file_seeds),
    )
}
"""Name to target."""
