"""The bytes of a legacy advertisement and its scan response (Core Vol 3 Part C 11)."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

_LEGACY_BYTES = 31
_GENERAL_DISCOVERABLE_LE_ONLY = b"\x06"
_FLAGS, _UUIDS_16, _UUIDS_128, _NAME = 0x01, 0x03, 0x07, 0x09
"""Types of fields (Assigned Numbers 2.3)."""

_UUID_16_TAIL = "-0000-1000-8000-00805f9b34fb"


def encode_advertisement(uuids: Sequence[str]) -> bytes:
    """Return an advertisement that lists services by their 128-bit UUIDs.

    Raises
    ------
    ValueError
        When they do not fit into 31 bytes.
    """
    short = [uuid for uuid in uuids if uuid.startswith("0000") and uuid.endswith(_UUID_16_TAIL)]
    long = [uuid for uuid in uuids if uuid not in short]
    data = _field(_FLAGS, _GENERAL_DISCOVERABLE_LE_ONLY)
    data += _field(_UUIDS_16, b"".join(bytes.fromhex(uuid[4:8])[::-1] for uuid in short))
    data += _field(_UUIDS_128, b"".join(UUID(uuid).bytes[::-1] for uuid in long))
    return _fitting(data, f"the services {', '.join(uuids)}")


def encode_scan_response(name: str) -> bytes:
    """Return a scan response with a name.

    Raises
    ------
    ValueError
        When it does not fit into 31 bytes.
    """
    return _fitting(encode_name(name), f"the name {name!r}")


def encode_name(name: str) -> bytes:
    """Return the field of a name, whatever its length."""
    return _field(_NAME, name.encode())


def _field(kind: int, value: bytes) -> bytes:
    return bytes([len(value) + 1, kind]) + value if value else b""


def _fitting(data: bytes, what: str) -> bytes:
    if len(data) > _LEGACY_BYTES:
        raise ValueError(f"{what} need {len(data)} bytes, but an advertisement holds 31: shorten them")
    return data
