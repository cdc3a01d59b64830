"""What the method paragraph says of a second sensor comes from the thresholds in force."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from analysis.personal import EarlierRun, PersonalBaseline, Slope
from analysis.report.method import measured_lines, method_lines
from analysis.run_report import RunReport
from tests.support import sample_report as sample
from tests.support.sample_report import with_fields


def _with_column(name: str, value: float) -> RunReport:
    report = sample.steady_run()
    column = {name: np.full(len(report.strides), value)}
    found = replace(
        report.provenance.config.findings,
        rounded_deg=5.5,
        rounded_sacrum_deg=2.5,
        head_pitch_deg=17.5,
        neck_change_deg=9.5,
    )
    return with_fields(
        report,
        strides=report.strides.with_columns(**column),
        config=replace(report.provenance.config, findings=found),
    )


def test_with_a_sacrum_sensor_the_rule_for_a_rounded_back_is_told_as_configured() -> None:
    (line,) = [s for s in method_lines(_with_column("sacrum_pitch_deg", 8.0)) if s.startswith("Back:")]
    assert "+5.5°" in line
    assert "less than 2.5°" in line


def test_with_a_head_sensor_the_rule_for_the_head_is_told_as_configured() -> None:
    (line,) = [s for s in method_lines(_with_column("head_pitch_deg", 3.0)) if s.startswith("Head sensor:")]
    assert "17.5° or more" in line
    assert "+9.5°" in line


def test_without_a_second_sensor_its_rules_are_left_out() -> None:
    report = _with_column("sacrum_pitch_deg", np.nan)
    report = with_fields(
        report, strides=report.strides.with_columns(head_pitch_deg=np.full(len(report.strides), np.nan))
    )
    assert not [s for s in method_lines(report) if s.startswith(("Back:", "Head sensor:"))]


def test_the_window_of_contact_times_is_told_as_configured() -> None:
    report = sample.steady_run()
    config = report.provenance.config
    wide = replace(config, segments=replace(config.segments, contact_window_m=250.0))
    (line,) = [s for s in measured_lines(with_fields(report, config=wide)) if s.startswith("Contact time")]
    assert "median over 250 m" in line


def _of_slopes(*, grade_known: bool, half_pct: float) -> str:
    report = with_fields(sample.steady_run(), grade_known=grade_known, grade_half_width_pct=half_pct)
    (line,) = [line for line in method_lines(report) if line.startswith("Baseline:")]
    return line.partition("/km.")[2].strip()


def test_how_well_slopes_are_known_is_told_and_why_they_are_not() -> None:
    assert _of_slopes(grade_known=True, half_pct=1.04) == "Slope is told to within ± 1.0 %."
    assert _of_slopes(grade_known=True, half_pct=np.nan) == ""
    assert "wavers too much to tell slopes (± 6.3 %)" in _of_slopes(grade_known=False, half_pct=6.3)
    assert _of_slopes(grade_known=False, half_pct=np.nan).startswith("Slope is not known")


def test_the_method_says_which_earlier_runs_a_report_rests_on() -> None:
    personal = PersonalBaseline(
        uphill=Slope(0.4, 0.1, 0.0, 6.0, 5),
        downhill=Slope(-0.1, 0.2, -6.0, 0.0, 5),
        runs=(
            *(EarlierRun(f"run {day}", f"2026-05-0{day}T07:00:00Z") for day in range(1, 6)),
            EarlierRun("<b>bent</b>", "2026-05-06T07:00:00Z", "no verdict"),
        ),
    )
    lines = method_lines(with_fields(sample.steady_run(), personal=personal))
    (told,) = [line for line in lines if line.startswith("Earlier runs")]
    assert "5 earlier runs, 2026-05-01 to 2026-05-05; 1 run left out" in told
    assert "0.40° further forward for each % uphill (95 % from 0.30 to 0.50; 5 runs)" in told
    assert "0.10° further forward for each % downhill (95 % from −0.10 to 0.30; 5 runs)" in told
    assert "Left out: 2026-05-06 <b>bent</b> (no verdict)." in told
