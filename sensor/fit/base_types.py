"""The base types of FIT: number in a definition, layout, and the value that says "not known"."""

from __future__ import annotations

from enum import IntEnum

import numpy as np
import numpy.typing as npt

from sensor.samples import FloatArray

NOT_A_FLOAT32 = 0xFFFF_FFFF
"""All bits set: the one NaN that every reader of FIT takes for "not known"."""


class BaseType(IntEnum):
    """A base type by its number in a definition; bit 7 marks the types that have a byte order."""

    ENUM = 0x00
    SINT8 = 0x01
    UINT8 = 0x02
    STRING = 0x07
    BYTE = 0x0D
    SINT16 = 0x83
    UINT16 = 0x84
    SINT32 = 0x85
    UINT32 = 0x86
    FLOAT32 = 0x88
    UINT32Z = 0x8C

    @property
    def dtype(self) -> np.dtype[np.generic]:
        """One value of it for numpy, low byte first."""
        return np.dtype(_CODES[self])


_CODES = {
    BaseType.ENUM: "u1",
    BaseType.SINT8: "i1",
    BaseType.UINT8: "u1",
    BaseType.STRING: "S1",
    BaseType.BYTE: "u1",
    BaseType.SINT16: "<i2",
    BaseType.UINT16: "<u2",
    BaseType.SINT32: "<i4",
    BaseType.UINT32: "<u4",
    BaseType.FLOAT32: "<f4",
    BaseType.UINT32Z: "<u4",
}


def float32_bytes(value: FloatArray, *, is_big_endian: bool = False) -> npt.NDArray[np.uint8]:
    """Return (..., 4) the bytes of float32 values; of NaN those that say "not known"."""
    bits = np.asarray(value, dtype=np.float32).view(np.uint32)
    bits = np.where(np.isnan(value), np.uint32(NOT_A_FLOAT32), bits)
    return np.ascontiguousarray(bits.astype(">u4" if is_big_endian else "<u4"))[..., None].view(np.uint8)


def raw_numbers(
    base: BaseType, value: FloatArray, *, scale: float = 1.0, offset: float = 0.0
) -> npt.NDArray[np.generic]:
    """Return what stands in a file for values: rounded, and "not known" where they are not or do not fit.

    Parameters
    ----------
    base
        Any type but a string.
    value
        (n,) in the unit of the field; NaN where not known.
    scale, offset
        Raw = (value + offset) × scale.
    """
    scaled = (np.asarray(value, dtype=np.float64) + offset) * scale
    if base == BaseType.FLOAT32:
        return float32_bytes(scaled).view("<f4")[..., 0]
    limits = np.iinfo(base.dtype.str)
    invalid = 0 if base == BaseType.UINT32Z else limits.max
    rounded = np.round(scaled)
    fits = (rounded >= limits.min) & (rounded <= limits.max) & (rounded != invalid)
    raw = np.full(scaled.shape, invalid, dtype=base.dtype)
    raw[fits] = rounded[fits]
    return raw
