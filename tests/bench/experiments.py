"""The experiments of the benchmark: each takes records, runs methods, returns scores."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from time import perf_counter

import numpy as np
from scipy.spatial.transform import Rotation

from sensor.samples import FloatArray
from tests.bench.hours import Hour, trunk_axes
from tests.bench.ours import Found, estimate
from tests.bench.peers import Peer
from tests.bench.scoring import figures, inclination_rmse_deg, pitch_deg, stride_means
from tests.bench.tables import Scored


def score_ours(hour: Hour, speed: str) -> tuple[Scored, Found]:
    """Run the project's method, with axes, zero and bias it finds by itself, and score it."""
    found = estimate(hour, speed)
    scored = _score(hour, f"**runtall, {speed}**", found.up, found.trunk_from_sensor, found.seconds)
    return scored, found


def score_peer(hour: Hour, peer: Peer) -> Scored:
    """Run one peer, given the axes of a perfect calibration, and score it."""
    acc, gyr = hour.received()
    n = int(peer.seconds * hour.run.rate_hz) if peer.seconds else len(acc)
    begin = perf_counter()
    up = peer.up(acc[:n], gyr[:n], hour.run.rate_hz, **peer.settings)
    seconds = (perf_counter() - begin) * len(acc) / n
    return _score(hour, peer.name, up, trunk_axes(hour), seconds)


def score_all(hours: Iterable[Hour], speeds: Sequence[str], peers: Sequence[Peer]) -> list[Scored]:
    """Score the project's method at several states of knowledge, and peers, on the same records."""
    scores = []
    for hour in hours:
        scores += [score_ours(hour, speed)[0] for speed in speeds]
        scores += [score_peer(hour, peer) for peer in peers]
    return scores


def axes_and_strides(hours: Iterable[Hour], speed: str) -> list[tuple[str, float, bool, int, int]]:
    """Return, per record: name, error of the sideways axis (deg), forward right, strides found and true."""
    result = []
    for hour in hours:
        found = estimate(hour, speed)
        truth = trunk_axes(hour)
        left = np.clip(abs(found.trunk_from_sensor[1] @ truth[1]), 0.0, 1.0)
        forward = bool(found.trunk_from_sensor[0] @ truth[0] > 0.0)
        rows, _ = hour.stride_rows()
        counted, true = _unbroken(found.stride_rows_s, rows)
        result.append((hour.name, float(np.degrees(np.arccos(left))), forward, counted, true))
    return result


def neck_error(hour: Hour, speed: str | None, peer: Peer | None) -> float:
    """Return the RMSE of per-stride head pitch minus trunk flexion, degrees, of our method or of a peer."""
    rows, _ = hour.stride_rows()
    rate_hz = hour.run.rate_hz
    angles = {}
    for placement in ("sternum", "head"):
        if peer is None:
            found = estimate(hour, speed or "nominal", placement)
            angles[placement] = pitch_deg(found.up, found.trunk_from_sensor)
        else:
            up = peer.up(*hour.received(placement), rate_hz, **peer.settings)
            angles[placement] = pitch_deg(up, trunk_axes(hour, placement))
    neck = stride_means(angles["head"] - angles["sternum"], rate_hz, rows)
    truth = stride_means(hour.truth_deg("head") - hour.truth_deg("sternum"), rate_hz, rows)
    return figures(neck - truth).rmse


def _score(hour: Hour, method: str, up: FloatArray, axes: FloatArray, seconds: float) -> Scored:
    rate_hz, n = hour.run.rate_hz, len(up)
    rows, steady = hour.stride_rows()
    inside = rows[:, 1] * rate_hz < n - 1
    rows, steady = rows[inside], steady[inside]
    error = stride_means(pitch_deg(up, axes), rate_hz, rows) - stride_means(hour.truth_deg(), rate_hz, rows)
    inclination = inclination_rmse_deg(up @ axes.T, _true_up(hour)[:n], hour.run.running[:n])
    return Scored(method, hour.name, figures(error), figures(error[steady]), inclination, seconds)


def _true_up(hour: Hour) -> FloatArray:
    """Return the (n, 3) true upward vertical in trunk axes whose z is vertical in the reference pose."""
    worn = hour.run.sensor("sternum")
    pitch, lateral = np.radians(worn.pitch_deg), np.radians(worn.lateral_deg)
    up = np.stack([-np.tan(pitch), np.tan(lateral), np.ones_like(pitch)], axis=1)
    up /= np.linalg.norm(up, axis=1, keepdims=True)
    rest = up[hour.standing].mean(axis=0)
    level, _ = Rotation.align_vectors([[0.0, 0.0, 1.0]], [rest / np.linalg.norm(rest)])
    return np.asarray(level.apply(up))


def _unbroken(found_s: FloatArray, true_s: FloatArray) -> tuple[int, int]:
    """Return strides found and true in stretches of unbroken running, ten seconds in from their ends."""
    breaks = np.flatnonzero(true_s[1:, 0] - true_s[:-1, 1] > 0.5)
    first = np.concatenate([[0], breaks + 1])
    last = np.concatenate([breaks, [len(true_s) - 1]])
    found = true = 0
    for a, b in zip(first, last, strict=True):
        begin, end = true_s[a, 0] + 10.0, true_s[b, 1] - 10.0
        found += int(((found_s[:, 0] >= begin) & (found_s[:, 0] < end)).sum())
        true += int(((true_s[:, 0] >= begin) & (true_s[:, 0] < end)).sum())
    return found, true
