"""How patient a download is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DownloadPolicy:
    """All times of a download, in seconds, and how often it tries.

    Parameters
    ----------
    search_s
        How long to listen for the sensor.
    connect_timeout_s
        A connection attempt is given up after this.
    request_timeout_s
        A question without an answer is given up after this.
    silence_s
        A recording of which nothing comes for so long has stopped coming.
    restart_s
        From telling the sensor to restart until it can be expected back.
    wait_s
        Between a lost link and the next attempt.
    fruitless_attempts
        So many attempts in a row that bring nothing new end it; what came is kept.
    """

    search_s: float = 20.0
    connect_timeout_s: float = 20.0
    request_timeout_s: float = 5.0
    silence_s: float = 5.0
    restart_s: float = 4.0
    wait_s: float = 1.0
    fruitless_attempts: int = 5
