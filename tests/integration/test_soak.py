"""Eight minutes of five sensors and many faults, in virtual time; `make soak` lets eight hours pass."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.soak import CONNECTION_INTERVAL_S, Soak, soak
from tests.support.soak_judging import Kept, judge, kept_payloads
from tests.support.soak_sensors import WORN

DURATION_S = 480.0
FAULTS_PER_HOUR = 90.0


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("soak") / "session.runtall"


@pytest.fixture(scope="module")
def left(path: Path) -> Soak:
    return soak(path, WORN, duration_s=DURATION_S, faults_per_hour=FAULTS_PER_HOUR)


@pytest.fixture(scope="module")
def kept(path: Path, left: Soak) -> list[Kept]:
    return judge(path, WORN, left, DURATION_S)


def test_every_notification_delivered_is_in_the_file(path: Path, left: Soak) -> None:
    assert left.delivered.count > 3 * 13 * DURATION_S / 2
    assert kept_payloads(path) == left.delivered


def test_samples_are_in_order_and_each_is_there_once(kept: list[Kept]) -> None:
    assert {one.placement: one.in_order for one in kept} == {one.placement: True for one in WORN}


def test_lost_samples_are_gaps_and_nothing_else_is(kept: list[Kept]) -> None:
    for one in kept:
        assert one.gaps_match, one
        assert one.lost > 0
        assert one.gap_error_s < CONNECTION_INTERVAL_S


def test_nothing_is_lost_without_a_fault(kept: list[Kept]) -> None:
    assert [gap for one in kept for gap in one.unexplained] == []


def test_every_sample_is_dated_within_one_connection_interval(kept: list[Kept]) -> None:
    for one in kept:
        assert one.time_error_s < CONNECTION_INTERVAL_S, one
        assert abs(one.rate_error_ppm) < 2.0, one


def test_shared_taps_tie_the_time_lines_together_within_5_ms(kept: list[Kept]) -> None:
    assert {one.placement: one.tie_error_s < 0.005 for one in kept} == {one.placement: True for one in WORN}
