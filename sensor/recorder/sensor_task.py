"""One sensor for a whole session: find it, connect, stream, and after every loss do it all again."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass
from typing import NoReturn

from sensor.errors import LinkError, UnknownSensorError
from sensor.link.ble import BleLink, Sighting, look_for
from sensor.link.radio import Radio
from sensor.protocol.driver import Driver
from sensor.protocol.registry import DeviceKind
from sensor.recorder.clock import SessionClock
from sensor.recorder.connection import Connection
from sensor.recorder.context import SensorContext
from sensor.recorder.limits import ConnectionEnd, EndReason, SensorLimits, TokenBucket
from sensor.recorder.policy import RecorderPolicy
from sensor.recorder.sensor_log import MISTAKES, SensorLog
from sensor.recorder.status import LinkState

WAKE_HINT = "put the strap on or move it to wake it, and check that no phone holds it"


@dataclass(slots=True)
class SharedSearch:
    """What all sensors of a session have in common while they are looked for.

    Parameters
    ----------
    radio
        The radio they are reached through.
    is_proven
        True once a scan has worked. Before that, Bluetooth being off is an error; after it, an interruption.
    wished
        Names and addresses that were asked for, without case: what was asked for by its address is taken for
        nothing else by its name.
    """

    radio: Radio
    is_proven: bool = False
    wished: frozenset[str] = frozenset()

    def is_free_for(self, sighting: Sighting, wished_name: str) -> bool:
        """Tell whether a sensor in reach may be the one that was asked for by ``wished_name``."""
        address = sighting.address.casefold()
        is_anothers = address in self.wished and address != wished_name.casefold()
        return not is_anothers and sighting.address not in self.radio.adapter().in_use


class SensorTask:
    """Records one sensor until it is cancelled.

    Parameters
    ----------
    log
        Where everything goes.
    shared
        What it has in common with the session's other sensors.
    clock
        The session's time line.
    policy
        Intervals and deadlines.
    rng
        Spreads the late attempts to reconnect.
    kind
        What it is spoken to as; None: as what its advertisement says.
    """

    def __init__(
        self,
        log: SensorLog,
        shared: SharedSearch,
        *,
        clock: SessionClock,
        policy: RecorderPolicy,
        rng: random.Random,
        kind: DeviceKind | None = None,
    ) -> None:
        self._log = log
        self._shared = shared
        self._clock = clock
        self._policy = policy
        self._rng = rng
        self._waits = policy.waits(rng)
        self._kind = kind
        self._has_met_unknown = False
        self._address = ""
        self._duplicates: set[str] = set()
        self._looking_since_s = 0.0
        limits = SensorLimits(restarts=TokenBucket(1.0 / policy.restart_pause_s, 1.0))
        self._context = SensorContext(log=log, clock=clock, policy=policy, limits=limits)

    async def run(self) -> NoReturn:
        """Record for as long as the session lasts.

        Raises
        ------
        LinkError
            When there was no usable Bluetooth from the very first.
        UnknownSensorError
            When what has this name is no sensor that any driver knows.
        """
        try:
            await self._record_for_ever()
        finally:
            self._log.finish(self._context.limits.gate.finish())

    async def _record_for_ever(self) -> NoReturn:
        while True:
            sighting, is_good = await self._find(), False
            try:
                is_good = await self._connect_and_serve(sighting)
            except UnknownSensorError:
                raise
            except LinkError as error:
                self._tell_failure(str(error), in_full=error.in_full)
            except MISTAKES as error:
                self._tell_failure(f"{self._log.wish.name}: a fault in this program ({error!r})")
            if is_good:
                self._waits = self._policy.waits(self._rng)
            else:
                await asyncio.sleep(min(next(self._waits), self._policy.breather_s))

    def _tell_failure(self, explained: str, *, in_full: str = "") -> None:
        self._log.message = self._log.failure = explained
        self._log.event("connect failed", in_full or explained)

    async def _find(self) -> Sighting:
        """Scan until the sensor is heard, in many short scans: long ones can go deaf."""
        self._log.link = LinkState.SEARCHING
        self._looking_since_s = self._clock.now_s()
        for wait_s in self._policy.waits(self._rng):
            try:
                sighting = await look_for(self._shared.radio, self._is_wanted, timeout_s=wait_s)
            except LinkError as error:
                await self._sit_out(error)
                continue
            self._shared.is_proven = True
            if sighting is not None:
                return sighting
            self._explain_absence(wait_s)
        raise AssertionError("the waits never end")

    async def _sit_out(self, error: LinkError) -> None:
        """Wait for Bluetooth to come back, if it ever was there."""
        if not self._shared.is_proven:
            raise error
        if self._log.message != str(error):
            self._log.message = str(error)
            self._log.event("no radio", error.in_full)
        await asyncio.sleep(self._policy.radio_retry_s)

    def _is_wanted(self, sighting: Sighting) -> bool:
        name = self._log.wish.name
        is_known = sighting.address == self._address
        if not (is_known or sighting.is_called(name)) or not self._shared.is_free_for(sighting, name):
            return False
        self._kind = self._kind or sighting.kind
        self._has_met_unknown |= self._kind is None
        return self._kind is not None and self._may_be_the_same(sighting)

    def _may_be_the_same(self, sighting: Sighting) -> bool:
        """Tell whether this may be the sensor that was connected before, whose address may have changed.

        On macOS it can; where makers give all their sensors one name, another address is another sensor.
        """
        if self._address in ("", sighting.address):
            return True
        if sighting.address in self._duplicates:
            return False
        looked_s = self._clock.now_s() - self._looking_since_s
        return bool(self._log.serial) or looked_s >= self._policy.other_address_s

    def _explain_absence(self, waited_s: float) -> None:
        name = self._log.wish.name
        # What is heard first of a sensor may be without its name; once known, it is no unknown device.
        is_unknown = self._has_met_unknown and self._kind is None
        if is_unknown and waited_s >= self._policy.first_waits_s[-1]:
            explained = (
                f"{name} is in reach, but it is no sensor runtall knows; see `runtall scan` for those it does"
            )
            # Later on other sensors are being recorded, and an unknown device may call itself anything.
            if self._clock.now_s() < self._policy.first_data_s:
                raise UnknownSensorError(explained)
            self._log.message = explained
            return
        self._log.message = f"{name} is not in reach: {WAKE_HINT}"

    async def _connect_and_serve(self, sighting: Sighting) -> bool:
        """Make one connection and see it through; return whether the next may follow at once."""
        in_use = self._shared.radio.adapter().in_use
        in_use.add(sighting.address)
        try:
            kind, driver = _conversation(self._kind)
            ending = ConnectionEnd()
            link = await self._connect(sighting, ending)
            self._log.connected(sighting, kind, settings=driver.settings)
            connection = Connection(
                link,
                driver,
                kind=kind,
                ending=ending,
                context=self._context,
                wanted_serial=self._serial_to_check(sighting),
            )
            reason = await self._serve(connection)
        finally:
            in_use.discard(sighting.address)
        if reason is EndReason.ANOTHER_SENSOR:
            self._duplicates.add(sighting.address)
            return True
        self._address = sighting.address
        return reason is not EndReason.FLOOD and connection.streamed_s >= self._policy.short_life_s

    def _serial_to_check(self, sighting: Sighting) -> str:
        return "" if sighting.address == self._address else self._log.serial

    async def _connect(self, sighting: Sighting, ending: ConnectionEnd) -> BleLink:
        async with self._shared.radio.adapter().connecting:
            self._log.link = LinkState.CONNECTING
            return await BleLink.connect(
                self._shared.radio,
                sighting,
                on_lost=ending.link_lost,
                timeout_s=self._policy.connect_timeout_s,
            )

    async def _serve(self, connection: Connection) -> EndReason:
        """Run a connection to its end and take leave of it, however it ends; return why it did."""
        reason, is_over = EndReason.LINK_LOST, False
        try:
            reason = await connection.run()
        except asyncio.CancelledError:
            reason, is_over = EndReason.STOPPED, True
            raise
        finally:
            self._log.event("ended" if is_over else "lost", reason)
            # What still arrives while leaving belongs to this connection.
            try:
                await connection.leave(politely=is_over)
            finally:
                self._log.disconnected(reason)
        return reason


def _conversation(kind: DeviceKind | None) -> tuple[DeviceKind, Driver]:
    """Return the kind and a new driver for one connection, at the kind's default rate."""
    if kind is None or kind.make_driver is None or kind.default_rate_hz is None:
        raise UnknownSensorError(f"{kind.title if kind else 'this sensor'} cannot be recorded live")
    return kind, kind.make_driver(kind.default_rate_hz)
