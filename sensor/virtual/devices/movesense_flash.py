"""A Movesense Flash made of software: it also records into its own memory, and hands recordings out."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator

from sensor.protocol.driver import ClockReading
from sensor.protocol.memory import LogEntry, Piece
from sensor.protocol.movesense.control import Command, CommandCode, NotificationType, Response, parse_path
from sensor.protocol.movesense.memory import (
    ENTRIES_PATH,
    IN_CONFLICT,
    MORE_ENTRIES,
    NO_SUCH_LOG,
    STATE_PATH,
    LoggerState,
    encode_piece,
)
from sensor.protocol.movesense.objects import TIME_PATH, encode_log_entries
from sensor.protocol.movesense.sbem_encoding import encode_clock, encode_head, encode_packet
from sensor.samples import ImuSignal
from sensor.virtual.devices.movesense import VirtualMovesense
from sensor.virtual.radio.peripheral import now_s

BYTES_PER_S = 11_300.0
"""Measured on a real sensor."""

_PIECE_HEADER_BYTES = 6
_ENTRIES_HEADER_BYTES = 5
_LAST_PIECE_REPEATS = 3


class VirtualFlash(VirtualMovesense):
    """A chest sensor with a memory.

    A recording shows in the logbook after the restart that follows its end. While it goes on, nothing can be
    listed, fetched or configured (409).

    Parameters
    ----------
    name, signal
        As for `VirtualMovesense`.
    lost_share
        Share of the pieces of a recording that are never sent, 0 to 1.
    seed
        Draws which.
    needs_restart_after_fetch
        Whether a fetch leaves it refusing further ones (409) until it restarts, as firmware up to 2.3.1 does.

    Attributes
    ----------
    logs
        Number to content of every recording.
    """

    def __init__(
        self,
        name: str = "Movesense 000000000001",
        *,
        signal: ImuSignal,
        lost_share: float = 0.0,
        seed: int = 0,
        needs_restart_after_fetch: bool = False,
    ) -> None:
        super().__init__(name, signal=signal)
        self.logs: dict[int, bytes] = {}
        self._lost_share = lost_share
        self._rng = random.Random(seed)
        self._needs_restart_after_fetch = needs_restart_after_fetch
        self._has_fetched = False
        self._paths: tuple[str, ...] = ()
        self._logging_since_s: float | None = None
        self._began = ClockReading(0, 0)
        self._unlisted: bytes | None = None
        self._sending: asyncio.TimerHandle | None = None
        self._answers |= {
            CommandCode.PUT_DATALOGGER_CONFIG: self._configure,
            CommandCode.PUT_DATALOGGER_STATE: self._set_state,
            CommandCode.FETCH_LOG: self._fetch,
        }

    def reboot(self) -> None:
        """Restart: a recording that goes on ends, one that ended gets its number."""
        self._end_log()
        if self._unlisted is not None:
            self.logs[max(self.logs, default=0) + 1] = self._unlisted
            self._unlisted = None
        self._has_fetched = False
        super().reboot()

    def disconnected(self) -> None:
        """Stop sending."""
        super().disconnected()
        if self._sending is not None:
            self._sending.cancel()

    @property
    def is_logging(self) -> bool:
        """Whether a recording goes on."""
        return self._logging_since_s is not None

    def _configure(self, command: Command) -> Response:
        if self.is_logging:
            return Response(command.reference, IN_CONFLICT)
        paths = tuple(parse_path(part) for part in command.payload.split(b"\0") if part)
        measured = [path for path in paths if path != TIME_PATH]
        if not all(path.startswith("/Meas/IMU6/") and self._offers(path) for path in measured):
            return Response(command.reference, NO_SUCH_LOG)
        self._paths = paths
        return Response(command.reference, 200)

    def _set_state(self, command: Command) -> Response:
        if command.payload == bytes([LoggerState.LOGGING]) and not self.is_logging and self._paths:
            self._logging_since_s, self._began = now_s(), self._read_clock()
        elif command.payload == bytes([LoggerState.READY]):
            self._end_log()
        else:
            return Response(command.reference, 400)
        return Response(command.reference, 200)

    def _end_log(self) -> None:
        if self._logging_since_s is not None:
            self._unlisted = b"".join(self._written(self._logging_since_s))
            self._logging_since_s = None

    def _written(self, since_s: float) -> Iterator[bytes]:
        """Yield what was written from then until now: whole packets."""
        yield encode_head()
        if TIME_PATH in self._paths:
            yield encode_clock(self._began)
        measured = next((path for path in self._paths if path != TIME_PATH), None)
        samples = self._packet_samples
        first = self._times.next_index(since_s)
        while measured and self._times.time_s(first + samples - 1) <= now_s():
            yield encode_packet(self._measurement(measured, first))
            first += samples

    def _get(self, command: Command) -> Response:
        path = parse_path(command.payload)
        if path == STATE_PATH:
            state = LoggerState.LOGGING if self.is_logging else LoggerState.READY
            return Response(command.reference, 200, bytes([state]))
        if path == ENTRIES_PATH:
            return self._entries(command.reference)
        return super()._get(command)

    def _entries(self, reference: int) -> Response:
        if self.is_logging:
            return Response(reference, IN_CONFLICT)
        entries = tuple(LogEntry(log_id, 0, len(content)) for log_id, content in sorted(self.logs.items()))
        most = (self.payload_bytes - _ENTRIES_HEADER_BYTES) // len(
            encode_log_entries((LogEntry(0, 0, 0),))[1:]
        )
        status = MORE_ENTRIES if len(entries) > most else 200
        return Response(reference, status, encode_log_entries(entries[:most]))

    def _fetch(self, command: Command) -> Response:
        if self.is_logging or self._has_fetched:
            return Response(command.reference, IN_CONFLICT)
        content = self.logs.get(int.from_bytes(command.payload, "little"))
        if content is None:
            return Response(command.reference, NO_SUCH_LOG)
        self._has_fetched = self._needs_restart_after_fetch
        self._send_next(command.reference, self._pieces(content))
        return Response(command.reference, 200)

    def _pieces(self, content: bytes) -> Iterator[Piece]:
        size = self.payload_bytes - _PIECE_HEADER_BYTES
        pieces = [Piece(at, content[at : at + size]) for at in range(0, len(content), size)]
        yield from (piece for piece in pieces if self._rng.random() >= self._lost_share)
        if self._lost_share == 0:
            yield from pieces[-1:] * _LAST_PIECE_REPEATS
        yield Piece(len(content), b"")

    def _send_next(self, reference: int, pieces: Iterator[Piece]) -> None:
        """Send one piece after the other at the pace of the radio; the answer to the command goes first."""
        piece = next(pieces, None)
        if piece is None:
            return
        delay_s = (len(piece.data) + _PIECE_HEADER_BYTES) / BYTES_PER_S
        self._sending = asyncio.get_running_loop().call_later(
            delay_s, self._send_piece, reference, piece, pieces
        )

    def _send_piece(self, reference: int, piece: Piece, pieces: Iterator[Piece]) -> None:
        self.notify(self._data, bytes([NotificationType.DATA, reference]) + encode_piece(piece))
        self._send_next(reference, pieces)
