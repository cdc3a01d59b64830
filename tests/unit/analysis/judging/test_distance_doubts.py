"""Sources of the distance that contradict each other, or the steps."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.judging.config import DistanceConfig
from analysis.judging.distance import distance_of, model_speed
from analysis.judging.distance_doubts import source_doubts, typed_doubts
from sensor.samples import Track
from tests.support.stride_tables import STRIDE_S, steady_run

CONFIG = DistanceConfig()
POD = Track("distance_m", "foot pod", np.array([0.0, 700.0]), np.array([0.0, 2100.0]))
BELT = Track("speed_mps", "treadmill", np.array([350.0, 700.0]), np.array([3.2, 3.2]))


def likely_mps() -> float:
    return float(np.median(model_speed(steady_run(1000), CONFIG)))


@pytest.mark.parametrize(("factor", "told"), [(0.6, 1), (0.7, 0), (1.0, 0), (1.45, 0), (1.6, 1)])
@pytest.mark.parametrize("what", ["speed", "distance"])
def test_what_was_typed_is_doubted_where_it_contradicts_the_cadence_by_half(
    what: str, factor: float, told: int
) -> None:
    table = steady_run(1000)
    likely = likely_mps() if what == "speed" else likely_mps() * 1000 * STRIDE_S
    context = {"typed_speed_mps" if what == "speed" else "typed_distance_m": factor * likely}
    doubts = typed_doubts(table, context, CONFIG)
    assert len(doubts) == told
    assert all(f"The typed {what} of" in doubt for doubt in doubts)


def test_a_doubted_speed_is_told_beside_what_the_steps_suggest() -> None:
    (doubt,) = typed_doubts(steady_run(1000), {"typed_speed_mps": 10.0}, CONFIG)
    assert "36.0 km/h" in doubt
    assert f"about {3.6 * likely_mps():.0f} km/h" in doubt


def test_nothing_typed_or_nothing_run_gives_no_doubt() -> None:
    assert typed_doubts(steady_run(1000), {}, CONFIG) == ()
    assert typed_doubts(steady_run(0), {"typed_speed_mps": 3.0, "typed_distance_m": 9.0}, CONFIG) == ()


def differences(*tracks: Track, lap_s: tuple[float, ...] = (), **context: float) -> tuple[str, ...]:
    table = steady_run(1000)
    told = {"tracks": tracks, "context": context, "config": CONFIG, "lap_s": np.array(lap_s)}
    counts = distance_of(table, **told).distance_source
    return source_doubts(table, counts=counts, **told)


@pytest.mark.parametrize(
    ("typed_m", "is_told"), [(2163.0, False), (2164.0, True), (2038.9, False), (2038.0, True)]
)
def test_two_sources_are_told_from_three_per_cent_of_the_smaller_one(typed_m: float, is_told: bool) -> None:
    assert bool(differences(POD, typed_distance_m=typed_m)) == is_told


def test_a_difference_names_both_and_which_one_counts() -> None:
    assert differences(POD, typed_distance_m=2300.0) == (
        "The foot pod says 2.10 km, you typed 2.30 km; the foot pod counts.",
    )
    assert differences(watch_distance_m=3000.0, typed_distance_m=3200.0) == (
        "The watch's file says 3.00 km, you typed 3.20 km; the watch's file counts.",
    )
    assert differences(watch_distance_m=3000.0, typed_distance_m=3050.0) == ()


def test_tracks_are_compared_while_both_were_recorded() -> None:
    # In the second half the pod counts 1050 m, the belt runs 1120 m.
    assert differences(POD, BELT) == (
        "The foot pod says 1.05 km, the treadmill says 1.12 km; the foot pod counts.",
    )


def test_a_watchs_track_and_the_total_of_its_file_are_one_source() -> None:
    watch = Track("distance_m", "watch file", np.array([0.0, 700.0]), np.array([0.0, 2100.0]))
    assert differences(watch, watch_distance_m=2400.0) == ()


def test_every_pair_is_told_once() -> None:
    # Laps of 400 m every 100 s make 2.8 km, the typed speed 2.52 km.
    found = differences(
        POD,
        lap_s=tuple(np.arange(1, 7) * 100.0),
        lap_length_m=400.0,
        watch_distance_m=2110.0,
        typed_speed_mps=3.6,
    )
    assert [doubt.partition(";")[0].rstrip(".") for doubt in found] == [
        "The foot pod says 2.10 km, your laps make 2.80 km",
        "The foot pod says 2.10 km, your typed speed makes 2.52 km",
        "The watch's file says 2.11 km, your laps make 2.80 km",
        "The watch's file says 2.11 km, your typed speed makes 2.52 km",
        "Your laps make 2.80 km, your typed speed makes 2.52 km",
    ]
    assert [doubt.endswith("; the foot pod counts.") for doubt in found] == [True, True, False, False, False]


def test_a_lap_length_without_marked_laps_is_said_to_tell_nothing() -> None:
    (told,) = differences(lap_s=(100.0,), lap_length_m=400.0)
    assert "no two laps were marked" in told


def test_one_source_alone_contradicts_nothing() -> None:
    assert differences(POD) == differences(typed_distance_m=2000.0) == differences() == ()
    assert (
        source_doubts(steady_run(0), (), context={"typed_distance_m": 9.0}, counts="typed", config=CONFIG)
        == ()
    )
