"""One connection to one sensor, from the first subscription to the goodbye."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

from sensor.errors import LinkError, LinkReason
from sensor.link.ble import BleLink
from sensor.protocol.device_kind import DeviceKind
from sensor.protocol.driver import (
    BATTERY_LEVEL_UUID,
    Driver,
    Identity,
    Write,
    parse_battery_level,
)
from sensor.protocol.standard import DEVICE_INFORMATION_UUIDS, HEART_RATE_UUID, parse_text
from sensor.recorder.context import SensorContext
from sensor.recorder.limits import ConnectionEnd, EndReason
from sensor.recorder.notification_handler import NotificationHandler
from sensor.recorder.sensor_log import MISTAKES
from sensor.recorder.watchdog import Verdict, Watchdog

_ASKED = ("maker", "model", "serial", "firmware")
"""What is read of the device information: each text costs a moment of radio."""

_SHORTEST_WAIT_S = 1e-6
"""The session's time and the event loop's differ by rounding: a shorter wait might end before its time."""


class Connection:
    """Keeps the stream of one connected sensor alive and everything it sends written down.

    Parameters
    ----------
    link
        The connection, nothing subscribed yet.
    driver
        The conversation with this kind of sensor.
    kind
        What it is.
    ending
        Knows when the link breaks, and what else ends the connection.
    context
        What outlasts this connection.
    wanted_serial
        The serial number it must have, empty where nothing is in doubt.
    """

    def __init__(
        self,
        link: BleLink,
        driver: Driver,
        *,
        kind: DeviceKind,
        ending: ConnectionEnd,
        context: SensorContext,
        wanted_serial: str = "",
    ) -> None:
        self._link = link
        self._kind = kind
        self._ending = ending
        self._driver = driver
        self._log = context.log
        self._clock = context.clock
        self._policy = context.policy
        self._watchdog = Watchdog(self._policy.silence_s, self._clock.now_s())
        self._reception = NotificationHandler(
            driver, context, watchdog=self._watchdog, ending=ending, wanted_serial=wanted_serial
        )
        self._wanted_serial = wanted_serial
        self._subscribed: list[str] = []

    @property
    def streamed_s(self) -> float:
        """For how long this connection delivered samples."""
        return self._watchdog.streamed_s

    async def run(self) -> EndReason:
        """Stream until the connection ends; return why it did.

        Raises
        ------
        LinkError
            When the stream cannot be started.
        """
        try:
            await self._open()
            return await self._stay()
        except LinkError as error:
            if self._ending.reason in (None, EndReason.LINK_LOST) and not self._watchdog.has_streamed:
                raise
            self._log.event("request failed", error.in_full)
            return self._ending.reason or EndReason.LINK_LOST

    async def leave(self, *, politely: bool) -> None:
        """Disconnect; ``politely`` stops the stream first, which spares the sensor's battery."""
        timeout_s = self._policy.goodbye_timeout_s
        try:
            if politely and not self._ending.is_link_lost:
                for write in self._driver.stop():
                    await self._attempt("stopping", self._write(write, timeout_s))
                for characteristic in self._subscribed:
                    await self._attempt("stopping", self._link.unsubscribe(characteristic, timeout_s))
            await self._attempt("disconnecting", self._link.disconnect(timeout_s))
        finally:
            self._reception.close()

    async def _open(self) -> None:
        """Start the stream. What else is to be asked waits: after a loss it would delay the first sample."""
        offered = [uuid for uuid in self._driver.notify_characteristics if self._link.offers(uuid)]
        wanted = [uuid for uuid in offered if uuid != BATTERY_LEVEL_UUID]
        if not wanted or not self._has_data():
            raise LinkError(f"{self._log.wish.name}: {self._kind.lacking}", reason=LinkReason.LACKING)
        if self._wanted_serial:
            await self._attempt("identity", self._read_identity())
            if self._ending.has_come:
                return
        # Before the start, whatever carries stream and answers: some sensors refuse requests otherwise.
        for characteristic in wanted:
            await self._subscribe_patiently(characteristic)
        for write in self._driver.start(self._clock.utc_us()):
            if not self._ending.has_come:
                await self._write(write, self._policy.request_timeout_s)
        self._watchdog.grant(self._clock.now_s())

    def _has_data(self) -> bool:
        """Tell whether the sensor offers what its kind's samples come through, where it is but one thing."""
        return not self._kind.data_characteristic or self._link.offers(self._kind.data_characteristic)

    async def _subscribe_patiently(self, characteristic: str) -> None:
        """Subscribe, with a second try: right after connecting some sensors are not ready yet."""
        try:
            await self._subscribe(characteristic)
        except LinkError as error:
            if self._ending.has_come:
                raise
            self._log.event("request failed", f"{error.in_full}; trying again")
            await self._ending.comes_within(self._policy.second_try_s)
            with suppress(LinkError):
                await self._link.unsubscribe(characteristic, self._policy.request_timeout_s)
            await self._subscribe(characteristic)

    async def _subscribe(self, characteristic: str) -> None:
        receive = self._reception.receiver(characteristic)
        await self._link.subscribe(characteristic, receive, self._policy.request_timeout_s)
        self._subscribed.append(characteristic)

    async def _stay(self) -> EndReason:
        """Keep the stream alive until the connection ends, and get to know the sensor meanwhile."""
        acquaintance = asyncio.create_task(self._get_acquainted())
        try:
            reason = await self._keep()
            for write in self._reception.remedy:
                await self._attempt("restarting", self._write(write, self._policy.request_timeout_s))
            return reason
        finally:
            acquaintance.cancel()
            await asyncio.wait([acquaintance])

    async def _get_acquainted(self) -> None:
        """Ask for what the stream can do without; a sensor that does not answer delays nobody."""
        if self._link.offers(BATTERY_LEVEL_UUID):
            if BATTERY_LEVEL_UUID in self._driver.notify_characteristics:
                await self._attempt("subscribing", self._subscribe(BATTERY_LEVEL_UUID))
            await self._attempt("battery", self._read_battery())
        if not self._log.is_identified:
            await self._attempt("identity", self._read_identity())
        if self._link.offers(HEART_RATE_UUID) and HEART_RATE_UUID not in self._driver.notify_characteristics:
            await self._attempt("heart rate", self._listen_to_heart())

    async def _listen_to_heart(self) -> None:
        """Record the heart rate of a motion sensor that measures it, too."""
        receive = self._reception.receiver(HEART_RATE_UUID)
        await self._link.subscribe(HEART_RATE_UUID, receive, self._policy.request_timeout_s)

    async def _keep(self) -> EndReason:
        policy = self._policy
        poll_at_s = self._clock.now_s() + policy.poll_interval_s
        battery_at_s = self._clock.now_s() + policy.battery_interval_s
        while True:
            look_at_s = min(self._watchdog.deadline_s, poll_at_s, battery_at_s)
            if (reason := await self._ends_before(look_at_s)) is not None:
                return reason
            now_s = self._clock.now_s()
            verdict = self._watchdog.check(now_s)
            if verdict is Verdict.RECONNECT:
                return EndReason.STREAM_SILENT
            if verdict is Verdict.ASK_AGAIN:
                await self._ask_again()
            if now_s >= poll_at_s:
                poll_at_s = now_s + policy.poll_interval_s
                for write in self._driver.poll():
                    await self._attempt("asking", self._write(write, policy.request_timeout_s))
            if now_s >= battery_at_s:
                battery_at_s = now_s + policy.battery_interval_s
                await self._attempt("battery", self._read_battery())

    async def _ends_before(self, time_s: float) -> EndReason | None:
        """Wait until ``time_s``, or somewhat less, or until the connection ends; then return its reason."""
        wait_s = min(time_s - self._clock.now_s(), self._policy.look_interval_s)
        return await self._ending.comes_within(max(_SHORTEST_WAIT_S, wait_s))

    async def _ask_again(self) -> None:
        """Ask for the stream once more over the same link.

        Where there is anything to write, subscriptions stay as they are: what a stalled radio still holds
        would be lost between their end and their return.
        """
        self._log.silence(f"no data for {self._policy.silence_s:g} s, asking again")
        writes = self._driver.start(self._clock.utc_us())
        for characteristic in () if writes else tuple(self._subscribed):
            await self._link.unsubscribe(characteristic, self._policy.request_timeout_s)
            self._subscribed.remove(characteristic)
            await self._subscribe(characteristic)
        for write in writes:
            await self._write(write, self._policy.request_timeout_s)
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
        if any(told.values()):
            product = " ".join(told[what] for what in ("maker", "model") if told.get(what))
            self._reception.meet(Identity(told.get("serial", ""), product, told.get("firmware", "")))

    async def _write(self, write: Write, timeout_s: float) -> None:
        await self._link.write(
            write.characteristic, write.data, timeout_s, response=write.response, service=write.service
        )
        if write.settle_s:
            await asyncio.sleep(write.settle_s)

    async def _attempt(self, what: str, request: Coroutine[Any, Any, None]) -> None:
        """Make a request the stream can do without; write down a failure and go on."""
        try:
            await request
        except (LinkError, *MISTAKES) as error:
            if not self._ending.is_link_lost:
                told = error.in_full if isinstance(error, LinkError) else error
                self._log.event("request failed", f"{what}: {told}")
