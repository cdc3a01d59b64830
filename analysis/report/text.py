"""A run report for the terminal: headline, facts, kilometres, stretches, quality, in at most 80 columns."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence

from analysis.lengths import LengthUnit
from analysis.records import Episode, Segment
from analysis.report import words
from analysis.report.advice import advice_lines
from analysis.report.cue_words import cue_rows, cue_sentences
from analysis.report.fresh_tired import thirds_remarks, thirds_sentence, walking_sentence
from analysis.report.method import personal_lines
from analysis.report.small_figures import side
from analysis.report.split_words import SPLIT_WORDS
from analysis.run_report import RunReport
from analysis.words import Verdict

WIDTH = 80

_BACK = "Back, measured: how much further bent against the pelvis than at your start"

_NARROW_CHARACTERS = {ord(words.MINUS): "-", ord(words.THIN_SPACE): " "}
"""What the code page of an older terminal lacks, and what stands for it."""


def render(report: RunReport) -> str:
    """Return the report as plain text, one newline at its end.

    Text that came from a person or a sensor cannot steer the terminal: control characters are replaced.
    """
    parts = [_heading(report), _headline(report), _facts(report), _kilometres(report), _laps(report)]
    parts += [
        _thirds(report),
        _cues(report),
        _stretches(report),
        _back(report),
        _head(report),
        _quality(report),
    ]
    lines = [line for part in parts if part for line in (*part, "")]
    text = "\n".join(line.rstrip() for line in lines)
    return text.translate(_NARROW_CHARACTERS)


def _wrapped(text: str, indent: str = "") -> list[str]:
    """Return a text as lines, those after the first indented; too long words are cut."""
    return textwrap.wrap(words.clean(text), WIDTH, subsequent_indent=indent) or [""]


def _heading(report: RunReport) -> list[str]:
    lines = _wrapped(f"{report.session.name}, {words.started(report.session.started_utc)}")
    if report.session.simulated:
        lines += _wrapped("Simulated runner: software made this recording, it says nothing about a person.")
    return lines


def _headline(report: RunReport) -> list[str]:
    verdict = words.VERDICTS[report.outcome.verdict]
    lines = _wrapped(f"[{verdict.light.upper()}: {verdict.text}] {report.outcome.headline}")
    lines += _wrapped(words.usual_is(report), "  ") if report.evidence.baseline else []
    because = [reason.strip().rstrip(".") for reason in report.outcome.confidence_because]
    reasons = f" ({'; '.join(because)})" if because else ""
    lines += _wrapped(f"Confidence: {report.outcome.confidence}{reasons}.", "  ")
    advised = " ".join(advice_lines(report))
    return lines + (_wrapped(f"Suggestion: {advised}", "  ") if advised else [])


def _thirds(report: RunReport) -> list[str]:
    told = thirds_sentence(report)
    lines = _wrapped(" ".join([told, *thirds_remarks(report)]), "  ") if told else []
    walking = walking_sentence(report)
    return lines + (_wrapped(walking, "  ") if walking else [])


def _cues(report: RunReport) -> list[str]:
    sentences = cue_sentences(report)
    if not sentences:
        return []
    heads = ("reminders", "time", "before", "after", "")
    return [*_table(heads, cue_rows(report)), *(line for told in sentences for line in _wrapped(told, "  "))]


def _facts(report: RunReport) -> list[str]:
    rows = words.facts(report)
    told = [line for what, value, remark in rows for line in _fact(what, value, remark)]
    return told + [line for sentence in personal_lines(report) for line in _wrapped(sentence, "  ")]


def _fact(what: str, value: str, remark: str) -> list[str]:
    return _wrapped(f"{what:<12}{value}" + (f" ({remark})" if remark else ""), " " * 12)


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Return columns ranged right, the first one left."""
    widths = [max(len(row[i]) for row in (heads, *rows)) for i in range(len(heads))]

    def laid(row: Sequence[str]) -> str:
        return "  ".join(
            [row[0].ljust(widths[0]), *(c.rjust(w) for c, w in zip(row[1:], widths[1:], strict=True))]
        )

    return [laid(heads), *(laid(row) for row in rows)]


def _kilometres(report: RunReport) -> list[str]:
    if not report.evidence.segments or not words.has_distance(report):
        return []
    unit = words.unit_of(report)
    heads = [_column(report), f"min{unit.pace_unit}", "steps", "change", "side", "up cm", "contact", "flag"]
    if words.has_standing_zero(report):
        heads.insert(3, "lean")
    keys = ["steps per minute; change against your usual; up and down in cm; contact in ms"]
    if _has_heart_rate(report):
        heads.insert(-1, "heart")
        keys.append("heart in beats per minute")
    keys.append(f"distance: {words.distance_source(report)}")
    rows = _table(heads, [_kilometre(report, s) for s in report.evidence.segments])
    return [*rows, *(line for key in keys for line in _wrapped(key))]


def _column(report: RunReport) -> str:
    return SPLIT_WORDS[report.provenance.config.segments.split].column


