"""Choosing each peer's setting on an hour of its own, by the figure that is later compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from tests.bench.hours import TRAINING_SEED, Hour, severe_hours, trunk_axes
from tests.bench.peers import PEERS, Peer
from tests.bench.scoring import figures, pitch_deg, stride_means

TRAINING_S = 1200.0


def tuned_peers() -> list[Peer]:
    """Return every peer twice: as documented, and with its best setting on the training hour."""
    hour = next(severe_hours((TRAINING_SEED,), 1))
    result = []
    for peer in PEERS:
        result.append(replace(peer, name=f"{peer.name}, default"))
        errors = [_error(hour, peer, settings) for settings in peer.grid]
        best = peer.grid[errors.index(min(errors))]
        shown = ", ".join(f"{key} {value:g}" for key, value in best.items())
        result.append(replace(peer, name=f"{peer.name}, tuned ({shown})", settings=best))
    return result


def _error(hour: Hour, peer: Peer, settings: Mapping[str, float]) -> float:
    seconds = min(peer.seconds or TRAINING_S, TRAINING_S)
    n = int(seconds * hour.run.rate_hz)
    acc, gyr = hour.received()
    up = peer.up(acc[:n], gyr[:n], hour.run.rate_hz, **settings)
    rows, _ = hour.stride_rows()
    rows = rows[rows[:, 1] < seconds - 1.0]
    found = stride_means(pitch_deg(up, trunk_axes(hour)), hour.run.rate_hz, rows)
    return figures(found - stride_means(hour.truth_deg(), hour.run.rate_hz, rows)).rmse
