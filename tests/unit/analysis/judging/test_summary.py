"""What of the trunk's motion keeps confidence from being good."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analysis.judging.summary import doubts_about
from analysis.session_facts import HANDEDNESS, WITHIN_RANGE, SensorCheck
from analysis.signal.forward_direction import BOW, LEAN, PITCH, START, Votes
from analysis.signal.motion import Motion
from analysis.words import CheckOutcome
from sensor.virtual.runner.plan import run, stand
from tests.support.short_runs import CONFIG, OPENING, PLAIN, motion, virtual

UNSURE = "It is not certain which way is forward: bow once after standing."
NO_GYROSCOPE = "The sensor has no gyroscope: the angle may be wrong by 4.5°."
UNJUDGED_AXES = (SensorCheck(HANDEDNESS, CheckOutcome.NOT_JUDGED, "there is no gyroscope"),)


@pytest.fixture(scope="module", name="trunk")
def fixture_trunk() -> Motion:
    return motion(virtual(replace(PLAIN, legs=(*OPENING, run(25.0, 3.0), stand(6.0)))))


@pytest.mark.parametrize(
    ("votes", "is_doubted"),
    [
        pytest.param((), True, id="silence"),
        pytest.param(((PITCH, 0.3),), True, id="a faint vote"),
        pytest.param(((PITCH, -0.3),), True, id="a faint vote against"),
        pytest.param(((START, 1.0), (PITCH, -0.7)), True, id="two that differ"),
        pytest.param(((PITCH, 0.6),), False, id="a clear vote"),
        pytest.param(((START, 1.0), (LEAN, 1.0 / 6.0)), False, id="two that agree"),
        pytest.param(((BOW, 1.0), (START, -1.0), (PITCH, 0.3)), False, id="a bow"),
    ],
)
def test_forward_is_doubted_where_no_bow_and_hardly_a_vote_tells_it(
    trunk: Motion, votes: Votes, is_doubted: bool
) -> None:
    told = replace(trunk, axes=replace(trunk.axes, forward_votes=votes))
    assert list(doubts_about(told, CONFIG, checks=())) == ([UNSURE] if is_doubted else [])


def test_without_a_gyroscope_the_angle_is_doubted(trunk: Motion) -> None:
    assert list(doubts_about(replace(trunk, path=None), CONFIG, checks=UNJUDGED_AXES)) == [NO_GYROSCOPE]


def test_the_doubt_about_a_missing_gyroscope_states_the_error_in_force(trunk: Motion) -> None:
    wider = replace(CONFIG, posture=replace(CONFIG.posture, accelerometer_error_deg=6.5))
    assert "may be wrong by 6.5°" in doubts_about(replace(trunk, path=None), wider, checks=())[0]


@pytest.mark.parametrize("outcome", CheckOutcome)
def test_a_check_that_was_not_judged_is_a_doubt_with_its_reason(trunk: Motion, outcome: CheckOutcome) -> None:
    told = replace(trunk, axes=replace(trunk.axes, forward_votes=((BOW, 1.0),)))
    checks = (
        SensorCheck(HANDEDNESS, outcome, "of that"),
        SensorCheck(WITHIN_RANGE, outcome, "the file tells no range"),
    )
    assert list(doubts_about(told, CONFIG, checks=checks)) == (
        [
            "Whether the sensor's axes are right-handed was not judged: of that.",
            "Whether the sensor's range was exceeded was not judged: the file tells no range.",
        ]
        if outcome == CheckOutcome.NOT_JUDGED
        else []
    )
