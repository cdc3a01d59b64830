"""Polar's simple file transfer (PSFTP): files of a sensor's memory in frames, requests and lists of folders.

A message is cut into frames of one byte and payload: bit 0 tells the first frame from the next ones, bits 1
and 2 whether more follow, bits 4 to 7 count the frames. A request is a two-byte length and an operation, as
protocol buffer. The answer is the content, or, in a frame of its own, an error.
Source: Polar BLE SDK, ``BlePsFtpUtils`` with its unit tests, and the ``.proto`` files of requests, responses
and errors. The link must be bonded.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from sensor.errors import PacketError
from sensor.protocol.polar.protobuf import encode_field, read_fields

KEY = "polar files"
SERVICE_UUID = "0000feee-0000-1000-8000-00805f9b34fb"
TRANSFER_UUID = "fb005c51-02e7-f387-1cad-8acd2d8df0c8"
"""Requests are written here and answers notified."""

MOST_MESSAGE_BYTES = 32 * 2**20
"""No memory of such a sensor holds more."""

NO_SUCH_FILE = 103
BUSY = 202
ERROR_WORDS: dict[int, str] = {
    1: "it is restarting",
    2: "it asks to try again",
    101: "it does not know the request",
    NO_SUCH_FILE: "there is no such file",
    106: "it does not allow that",
    108: "it took too long",
    BUSY: "it is busy: take it out of its swimming or training mode, so that its light is blue",
    205: "its memory is full",
    209: "its battery is too low",
}
"""What an error means, in words."""

_NEXT = 0x01
_STATUS_SHIFT, _STATUS_MASK = 1, 0x03
_NUMBER_SHIFT, _NUMBERS = 4, 16
_MOST_ENTRIES = 10_000


class _Status(IntEnum):
    ERROR = 0
    LAST = 1
    MORE = 3


class Command(IntEnum):
    """What is to be done with a file."""

    GET = 0
    PUT = 1
    MERGE = 2
    REMOVE = 3


@dataclass(frozen=True, slots=True)
class Operation:
    """A request; the path of a folder ends with a slash."""

    command: Command
    path: str


@dataclass(frozen=True, slots=True)
class FolderEntry:
    """A file, or with a slash at the end of its name a folder."""

    name: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Reply:
    """What a request brought: an error (0 for none) or content."""

    error: int
    content: bytes = b""


class FrameReader:
    """Puts the frames of one message together, a request or a reply."""

    def __init__(self) -> None:
        self._content = bytearray()
        self._frames = 0

    @property
    def received_bytes(self) -> int:
        """How much of the content has come."""
        return len(self._content)

    def take(self, frame: bytes) -> Reply | None:
        """Take the next frame; return the reply when this was its last one.

        Raises
        ------
        PacketError
            When a frame before it is missing, it is none, or the reply has no end.
        """
        if not frame:
            raise PacketError(KEY, "an empty frame", frame)
        status = frame[0] >> _STATUS_SHIFT & _STATUS_MASK
        # Code nought is no error: with it the sensor ends a message whose last frame it has already sent.
        if status == _Status.ERROR and len(frame) >= 3:
            error = int.from_bytes(frame[1:3], "little")
            return Reply(error, b"" if error else bytes(self._content))
        # Four bits of number and the mark of a first frame: a frame that got lost, or one left over from an
        # earlier request, shows by either.
        is_in_turn = frame[0] >> _NUMBER_SHIFT == self._frames % _NUMBERS
        is_next = frame[0] & _NEXT == (self._frames > 0)
        is_filled = len(frame) > 1 or status == _Status.LAST
        if not (is_in_turn and is_next and is_filled and status in (_Status.LAST, _Status.MORE)):
            raise PacketError(KEY, f"not frame {self._frames} of a reply", frame)
        self._frames += 1
        self._content += frame[1:]
        # A sensor never says beforehand how long its answer is.
        if len(self._content) > MOST_MESSAGE_BYTES:
            raise PacketError(KEY, "a reply without end", frame)
        return Reply(0, bytes(self._content)) if status == _Status.LAST else None


def explain_error(error: int) -> str:
    """Say an error in words, also one that no document names."""
    return ERROR_WORDS.get(error, "an undocumented error")


def encode_frames(message: bytes, payload_bytes: int) -> list[bytes]:
    """Cut a message into frames of at most ``payload_bytes``."""
    # One byte of each frame is its head.
    size = payload_bytes - 1
    parts = [message[at : at + size] for at in range(0, max(len(message), 1), size)]
    return [
        bytes([_head(number, _Status.MORE if number + 1 < len(parts) else _Status.LAST)]) + part
        # An empty message still needs one frame, or the other side waits for ever.
        for number, part in enumerate(parts)
    ]


def encode_error(error: int) -> bytes:
    """Encode the frame that tells an error."""
    return bytes([_head(0, _Status.ERROR)]) + error.to_bytes(2, "little")


def encode_operation(operation: Operation) -> bytes:
    """Encode a request as a message."""
    path = operation.path.encode()
    fields = encode_field(1, operation.command) + encode_field(2, path)
    return len(fields).to_bytes(2, "little") + fields


def parse_operation(message: bytes) -> Operation:
    """Parse a request, as a sensor made of software receives it.

    Raises
    ------
    PacketError
        When it is none.
    """
    size = int.from_bytes(message[:2], "little")
    if len(message) < 2 or len(message) != 2 + size:
        raise PacketError(KEY, "not a request of the length it names", message)
    found = dict(read_fields(message[2:]))
    command, path = found.get(1), found.get(2)
    if command not in tuple(Command) or not isinstance(path, bytes):
        raise PacketError(KEY, "not an operation with a path", message)
    return Operation(Command(int(command)), _text(path))


def encode_folder(entries: Sequence[FolderEntry]) -> bytes:
    """Encode the content of a folder."""
    return b"".join(
        encode_field(1, encode_field(1, entry.name.encode()) + encode_field(2, entry.size_bytes))
        for entry in entries
    )


def parse_folder(content: bytes) -> tuple[FolderEntry, ...]:
    """Parse the content of a folder.

    Raises
    ------
    PacketError
        When it is none, or has more entries than any memory.
    """
    entries = []
    for number, entry in read_fields(content):
        if number != 1 or not isinstance(entry, bytes):
            continue
        found = dict(read_fields(entry))
        name, size = found.get(1), found.get(2)
        if not isinstance(name, bytes) or not isinstance(size, int):
            raise PacketError(KEY, "an entry without name and size", entry)
        entries.append(FolderEntry(_text(name), size))
        if len(entries) > _MOST_ENTRIES:
            raise PacketError(KEY, "a folder without end", content)
    return tuple(entries)


def _head(number: int, status: _Status) -> int:
    return number % _NUMBERS << _NUMBER_SHIFT | status << _STATUS_SHIFT | (number > 0)


def _text(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise PacketError(KEY, "a name that is no text", data) from error
