from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from analysis.report import text
from tests.support import sample_report as sample
from tests.support.sample_report import with_fields

GOLDEN = Path(__file__).parents[3] / "golden" / "report_slouching_10k.txt"
ALL = [
    sample.slouching_10k,
    sample.steady_run,
    sample.short_run,
    sample.loose_sensor,
    sample.own_baseline,
    sample.accelerometer_only,
    sample.three_hours,
]


@pytest.mark.parametrize("make", ALL)
def test_no_line_is_wider_than_a_terminal(make: Any) -> None:
    assert max(len(line) for line in text.render(make()).splitlines()) <= 80


def test_the_text_of_a_slouching_run_reads_as_agreed() -> None:
    assert text.render(sample.slouching_10k()) == GOLDEN.read_text(encoding="utf-8")


@pytest.mark.parametrize("make", ALL)
def test_an_older_terminal_can_show_every_character(make: Any) -> None:
    text.render(make()).encode("cp1252")


def test_what_people_typed_cannot_steer_the_terminal() -> None:
    report = sample.slouching_10k()
    evil = "\x1b[2J\x07 \u202e name\r\n" + "x" * 200
    session = replace(report.session, name=evil, notices=(evil,))
    shown = text.render(with_fields(report, session=session, notes=(evil,)))
    assert not set(shown) & {"\x1b", "\x07", "\u202e", "\r"}
    assert max(len(line) for line in shown.splitlines()) <= 80


def test_the_head_line_names_estimate_source_and_interval() -> None:
    assert "Head, a model's estimate (trunk model): " in text.render(sample.slouching_10k())
    assert "95 % from" in " ".join(text.render(sample.slouching_10k()).split())
    assert "Head" not in text.render(sample.accelerometer_only())


def test_what_a_head_sensor_measures_comes_before_the_model() -> None:
    shown = " ".join(text.render(sample.head_sensor()).split())
    measured = "Head, measured: pitch and neck flexion against standing, face down positive km pitch neck"
    assert "9–10 +6.0° -3.0°" in shown
    assert shown.index(measured) < shown.index("Head, a model's estimate (head sensor): ")
    assert "Head, measured" not in text.render(sample.slouching_10k())


def test_without_a_standing_there_is_no_absolute_lean() -> None:
    shown = text.render(sample.own_baseline())
    assert "Trunk lean" not in shown
    assert "  lean  " not in shown


def test_a_run_without_a_slouch_says_none() -> None:
    assert "Slouched stretches: none." in text.render(sample.steady_run())
    assert "Slouched stretches: not judged" in text.render(sample.short_run())
