"""A recording of a Movella DOT as a file: the messages it was exported by, one after the other.

First what was selected and when the recording began, then one message a sample, each at the place its number
gives it. So a file can fill in any order, shows its holes, and every sample in it has its checksum.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from sensor.errors import PacketError
from sensor.protocol.memory import Piece
from sensor.protocol.movella_dot.decoder import KEY, LAYOUTS, RATE_QUANTITIES
from sensor.protocol.movella_dot.memory import (
    MOST_SAMPLES,
    Message,
    What,
    encode_file_info,
    encode_message,
    parse_file_info,
    parse_message,
    select_data,
)

SAMPLE = LAYOUTS[RATE_QUANTITIES]
_MESSAGE = np.dtype([("head", "u1", 2), ("what", "u1"), ("number", "<u4"), ("sample", SAMPLE), ("sum", "u1")])
_FIRST = encode_message(select_data())
HEAD_BYTES = len(_FIRST) + len(encode_message(encode_file_info(0)))
SAMPLE_BYTES = _MESSAGE.itemsize


def encode_head(info: bytes) -> Piece:
    """Return the beginning of a file; ``info`` the data of the message that tells when it began."""
    return Piece(0, _FIRST + encode_message(Message(What.FILE_INFO, info)))


def parse_sample(message: Message) -> Piece:
    """Return the place in the file of an exported sample.

    Raises
    ------
    PacketError
        When it is not laid out as was selected, or its number is beyond any memory.
    """
    data = message.data
    number = int.from_bytes(data[:4], "little")
    if len(data) != 4 + SAMPLE.itemsize or number >= MOST_SAMPLES:
        raise PacketError(KEY, "no sample of a recording", data)
    # Samples carry their number and all have one size: so each has its place in the file, and those that got
    # lost are holes to be asked for again.
    return Piece(HEAD_BYTES + number * SAMPLE_BYTES, encode_message(message))


def encode_sample(number: int, sample: bytes, *, is_valid: bool = True) -> Message:
    """Encode an exported sample, laid out as `SAMPLE`."""
    what = What.DATA if is_valid else What.DATA_INVALID
    return Message(what, number.to_bytes(4, "little") + sample)


def number_at(offset: int) -> int:
    """Return the number of the sample whose message holds a byte of a file; 0 for the head."""
    return max(0, offset - HEAD_BYTES) // SAMPLE_BYTES


def is_export(beginning: bytes) -> bool:
    """Tell from its first bytes whether a file is such a recording."""
    return beginning.startswith(_FIRST)


def read_export(content: bytes) -> tuple[int, npt.NDArray[Any], int]:
    """Read a file.

    Parameters
    ----------
    content
        All of it.

    Returns
    -------
    began_s
        When the recording began, s since 1970.
    samples
        (n,) laid out as `SAMPLE`.
    damaged
        How many messages are no sound sample.

    Raises
    ------
    PacketError
        When it is no such file.
    """
    if not is_export(content):
        raise PacketError(KEY, "no recording of a DOT", content)
    began_s = parse_file_info(parse_message(content[len(_FIRST) : HEAD_BYTES]).data)
    whole = (len(content) - HEAD_BYTES) // SAMPLE_BYTES * SAMPLE_BYTES
    body = content[HEAD_BYTES : HEAD_BYTES + whole]
    rows = np.frombuffer(body, _MESSAGE)
    # Every sample is kept in the message it came in, checksum included: a file can be checked years later.
    sums = np.frombuffer(body, np.uint8).reshape(-1, SAMPLE_BYTES).sum(axis=1, dtype=np.int64)
    # A number that is not its place tells of a file pieced together wrongly.
    sound = (sums % 256 == 0) & (rows["what"] == What.DATA) & (rows["number"] == np.arange(len(rows)))
    samples = rows["sample"]
    sound &= np.isfinite(samples["acc_mps2"]).all(axis=1) & np.isfinite(samples["gyr_degps"]).all(axis=1)
    is_cut = len(content) > HEAD_BYTES + whole
    return began_s, samples[sound], int(np.count_nonzero(~sound)) + is_cut
