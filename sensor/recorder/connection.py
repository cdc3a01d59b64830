"""One connection to one sensor, from the first subscription to the goodbye."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from sensor.errors import LinkError, PacketError
from sensor.link.ble import BleLink
from sensor.protocol.driver import (
    BATTERY_LEVEL_UUID,
    BatteryLevel,
    Driver,
    DriverEvent,
    Identity,
    Refused,
    StreamPacket,
    Unreadable,
    Write,
    parse_battery_level,
)
from sensor.protocol.standard import DEVICE_INFORMATION_UUIDS, parse_text
from sensor.recorder.clock import SessionClock
from sensor.recorder.policy import RecorderPolicy
from sensor.recorder.sensor_log import SensorLog
from sensor.recorder.watchdog import Verdict, Watchdog

_ASKED = ("maker", "model", "serial", "firmware")
"""What is read of the device information: each text costs a moment of radio."""


class Connection:
    """Keeps the stream of one connected sensor alive and everything it sends written down.

    Parameters
    ----------
    link
        The connection, nothing subscribed yet.
    lost
        Set when the link breaks.
    driver
        The conversation with this kind of sensor.
    log
        Where everything goes.
    clock
        The session's time line.
    policy
        Intervals and deadlines.
    """

    def __init__(
        self,
        link: BleLink,
        lost: asyncio.Event,
        driver: Driver,
        log: SensorLog,
        clock: SessionClock,
        policy: RecorderPolicy,
    ) -> None:
        self._link = link
        self._lost = lost
        self._driver = driver
        self._log = log
        self._clock = clock
        self._policy = policy
        self._watchdog = Watchdog(policy.silence_s, clock.now_s())
        self._subscribed: list[str] = []
        self._unreadable = 0

    @property
    def has_streamed(self) -> bool:
        """Whether this connection delivered any sample."""
        return self._watchdog.has_streamed

    async def run(self) -> str:
        """Stream until the connection ends; return why it did.

        Raises
        ------
        LinkError
            When the stream cannot be started.
        """
        await self._open()
        try:
            return await self._keep()
        except LinkError as error:
            self._log.event("request failed", str(error))
            return "link lost"

    async def leave(self, *, politely: bool) -> None:
        """Disconnect; ``politely`` stops the stream first, which spares the sensor's battery."""
        timeout_s = self._policy.goodbye_timeout_s
        if politely and not self._lost.is_set():
            for write in self._driver.stop():
                await self._attempt("stopping", self._write(write, timeout_s))
            for characteristic in self._subscribed:
                await self._attempt("stopping", self._link.unsubscribe(characteristic, timeout_s))
        await self._attempt("disconnecting", self._link.disconnect(timeout_s))

    async def _open(self) -> None:
        timeout_s = self._policy.request_timeout_s
        offered = [uuid for uuid in self._driver.notify_characteristics if self._link.offers(uuid)]
        if not any(uuid != BATTERY_LEVEL_UUID for uuid in offered):
            raise LinkError(
                f"{self._log.wish.name}: it has no data to subscribe to; is its firmware up to date?"
            )
        # Before the start whatever carries the stream and the sensor's answers: some sensors refuse requests
        # otherwise. The battery once samples flow: after a loss every request delays the first one.
        for characteristic in offered:
            if characteristic != BATTERY_LEVEL_UUID:
                await self._subscribe(characteristic)
        for write in self._driver.start(self._clock.utc_us()):
            await self._write(write, timeout_s)
        self._watchdog.grant(self._clock.now_s())
        if BATTERY_LEVEL_UUID in offered:
            await self._attempt("subscribing", self._subscribe(BATTERY_LEVEL_UUID))
        await self._attempt("battery", self._read_battery())
        if not self._log.is_identified:
            await self._attempt("identity", self._read_identity())

    async def _subscribe(self, characteristic: str) -> None:
        timeout_s = self._policy.request_timeout_s
        await self._link.subscribe(characteristic, self._receiver(characteristic), timeout_s)
        self._subscribed.append(characteristic)

    async def _keep(self) -> str:
        policy = self._policy
        poll_at_s = self._clock.now_s() + policy.poll_interval_s
        battery_at_s = self._clock.now_s() + policy.battery_interval_s
        while not await self._is_lost_before(min(self._watchdog.deadline_s, poll_at_s, battery_at_s)):
            now_s = self._clock.now_s()
            verdict = self._watchdog.check(now_s)
            if verdict is Verdict.RECONNECT:
                return "stream silent"
            if verdict is Verdict.RESUBSCRIBE:
                await self._resubscribe()
            if now_s >= poll_at_s:
                poll_at_s = now_s + policy.poll_interval_s
                for write in self._driver.poll():
                    await self._attempt("asking", self._write(write, policy.request_timeout_s))
            if now_s >= battery_at_s:
                battery_at_s = now_s + policy.battery_interval_s
                await self._attempt("battery", self._read_battery())
        return "link lost"

    async def _is_lost_before(self, time_s: float) -> bool:
        """Wait until ``time_s``, or until the link breaks, which it tells."""
        try:
            async with asyncio.timeout(max(0.0, time_s - self._clock.now_s())):
                await self._lost.wait()
        except TimeoutError:
            return False
        return True

    async def _resubscribe(self) -> None:
        """Ask for the stream once more over the same link."""
        self._log.silence(f"no data for {self._policy.silence_s:g} s, subscribing again")
        timeout_s = self._policy.request_timeout_s
        for characteristic in tuple(self._subscribed):
            await self._link.unsubscribe(characteristic, timeout_s)
            self._subscribed.remove(characteristic)
            await self._subscribe(characteristic)
        for write in self._driver.start(self._clock.utc_us()):
            await self._write(write, timeout_s)
        self._watchdog.grant(self._clock.now_s())

    async def _read_battery(self) -> None:
        if not self._link.offers(BATTERY_LEVEL_UUID):
            return
        payload = await self._link.read(BATTERY_LEVEL_UUID, self._policy.request_timeout_s)
        self._log.battery(parse_battery_level(payload).percent)

    async def _read_identity(self) -> None:
        """Ask the standard way who this is; a sensor may have said so already in a way of its own."""
        told = {
            what: parse_text(await self._link.read(uuid, self._policy.request_timeout_s))
            for what, uuid in DEVICE_INFORMATION_UUIDS.items()
            if what in _ASKED and self._link.offers(uuid)
        }
        if told:
            product = " ".join(told[what] for what in ("maker", "model") if told.get(what))
            self._log.identity(Identity(told.get("serial", ""), product, told.get("firmware", "")))

    async def _write(self, write: Write, timeout_s: float) -> None:
        await self._link.write(write.characteristic, write.data, timeout_s, response=write.response)

    async def _attempt(self, what: str, request: Awaitable[None]) -> None:
        """Make a request the stream can do without; write down a failure and go on."""
        try:
            await request
        except (LinkError, PacketError) as error:
            if not self._lost.is_set():
                self._log.event("request failed", f"{what}: {error}")

    def _receiver(self, characteristic: str) -> Callable[[bytes], None]:
        def receive(payload: bytes) -> None:
            # Written down first: whatever understanding it may run into, the bytes are safe.
            self._log.packet(characteristic, payload)
            for event in self._driver.receive(characteristic, payload):
                self._take(event, payload)

        return receive

    def _take(self, event: DriverEvent, payload: bytes) -> None:
        match event:
            case StreamPacket():
                self._watchdog.packet(self._clock.now_s())
                self._log.stream(payload)
            case BatteryLevel(percent):
                self._log.battery(percent)
            case Identity():
                self._log.identity(event)
            case Refused(what, status, reason):
                self._log.refused(f"{what}: {reason} (status {status})")
            case Unreadable(error):
                # The bytes are in the file anyway; one line each would let a broken sensor flood it.
                self._unreadable += 1
                if self._unreadable == 1:
                    self._log.event("unreadable", str(error))
