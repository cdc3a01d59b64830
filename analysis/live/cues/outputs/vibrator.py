"""A Bluetooth device with a vibrator: one write for each cue."""

from __future__ import annotations

from analysis.cues.log import Cue
from analysis.cues.settings import OutputKind
from analysis.live.cues.outputs.output import CueOutputError
from sensor.errors import LinkError
from sensor.link.ble import BleLink, look_for
from sensor.link.radio import Radio

SEARCH_S, CONNECT_S, WRITE_S = 8.0, 8.0, 3.0


class VibratorOutput:
    """Writes the same bytes for each cue; a lost connection is made anew for the next one.

    Parameters
    ----------
    radio
        The one the sensors are on: searches are shared, connections made one after the other.
    address
        Bluetooth address or name.
    characteristic
        UUID of what is written to, 128-bit.
    payload
        What is written.
    """

    kind = OutputKind.VIBRATOR

    def __init__(self, radio: Radio, address: str, *, characteristic: str, payload: bytes) -> None:
        self._radio = radio
        self._address = address
        self._characteristic = characteristic
        self._payload = payload
        self._link: BleLink | None = None

    async def prepare(self) -> None:
        """Find it and connect to it."""
        try:
            await self._connected()
        except LinkError as error:
            raise CueOutputError(str(error)) from error

    async def give(self, cue: Cue) -> None:
        """Write to it."""
        try:
            link = await self._connected()
            await link.write(
                self._characteristic,
                self._payload,
                WRITE_S,
                response=link.confirms(self._characteristic),
            )
        except LinkError as error:
            self._link = None
            raise CueOutputError(str(error)) from error

    async def close(self) -> None:
        """Let go of it."""
        link, self._link = self._link, None
        if link is None:
            return
        try:
            await link.disconnect(WRITE_S)
        except LinkError as error:
            raise CueOutputError(str(error)) from error

    async def _connected(self) -> BleLink:
        if self._link is not None:
            return self._link
        found = await look_for(self._radio, lambda one: one.is_called(self._address), timeout_s=SEARCH_S)
        if found is None:
            raise CueOutputError(f"{self._address} is not in reach: switch it on and bring it near")
        link = await BleLink.connect(self._radio, found, on_lost=self._forget, timeout_s=CONNECT_S)
        if not link.offers(self._characteristic):
            await link.disconnect(WRITE_S)
            raise CueOutputError(f"{self._address} has no characteristic {self._characteristic}")
        self._link = link
        return link

    def _forget(self) -> None:
        self._link = None
