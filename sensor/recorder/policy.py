"""How patient the recorder is: every interval and deadline, and the waits between attempts to reconnect."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RecorderPolicy:
    """All times of the recorder, in seconds.

    Parameters
    ----------
    connect_timeout_s
        A connection attempt is given up after this (the default of bleak-retry-connector).
    request_timeout_s
        A single write, read or subscription is given up after this.
    goodbye_timeout_s
        The same for each step of taking leave; short, because the runner waits for it.
    silence_s
        A connected sensor that sends no data for this long is taken for stuck. Packets come every 0.08 s;
        radio stalls of 1.5 s are ordinary.
    beside_silence_s
        The same for devices beside the sensors, which send about once a second and may rest with the runner.
    poll_interval_s, battery_interval_s
        How often the sensor's clock and battery are asked for.
    look_interval_s
        How often a connection is looked at though nothing is due: a computer that wakes up has to notice.
    second_try_s
        Wait before a refused subscription is tried once more: not every sensor is ready right away.
    restart_pause_s
        A sensor that can do nothing until it restarts is restarted at most once in this time.
    radio_retry_s
        How often it is looked whether Bluetooth, once there and then gone, is there again.
    other_address_s
        How long a sensor is looked for under its old address before the same name under another one is taken
        for it, where nothing else tells them apart.
    short_life_s
        A connection that streamed for less is taken for a failed attempt.
    first_waits_s
        Waits after the first failed attempts to reconnect.
    last_waits_s
        Shortest and longest wait after that, for as long as the session lasts. Each is a scan of its own, and
        none is long: switching the adapter off and on ends a scan without a word.
    breather_s
        Longest wait after a refused connection even though the sensor can be heard, so that a sensor that
        refuses for hours is not drained by attempts (out-of-slots wait of bleak-retry-connector).
    first_data_s
        A session that has received nothing at all after this is given up.
    status_interval_s
        How often a `RecorderStatus` is handed out.
    """

    connect_timeout_s: float = 20.0
    request_timeout_s: float = 5.0
    goodbye_timeout_s: float = 2.0
    silence_s: float = 2.5
    beside_silence_s: float = 20.0
    poll_interval_s: float = 60.0
    battery_interval_s: float = 300.0
    look_interval_s: float = 1.0
    second_try_s: float = 1.0
    restart_pause_s: float = 600.0
    radio_retry_s: float = 2.0
    other_address_s: float = 5.0
    short_life_s: float = 1.0
    first_waits_s: tuple[float, ...] = (0.5, 1.0, 2.0, 4.0, 8.0)
    last_waits_s: tuple[float, float] = (6.0, 10.0)
    breather_s: float = 4.0
    first_data_s: float = 120.0
    status_interval_s: float = 0.25

    def waits(self, rng: random.Random) -> Iterator[float]:
        """Return the waits between attempts, without end.

        The later ones are drawn from ``rng``, so that several sensors do not keep calling at once.
        """
        late = (rng.uniform(*self.last_waits_s) for _ in itertools.count())
        return itertools.chain(self.first_waits_s, late)