def _laps(report: RunReport) -> list[str]:
    """Return the runner's own laps, and work and rest apart."""
    unit, evidence = words.unit_of(report), report.evidence
    if not evidence.laps:
        return []
    heads = ["lap", str(unit), "time", f"min{unit.pace_unit}", "steps", "change", "flag"]
    rows = [
        [
            words.segment_name(s, unit),
            words.length(s.to_m - s.from_m, unit, 2),
            words.lap_time(s.duration_s),
            words.mean_pace(s, unit),
            words.number(s.cadence_spm),
            words.signed(s.adj_deg),
            words.FLAG_WORDS[s.flag],
        ]
        for s in evidence.laps
    ]
    rows += [
        [
            f"all {e.kind}, {e.lap_count}",
            words.length(e.distance_m, unit, 2),
            words.lap_time(e.duration_s),
            words.mean_pace(e, unit),
            words.number(e.cadence_spm),
            words.signed(e.adj_deg),
            words.FLAG_WORDS[e.flag],
        ]
        for e in evidence.efforts
    ]
    return ["Laps", *_table(heads, rows), *_wrapped(f"distance: {words.distance_source(report)}")]


def _has_heart_rate(report: RunReport) -> bool:
    return any(math.isfinite(s.heart_rate_bpm) for s in report.evidence.segments)


def _kilometre(report: RunReport, s: Segment) -> list[str]:
    lean = [words.degrees(s.flexion_deg)] if words.has_standing_zero(report) else []
    heart = [words.number(s.heart_rate_bpm)] if _has_heart_rate(report) else []
    return [
        words.segment_name(s, words.unit_of(report)),
        words.pace(s.speed_mps, words.unit_of(report)),
        words.number(s.cadence_spm),
        *lean,
        words.signed(s.adj_deg),
        side(s.lateral_deg).replace("right", "R").replace("left", "L"),
        words.number(s.vertical_oscillation_cm, 1),
        words.number(s.contact_time_ms),
        *heart,
        words.FLAG_WORDS[s.flag],
    ]


def _stretches(report: RunReport) -> list[str]:
    if report.evidence.episodes:
        title = words.stretches_title(report)
        return [
            title,
            *(line for e in report.evidence.episodes for line in _stretch(e, words.unit_of(report))),
        ]
    if report.outcome.verdict == Verdict.NONE:
        return ["Slouched stretches: not judged in this run."]
    return ["Slouched stretches: none."]


def _stretch(e: Episode, unit: LengthUnit) -> list[str]:
    slope = f", slope {words.grade(e.grade_pct)}" if math.isfinite(e.grade_pct) else ""
    where = f"{words.stretch(e, unit)} ({words.episode_length(e, unit)})"
    speed = f"{words.pace(e.speed_mps, unit)} {unit.pace_unit}"
    return _wrapped(
        f"  {words.FLAG_TEXTS.get(e.flag, e.flag)}: {where}, "
        f"{words.signed(e.depth_deg)} above usual at {speed}{slope}; ended by: {e.ended_by}",
        "    ",
    )


def _back(report: RunReport) -> list[str]:
    rows = [s for s in report.evidence.segments if math.isfinite(s.bend_change_deg)]
    if not rows or not words.has_distance(report):
        return []
    unit = words.unit_of(report)
    told = [
        [words.segment_name(s, unit), words.signed(s.bend_change_deg), words.signed(s.sacrum_pitch_deg)]
        for s in rows
    ]
    if not words.has_standing_zero(report):
        return [_BACK, *_table([_column(report), "bent"], [row[:2] for row in told])]
    return [
        _BACK,
        *_table([_column(report), "bent", "pelvis"], told),
        "pelvis: tilt against standing, forward positive",
    ]


def _head(report: RunReport) -> list[str]:
    known = [s for s in report.evidence.segments if math.isfinite(s.head_forward_cm)]
    if not known:
        return []
    last = known[-1]
    ahead, low, high = (
        words.number(v, 1) for v in (last.head_forward_cm, last.head_forward_lo_cm, last.head_forward_hi_cm)
    )
    where = f"{ahead} cm ahead of standing in {words.segment_place(last, words.unit_of(report))}"
    estimate = (
        f"Head, a model's estimate ({report.provenance.head_source}): {where}, 95 % from {low} to {high} cm."
    )
    return [*_head_measured(report), *_wrapped(estimate, "  ")]


def _head_measured(report: RunReport) -> list[str]:
    rows = [s for s in report.evidence.segments if math.isfinite(s.head_pitch_deg)]
    if not rows:
        return []
    unit = words.unit_of(report)
    told = [
        [words.segment_name(s, unit), words.signed(s.head_pitch_deg), words.signed(s.neck_flexion_deg)]
        for s in rows
    ]
    return [
        "Head, measured: pitch and neck flexion against standing, face down positive",
        *_table([_column(report), "pitch", "neck"], told),
    ]


def _quality(report: RunReport) -> list[str]:
    lines = ["Data quality"]
    for q in report.evidence.quality:
        todo = f" {q.advice}" if q.advice else ""
        lines += _wrapped(f"  [{q.grade}] {q.what}: {q.value}.{todo}", "    ")
    for note in (*report.evidence.notes, *report.session.notices):
        lines += _wrapped(f"  {note}", "    ")
    return lines
