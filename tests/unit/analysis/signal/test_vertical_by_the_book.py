"""Averaged force, its vertical and what it holds of the path, against sums written out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from analysis.signal import vertical
from analysis.signal.config import OrientationConfig
from analysis.signal.records import EvenStream, Strapdown, Strides, Vertical
from analysis.signal.vertical import AveragedForce, PathAcceleration, at_nodes, unaided_vertical, up_in_sensor
from sensor.samples import FloatArray
from tests.support.rotations import wxyz_of
from tests.support.streams import even, even_strides

CONFIG = OrientationConfig()
RATE_HZ = 50.0
EVERY = 5
"""Fifty rows a second, thinned to ten."""


def turning(count: int, seed: int = 1) -> Rotation:
    return Rotation.from_rotvec(np.random.default_rng(seed).normal(0.0, 0.1, (count, 3)).cumsum(axis=0))


def strapdown_of(rotation: Rotation, *section_first: int) -> Strapdown:
    return Strapdown(wxyz_of(rotation).T.astype(np.float32), np.array([0, *section_first]))


def shaken(count: int, seed: int = 2) -> EvenStream:
    acc = np.random.default_rng(seed).normal([1.0, -2.0, 9.0], 3.0, (count, 3))
    return even(acc, np.zeros((count, 3)), rate_hz=RATE_HZ)


def gaussian_mean(values: FloatArray, weight: FloatArray, at: int, sigma: float) -> FloatArray:
    """Return the weighted mean of (3, m) values around one of them, cut off at four deviations."""
    away = np.arange(len(weight)) - at
    g = np.where(np.abs(away) <= int(4.0 * sigma + 0.5), np.exp(-0.5 * (away / sigma) ** 2), 0.0) * weight
    return np.asarray((values * g).sum(axis=1) / g.sum())


@pytest.mark.parametrize("chunk_rows", [1, 23, 1 << 17])
def test_force_is_averaged_in_the_inertial_frame_over_each_box(
    chunk_rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vertical, "CHUNK_ROWS", chunk_rows)
    stream, rotation = shaken(203), turning(203)
    force = AveragedForce(stream, strapdown_of(rotation), broken_rows=10, config=CONFIG)
    turned = rotation.apply(np.array(stream.acc_sensor_mps2))[:200]
    np.testing.assert_allclose(force.force, turned.reshape(40, 5, 3).mean(axis=1).T, atol=1e-4)
    np.testing.assert_allclose(force.row, 2.0 + 5.0 * np.arange(40))
    assert (force.every, force.rate_hz) == (5, 10.0)
    np.testing.assert_array_equal(force.weight, 1.0)


def test_only_losses_too_long_to_fill_lose_their_weight() -> None:
    stream = shaken(200)
    present = np.ones(200, dtype=bool)
    present[20:30] = present[52:63] = False
    force = AveragedForce(
        replace(stream, present=present), strapdown_of(turning(200)), broken_rows=10, config=CONFIG
    )
    expected = np.ones(40)
    expected[10:13] = [0.4, 1e-6, 0.4]
    np.testing.assert_allclose(force.weight, expected)


def test_smoothing_is_a_gaussian_mean_within_each_section_by_weight() -> None:
    stream = shaken(400)
    present = np.ones(400, dtype=bool)
    present[103:130] = False
    force = AveragedForce(
        replace(stream, present=present), strapdown_of(turning(400), 130, 300), broken_rows=10, config=CONFIG
    )
    assert np.flatnonzero(np.diff(force.section)).tolist() == [25, 59]
    smooth = force.smoothed(force.force, 0.4)
    for part in (slice(0, 26), slice(26, 60), slice(60, 80)):
        for k in range(part.start, part.stop):
            expected = gaussian_mean(force.force[:, part], force.weight[part], k - part.start, 4.0)
            np.testing.assert_allclose(smooth[:, k], expected, rtol=1e-9)


def test_a_bias_is_taken_off_in_the_sensors_axes_at_the_middle_of_each_box() -> None:
    rotation = turning(200)
    strapdown = strapdown_of(rotation)
    force = AveragedForce(shaken(200), strapdown, broken_rows=10, config=CONFIG)
    bias = np.array([0.1, -0.2, 0.3])
    expected = force.force - rotation[2::5].apply(bias).T
    np.testing.assert_allclose(force.without_bias(bias, strapdown).force, expected, atol=1e-6)


def test_between_thinned_rows_nodes_lie_on_a_line_and_take_no_other_section() -> None:
    force = AveragedForce(shaken(60), strapdown_of(turning(60), 30), broken_rows=10, config=CONFIG)
    values = np.stack((np.arange(12.0), 10.0 * np.arange(12.0), np.zeros(12)))
    node_row = np.array([0.0, 2.0, 3.0, 26.0, 28.0, 29.0, 30.0, 31.0, 57.0, 59.0])
    section = np.array([0, 0, 0, 0, 0, 0, 1, 1, 1, 1])
    found = at_nodes(values, force, node_row=node_row, section=section)[0]
    # Rows lie at 2, 7, 12 …; the sixth, at 27, is the last before the break.
    np.testing.assert_allclose(found, [0.0, 0.0, 0.2, 4.8, 5.0, 5.0, 6.0, 6.0, 11.0, 11.0])


def test_with_a_single_thinned_row_every_node_is_that_row() -> None:
    force = AveragedForce(shaken(7), strapdown_of(turning(7)), broken_rows=10, config=CONFIG)
    assert force.force.shape == (3, 1)
    found = at_nodes(
        force.force, force, node_row=np.array([0.0, 2.0, 4.0]), section=np.zeros(3, dtype=np.int64)
    )
    np.testing.assert_allclose(found, np.repeat(force.force, 3, axis=1))


def test_unaided_nodes_are_the_directions_of_five_seconds_of_force() -> None:
    stream = shaken(600)
    strapdown = strapdown_of(turning(600))
    force = AveragedForce(stream, strapdown, broken_rows=10, config=CONFIG)
    found = unaided_vertical(force, strapdown, CONFIG)
    # Of 600 rows the last box ends at 599; a node every quarter of a second, 12.5 rows.
    assert (found.node_row[0], found.node_row[-1], len(found.node_row)) == (0.0, 599.0, 48)
    np.testing.assert_array_equal(found.section, 0)
    smooth = np.stack([gaussian_mean(force.force, force.weight, k, 50.0) for k in range(120)], axis=1)
    at = np.stack([np.interp(found.node_row, force.row, values) for values in smooth])
    np.testing.assert_allclose(found.up_inertial, at / np.linalg.norm(at, axis=0), rtol=1e-6)


def test_even_the_shortest_stream_has_two_nodes() -> None:
    strapdown = strapdown_of(turning(7))
    found = unaided_vertical(
        AveragedForce(shaken(7), strapdown, broken_rows=10, config=CONFIG), strapdown, CONFIG
    )
    assert found.node_row.tolist() == [0.0, 4.0]


@pytest.mark.parametrize("chunk", [17, 1000])
def test_up_is_turned_back_into_the_sensors_axes_row_by_row(
    chunk: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    chunks = vertical.chunks
    monkeypatch.setattr(vertical, "chunks", lambda count: chunks(count, chunk))
    rotation = turning(100)
    nodes = np.array([[0.0, 0.6], [0.0, 0.0], [1.0, 0.8]])
    known = Vertical(
        node_row=np.array([0.0, 99.0]),
        up_inertial=nodes,
        section=np.zeros(2, dtype=np.int64),
        section_first=np.array([0]),
    )
    part = np.arange(90.0) / 99.0
    up = nodes[:, :1] * (1.0 - part) + nodes[:, 1:] * part
    expected = rotation[:90].inv().apply((up / np.linalg.norm(up, axis=0)).T).T
    found = up_in_sensor(strapdown_of(rotation), known, 90)
    np.testing.assert_allclose(found, expected, atol=1e-5)
    assert found.dtype == np.float32


class Path:
    """A path over forty thinned rows with two frames, and its figures written out."""

    def __init__(self, count: int = 200) -> None:
        rng = np.random.default_rng(7)
        stream = shaken(count)
        present = np.ones(count, dtype=bool)
        present[80:100] = False
        self.force = AveragedForce(
            replace(stream, present=present), strapdown_of(turning(count), 100), broken_rows=10, config=CONFIG
        )
        m = self.force.force.shape[1]
        nodes = np.array([[0.1, 0.1], [0.0, 0.0], [1.0, 1.0]]) / np.hypot(0.1, 1.0)
        self.up = np.repeat(nodes[:, :1], m, axis=1)
        known = Vertical(
            node_row=np.array([0.0, count]),
            up_inertial=nodes,
            section=np.zeros(2, dtype=np.int64),
            section_first=np.array([0]),
        )
        angle = rng.normal(0.0, 0.1, m).cumsum()
        self.ahead = np.stack((np.cos(angle), np.sin(angle), np.zeros(m)))
        self.path = PathAcceleration(self.force, known, forward_inertial=self.ahead, config=CONFIG)

    def size_mps2(self) -> FloatArray:
        smooth = self.force.smoothed(self.force.force, 0.4)
        across = smooth - self.up * (smooth * self.up).sum(axis=0)
        return np.asarray(np.linalg.norm(across, axis=0))

    def turning_radps(self) -> FloatArray:
        ahead = self.force.smoothed(self.ahead, 0.5)
        turn = np.cross(ahead[:, :-1].T, ahead[:, 1:].T)
        return np.asarray(np.abs((turn * self.up[:, 1:].T).sum(axis=1)) * 10.0)


def test_the_force_along_the_vertical_is_told_thinned_row_by_thinned_row() -> None:
    case = Path()
    np.testing.assert_allclose(case.path.along_up_mps2, (case.force.force * case.up).sum(axis=0))
    np.testing.assert_allclose(
        case.path.position(np.array([-9.0, 2.0, 4.5, 197.0, 900.0])), [0.0, 0.0, 0.5, 39.0, 39.0]
    )


def test_the_largest_of_a_stride_is_that_of_the_thinned_rows_within_it() -> None:
    case = Path()
    strides = even_strides(10.0, 36.0, 5)
    size, turning_radps = case.size_mps2(), case.turning_radps()
    first = ((strides.start_row - 2.0) / 5.0).astype(int)
    last = ((strides.end_row - 2.0) / 5.0).astype(int)
    peak, turned = case.path.largest_in(strides)
    np.testing.assert_allclose(peak, [size[a:b].max() for a, b in zip(first, last, strict=True)])
    np.testing.assert_allclose(turned, [turning_radps[a:b].max() for a, b in zip(first, last, strict=True)])


def test_a_stride_within_one_thinned_row_has_the_figures_of_that_row() -> None:
    case = Path()
    short = Strides(
        start_row=np.array([52.0]),
        middle_row=np.array([53.0]),
        end_row=np.array([54.0]),
        bout=np.zeros(1, np.int64),
        running=np.ones(1, bool),
    )
    peak, turned = case.path.largest_in(short)
    assert (peak[0], turned[0]) == (
        pytest.approx(case.size_mps2()[10]),
        pytest.approx(case.turning_radps()[10]),
    )


def test_the_last_stride_of_a_stream_has_figures_too() -> None:
    case = Path()
    peak, turned = case.path.largest_in(even_strides(150.0, 50.0, 1))
    assert peak[0] == pytest.approx(case.size_mps2()[29:38].max())
    assert turned[0] == pytest.approx(case.turning_radps()[29:38].max())


def test_each_frame_holds_for_as_long_as_it_weighs() -> None:
    case = Path()
    found = case.path.shortest_section_s(even_strides(2.0, 60.0, 3))
    # Twenty boxes up to the break, of which the last four were lost, and twenty behind it.
    np.testing.assert_allclose(found, [1.6, 1.6, 2.0], atol=1e-4)


@pytest.mark.parametrize(("boxes", "figures"), [(1, 0.0), (2, None)])
def test_with_one_thinned_row_nothing_is_known_of_the_path(boxes: int, figures: float | None) -> None:
    count = 5 * boxes
    strapdown = strapdown_of(turning(count))
    force = AveragedForce(shaken(count), strapdown, broken_rows=10, config=CONFIG)
    known = unaided_vertical(force, strapdown, CONFIG)
    ahead = np.eye(3)[:, :boxes]
    peak, turned = PathAcceleration(force, known, forward_inertial=ahead, config=CONFIG).largest_in(
        even_strides(0.0, 4.0, 1)
    )
    if figures is None:
        assert turned[0] > 0.0
    assert peak.shape == turned.shape == (1,)
    assert (figures is None) or (peak[0], turned[0]) == (0.0, 0.0)
