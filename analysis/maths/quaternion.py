"""Quaternion arithmetic on whole records: ``w x y z`` in the first axis, samples in the last.

Components lie in separate contiguous rows, which numpy multiplies several times faster than (n, 4).
"""

from __future__ import annotations

import numpy as np

from sensor.samples import FloatArray, RealArray

_SERIAL = 64


def multiply(a: RealArray, b: RealArray) -> FloatArray:
    """Return the Hamilton product of (4, …) quaternions."""
    aw, ax, ay, az = a
    bw, bx, by, bz = b
    w = aw * bw - ax * bx - ay * by - az * bz
    product = np.empty((4, *w.shape), w.dtype)
    product[0] = w
    product[1] = aw * bx + ax * bw + ay * bz - az * by
    product[2] = aw * by - ax * bz + ay * bw + az * bx
    product[3] = aw * bz + ax * by - ay * bx + az * bw
    return product


def conjugate(q: RealArray) -> FloatArray:
    """Return the inverse of unit quaternions (4, …)."""
    return np.stack((q[0], -q[1], -q[2], -q[3])).astype(np.float64, copy=False)


def rotate(q: RealArray, vector: RealArray) -> FloatArray:
    """Rotate (3, …) vectors by (4, …) unit quaternions: v + 2w(u × v) + 2u × (u × v), u = (x, y, z)."""
    w, x, y, z = q
    a, b, c = vector
    tx, ty, tz = 2 * (y * c - z * b), 2 * (z * a - x * c), 2 * (x * b - y * a)
    return np.stack(
        (a + w * tx + y * tz - z * ty, b + w * ty + z * tx - x * tz, c + w * tz + x * ty - y * tx)
    )


def from_rotation_vector(vector: FloatArray) -> FloatArray:
    """Return the (4, n) unit quaternions of (3, n) rotation vectors in radians."""
    half = np.sqrt(vector[0] ** 2 + vector[1] ** 2 + vector[2] ** 2) / 2
    # numpy's sinc is sin(πx)/(πx), 1 at nought: a sensor at rest turns by exactly nothing.
    scale = 0.5 * np.sinc(half / np.pi)
    return np.stack((np.cos(half), vector[0] * scale, vector[1] * scale, vector[2] * scale))


def shortest(source: FloatArray, target: FloatArray) -> FloatArray:
    """Return the shortest rotations that take unit vectors ``source`` to ``target``, both (3, n).

    Opposite vectors have no shortest rotation; half a turn about some perpendicular axis is returned.
    """
    q = np.empty((4, *source.shape[1:]))
    # (1 + s·t, s × t) is 2 cos(a/2) times the rotation by a, the angle between them: no arc cosine is needed,
    # which would lose half the digits near 0.
    q[0] = 1.0 + (source * target).sum(axis=0)
    q[1:] = np.cross(source, target, axis=0)
    opposite = q[0] < 1e-9
    if np.any(opposite):
        across = np.where(np.abs(source[0]) < 0.9, 1.0, 0.0)
        other = np.stack((across, 1.0 - across, np.zeros_like(across)))
        q[1:] = np.where(opposite, np.cross(source, other, axis=0), q[1:])
    return np.asarray(q / np.sqrt((q**2).sum(axis=0)))


def running_product(q: FloatArray) -> FloatArray:
    """Return q0, q0·q1, q0·q1·q2, … of (4, n) unit quaternions, normalised.

    Blocked: the records are cut into about √n blocks of √n, multiplied through side by side, and each block
    is then led by the product of those before it. Nothing runs sample by sample.
    """
    product = _prefix(q)
    return np.asarray(product / np.sqrt((product**2).sum(axis=0)))


def _prefix(q: FloatArray) -> FloatArray:
    count = q.shape[1]
    if count <= _SERIAL:
        out = q.copy()
        for k in range(1, count):
            out[:, k] = multiply(out[:, k - 1], q[:, k])
        return out
    length = int(np.ceil(np.sqrt(count)))
    blocks = -(-count // length)
    padded = np.zeros((4, blocks * length))
    padded[0] = 1.0
    padded[:, :count] = q
    steps = np.ascontiguousarray(padded.reshape(4, blocks, length).transpose(2, 0, 1))
    for k in range(1, length):
        steps[k] = multiply(steps[k - 1], steps[k])
    lead = np.zeros((4, blocks))
    lead[0] = 1.0
    lead[:, 1:] = _prefix(np.ascontiguousarray(steps[-1]))[:, :-1]
    led = multiply(lead[:, :, None], np.ascontiguousarray(steps.transpose(1, 2, 0)))
    return np.ascontiguousarray(led.reshape(4, -1)[:, :count])
