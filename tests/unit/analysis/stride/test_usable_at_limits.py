"""Each limit of a usable stride from both sides, and what is counted against a plain loop."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import cast

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.signal.records import EvenStream, Strides
from analysis.signal.vertical import PathAcceleration
from analysis.stride.config import PostureConfig
from analysis.stride.usable import beside_a_stop, longest_loss, mean_force_g, stride_fraction, usable_columns
from sensor.samples import BoolArray, FloatArray
from tests.support.streams import RATE_HZ, even, even_strides

CONFIG = PostureConfig()
G = 9.80665
ROWS = 100
COUNT = 60


@dataclass
class KnownPath:
    """Stands for a path whose every figure is known; rows and places are the same."""

    along_up_mps2: FloatArray
    section_s: float = 60.0
    peak_mps2: float = 0.0
    turning_radps: float = 0.0

    def position(self, row: FloatArray) -> FloatArray:
        return row

    def shortest_section_s(self, strides: Strides) -> FloatArray:
        return np.full(len(strides), self.section_s)

    def largest_in(self, strides: Strides) -> tuple[FloatArray, FloatArray]:
        return np.full(len(strides), self.peak_mps2), np.full(len(strides), self.turning_radps)


def steady(force_g: float = 1.0) -> EvenStream:
    acc = np.zeros((ROWS * COUNT + 1, 3))
    acc[:, 2] = force_g * G
    return even(acc, None)


def strides() -> Strides:
    return even_strides(0.0, float(ROWS), COUNT)


def marked(*rows: int) -> BoolArray:
    flag = np.zeros(ROWS * COUNT + 1, dtype=bool)
    flag[list(rows)] = True
    return flag


def reasons(
    stream: EvenStream, rom_deg: float = 10.0, path: KnownPath | None = None, *, known: bool = False
) -> list[str]:
    usable, because = usable_columns(
        stream,
        strides(),
        path=cast(PathAcceleration | None, path),
        flexion_rom_deg=np.full(COUNT, rom_deg),
        speed_known=known,
        config=CONFIG,
    )
    assert (usable == (because == "")).all()
    return [str(word) for word in because]


@pytest.mark.parametrize(("rows", "because"), [(50, ""), (51, "gap")])
def test_half_a_stride_may_be_lost(rows: int, because: str) -> None:
    present = ~marked(*range(2010, 2010 + rows))
    assert reasons(replace(steady(), present=present)) == [""] * 20 + [because] + [""] * 39


@pytest.mark.parametrize(("rows", "because"), [(2, ""), (3, "clipped")])
def test_two_hundredths_of_a_stride_may_be_clipped(rows: int, because: str) -> None:
    clipped = marked(*range(2010, 2010 + rows))
    assert reasons(replace(steady(), clipped=clipped)) == [""] * 20 + [because] + [""] * 39


@pytest.mark.parametrize(
    ("force_g", "because"), [(1.0299, ""), (1.0301, "loose"), (0.9701, ""), (0.9699, "loose")]
)
def test_mean_force_may_be_three_hundredths_off(force_g: float, because: str) -> None:
    assert set(reasons(steady(force_g))) == {because}


def test_clipping_explains_a_wrong_force_in_the_twenty_five_strides_around_it() -> None:
    found = reasons(replace(steady(1.04), clipped=marked(3050)))
    assert found == ["loose"] * 18 + ["clipped"] * 25 + ["loose"] * 17


@pytest.mark.parametrize(("rom_deg", "because"), [(40.0, ""), (40.1, "loose")])
def test_a_trunk_swings_by_forty_degrees_at_most(rom_deg: float, because: str) -> None:
    assert set(reasons(steady(), rom_deg)) == {because}


@pytest.mark.parametrize(
    ("changed", "known", "because"),
    [
        pytest.param({"section_s": 4.0}, False, "", id="frame-holds-long-enough"),
        pytest.param({"section_s": 3.99}, False, "gap", id="frame-holds-too-short"),
        pytest.param({"section_s": 3.99}, True, "gap", id="whatever-the-speed"),
        pytest.param({"peak_mps2": 0.6, "turning_radps": 9.0}, False, "", id="no-acceleration-to-speak-of"),
        pytest.param({"peak_mps2": 0.61, "turning_radps": 0.17}, False, "burst", id="straight-on"),
        pytest.param({"peak_mps2": 0.61, "turning_radps": 0.171}, False, "turn", id="round-a-corner"),
        pytest.param({"peak_mps2": 0.61, "turning_radps": 0.171}, True, "", id="speed-known"),
        pytest.param({"section_s": 3.0, "peak_mps2": 0.61}, False, "gap", id="a-loss-comes-first"),
    ],
)
def test_what_the_path_says_against_a_stride(changed: dict[str, float], known: bool, because: str) -> None:
    stream = steady()
    path = KnownPath(stream.acc_sensor_mps2[:, 2], **changed)
    assert set(reasons(stream, path=path, known=known)) == {because}


def test_the_first_reason_is_told_of_several() -> None:
    path = KnownPath(np.full(ROWS * COUNT + 1, G), peak_mps2=1.0)
    stream = replace(
        steady(), present=~marked(*range(510, 570)), clipped=marked(*range(510, 520), *range(610, 620))
    )
    found = reasons(stream, 50.0, path)
    assert found == ["loose"] * 5 + ["gap", "clipped"] + ["loose"] * 53


def test_without_strides_there_is_no_reason() -> None:
    none = even_strides(0.0, 100.0, 0)
    path = cast(PathAcceleration, KnownPath(np.full(10, G)))
    usable, because = usable_columns(
        steady(), none, path=path, flexion_rom_deg=np.zeros(0), speed_known=False, config=CONFIG
    )
    assert len(usable) == len(because) == 0
    assert (usable.dtype, because.dtype) == (np.dtype(bool), np.dtype(object))


def test_with_a_path_the_force_is_read_along_the_vertical() -> None:
    stream = steady(1.1)
    path = cast(PathAcceleration, KnownPath(np.full(ROWS * COUNT + 1, 1.02 * G)))
    whole = np.ones(COUNT, dtype=bool)
    np.testing.assert_allclose(
        mean_force_g(stream, path, strides=strides(), whole=whole, config=CONFIG), 1.02
    )
    np.testing.assert_allclose(mean_force_g(stream, None, strides=strides(), whole=whole, config=CONFIG), 1.1)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_mean_force_is_that_of_the_whole_strides_among_twenty_five(seed: int) -> None:
    rng = np.random.default_rng(seed)
    level = rng.uniform(0.9, 1.1, COUNT)
    whole = rng.random(COUNT) < 0.7
    acc = np.zeros((ROWS * COUNT + 1, 3))
    acc[:, 1] = G * np.append(np.repeat(level, ROWS), level[-1])
    found = mean_force_g(even(acc, None), None, strides=strides(), whole=whole, config=CONFIG)
    # Over a boundary the trapezoid takes half a row from the stride behind it.
    mean = level + np.append(np.diff(level), 0.0) / (2.0 * ROWS)
    for k in range(COUNT):
        around = np.clip(np.arange(k - 12, k + 13), 0, COUNT - 1)
        kept = around[whole[around]]
        if len(kept):
            assert found[k] == pytest.approx(mean[kept].mean(), abs=1e-6)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_shares_and_losses_are_those_of_a_plain_loop(seed: int) -> None:
    rng = np.random.default_rng(seed)
    flag = rng.random(200) < 0.4
    some = even_strides(float(rng.uniform(0.0, 9.0)), float(rng.uniform(3.0, 20.0)), 9)
    share = [
        flag[int(np.ceil(a)) : int(np.ceil(b))].mean()
        for a, b in zip(some.start_row, some.end_row, strict=True)
    ]
    np.testing.assert_allclose(stride_fraction(flag, some), share)
    edges = np.flatnonzero(np.diff(np.concatenate(([0], flag, [0])).astype(int))).reshape(-1, 2)
    longest = [
        max([b - a for a, b in edges if a < end and b > start], default=0) / (end - start)
        for start, end in zip(some.start_row, some.end_row, strict=True)
    ]
    stream = even(np.zeros((200, 3)), None, present=~flag)
    np.testing.assert_allclose(longest_loss(stream, some), longest)


def test_a_loss_that_ends_where_a_stride_begins_does_not_touch_it() -> None:
    some = even_strides(10.0, 10.0, 3)
    flag = np.zeros(60, dtype=bool)
    flag[5:10] = flag[20:22] = flag[40:50] = True
    np.testing.assert_allclose(
        longest_loss(even(np.zeros((60, 3)), None, present=~flag), some), [0.0, 0.2, 0.0]
    )


def test_a_share_is_of_the_rows_there_are() -> None:
    flag = np.ones(20, dtype=bool)
    np.testing.assert_allclose(stride_fraction(flag, even_strides(-5.0, 15.0, 3)), [1.0, 1.0, 0.0])


def test_the_first_and_last_five_seconds_of_each_bout_are_beside_a_stop() -> None:
    one = even_strides(0.0, RATE_HZ, 12)
    start, middle, end = (
        np.concatenate((rows, rows + 20.0 * RATE_HZ)) for rows in (one.start_row, one.middle_row, one.end_row)
    )
    both = Strides(
        start_row=start,
        middle_row=middle,
        end_row=end,
        bout=np.repeat([3, 4], 12),
        running=np.ones(24, dtype=bool),
    )
    stream = even(np.zeros((round(40 * RATE_HZ), 3)), None)
    expected = ([True] * 5 + [False] * 2 + [True] * 5) * 2
    assert beside_a_stop(stream, both, CONFIG).tolist() == expected
