"""A MetaMotion made of software: two packed streams over one characteristic, a register for each step."""

from __future__ import annotations

import numpy as np

from sensor.protocol.metamotion import control as wire
from sensor.protocol.metamotion.control import ACC_MODULE, GYR_MODULE, Chip
from sensor.protocol.metamotion.driver import ACC_RANGE_G, GYR_RANGE_DPS, RATES_HZ
from sensor.samples import ImuSignal
from sensor.virtual.devices.motion_sensor import VirtualMotionSensor
from sensor.virtual.devices.sampling import Readings, SampleTimes, SensorClock
from sensor.virtual.radio.characteristics import notify_only, write_only
from sensor.virtual.radio.gatt import Service

_STREAM = 0


class VirtualMetaMotion(VirtualMotionSensor):
    """A sensor exposed to a given motion; it has one rate and one full scale, and streams at no other.

    Parameters
    ----------
    name
        Advertised name; as the sensors come it is ``MetaWear``.
    signal
        The motion, sensor axes, with angular rates.
    chip
        Which one is inside.
    rate_ppm
        How much too fast it samples, against true time, parts per million.
    battery_pct, mtu
        As for `sensor.virtual.radio.peripheral.VirtualPeripheral`.

    Raises
    ------
    ValueError
        When the signal is empty, has no angular rates, or a rate the driver does not ask for.
    """

    def __init__(
        self,
        name: str = "MetaWear",
        *,
        signal: ImuSignal,
        chip: Chip = Chip.BMI160,
        rate_ppm: float = 0.0,
        battery_pct: int = 100,
        mtu: int = 247,
    ) -> None:
        if signal.rate_hz not in RATES_HZ or signal.gyr_sensor_radps is None:
            known = ", ".join(map(str, RATES_HZ))
            raise ValueError(f"a MetaMotion samples both kinds at {known} Hz, not {signal.rate_hz:g} Hz")
        super().__init__(
            name,
            readings=_readings(signal),
            times=SampleTimes(0.0, signal.rate_hz, rate_ppm),
            clock=SensorClock(),
            advertised_uuids=(wire.SERVICE_UUID,),
            battery_pct=battery_pct,
            mtu=mtu,
        )
        self._chip = chip
        self._registers = wire.packed_registers(chip)
        self._starting = wire.start_commands(
            chip, round(signal.rate_hz), acc_range_g=ACC_RANGE_G, gyr_range_dps=GYR_RANGE_DPS
        )
        self._done: set[bytes] = set()
        self._command = write_only(wire.COMMAND_UUID, self._on_command, response=False)
        self._data = notify_only(wire.NOTIFY_UUID)

    def services(self) -> list[Service]:
        """Return battery and the maker's service."""
        return [*super().services(), Service(wire.SERVICE_UUID, [self._command, self._data])]

    def disconnected(self) -> None:
        """Forget what was switched on over the link that is gone."""
        super().disconnected()
        self._done.clear()

    def _on_command(self, data: bytes) -> None:
        if self.is_refusing:
            return
        if data == wire.ASK_MODULE:
            self.notify(self._data, wire.encode_module(self._chip))
        # Everything else is a register and its value: the last value holds.
        self._done = {one for one in self._done if one[:2] != data[:2]} | {data}
        is_on = any(map(self._streams_module, self._registers))
        if is_on and not self._streams:
            self._open_stream(_STREAM, wire.PACKED_SAMPLES, self._send_packets)
        elif not is_on:
            self.drop_streams()

    def _streams_module(self, module: int) -> bool:
        """Tell whether all that starts a module was written, and nothing that stops it since."""
        return self._done.issuperset(one for one in self._starting if one[0] == module)

    def _send_packets(self, first: int) -> None:
        acc_mps2, gyr_radps = self._readings.take(first, wire.PACKED_SAMPLES)
        assert gyr_radps is not None, "a MetaMotion's signal has angular rates"
        counts = {
            ACC_MODULE: acc_mps2 / wire.acc_unit_mps2(ACC_RANGE_G),
            GYR_MODULE: gyr_radps / wire.gyr_unit_radps(GYR_RANGE_DPS),
        }
        for module, register in self._registers.items():
            if self._streams_module(module):
                whole = np.rint(counts[module]).astype(np.int64)
                (packet,) = wire.encode_packed(module, register, counts=whole)
                self.notify(self._data, packet)


def _readings(signal: ImuSignal) -> Readings:
    acc_step_mps2, gyr_step_radps = wire.acc_unit_mps2(ACC_RANGE_G), wire.gyr_unit_radps(GYR_RANGE_DPS)
    return Readings(
        signal,
        acc_step_mps2=acc_step_mps2,
        acc_range_mps2=acc_step_mps2 * (wire.COUNTS - 1),
        gyr_step_radps=gyr_step_radps,
        gyr_range_radps=gyr_step_radps * (wire.COUNTS - 1),
    )
