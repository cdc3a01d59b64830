"""The pages of the public sets: their readers read, their key figures hold, and what is written is whole."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from tests.bench.revalidation import strapped_case, turn_term
from tests.bench.revalidation.agreement import HEADER, Agreement, picture
from tests.bench.revalidation.data_page import DataPage, index
from tests.bench.revalidation.data_sets import PAGES
from tests.bench.validation_pages import FOLDER
from tests.support import datasets

PAIRS = Agreement("lean", "°", np.array([0.0, 1.0, 2.0, 3.0]), np.array([1.0, 1.0, 3.0, 5.0]))
"""Errors 1, 0, 1, 2: mean 1, sum of squares about it 2, so SD = √(2 / 3)."""


def test_bias_spread_and_limits_are_those_of_bland_and_altman() -> None:
    assert PAIRS.bias == pytest.approx(1.0)
    assert PAIRS.sd == pytest.approx(np.sqrt(2.0 / 3.0))
    assert PAIRS.rmse == pytest.approx(np.sqrt(1.5))
    assert PAIRS.limits == pytest.approx((1.0 - 1.96 * PAIRS.sd, 1.0 + 1.96 * PAIRS.sd))
    assert len(PAIRS.row()) == len(HEADER)


def test_of_one_pair_no_spread_is_told() -> None:
    one = Agreement("steps", "steps", np.array([100.0]), np.array([99.0]))
    assert np.isnan(one.sd)
    assert one.row()[5] == "–"
    assert "nan" not in picture([one], "one", "One pair")


def test_a_page_names_its_picture_and_what_it_does_not_show() -> None:
    page = DataPage(
        key="made_up", title="T", source="S", compared="C", agreements=[PAIRS], not_shown="Anything else."
    )
    text = page.markdown()
    assert "(made_up.svg)" in text
    assert text.rstrip().endswith("Anything else.")
    assert "[made_up](made_up.md)" in index([page], "Written today.")
    assert ElementTree.fromstring(page.picture()).attrib["viewBox"] == "0 0 340 260"


@pytest.mark.parametrize("key", PAGES)
def test_every_set_has_its_page_and_a_small_picture_that_loads_nothing(key: str) -> None:
    assert f"({key}.svg)" in (FOLDER / f"{key}.md").read_text("utf-8")
    drawn = (FOLDER / f"{key}.svg").read_text("utf-8")
    assert ElementTree.fromstring(drawn).tag == "{http://www.w3.org/2000/svg}svg"
    assert len(drawn) < 60_000
    assert "href" not in drawn


def test_every_set_of_recordings_has_a_page() -> None:
    folders = {path.name for path in Path(datasets.data_dir()).iterdir() if path.is_dir()}
    # Bytes with their values are compared one by one in the tests of the decoders.
    assert folders - set(PAGES) == {"ble_vectors"}


def test_a_strapped_case_tilts_as_the_thorax_does_within_three_degrees() -> None:
    thorax_deg, case_deg, _, _ = strapped_case.means()
    assert len(thorax_deg) == 24
    assert np.abs(case_deg - thorax_deg).max() < 3.0
    assert abs(np.mean(case_deg - thorax_deg)) < 0.5
    # Harder steps shake it more.
    assert strapped_case.wobble_deg("SlowGait") < strapped_case.wobble_deg("Running") < 2.0


def test_without_the_turn_term_the_lean_into_a_bend_is_hidden() -> None:
    straight_run, bend_run = turn_term.straight_and_bend(running_s=40.0)
    bend, straight = turn_term.lean_of(bend_run), turn_term.lean_of(straight_run)
    off_deg, hidden_deg = (np.mean(found - bend.true_deg) for found in bend[1:])
    # 2.0 m/s on 6.4 m is 0.63 m/s2, which looks like 3.7 degrees where all of it is taken for gravity.
    assert 2.5 < hidden_deg - off_deg < 3.8
    assert abs(off_deg) < 1.3
    assert abs(np.mean(straight.with_term_deg - straight.true_deg)) < 0.7
