"""Numbers of the live estimator alone: the report does not depend on them, nor does its hash."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LiveConfig:
    """How the stages of the report are run over the newest part of a session.

    Accuracy is of `tests/bench/LIVE.md`.
    """

    hop_s: float = 1.0
    """Time from one look to the next, on the session's own seconds, whatever size the blocks have."""
    behind_s: float = 2.0
    """A stride is told once it ended this long before the look: what comes after it tells its vertical. RMSE
    with 1 s 0.144, with 2 s 0.128 degrees."""
    window_s: float = 30.0
    """How much of the newest past is looked at: RMSE with 15 s 0.157, 30 s 0.128, 45 s 0.121 degrees."""
    accelerometer_behind_s: float = 6.0
    """The same as `behind_s` without a gyroscope: strides within 5 s of where running is seen to end are not
    trusted, and the newest sample is such an end."""
    patience_s: float = 0.5
    """A look waits so long for the samples of a second sensor."""
    bias_spread_radps: float = 0.003
    """Prior of what is left of the gyroscope's bias after that of the look before was taken out: its random
    walk over the window, twice."""
    bias_share: float = 0.05
    """How much of what a look finds left of the bias is carried on: over 20 looks, as long as the window. The
    consumer sensor of the benchmark does without (0.129 degrees); one that goes on warming up may not."""
    opening_s: float = 600.0
    """How long before the first running the standing and the bow may lie."""
    seats_after_s: tuple[float, ...] = (20.0, 60.0, 180.0)
    """After so much running it is found anew how the sensors sit, and then no more: axes of 10 strides are
    good to degrees, those of three minutes to what the report finds."""
    usual_from_m: float = 500.0
    """What is usual is read from here, as in the report ..."""
    usual_to_m: float = 2000.0
    """... to here ..."""
    usual_run_s: float = 600.0
    """... or until so much was run, whichever comes first ..."""
    usual_strides: int = 200
    """... and for as long as there are fewer usable strides than the report asks for."""
    told_age_s: float = 10.0
    """A speed that a device told holds for so long, as in the report."""
    torn_s: float = 0.5
    """A longer step of time is a loss, over which nobody saw whether the runner stood."""
