"""What every kind of sensor sends for a given signal: notifications of its data characteristic, none lost."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain

import numpy as np

from sensor.protocol.capture2go import frames as capture2go
from sensor.protocol.device_kind import DeviceKind
from sensor.protocol.driver import Settings, StreamDecoder
from sensor.protocol.metamotion import control as metamotion
from sensor.protocol.movella_dot import decoder as movella_dot
from sensor.protocol.movesense import control as movesense_gsp
from sensor.protocol.movesense import frames as movesense
from sensor.protocol.movesense.driver import STREAM_REFERENCE
from sensor.protocol.open_profile import frames as open_profile
from sensor.protocol.polar.control import Measurement
from sensor.protocol.polar.encoding import encode_packed_frame, encode_plain_frame
from sensor.protocol.polar.frames import PACKED
from sensor.protocol.simple import adafruit, esense, muse, openearable, thingy52
from sensor.protocol.witmotion import decoder as witmotion
from sensor.samples import FloatArray, ImuSignal, IntArray
from sensor.units import NS_PER_S, RADPS_PER_DEGPS, STANDARD_GRAVITY_MPS2

Notifications = tuple[bytes, ...]
Encoder = Callable[[ImuSignal, FloatArray, Settings], Notifications]
"""Takes the signal, its angular rate, and what the driver's decoder is told."""
DecoderMaker = Callable[[Settings], StreamDecoder]

_MOVESENSE_PATH = "/Meas/IMU6/104"
_SAMPLES_PER_PACKET = 8
_POLAR_FRAME_SAMPLES = 36
_SLICE_BYTES = 240
"""Of a byte stream in one notification, at an MTU that phones and computers agree on."""


def swinging(seconds: float, rate_hz: float) -> ImuSignal:
    """Return a sensor that swings as on a runner: no value at any full scale, all axes different."""
    time_s = np.arange(round(seconds * rate_hz)) / rate_hz
    phase = 2 * np.pi * 1.4 * time_s[:, None] + np.array([0.0, 1.0, 2.0])
    acc_mps2 = np.array([0.0, 0.0, STANDARD_GRAVITY_MPS2]) + 6.0 * np.sin(phase)
    return ImuSignal(rate_hz, acc_mps2, 2.0 * np.cos(phase))


def notifications_of(kind: DeviceKind, signal: ImuSignal) -> Notifications:
    """Return what a sensor of a kind sends for a signal at the driver's settings."""
    assert signal.gyr_sensor_radps is not None
    return ENCODERS[kind.key](signal, signal.gyr_sensor_radps, settings_of(kind))


def streams_of(kind: DeviceKind, signal: ImuSignal) -> list[tuple[DecoderMaker, Notifications]]:
    """Return what decodes each stream of a kind, and its notifications; a second one has angular rates."""
    streams = [(kind.make_decoder, notifications_of(kind, signal))]
    if kind.gyroscope is not None:
        assert signal.gyr_sensor_radps is not None
        encode = ENCODERS[f"{kind.key} rates"]
        rates = encode(signal, signal.gyr_sensor_radps, settings_of(kind))
        streams.append((kind.gyroscope.make_decoder, rates))
    return streams


def settings_of(kind: DeviceKind) -> Settings:
    """Return what the decoder of a kind is told by its driver; an imported file tells nothing."""
    if kind.make_driver is None or kind.default_rate_hz is None:
        return {}
    return kind.make_driver(kind.default_rate_hz).settings


def _movesense(signal: ImuSignal, gyr_radps: FloatArray, settings: Settings) -> Notifications:
    payloads = [
        movesense.encode_measurement(
            _MOVESENSE_PATH,
            movesense.Measurement(
                round(1000 * rows.start / signal.rate_hz), signal.acc_sensor_mps2[rows], gyr_radps[rows]
            ),
        )
        for rows in _parts(signal, _SAMPLES_PER_PACKET)
    ]
    parts = [movesense_gsp.encode_data(STREAM_REFERENCE, payload) for payload in payloads]
    return tuple(chain.from_iterable(parts))


