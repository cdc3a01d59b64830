"""Where the live page is found: a place on this machine or the local network, and a token nobody guesses."""

from __future__ import annotations

import socket
from dataclasses import dataclass, field

from analysis.errors import LivePageError

LOOPBACK = "127.0.0.1"

FIRST_PORT = 8765
PORTS = 10
"""A taken port is passed over, so that a second recording has a page, too."""

_ELSEWHERE = ("192.0.2.1", 9)
"""An address of RFC 5737 that is nobody's: the way to it is looked up, nothing is sent."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where the page is.

    Parameters
    ----------
    host, port
        What is listened on.
    token
        Without which nothing is told.
    """

    host: str
    port: int
    token: str = field(repr=False)

    @property
    def url(self) -> str:
        """What to open."""
        return f"http://{self.host}:{self.port}/{self.token}/"

    @property
    def names(self) -> frozenset[str]:
        """What a browser that means us writes as host; any other was led here by a stranger's name."""
        known = {self.host, "localhost"} if self.host == LOOPBACK else {self.host}
        return frozenset(f"{name}:{self.port}" for name in known)


def lan_host() -> str:
    """Return this machine's address on the local network.

    Raises
    ------
    LivePageError
        Where it is on none.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        try:
            asked.connect(_ELSEWHERE)
            host = str(asked.getsockname()[0])
        except OSError:
            host = LOOPBACK
    if host.startswith("127."):
        raise LivePageError(
            "--web=lan: this computer is on no network; join the phone's, or say --web for this computer only"
        )
    return host


def listening(host: str, first_port: int = FIRST_PORT) -> socket.socket:
    """Return a socket that listens on the first free port from ``first_port`` on.

    Raises
    ------
    LivePageError
        Where none of `PORTS` is free.
    """
    reason = ""
    for port in range(first_port, first_port + PORTS):
        taken = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            if hasattr(socket, "SO_EXCLUSIVEADDRUSE"):  # Windows would share a taken port
                taken.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
            else:
                taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            taken.bind((host, port))
            taken.listen()
        except OSError as error:
            taken.close()
            reason = str(error.strerror)
        else:
            taken.setblocking(False)
            return taken
    last_port = first_port + PORTS - 1
    raise LivePageError(
        f"--web: no port from {first_port} to {last_port} of {host} is free ({reason}); end what holds them"
    )
