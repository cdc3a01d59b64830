"""Standard Bluetooth services beside the IMU: heart rate, foot pod, treadmill, device information.

One function per characteristic, with its inverse. Layouts: Bluetooth SIG, "GATT Specification Supplement" and
the services' own specifications. Little-endian. Nothing here is ever written to a sensor: a treadmill's
control point moves its belt.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace

from sensor.errors import PacketError


def _uuid(number: int) -> str:
    return f"0000{number:04x}-0000-1000-8000-00805f9b34fb"


HEART_RATE_SERVICE_UUID = _uuid(0x180D)
HEART_RATE_UUID = _uuid(0x2A37)
RUNNING_SERVICE_UUID = _uuid(0x1814)
RUNNING_UUID = _uuid(0x2A53)
FITNESS_SERVICE_UUID = _uuid(0x1826)
TREADMILL_UUID = _uuid(0x2ACD)
DEVICE_INFORMATION_UUIDS = {
    "maker": _uuid(0x2A29),
    "model": _uuid(0x2A24),
    "serial": _uuid(0x2A25),
    "firmware": _uuid(0x2A26),
    "hardware": _uuid(0x2A27),
    "software": _uuid(0x2A28),
}
"""What a sensor says of itself, each a text of its own."""

RR_UNITS_PER_S = 1024
_SLOWEST_RUNNING_STEPS_SPM = 100
"""A pod that reports fewer while running counts strides."""


@dataclass(frozen=True, slots=True)
class HeartRate:
    """Heart rate, whether the strap touches skin (None: it cannot tell), and intervals between beats, s."""

    bpm: int
    has_contact: bool | None = None
    energy_kj: int | None = None
    rr_s: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class RunningSpeed:
    """What a foot pod measures; None where it does not. Cadence is as sent, see `steps_per_minute`."""

    speed_mps: float
    cadence: int
    stride_length_m: float | None = None
    distance_m: float | None = None
    is_running: bool = False


@dataclass(frozen=True, slots=True)
class Treadmill:
    """What a treadmill shows; None where it does not. Inclination is the slope in percent."""

    speed_mps: float | None = None
    distance_m: int | None = None
    inclination_pct: float | None = None
    ramp_deg: float | None = None
    heart_rate_bpm: int | None = None
    elapsed_s: int | None = None


def parse_heart_rate(data: bytes) -> HeartRate:
    """Parse a heart rate measurement.

    Raises
    ------
    PacketError
        When its flags promise more than there is, or an interval is cut.
    """
    reader = _Reader("heart rate", data)
    flags = reader.take("B")
    # Bit 0: two bytes instead of one. Bits 1 and 2: contact, and whether the strap can tell. Bit 3: energy.
    # Bit 4: intervals between beats. (Heart Rate Service)
    bpm = reader.take("H" if flags & 1 else "B")
    has_contact = bool(flags & 2) if flags & 4 else None
    energy_kj = reader.take("H") if flags & 8 else None
    rr_s = tuple(value / RR_UNITS_PER_S for value in reader.take_rest("H")) if flags & 16 else ()
    return HeartRate(bpm, has_contact, energy_kj, rr_s)


def encode_heart_rate(measured: HeartRate) -> bytes:
    """Encode a heart rate measurement."""
    is_wide = measured.bpm > 0xFF
    flags = is_wide | (measured.energy_kj is not None) << 3 | bool(measured.rr_s) << 4
    if measured.has_contact is not None:
        flags |= 4 | measured.has_contact << 1
    data = struct.pack("<BH" if is_wide else "<BB", flags, measured.bpm)
    if measured.energy_kj is not None:
        data += struct.pack("<H", measured.energy_kj)
    return data + b"".join(struct.pack("<H", round(rr * RR_UNITS_PER_S)) for rr in measured.rr_s)


def parse_running_speed(data: bytes) -> RunningSpeed:
    """Parse a running speed and cadence measurement.

    Raises
    ------
    PacketError
        When its flags promise more than there is.
    """
    reader = _Reader("running speed", data)
    flags = reader.take("B")
    # Running Speed and Cadence Service: speed in 1/256 m/s, stride length in cm, distance in dm.
    speed_mps = reader.take("H") / 256
    cadence = reader.take("B")
    stride_length_m = reader.take("H") / 100 if flags & 1 else None
    distance_m = reader.take("I") / 10 if flags & 2 else None
    return RunningSpeed(
        speed_mps=speed_mps,
        cadence=cadence,
        stride_length_m=stride_length_m,
        distance_m=distance_m,
        is_running=bool(flags & 4),
    )


def encode_running_speed(measured: RunningSpeed) -> bytes:
    """Encode a running speed and cadence measurement."""
    flags = (
        (measured.stride_length_m is not None)
        | (measured.distance_m is not None) << 1
        | measured.is_running << 2
    )
    data = struct.pack("<BHB", flags, round(measured.speed_mps * 256), measured.cadence)
    if measured.stride_length_m is not None:
        data += struct.pack("<H", round(measured.stride_length_m * 100))
    if measured.distance_m is not None:
        data += struct.pack("<I", round(measured.distance_m * 10))
    return data


def steps_per_minute(measured: RunningSpeed) -> int:
    """Return the steps in a minute: some pods count strides, which nobody runs so few steps as."""
    # The specification says steps a minute; some pods send strides. Nobody runs 100 steps a minute, and
    # nobody 100 strides.
    is_strides = measured.is_running and 0 < measured.cadence < _SLOWEST_RUNNING_STEPS_SPM
    return 2 * measured.cadence if is_strides else measured.cadence


def parse_treadmill(data: bytes) -> tuple[Treadmill, bool]:
    """Parse treadmill data.

    Bits 5 and 6 (pace) changed their width between editions: where they are set, what lies behind them is
    left out.

    Returns
    -------
    tuple
        What was shown, and whether the next notification goes on with it, see `merge_treadmill`.

    Raises
    ------
    PacketError
        When its flags promise more than there is.
    """
    reader = _Reader("treadmill", data)
    flags = reader.take("H")
    # Fitness Machine Service: bit 0 is the other way round, set where the speed is not in this part.
    has_more = bool(flags & 1)
    # Hundredths of km/h.
    speed_mps = None if has_more else reader.take("H") / 100 / 3.6
    if flags & 1 << 1:
        reader.take("H")
    distance_m = reader.take_u24() if flags & 1 << 2 else None
    inclination_pct = ramp_deg = None
    if flags & 1 << 3:
        inclination_pct, ramp_deg = reader.take("h") / 10, reader.take("h") / 10
    if flags & 1 << 4:
        reader.skip("HH")
    seen = Treadmill(speed_mps, distance_m, inclination_pct, ramp_deg)
    # Paces have a width that the specification and machines disagree about: what stands behind them cannot be
    # placed.
    if flags & (1 << 5 | 1 << 6):
        return seen, has_more
    if flags & 1 << 7:
        reader.skip("HHB")
    heart_rate_bpm = reader.take("B") if flags & 1 << 8 else None
    if flags & 1 << 9:
        reader.take("B")
    elapsed_s = reader.take("H") if flags & 1 << 10 else None
    return replace(seen, heart_rate_bpm=heart_rate_bpm, elapsed_s=elapsed_s), has_more


def encode_treadmill(shown: Treadmill, *, has_more: bool = False) -> bytes:
    """Encode treadmill data; ``has_more`` leaves the speed to the notification that follows."""
    flags, data = int(has_more), b""
    if not has_more:
        data += struct.pack("<H", round((shown.speed_mps or 0.0) * 360))
    if shown.distance_m is not None:
        flags |= 1 << 2
        data += shown.distance_m.to_bytes(3, "little")
    if shown.inclination_pct is not None:
        flags |= 1 << 3
        data += struct.pack("<hh", round(shown.inclination_pct * 10), round((shown.ramp_deg or 0.0) * 10))
    if shown.heart_rate_bpm is not None:
        flags |= 1 << 8
        data += bytes([shown.heart_rate_bpm])
    if shown.elapsed_s is not None:
        flags |= 1 << 10
        data += struct.pack("<H", shown.elapsed_s)
    return struct.pack("<H", flags) + data


def parse_text(data: bytes) -> str:
    """Parse a text of the device information: UTF-8, closed by a zero byte or not.

    What is no UTF-8 and what is no printable letter is replaced, because it ends up on a terminal.
    """
    text = bytes(data).split(b"\0")[0].decode(errors="replace")
    return "".join(letter if letter.isprintable() else "�" for letter in text)


class _Reader:
    """Takes values off the front of a packet."""

    def __init__(self, what: str, data: bytes) -> None:
        self._what = what
        self._data = bytes(data)
        self._at = 0

    def take(self, letter: str) -> int:
        """Take one integer, named by its `struct` letter."""
        (value,) = struct.unpack("<" + letter, self._part(struct.calcsize("<" + letter)))
        return int(value)

    def take_u24(self) -> int:
        return int.from_bytes(self._part(3), "little")

    def take_rest(self, letter: str) -> list[int]:
        """Take integers to the end."""
        values = []
        while self._at < len(self._data):
            values.append(self.take(letter))
        return values

    def skip(self, letters: str) -> None:
        for letter in letters:
            self.take(letter)

    def _part(self, size: int) -> bytes:
        part = self._data[self._at : self._at + size]
        if len(part) < size:
            raise PacketError(self._what, "its flags promise more than there is", self._data)
        self._at += size
        return part