def _board(signal: ImuSignal, gyr_radps: FloatArray, settings: Settings) -> Notifications:
    first = np.arange(0, len(gyr_radps), _SAMPLES_PER_PACKET)
    time_us = np.rint(1e6 * first / signal.rate_hz).astype(np.int64)
    return open_profile.encode_live_packets(
        time_us, signal.acc_sensor_mps2, gyr_sensor_radps=gyr_radps, settings=settings
    )


def _imported(signal: ImuSignal, gyr_radps: FloatArray, settings: Settings) -> Notifications:
    return open_profile.encode_import_packets(
        _times(signal, 1e6), signal.acc_sensor_mps2, gyr_sensor_radps=gyr_radps
    )


def _polar_h10(signal: ImuSignal, gyr_radps: FloatArray, settings: Settings) -> Notifications:
    milli_g = np.rint(1000 * signal.acc_sensor_mps2 / STANDARD_GRAVITY_MPS2).astype(np.int64)
    return tuple(
        encode_plain_frame(Measurement.ACC, 1, time_ns=_last_ns(signal, rows), values=milli_g[rows])
        for rows in _parts(signal, _POLAR_FRAME_SAMPLES)
    )


def _polar_packed(signal: ImuSignal, gyr_radps: FloatArray, settings: Settings) -> Notifications:
    acc_unit_mps2 = float(settings["acc_factor_g"]) * STANDARD_GRAVITY_MPS2
    streams = {Measurement.ACC: np.rint(signal.acc_sensor_mps2 / acc_unit_mps2).astype(np.int64)}
    if "gyr_factor_dps" in settings:
        gyr_unit_radps = float(settings["gyr_factor_dps"]) * RADPS_PER_DEGPS
        streams[Measurement.GYRO] = np.rint(gyr_radps / gyr_unit_radps).astype(np.int64)
    return tuple(
        encode_packed_frame(measurement, PACKED, time_ns=_last_ns(signal, rows), values=counts[rows])
        for rows in _parts(signal, _POLAR_FRAME_SAMPLES)
        for measurement, counts in streams.items()
    )


def _capture2go(signal: ImuSignal, gyr_radps: FloatArray, settings: Settings) -> Notifications:
    whole = len(gyr_radps) // _SAMPLES_PER_PACKET * _SAMPLES_PER_PACKET
    packages = capture2go.encode_measurements(
        float(settings["rate_hz"]),
        _times(signal, NS_PER_S)[:whole:_SAMPLES_PER_PACKET],
        gyr_counts=np.rint(gyr_radps[:whole] / capture2go.GYR_UNIT_RADPS),
        acc_counts=np.rint(signal.acc_sensor_mps2[:whole] / capture2go.ACC_UNIT_MPS2),
    )
    # What came before the answer to a start would be taken for an earlier connection's.
    started = capture2go.Package(capture2go.STARTED)
    stream = b"".join(map(capture2go.encode_package, (started, *packages)))
    return tuple(capture2go.encode_notification((), piece) for piece in _slices(stream))


def _movella_dot(signal: ImuSignal, gyr_radps: FloatArray, settings: Settings) -> Notifications:
    mode = int(settings["mode"])
    return movella_dot.encode_samples(
        mode, _times(signal, 1e6), acc_sensor_mps2=signal.acc_sensor_mps2, gyr_sensor_radps=gyr_radps
    )


def _witmotion(signal: ImuSignal, gyr_radps: FloatArray, settings: Settings) -> Notifications:
    return tuple(_slices(witmotion.encode_frames(signal.acc_sensor_mps2, gyr_radps)))


def _openearable(signal: ImuSignal, gyr_radps: FloatArray, settings: Settings) -> Notifications:
    return openearable.encode_samples(_times(signal, 1e6), signal.acc_sensor_mps2, gyr_sensor_radps=gyr_radps)


def _esense(signal: ImuSignal, gyr_radps: FloatArray, settings: Settings) -> Notifications:
    return esense.encode_samples(signal.acc_sensor_mps2, gyr_radps, settings=settings)


