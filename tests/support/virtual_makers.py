"""Every maker's virtual motion sensor, so that one test can ask all of them the same."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from sensor.protocol.capture2go import frames as capture2go
from sensor.protocol.metamotion import control as metamotion
from sensor.protocol.polar import control as polar
from sensor.protocol.polar.control import Measurement
from sensor.samples import FloatArray, ImuSignal, IntArray, SensorRecording
from sensor.units import RADPS_PER_DEGPS, STANDARD_GRAVITY_MPS2
from sensor.virtual.devices import earables, hobby_boards, movella_dot, movesense, polar_hardware
from sensor.virtual.devices.catalogue import VirtualKind, find
from sensor.virtual.devices.motion_sensor import VirtualMotionSensor


@dataclass(frozen=True, slots=True, kw_only=True)
class Maker:
    """One maker's virtual sensor and what may be asked of it.

    Parameters
    ----------
    virtual
        Its row of the catalogue.
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

    virtual: VirtualKind
    acc_step_mps2: float
    gyr_step_radps: float | None
    most_gyr_radps: float = math.inf
    has_clock: bool = True
    small_mtu: int = 100

    @property
    def name(self) -> str:
        """Advertised name, by which the recorder knows what it is."""
        return self.virtual.advertised_name(1)

    @property
    def rate_hz(self) -> float:
        """The rate the recorder asks for."""
        rate_hz = self.virtual.kind.default_rate_hz
        assert rate_hz is not None
        return float(rate_hz)

    def make(self, name: str, *, signal: ImuSignal, **errors: Any) -> VirtualMotionSensor:
        """Return a sensor of a name that feels a signal.

        Besides, it takes ``rate_ppm``, ``mtu`` and, where `has_clock` says so, ``clock_ppm``.
        """
        return self.virtual.make(name, signal, **errors)


MAKERS = {
    "movesense": Maker(
        virtual=find("movesense"),
        acc_step_mps2=movesense.ACC_STEP_MPS2,
        gyr_step_radps=movesense.GYR_STEP_RADPS,
    ),
    "capture2go": Maker(
        virtual=find("capture2go"),
        acc_step_mps2=capture2go.ACC_UNIT_MPS2,
        gyr_step_radps=capture2go.GYR_UNIT_RADPS,
    ),
    "movella-dot": Maker(
        virtual=find("movella-dot"),
        acc_step_mps2=movella_dot.ACC_STEP_MPS2,
        gyr_step_radps=movella_dot.GYR_STEP_RADPS,
        small_mtu=43,
    ),
    "runtall-board": Maker(
        virtual=find("runtall-board"),
        acc_step_mps2=16 * STANDARD_GRAVITY_MPS2 / 2**15,
        gyr_step_radps=2000 * RADPS_PER_DEGPS / 2**15,
        small_mtu=36,
    ),
    "witmotion": Maker(
        virtual=find("witmotion"),
        acc_step_mps2=16 * STANDARD_GRAVITY_MPS2 / 2**15,
        gyr_step_radps=2000 * RADPS_PER_DEGPS / 2**15,
        has_clock=False,
        small_mtu=23,
    ),
    "polar-h10": Maker(
        virtual=find("polar-h10"),
        acc_step_mps2=polar_hardware.H10.steps[Measurement.ACC] * STANDARD_GRAVITY_MPS2,
        gyr_step_radps=None,
        small_mtu=polar.SMALLEST_MTU,
    ),
    "polar-oh1": Maker(
        virtual=find("polar-oh1"),
        acc_step_mps2=polar_hardware.OH1.steps[Measurement.ACC] * STANDARD_GRAVITY_MPS2,
        gyr_step_radps=None,
        small_mtu=polar.SMALLEST_MTU,
    ),
    "polar-sense": Maker(
        virtual=find("polar-sense"),
        acc_step_mps2=polar_hardware.VERITY_SENSE.steps[Measurement.ACC] * STANDARD_GRAVITY_MPS2,
        gyr_step_radps=polar_hardware.VERITY_SENSE.steps[Measurement.GYRO] * RADPS_PER_DEGPS,
        small_mtu=polar.SMALLEST_MTU,
    ),
    "metamotion-r": Maker(
        virtual=find("metamotion-r"),
        acc_step_mps2=metamotion.acc_unit_mps2(16),
        gyr_step_radps=metamotion.gyr_unit_radps(2000),
        has_clock=False,
        small_mtu=23,
    ),
    "metamotion-s": Maker(
        virtual=find("metamotion-s"),
        acc_step_mps2=metamotion.acc_unit_mps2(16),
        gyr_step_radps=metamotion.gyr_unit_radps(2000),
        has_clock=False,
        small_mtu=23,
    ),
    "openearable": Maker(
        virtual=find("openearable"),
        acc_step_mps2=earables.OPENEARABLE_SCALE.acc_step_mps2,
        gyr_step_radps=earables.OPENEARABLE_SCALE.gyr_step_radps,
        small_mtu=49,
    ),
    "esense": Maker(
        virtual=find("esense"),
        acc_step_mps2=earables.ESENSE_SCALE.acc_step_mps2,
        gyr_step_radps=earables.ESENSE_SCALE.gyr_step_radps,
        has_clock=False,
        small_mtu=23,
    ),
    "muse": Maker(
        virtual=find("muse"),
        acc_step_mps2=earables.MUSE_SCALE.acc_step_mps2,
        gyr_step_radps=earables.MUSE_SCALE.gyr_step_radps,
        most_gyr_radps=4.0,
        has_clock=False,
        small_mtu=23,
    ),
    "thingy52": Maker(
        virtual=find("thingy52"),
        acc_step_mps2=hobby_boards.THINGY_SCALE.acc_step_mps2,
        gyr_step_radps=hobby_boards.THINGY_SCALE.gyr_step_radps,
        has_clock=False,
        small_mtu=23,
    ),
    "adafruit": Maker(
        virtual=find("adafruit"),
        acc_step_mps2=hobby_boards.ADAFRUIT_SCALE.acc_step_mps2,
        gyr_step_radps=hobby_boards.ADAFRUIT_SCALE.gyr_step_radps,
        has_clock=False,
        small_mtu=23,
    ),
}
"""Name in the catalogue to maker; `test_catalogue` sees to it that none is missing."""


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
