"""The smoother against its own equations, written out as one dense least-squares problem."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from analysis.config import AnalysisConfig
from analysis.signal import inclination_smoother
from analysis.signal.config import OrientationConfig
from analysis.signal.inclination_smoother import SpeedPrior, smoothed_vertical
from analysis.signal.records import Strapdown, Vertical
from analysis.signal.vertical import AveragedForce, at_nodes
from sensor.samples import FloatArray
from sensor.units import STANDARD_GRAVITY_MPS2
from tests.support.streams import even

RATE_HZ = 40.0
NODES = 25
ROWS_PER_NODE = 10
COUNT = ROWS_PER_NODE * (NODES - 1) + 4
BROKEN_AT = 12 * ROWS_PER_NODE + 3
NEXT_TO_NOTHING = 1e-6

CONFIG = OrientationConfig(
    decimated_hz=10.0,
    force_smoothing_s=0.3,
    heading_smoothing_s=0.7,
    force_noise_mps2=0.4,
    tilt_noise_rad=0.02,
    turn_noise=0.03,
    bias_noise_radps=0.01,
    bias_spread_radps=0.05,
    speed_noise_mps=0.3,
    speed_memory_s=4.0,
    passes=3,
    student_freedom=5.0,
)
"""Numbers under which every equation has a say."""


class Case:
    """A made-up stretch of force, heading, vertical and speed, drawn by a seed; the frame breaks once."""

    def __init__(self, seed: int, push_mps2: float = 0.5) -> None:
        rng = np.random.default_rng(seed)
        force = rng.normal(0.0, push_mps2, (COUNT, 3)).cumsum(axis=0) / 4.0 + [
            0.0,
            0.0,
            STANDARD_GRAVITY_MPS2,
        ]
        identity = np.repeat([[1.0], [0.0], [0.0], [0.0]], COUNT, axis=1).astype(np.float32)
        strapdown = Strapdown(identity, np.array([0, BROKEN_AT]))
        self.force = AveragedForce(
            even(force, np.zeros((COUNT, 3)), rate_hz=RATE_HZ), strapdown, broken_rows=9, config=CONFIG
        )
        node_row = np.arange(NODES, dtype=np.float64) * ROWS_PER_NODE
        tilt = rng.normal(0.0, 0.03, (2, NODES)).cumsum(axis=1)
        up = np.stack((tilt[0], tilt[1], np.ones(NODES)))
        section = (node_row >= BROKEN_AT).astype(np.int64)
        self.first = Vertical(
            node_row=node_row,
            up_inertial=up / np.linalg.norm(up, axis=0),
            section=section,
            section_first=strapdown.section_first,
        )
        angle = rng.normal(0.0, 0.2, self.force.force.shape[1]).cumsum()
        self.ahead = np.stack((np.cos(angle), np.sin(angle), 0.1 * np.sin(3.0 * angle)))
        self.speed = SpeedPrior(
            rng.uniform(1.0, 4.0, NODES),
            rng.uniform(1.0, 4.0, NODES),
            np.where(rng.random(NODES) < 0.4, 1.0 / 0.3**2, 0.0),
        )

    def smoothed(self, config: OrientationConfig = CONFIG) -> Vertical:
        return smoothed_vertical(
            self.force, self.first, forward_inertial=self.ahead, speed=self.speed, config=config
        ).vertical


def levels(up: FloatArray) -> Rotation:
    """Return level_from_inertial at every node: turned from node to node about the common perpendicular."""

    def shortest(source: FloatArray, target: FloatArray) -> Rotation:
        axis = np.cross(source, target)
        size = np.linalg.norm(axis)
        angle = np.arctan2(size, source @ target)
        return Rotation.from_rotvec(axis / max(float(size), 1e-15) * angle)

    found = [shortest(up[:, 0], np.array([0.0, 0.0, 1.0]))]
    for k in range(1, up.shape[1]):
        found.append(found[-1] * shortest(up[:, k], up[:, k - 1]))
    return Rotation.concatenate(found)


class Dense:
    """The equations of a case, one by one, with a standard deviation each."""

    def __init__(self, case: Case, config: OrientationConfig) -> None:
        self.config = config
        force, first = case.force, case.first
        self.dt = ROWS_PER_NODE / RATE_HZ
        self.level = levels(first.up_inertial)
        middle = (first.node_row[1:] + first.node_row[:-1]) / 2.0
        smooth = force.smoothed(force.force, config.force_smoothing_s)
        pushed = at_nodes(smooth, force, node_row=middle, section=first.section[:-1])
        half = Rotation.concatenate(
            [
                a * Rotation.from_rotvec((a.inv() * b).as_rotvec() / 2.0)
                for a, b in zip(self.level[:-1], self.level[1:], strict=True)
            ]
        )
        self.pushed = half.apply(pushed.T)[:, :2]
        ahead = at_nodes(
            force.smoothed(case.ahead, config.heading_smoothing_s),
            force,
            node_row=first.node_row,
            section=first.section,
        )
        heading = self.level.apply(ahead.T)[:, :2]
        self.heading = heading / np.linalg.norm(heading, axis=1, keepdims=True)
        self.turned = self.level[1:].apply(np.array(first.up_inertial[:, :-1].T))[:, :2]
        self.whole = first.section[1:] == first.section[:-1]
        self.speed = case.speed

    def solved(self) -> FloatArray:
        """Return the (k, 5) states: tilt (2), speed, bias forward and left."""
        ease = np.ones((NODES - 1, 2))
        state = np.zeros((NODES, 5))
        for _ in range(self.config.passes):
            rows, known, weight = self._equations(ease)
            root = np.sqrt(weight)
            state = np.linalg.lstsq(rows * root[:, None], known * root, rcond=None)[0].reshape(NODES, 5)
            ease = self._ease(rows, known, state)
        return state

    def _ease(self, rows: FloatArray, known: FloatArray, state: FloatArray) -> FloatArray:
        """Return (k-1, 2) the Student weights of force and speed, for what the states leave over."""
        left = (known - rows @ state.ravel())[: 7 * (NODES - 1)].reshape(NODES - 1, 7)
        freedom = self.config.student_freedom
        force = (left[:, 0] ** 2 + left[:, 1] ** 2) / (2.0 * self.config.force_noise_mps2**2)
        speed = left[:, 6] ** 2 / (self.config.speed_noise_mps**2 * self.dt)
        return np.stack((1.0 / (1.0 + 2.0 * force / freedom), 1.0 / (1.0 + speed / freedom)), axis=1)

    def _equations(self, ease: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        config, dt = self.config, self.dt
        rows: list[FloatArray] = []
        known: list[float] = []
        weight: list[float] = []

        def says(terms: dict[tuple[int, int], float], value: float, weighs: float) -> None:
            row = np.zeros((NODES, 5))
            for at, factor in terms.items():
                row[at] = factor
            rows.append(row.ravel())
            known.append(value)
            weight.append(weighs)

        keep = np.exp(-dt / config.speed_memory_s)
        nominal = self.speed.nominal_mps
        for k in range(NODES - 1):
            h, after = self.heading[k], self.heading[k + 1]
            whole = bool(self.whole[k])
            for i in range(2):
                terms = {
                    (k, i): STANDARD_GRAVITY_MPS2 / 2.0,
                    (k + 1, i): STANDARD_GRAVITY_MPS2 / 2.0,
                    (k, 2): -h[i] / dt,
                    (k + 1, 2): after[i] / dt,
                }
                says(terms, self.pushed[k, i], dt / config.force_noise_mps2**2 * ease[k, 0] if whole else 0.0)
            turn = abs(np.angle(complex(*after) / complex(*h)))
            tilt = 1.0 / (config.tilt_noise_rad**2 * dt + (config.turn_noise * turn) ** 2)
            # A bias b of the trunk turns up by b × up: forward is h, left is h turned by a quarter.
            moved = {0: (h[1], h[0]), 1: (-h[0], h[1])}
            for i in range(2):
                terms = {(k, i): -1.0, (k + 1, i): 1.0, (k, 3): -dt * moved[i][0], (k, 4): -dt * moved[i][1]}
                says(terms, self.turned[k, i], tilt if whole else NEXT_TO_NOTHING)
            for i in (3, 4):
                says({(k, i): -1.0, (k + 1, i): 1.0}, 0.0, 1.0 / (config.bias_noise_radps**2 * dt))
            says(
                {(k, 2): -keep, (k + 1, 2): 1.0},
                nominal[k + 1] - keep * nominal[k],
                (1.0 / (config.speed_noise_mps**2 * dt) if whole else NEXT_TO_NOTHING) * ease[k, 1],
            )
        for k in range(NODES):
            says({(k, 2): 1.0}, self.speed.measured_mps[k], self.speed.measured_weight[k])
            for i in range(3):
                says({(k, i): 1.0}, 0.0, NEXT_TO_NOTHING)
            for i in (3, 4):
                says({(k, i): 1.0}, 0.0, 1.0 / (config.bias_spread_radps**2 * NODES))
        return np.array(rows), np.array(known), np.array(weight)

    def up_inertial(self) -> FloatArray:
        most = self.config.most_correction
        e = np.clip(self.solved()[:, :2], -most, most)
        up = np.column_stack((e, np.sqrt(1.0 - (e**2).sum(axis=1))))
        return np.asarray(self.level.inv().apply(up).T)


@pytest.mark.parametrize("seed", range(2))
def test_the_banded_solution_is_that_of_the_equations_as_they_are_told(seed: int) -> None:
    case = Case(seed)
    found = case.smoothed()
    np.testing.assert_allclose(found.up_inertial, Dense(case, CONFIG).up_inertial(), atol=1e-6)
    np.testing.assert_array_equal(found.node_row, case.first.node_row)
    np.testing.assert_array_equal(found.section, case.first.section)


def test_the_noise_in_use_is_that_which_the_accuracy_was_measured_with() -> None:
    documented = OrientationConfig(
        force_smoothing_s=0.4,
        heading_smoothing_s=0.5,
        force_noise_mps2=0.1,
        tilt_noise_rad=2e-3,
        turn_noise=0.005,
        bias_noise_radps=3e-4,
        bias_spread_radps=0.02,
        speed_noise_mps=0.1,
        speed_memory_s=200.0,
        passes=4,
        student_freedom=4.0,
        most_correction=0.7,
    )
    for push_mps2 in (0.1, 3.0):
        case = Case(5, push_mps2=push_mps2)
        found = case.smoothed(AnalysisConfig().orientation).up_inertial
        np.testing.assert_allclose(found, Dense(case, documented).up_inertial(), atol=1e-5)


def test_no_correction_of_either_axis_goes_beyond_the_largest() -> None:
    case = Case(7, push_mps2=9.0)
    config = replace(CONFIG, most_correction=0.3)
    dense = Dense(case, config)
    beyond = np.abs(dense.solved()[:, :2]) > 0.3
    assert beyond.any(axis=0).all()
    np.testing.assert_allclose(case.smoothed(config).up_inertial, dense.up_inertial(), atol=1e-6)


def test_how_many_nodes_are_multiplied_at_a_time_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    case = Case(3)
    at_once = case.smoothed().up_inertial
    monkeypatch.setattr(inclination_smoother, "_NODES_AT_A_TIME", 7)
    np.testing.assert_allclose(case.smoothed().up_inertial, at_once, atol=1e-12)