def _thingy52(signal: ImuSignal, gyr_radps: FloatArray, settings: Settings) -> Notifications:
    return thingy52.encode_samples(signal.acc_sensor_mps2, gyr_radps)


def _muse(signal: ImuSignal, gyr_radps: FloatArray, settings: Settings) -> Notifications:
    whole = len(gyr_radps) // muse.SAMPLES_PER_PACKET * muse.SAMPLES_PER_PACKET
    return muse.encode_packets(signal.acc_sensor_mps2[:whole], muse.ACC_UNIT_MPS2)


def _muse_rates(signal: ImuSignal, gyr_radps: FloatArray, settings: Settings) -> Notifications:
    whole = len(gyr_radps) // muse.SAMPLES_PER_PACKET * muse.SAMPLES_PER_PACKET
    return muse.encode_packets(gyr_radps[:whole], muse.GYR_UNIT_RADPS)


def _metamotion(signal: ImuSignal, gyr_radps: FloatArray, settings: Settings) -> Notifications:
    whole = len(gyr_radps) // metamotion.PACKED_SAMPLES * metamotion.PACKED_SAMPLES
    acc_unit_mps2 = metamotion.acc_unit_mps2(float(settings["acc_range_g"]))
    gyr_unit_radps = metamotion.gyr_unit_radps(float(settings["gyr_range_dps"]))
    acc = np.rint(signal.acc_sensor_mps2[:whole] / acc_unit_mps2).astype(np.int64)
    gyr = np.rint(gyr_radps[:whole] / gyr_unit_radps).astype(np.int64)
    registers = metamotion.packed_registers(metamotion.Chip.BMI160)
    streams = [
        metamotion.encode_packed(module, registers[module], counts=counts)
        for module, counts in ((metamotion.ACC_MODULE, acc), (metamotion.GYR_MODULE, gyr))
    ]
    return tuple(chain.from_iterable(zip(*streams, strict=True)))


def _adafruit(signal: ImuSignal, gyr_radps: FloatArray, settings: Settings) -> Notifications:
    return adafruit.encode_vectors(signal.acc_sensor_mps2)


def _adafruit_rates(signal: ImuSignal, gyr_radps: FloatArray, settings: Settings) -> Notifications:
    return adafruit.encode_vectors(gyr_radps)


ENCODERS: dict[str, Encoder] = {
    movesense.KEY: _movesense,
    "runtall": _board,
    open_profile.IMPORT_KEY: _imported,
    "polar-h10": _polar_h10,
    "polar-sense": _polar_packed,
    "polar-sense rates": _polar_packed,
    "polar-oh1": _polar_packed,
    capture2go.KEY: _capture2go,
    movella_dot.KEY: _movella_dot,
    witmotion.KEY: _witmotion,
    openearable.KEY: _openearable,
    esense.KEY: _esense,
    thingy52.KEY: _thingy52,
    muse.KEY: _muse,
    f"{muse.KEY} rates": _muse_rates,
    metamotion.KEY: _metamotion,
    f"{metamotion.KEY} rates": _metamotion,
    adafruit.KEY: _adafruit,
    f"{adafruit.KEY} rates": _adafruit_rates,
}
"""Key of a kind of sensor to what it sends; ``rates`` after it where angular rates come on their own."""


def _parts(signal: ImuSignal, samples: int) -> list[slice]:
    """Cut a signal into packets; what does not fill one is left out."""
    whole = len(signal.acc_sensor_mps2) // samples
    return [slice(samples * i, samples * (i + 1)) for i in range(whole)]


def _times(signal: ImuSignal, tick_hz: float) -> IntArray:
    number = np.arange(len(signal.acc_sensor_mps2))
    ticks: IntArray = np.rint(number * (tick_hz / signal.rate_hz)).astype(np.int64)
    return ticks


def _last_ns(signal: ImuSignal, rows: slice) -> int:
    last: int = rows.stop - 1
    return NS_PER_S + round(NS_PER_S * last / signal.rate_hz)


def _slices(stream: bytes) -> list[bytes]:
    return [stream[i : i + _SLICE_BYTES] for i in range(0, len(stream), _SLICE_BYTES)]
