"""The vertical between its nodes, and what is believed of the speed at them, by the rules written out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from analysis.config import AnalysisConfig
from analysis.signal.motion import forward_inertial, speed_prior
from analysis.signal.records import Strapdown, TrunkAxes, Vertical
from analysis.signal.speed import SpeedProfile
from analysis.signal.vertical import AveragedForce
from sensor.samples import FloatArray
from tests.support.streams import even, even_gait, static_periods_of, still

CONFIG = AnalysisConfig()


def by_the_book(vertical: Vertical, row: float) -> FloatArray:
    """Return the unit vertical at a row: on the line between two nodes, or that of its own section's node."""
    nodes = vertical.node_row
    at = float(np.clip(row, nodes[0], nodes[-1]))
    base = min(int((at - nodes[0]) / (nodes[1] - nodes[0])), len(nodes) - 2)
    part = (at - nodes[base]) / (nodes[1] - nodes[0])
    if vertical.section[base] != vertical.section[base + 1]:
        own = np.searchsorted(vertical.section_first, row, side="right") - 1
        part = 0.0 if own == vertical.section[base] else 1.0
    up = vertical.up_inertial[:, base] * (1.0 - part) + vertical.up_inertial[:, base + 1] * part
    return np.asarray(up / np.linalg.norm(up))


@pytest.mark.parametrize("first_row", [0.0, 30.0])
def test_between_nodes_up_lies_on_the_line_and_never_across_sections(first_row: float) -> None:
    rng = np.random.default_rng(1)
    up = rng.normal([[0.2], [-0.1], [1.0]], 0.3, (3, 9))
    node_row = first_row + 10.0 * np.arange(9)
    section = np.array([0, 0, 0, 1, 1, 1, 2, 2, 2])
    section_first = (first_row + np.array([0.0, 24.0, 60.0])).astype(np.int64)
    vertical = Vertical(
        node_row=node_row,
        up_inertial=up / np.linalg.norm(up, axis=0),
        section=section,
        section_first=section_first,
    )
    row = first_row + np.arange(-10.0, 95.0, 0.5)
    expected = np.stack([by_the_book(vertical, k) for k in row], axis=1)
    np.testing.assert_allclose(vertical.at_rows(row), expected, atol=1e-12)


def belief(speed: SpeedProfile | None, *, start_s: float = 0.0) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return what is believed at nodes a quarter of a second apart: 10 s of rest, of running, of neither."""
    stream = replace(still(30.0), start_s=start_s)
    nodes = np.arange(0.0, 3121.0, 26.0)
    up = np.tile([[0.0], [0.0], [1.0]], len(nodes))
    vertical = Vertical(
        node_row=nodes,
        up_inertial=up,
        section=np.zeros(len(nodes), dtype=np.int64),
        section_first=np.array([0]),
    )
    rests = static_periods_of((0, 1040), stream=stream)
    found = speed_prior(
        vertical,
        stream,
        gait=even_gait(1040, 2080, 37.0, len(stream)),
        static_periods=rests,
        speed=speed,
        config=CONFIG,
    )
    return found.nominal_mps, found.measured_mps, found.measured_weight


def test_a_rest_weighs_by_two_hundredths_of_a_metre_a_second_and_a_watch_by_fifteen() -> None:
    profile = SpeedProfile(np.array([100.0, 130.0]), np.array([2.0, 5.0]), measured=True)
    nominal, measured, weight = belief(profile, start_s=100.0)
    is_still = np.arange(121) < 40
    np.testing.assert_allclose(weight, np.where(is_still, 1.0 / 0.02**2, 0.25 / 0.15**2))
    expected = np.where(is_still, 0.0, 2.0 + 0.1 * 0.25 * np.arange(121))
    np.testing.assert_allclose(measured, expected)
    np.testing.assert_allclose(nominal, expected)


def test_with_nothing_measured_only_the_rest_is_known() -> None:
    nominal, measured, weight = belief(None)
    np.testing.assert_allclose(weight, np.where(np.arange(121) < 40, 2500.0, 0.0))
    np.testing.assert_array_equal(measured, 0.0)
    # The last node, at the end of the stream, is that of its last row.
    np.testing.assert_allclose(nominal, 3.0 * ((np.arange(121) >= 40) & (np.arange(121) < 80)))


def test_the_forward_axis_is_turned_by_the_row_in_the_middle_of_each_box() -> None:
    angle = 0.01 * np.arange(1040)
    zero = np.zeros_like(angle)
    q = np.stack((np.cos(angle / 2.0), zero, zero, np.sin(angle / 2.0))).astype(np.float32)
    strapdown = Strapdown(q, np.array([0]))
    stream = even(np.ones((1040, 3)), np.zeros((1040, 3)))
    force = AveragedForce(stream, strapdown, broken_rows=42, config=CONFIG.orientation)
    sensor = np.array([[0.0, 1.0, 0.0], [-1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    ahead = forward_inertial(
        strapdown,
        TrunkAxes(trunk_from_sensor=sensor, zero_source="standing", sideways_strength=1.0, forward_votes=()),
        force,
    )
    # A box of ten rows has its middle at 4.5, which is row 4.
    at = 0.01 * (10.0 * np.arange(104) + 4.0)
    np.testing.assert_allclose(ahead, [-np.sin(at), np.cos(at), np.zeros(104)], atol=1e-6)
