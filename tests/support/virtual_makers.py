"""Every maker's virtual motion sensor, so that one test can ask all of them the same."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from sensor.protocol.capture2go import frames as capture2go
from sensor.protocol.metamotion import control as metamotion
from sensor.protocol.polar import control as polar
from sensor.protocol.polar.control import Measurement
from sensor.samples import FloatArray, ImuSignal, IntArray, SensorRecording
from sensor.units import RADPS_PER_DEGPS, STANDARD_GRAVITY_MPS2
from sensor.virtual.devices import earables, hobby_boards, movella_dot, movesense, polar_hardware
from sensor.virtual.devices.capture2go import VirtualCapture2Go
from sensor.virtual.devices.earables import VirtualESense, VirtualMuse, VirtualOpenEarable
from sensor.virtual.devices.hobby_boards import VirtualAdafruit, VirtualThingy
from sensor.virtual.devices.metamotion import VirtualMetaMotion
from sensor.virtual.devices.motion_sensor import VirtualMotionSensor
from sensor.virtual.devices.movella_dot import VirtualMovellaDot
from sensor.virtual.devices.movesense import VirtualMovesense
from sensor.virtual.devices.open_profile import VirtualBoard
from sensor.virtual.devices.polar import VirtualPolar
from sensor.virtual.devices.witmotion import VirtualWitMotion


@dataclass(frozen=True, slots=True, kw_only=True)
class Maker:
    """One maker's virtual sensor and what may be asked of it.

    Parameters
    ----------
    name
        Advertised name, by which the recorder knows what it is.
    make
        Makes one of this name; also takes ``clock_ppm`` and ``rate_ppm``, where ``has_clock`` says so, and
        ``mtu``.
    rate_hz
        The rate the recorder asks for.
    acc_step_mps2
        One step of the accelerometer as it arrives.
    gyr_step_radps
        One step of the gyroscope as it arrives; None where there is none.
    most_gyr_radps
        As fast as it may be turned without clipping.
    has_clock
        False where samples are counted, not dated: then nothing but arrivals tells the time.
    small_mtu
        An MTU that cuts packets over several notifications, or the smallest it can work with.
    """

    name: str
    make: Callable[..., VirtualMotionSensor]
    rate_hz: float
    acc_step_mps2: float
    gyr_step_radps: float | None
    most_gyr_radps: float = math.inf
    has_clock: bool = True
    small_mtu: int = 100


MAKERS = {
    "movesense": Maker(
        name="Movesense 000000000001",
        make=VirtualMovesense,
        rate_hz=104.0,
        acc_step_mps2=movesense.ACC_STEP_MPS2,
        gyr_step_radps=movesense.GYR_STEP_RADPS,
    ),
    "capture2go": Maker(
        name="IMU_0a1b2c",
        make=VirtualCapture2Go,
        rate_hz=100.0,
        acc_step_mps2=capture2go.ACC_UNIT_MPS2,
        gyr_step_radps=capture2go.GYR_UNIT_RADPS,
    ),
    "movella-dot": Maker(
        name="Movella DOT",
        make=VirtualMovellaDot,
        rate_hz=60.0,
        acc_step_mps2=movella_dot.ACC_STEP_MPS2,
        gyr_step_radps=movella_dot.GYR_STEP_RADPS,
        small_mtu=43,
    ),
    "runtall board": Maker(
        name="runtall 4f2a",
        make=VirtualBoard,
        rate_hz=104.0,
        acc_step_mps2=16 * STANDARD_GRAVITY_MPS2 / 2**15,
        gyr_step_radps=2000 * RADPS_PER_DEGPS / 2**15,
        small_mtu=36,
    ),
    "witmotion": Maker(
        name="WT901BLE67",
        make=VirtualWitMotion,
        rate_hz=100.0,
        acc_step_mps2=16 * STANDARD_GRAVITY_MPS2 / 2**15,
        gyr_step_radps=2000 * RADPS_PER_DEGPS / 2**15,
        has_clock=False,
        small_mtu=23,
    ),
    "polar h10": Maker(
        name="Polar H10 0A1B2C3D",
        make=partial(VirtualPolar, hardware=polar_hardware.H10),
        rate_hz=100.0,
        acc_step_mps2=polar_hardware.H10.steps[Measurement.ACC] * STANDARD_GRAVITY_MPS2,
        gyr_step_radps=None,
        small_mtu=polar.SMALLEST_MTU,
    ),
    "polar oh1": Maker(
        name="Polar OH1 0A1B2C3E",
        make=partial(VirtualPolar, hardware=polar_hardware.OH1),
        rate_hz=50.0,
        acc_step_mps2=polar_hardware.OH1.steps[Measurement.ACC] * STANDARD_GRAVITY_MPS2,
        gyr_step_radps=None,
        small_mtu=polar.SMALLEST_MTU,
    ),
    "polar verity sense": Maker(
        name="Polar Sense 0A1B2C3F",
        make=partial(VirtualPolar, hardware=polar_hardware.VERITY_SENSE),
        rate_hz=52.0,
        acc_step_mps2=polar_hardware.VERITY_SENSE.steps[Measurement.ACC] * STANDARD_GRAVITY_MPS2,
        gyr_step_radps=polar_hardware.VERITY_SENSE.steps[Measurement.GYRO] * RADPS_PER_DEGPS,
        small_mtu=polar.SMALLEST_MTU,
    ),
    "metamotion r": Maker(
        name="MetaWear",
        make=VirtualMetaMotion,
        rate_hz=100.0,
        acc_step_mps2=metamotion.acc_unit_mps2(16),
        gyr_step_radps=metamotion.gyr_unit_radps(2000),
        has_clock=False,
        small_mtu=23,
    ),
    "metamotion s": Maker(
        name="MetaWear",
        make=partial(VirtualMetaMotion, chip=metamotion.Chip.BMI270),
        rate_hz=100.0,
        acc_step_mps2=metamotion.acc_unit_mps2(16),
        gyr_step_radps=metamotion.gyr_unit_radps(2000),
        has_clock=False,
        small_mtu=23,
    ),
    "openearable": Maker(
        name="OpenEarable-04AF",
        make=VirtualOpenEarable,
        rate_hz=100.0,
        acc_step_mps2=earables.OPENEARABLE_SCALE.acc_step_mps2,
        gyr_step_radps=earables.OPENEARABLE_SCALE.gyr_step_radps,
        small_mtu=49,
    ),
    "esense": Maker(
        name="eSense-0123",
        make=VirtualESense,
        rate_hz=100.0,
        acc_step_mps2=earables.ESENSE_SCALE.acc_step_mps2,
        gyr_step_radps=earables.ESENSE_SCALE.gyr_step_radps,
        has_clock=False,
        small_mtu=23,
    ),
    "muse": Maker(
        name="Muse-1A2B",
        make=VirtualMuse,
        rate_hz=52.0,
        acc_step_mps2=earables.MUSE_SCALE.acc_step_mps2,
        gyr_step_radps=earables.MUSE_SCALE.gyr_step_radps,
        most_gyr_radps=4.0,
        has_clock=False,
        small_mtu=23,
    ),
    "thingy:52": Maker(
        name="Thingy",
        make=VirtualThingy,
        rate_hz=100.0,
        acc_step_mps2=hobby_boards.THINGY_SCALE.acc_step_mps2,
        gyr_step_radps=hobby_boards.THINGY_SCALE.gyr_step_radps,
        has_clock=False,
        small_mtu=23,
    ),
    "adafruit": Maker(
        name="CLUE",
        make=VirtualAdafruit,
        rate_hz=50.0,
        acc_step_mps2=hobby_boards.ADAFRUIT_SCALE.acc_step_mps2,
        gyr_step_radps=hobby_boards.ADAFRUIT_SCALE.gyr_step_radps,
        has_clock=False,
        small_mtu=23,
    ),
}
"""Name for people to maker; whoever makes another virtual sensor adds it here."""


def felt_samples(maker: Maker, signal: ImuSignal, recorded: SensorRecording) -> IntArray:
    """Return which sample of a signal each recorded one is, (n,).

    Raises
    ------
    AssertionError
        When a recorded sample is farther than a step of the sensor from all that it felt.
    """
    felt, step = _columns(maker, signal.acc_sensor_mps2, signal.gyr_sensor_radps)
    heard, _ = _columns(maker, recorded.acc_sensor_mps2, recorded.gyr_sensor_radps)
    order = np.argsort(felt[:, 0], kind="stable")
    low = np.searchsorted(felt[order, 0], heard[:, 0] - step[0])
    high = np.searchsorted(felt[order, 0], heard[:, 0] + step[0])
    numbers = np.full(len(heard), -1)
    for tried in range(int((high - low).max(initial=0))):
        candidate = order[np.minimum(low + tried, len(order) - 1)]
        fits = (low + tried < high) & np.all(np.abs(felt[candidate] - heard) <= step, axis=1)
        numbers[fits] = candidate[fits]
    assert (numbers >= 0).all(), f"{np.count_nonzero(numbers < 0)} samples are nothing the sensor felt"
    return numbers


def _columns(
    maker: Maker, acc_mps2: FloatArray, gyr_radps: FloatArray | None
) -> tuple[FloatArray, FloatArray]:
    """Return (n, c) values and (c,) how far from the truth each may be: half a step, and a rounding error."""
    if maker.gyr_step_radps is None:
        return acc_mps2, np.full(3, 0.51 * maker.acc_step_mps2)
    assert gyr_radps is not None
    steps = np.repeat([maker.acc_step_mps2, maker.gyr_step_radps], 3)
    return np.hstack([acc_mps2, gyr_radps]), 0.51 * steps
