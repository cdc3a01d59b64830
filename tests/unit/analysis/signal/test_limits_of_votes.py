"""Each vote on which way is forward, from motions made by hand: when it speaks, and how loudly."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pytest

from analysis.signal.config import AxesConfig
from analysis.signal.forward_direction import (
    BOW,
    LEAN,
    PITCH,
    START,
    contradicts_running,
    decide,
    votes,
)
from analysis.signal.neutral_standing import StandingCalibration
from analysis.signal.records import EvenStream, StaticPeriods, Strapdown, Strides
from analysis.words import ZeroSource
from sensor.samples import FloatArray
from tests.support.streams import even, even_strides

CONFIG = AxesConfig()
G = 9.80665
RATE_HZ = 10.0
COUNT = 1000
FIRST_STRIDE = 600
REST = 400
IDENTITY = np.array([1.0, 0.0, 0.0, 0.0])


def unit(forward_deg: float, sideways_deg: float = 0.0) -> FloatArray:
    """Return the vertical in the axes of a body bent forward and to the right."""
    up = np.array([-np.tan(np.radians(forward_deg)), np.tan(np.radians(sideways_deg)), 1.0])
    return np.asarray(up / np.linalg.norm(up))


def bent(deg: float, *, sideways: float = 0.0) -> FloatArray:
    """Return the vertical of a body bent by any angle, ``sideways`` times as far sideways as forward."""
    across = np.sin(np.radians(deg)) / np.hypot(1.0, sideways)
    return np.array([-across, sideways * across, np.cos(np.radians(deg))])


@dataclass
class Session:
    """A standing from row 400 on and a run from row 600 on, upright and unshaken unless changed."""

    count: int = COUNT
    first_stride: int = FIRST_STRIDE
    rest: int = 0
    force: FloatArray = field(init=False)
    up: FloatArray = field(init=False)
    q: FloatArray = field(init=False)
    sections: tuple[int, ...] = (0,)
    standings: tuple[float, ...] = (0.0,)
    candidate: FloatArray = field(default_factory=lambda: np.eye(3))
    strides: Strides = field(init=False)

    def __post_init__(self) -> None:
        self.force = np.tile([0.0, 0.0, G], (self.count, 1))
        self.up = np.repeat([[0.0], [0.0], [1.0]], self.count, axis=1)
        self.q = np.repeat(IDENTITY[:, None], self.count, axis=1)
        self.strides = even_strides(float(self.first_stride), 7.0, 40)

    def asked(self, config: AxesConfig = CONFIG) -> dict[str, float]:
        stream: EvenStream = even(self.force, np.zeros((self.count, 3)), rate_hz=RATE_HZ)
        stood = np.array([unit(deg) * G for deg in self.standings])
        rests = StaticPeriods(
            first=REST + 60 * np.arange(len(stood)),
            last=REST + 50 + 60 * np.arange(len(stood)),
            acc_sensor_mps2=stood,
            gyr_sensor_radps=np.zeros_like(stood),
        )
        which = np.arange(len(stood))
        zero = StandingCalibration(
            up_sensor=unit(0.0),
            source=ZeroSource.STANDING,
            static_period=self.rest,
            standing=which,
            bent=np.zeros(0, dtype=np.int64),
        )
        strapdown = Strapdown(self.q.astype(np.float32), np.array(self.sections))
        return dict(
            votes(
                stream,
                strapdown,
                up=self.up,
                candidate_from_sensor=self.candidate,
                strides=self.strides,
                calibration=zero,
                static_periods=rests,
                config=config,
            )
        )


def test_a_body_that_neither_bows_nor_starts_nor_swings_nor_leans_says_nothing() -> None:
    assert Session().asked() == {}


@pytest.mark.parametrize(
    ("deg", "sideways", "vote"),
    [
        pytest.param(20.1, 0.0, 1.0, id="least"),
        pytest.param(19.9, 0.0, None, id="less"),
        pytest.param(119.9, 0.0, 1.0, id="most"),
        pytest.param(120.1, 0.0, None, id="more"),
        pytest.param(-40.0, 0.0, -1.0, id="backwards"),
        pytest.param(40.0, 0.499, 1.0, id="hardly-straight"),
        pytest.param(40.0, -0.499, 1.0, id="hardly-straight-to-the-other-side"),
        pytest.param(40.0, 0.501, None, id="askew"),
        pytest.param(20.1, 0.4, 1.0, id="least-of-both-together"),
    ],
)
def test_a_bow_of_twenty_to_a_hundred_and_twenty_degrees_tells_forward(
    deg: float, sideways: float, vote: float | None
) -> None:
    session = Session()
    session.up[:, 500] = bent(deg, sideways=sideways)
    assert session.asked().get(BOW) == vote


@pytest.mark.parametrize(("row", "counts"), [(99, False), (100, True), (569, True), (570, False)])
def test_a_bow_counts_from_half_a_minute_before_the_standing_to_three_seconds_before_the_run(
    row: int, counts: bool
) -> None:
    session = Session()
    session.up[:, row] = bent(50.0)
    assert (BOW in session.asked()) == counts


def test_the_deepest_bow_counts() -> None:
    session = Session()
    session.up[:, 450], session.up[:, 460] = bent(40.0), bent(-60.0)
    assert session.asked()[BOW] == -1.0


def test_without_a_standing_or_any_time_before_the_run_there_is_no_bow() -> None:
    session = Session(rest=-1)
    session.up[:, 500] = bent(50.0)
    assert BOW not in session.asked()
    early = Session(first_stride=20)
    early.up[:, 0] = bent(50.0)
    assert BOW not in early.asked()


def pushed(session: Session, gain_mps: tuple[float, float], rows: slice) -> Session:
    """Add a push that gains a velocity (m/s) along x and y over some rows."""
    number = len(range(*rows.indices(session.count)))
    session.force[rows, :2] += np.array(gain_mps) * RATE_HZ / number
    return session


@pytest.mark.parametrize(
    ("gain_mps", "vote"),
    [
        pytest.param((1.01, 0.0), 1.0, id="least"),
        pytest.param((0.99, 0.0), None, id="less"),
        pytest.param((-1.01, 0.0), -1.0, id="backwards"),
        pytest.param((2.0, 1.99), 1.0, id="hardly-ahead"),
        pytest.param((2.0, -2.01), None, id="askew"),
    ],
)
def test_a_start_that_gains_a_metre_a_second_tells_forward(
    gain_mps: tuple[float, float], vote: float | None
) -> None:
    assert pushed(Session(), gain_mps, slice(600, 640)).asked().get(START) == vote


@pytest.mark.parametrize(("row", "counts"), [(579, False), (580, True), (669, True), (670, False)])
def test_velocity_is_gained_from_two_seconds_before_the_run_to_seven_behind(row: int, counts: bool) -> None:
    session = pushed(Session(), (1.5, 0.0), slice(row, row + 1))
    # One such push before is a standing that was not quiet.
    assert (START in session.asked(replace(CONFIG, start_gain_mps=1.4))) == counts


@pytest.mark.parametrize(
    ("sections", "holds"), [((0, 560), True), ((0, 561), False), ((0, 669), False), ((0, 670), True)]
)
def test_a_frame_that_breaks_in_between_tells_no_start(sections: tuple[int, ...], holds: bool) -> None:
    session = pushed(Session(sections=sections), (2.0, 0.0), slice(600, 640))
    assert (START in session.asked()) == holds


@pytest.mark.parametrize(("size_mps2", "is_quiet"), [(0.99, True), (1.01, False)])
@pytest.mark.parametrize("axis", range(3))
def test_the_standing_before_a_start_must_be_quiet_along_every_axis(
    size_mps2: float, is_quiet: bool, axis: int
) -> None:
    session = pushed(Session(), (2.0, 0.0), slice(600, 640))
    session.force[560:580, axis] += size_mps2 * np.where(np.arange(20) % 2 == 0, 1.0, -1.0)
    assert (START in session.asked()) == is_quiet


@pytest.mark.parametrize(
    ("count", "first_stride", "says"),
    [
        (635, 600, True),
        (634, 600, False),
        (1000, 30, True),
        (1000, 29, False),
        (1000, 20, False),
        (1000, 3, False),
    ],
)
def test_a_start_needs_a_second_of_standing_and_half_its_time_of_running(
    count: int, first_stride: int, says: bool
) -> None:
    session = Session(count=count, first_stride=first_stride)
    pushed(session, (2.0, 0.0), slice(first_stride, first_stride + 20))
    # The frame begins anew with every stream, which is before any standing in it.
    assert (START in session.asked()) == says


def test_the_vertical_of_a_start_is_that_of_the_standing_before() -> None:
    session = pushed(Session(), (0.0, 0.0), slice(600, 640))
    session.force[:] = [G * np.sin(0.2), 0.0, G * np.cos(0.2)]
    assert START not in session.asked()
    session.force[600:640] += 0.5 * np.array([np.cos(0.2), 0.0, -np.sin(0.2)])
    assert session.asked()[START] == 1.0


def test_a_start_is_held_against_where_the_body_faces_meanwhile() -> None:
    session = Session()
    session.q[:] = np.array([np.cos(np.pi / 4.0), 0.0, 0.0, np.sin(np.pi / 4.0)])[:, None]
    # The body faces the y axis of the inertial frame; forces are felt in its own.
    assert pushed(session, (2.0, 0.0), slice(600, 640)).asked()[START] == 1.0
    turned = Session(candidate=np.diag([-1.0, -1.0, 1.0]))
    assert pushed(turned, (2.0, 0.0), slice(600, 640)).asked()[START] == -1.0


def swinging(flexion_deg: float, lag_turns: float = 0.0) -> Session:
    """Return strides of fifty rows whose pitch swings with the bounce, twice a stride."""
    session = Session(count=3200)
    session.strides = even_strides(599.5, 50.0, 40)
    turns = 2.0 * (np.arange(3200) - 600.0) / 50.0
    session.force[600:2600, 2] += 6.0 * np.cos(2.0 * np.pi * turns[600:2600])
    flexion = np.radians(flexion_deg * np.cos(2.0 * np.pi * (turns - lag_turns)))
    session.up[:] = np.stack((-np.sin(flexion), np.zeros(3200), np.cos(flexion)))
    return session


@pytest.mark.parametrize(
    ("flexion_deg", "lag_turns", "vote"),
    [
        pytest.param(0.101, 0.0, 0.101, id="least"),
        pytest.param(0.099, 0.0, None, id="less"),
        pytest.param(0.5, 0.0, 0.5, id="half"),
        pytest.param(0.98, 0.0, 0.98, id="nearly-sure"),
        pytest.param(3.0, 0.0, 1.0, id="sure"),
        pytest.param(-0.5, 0.0, -0.5, id="against"),
        pytest.param(-3.0, 0.0, -1.0, id="sure-against"),
        pytest.param(0.5, 1.0 / 6.0, 0.25, id="half-in-phase"),
        pytest.param(0.5, 0.25, None, id="a-quarter-late"),
    ],
)
def test_pitch_that_swings_with_the_bounce_votes_by_its_size(
    flexion_deg: float, lag_turns: float, vote: float | None
) -> None:
    found = swinging(flexion_deg, lag_turns).asked().get(PITCH)
    assert found == (None if vote is None else pytest.approx(vote, abs=0.002))


@pytest.mark.parametrize(
    ("lean_deg", "standings", "vote"),
    [
        pytest.param(3.01, (0.0,), 1.0 / 6.0, id="least"),
        pytest.param(2.99, (0.0,), None, id="less"),
        pytest.param(-3.01, (0.0,), -1.0 / 6.0, id="backwards"),
        pytest.param(11.99, (0.0,), 1.0 / 6.0, id="as-far-as-anybody-backwards"),
        pytest.param(12.01, (0.0,), 1.0, id="further"),
        pytest.param(-12.01, (0.0,), -1.0, id="further-backwards"),
        pytest.param(12.01, (0.0, 4.99), 1.0, id="standings-agree"),
        pytest.param(12.01, (0.0, 5.01), 1.0 / 6.0, id="standings-do-not"),
    ],
)
def test_the_lean_of_the_run_votes_faintly_unless_it_is_beyond_doubt(
    lean_deg: float, standings: tuple[float, ...], vote: float | None
) -> None:
    session = Session(standings=standings)
    session.up[:, FIRST_STRIDE:] = unit(lean_deg)[:, None]
    found = session.asked().get(LEAN)
    assert found == (None if vote is None else pytest.approx(vote))


def test_the_lean_is_read_from_whole_running_strides_within_the_rows_known() -> None:
    session = Session(count=800)
    # Twenty-eight strides end before the last row; the others, were they read, would lie at its lean.
    session.up[:, FIRST_STRIDE : FIRST_STRIDE + 197] = unit(8.0)[:, None]
    session.up[:, 797:] = unit(-80.0)[:, None]
    assert session.asked()[LEAN] == pytest.approx(1.0 / 6.0)
    walked = Session()
    walked.strides = replace(walked.strides, running=np.arange(40) >= 20)
    walked.up[:, FIRST_STRIDE : FIRST_STRIDE + 139] = unit(-20.0)[:, None]
    walked.up[:, FIRST_STRIDE + 139 :] = unit(8.0)[:, None]
    assert walked.asked(replace(CONFIG, bow_deg=90.0))[LEAN] == pytest.approx(1.0 / 6.0)
    assert LEAN not in Session(rest=-1).asked()


@pytest.mark.parametrize(
    ("found", "total"),
    [
        (((BOW, 1.0),), 10.0),
        (((START, 1.0),), 1.0),
        (((PITCH, -0.5),), -0.5),
        (((LEAN, 1.0 / 6.0),), 0.5),
        (((BOW, -1.0), (START, 1.0), (PITCH, 1.0), (LEAN, 1.0)), -5.0),
    ],
)
def test_votes_weigh_as_the_definitions_say(found: tuple[tuple[str, float], ...], total: float) -> None:
    assert decide(found, CONFIG) == pytest.approx(total)


@pytest.mark.parametrize(
    ("start", "pitch", "contradicts"),
    [(-1.0, -0.5, True), (-1.0, -0.49, False), (0.0, -1.0, False), (1.0, 1.0, False)],
)
def test_start_and_pitch_together_contradict_a_bent_standing(
    start: float, pitch: float, contradicts: bool
) -> None:
    found: tuple[tuple[str, Any], ...] = ((BOW, 1.0), (START, start), (PITCH, pitch), (LEAN, 1.0))
    assert contradicts_running(found, CONFIG) == contradicts
