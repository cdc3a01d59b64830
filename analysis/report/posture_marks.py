"""What lies over the main figure: walks, what is not judged, gaps, flagged stretches, standings, steps."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from markupsafe import Markup

from analysis.lengths import LengthUnit
from analysis.records import Episode, Segment
from analysis.report import svg, words
from analysis.report.frame import Plot
from analysis.run_report import RunReport
from analysis.words import Activity, Flag, NotJudgedReason
from sensor.samples import BoolArray

ROW = 22.0
"""Height of one row of flags above the plot, in drawing units."""

FLAG_ROWS = (Flag.SLOUCHED, Flag.ROUNDED, Flag.LEANING, Flag.WATCH, Flag.HEAD)
"""Flags from the top row down."""


_POINTED_AT = 4.0
"""Narrower columns, in drawing units, are not met by a pointer on purpose."""

UNJUDGED = {
    NotJudgedReason.GRADE: "too steep to be judged",
    NotJudgedReason.SPEED: "another pace, not judged",
}
"""Why usable running is not judged, to what a runner reads."""


def walks(plot: Plot) -> Markup:
    """Return grey grounds where the runner walked."""
    return _grounds(
        plot, plot.report.strides["activity"] == Activity.WALK, css="walk", told="walking, not judged"
    )


def unjudged(plot: Plot) -> Markup:
    """Return pale grounds where the runner ran, but too steeply or at another pace than is judged."""
    because = plot.report.strides["judged_because"]
    return Markup("").join(
        _grounds(plot, because == reason, css="unjudged", told=told) for reason, told in UNJUDGED.items()
    )


def has_unjudged(report: RunReport) -> bool:
    """Tell whether any running was not judged for its slope or pace."""
    return bool(np.isin(report.strides["judged_because"], list(UNJUDGED)).any())


def _grounds(plot: Plot, inside: BoolArray, *, css: str, told: str) -> Markup:
    """Return a ground, as high as the plot, behind every unbroken stretch of the strides ``inside``."""
    strides = plot.report.strides
    edges = np.flatnonzero(np.diff(np.concatenate([[False], inside, [False]]).astype(np.int8)))
    start_s, metres = strides["start_s"], strides["distance_m"]
    return Markup("").join(
        svg.rect(
            plot.way.at(metres[first], start_s[first]),
            plot.top,
            plot.way.at(metres[stop - 1], start_s[stop - 1]),
            plot.bottom,
            class_=css,
            title=told,
        )
        for first, stop in edges.reshape(-1, 2).tolist()
    )


def gaps(plot: Plot, key: str) -> Markup:
    """Return hatched grounds where data are missing, wide enough to be seen."""
    drawn = []
    for gap in plot.report.evidence.gaps:
        begin, end = plot.way.at(gap.from_m, gap.from_s), plot.way.at(gap.to_m, gap.to_s)
        told = f"no data for {words.duration(gap.to_s - gap.from_s)}: {words.clean(gap.reason)}"
        ground = svg.rect(begin, plot.top, max(end, begin + 2), plot.bottom, class_="gap", title=told)
        drawn.append(svg.tag("g", ground, fill=f"url(#{key}-gap)"))
    return Markup("").join(drawn)


def pins(plot: Plot) -> Markup:
    """Return what is pinned to a place: fresh window, standings, strap steps."""
    return Markup("").join([_fresh_window(plot), *_standings(plot), *_mounting_shifts(plot)])


def _fresh_window(plot: Plot) -> Markup:
    base = plot.report.evidence.baseline
    if base is None or not plot.way.by_distance:
        return Markup("")
    a, b, y = plot.way.at(base.from_m, 0), plot.way.at(base.to_m, 0), plot.bottom - 8
    told = f"fresh window, {base.stride_count} strides: here your usual is read"
    bracket = svg.tag("path", d=f"M{a:.1f} {y - 5}V{y}H{b:.1f}V{y - 5}", class_="bracket")
    is_wide = b - a > plot.size.letter * 6
    name = svg.text(
        (a + b) / 2 if is_wide else b + 5,
        y - 6 if is_wide else y,
        "fresh",
        class_="zone-name",
        anchor="middle" if is_wide else "start",
    )
    return svg.group(bracket, name, title=told)


def _standings(plot: Plot) -> list[Markup]:
    drawn = []
    for standing in plot.report.evidence.standings:
        x = plot.way.at(math.nan, standing.start_s)
        told = (
            f"standing ({words.clean(standing.role)}): {words.signed(standing.flexion_deg)} against the zero"
        )
        stem = svg.line(x, plot.bottom, x, plot.bottom - 14, class_="standing")
        head = svg.tag("circle", cx=x, cy=plot.bottom - 17, r=4, class_="standing")
        drawn.append(svg.group(stem, head, title=told))
    return drawn


def _mounting_shifts(plot: Plot) -> list[Markup]:
    drawn = []
    for step in plot.report.evidence.mounting_shifts:
        x = plot.way.at(step.at_m, step.at_s)
        told = f"step of {words.signed(step.step_deg)}, cause unknown: strap or posture"
        diamond = svg.tag("path", d=f"M{x:.1f} {plot.top}l6 7l-6 7l-6 -7z", class_="strap-step")
        drawn.append(
            svg.group(svg.line(x, plot.top, x, plot.bottom, class_="strap-step"), diamond, title=told)
        )
    return drawn


def flag_bars(plot: Plot, flags: list[Flag]) -> Markup:
    """Return the flagged stretches as bars above the plot, one row per flag."""
    drawn = []
    for row, flag in enumerate(flags):
        top = 22.0 + ROW * row
        episodes = [e for e in plot.report.evidence.episodes if e.flag == flag]
        drawn += [_flag_bar(plot, episode, top) for episode in episodes]
        drawn.append(_row_name(plot, episodes, top))
    return Markup("").join(drawn)


def _ends(plot: Plot, episode: Episode) -> tuple[float, float]:
    begin = plot.way.at(episode.from_m, episode.from_s)
    return begin, max(plot.way.at(episode.to_m, episode.to_s), begin + 3)


def _inscription(plot: Plot, episode: Episode) -> str:
    """Return what a bar has room for: name and depth, the depth alone, or nothing."""
    begin, end = _ends(plot, episode)
    depth = words.signed(episode.depth_deg)
    texts = (f"{words.FLAG_WORDS[episode.flag]} {depth}", depth)
    return next((t for t in texts if len(t) * plot.size.letter <= end - begin - 8), "")


def _row_name(plot: Plot, episodes: Sequence[Episode], top: float) -> Markup:
    """Return the name of a row left of its first bar, where no bar holds it and there is room."""
    name = words.FLAG_WORDS[episodes[0].flag]
    before = min(_ends(plot, episode)[0] for episode in episodes) - 6
    inside = any(_inscription(plot, episode).startswith(name) for episode in episodes)
    if inside or before < len(name) * plot.size.letter:
        return Markup("")
    return svg.text(before, top + 13.5, name, class_="flag-name", anchor="end")


def _flag_bar(plot: Plot, episode: Episode, top: float) -> Markup:
    begin, end = _ends(plot, episode)
    name, depth = episode.flag, words.signed(episode.depth_deg)
    told = f"{words.FLAG_TEXTS.get(name, name)}, {words.stretch(episode, plot.way.length_unit)}, {depth}"
    bar = svg.rect(begin, top, end, top + ROW - 4, class_=f"flag flag-{name}")
    fitting = _inscription(plot, episode)
    label = (
        svg.text(begin + 6, top + 13.5, fitting, class_=f"flag-text flag-text-{name}")
        if fitting
        else Markup("")
    )
    edge = (
        []
        if name not in (Flag.SLOUCHED, Flag.ROUNDED)
        else [svg.line(begin, top, begin, plot.bottom, class_="edge")]
    )
    return svg.group(*edge, bar, label, title=told)


def hover(plot: Plot) -> Markup:
    """Return invisible columns, one per kilometre, mile or lap, that tell its figures under a pointer.

    None where no hand could point at one of them: those of a day would be a fifth of its page.
    """
    segments = plot.report.evidence.segments
    if not plot.way.by_distance or not segments:
        return Markup("")
    width = plot.way.at(segments[-1].to_m, 0) - plot.way.at(segments[0].from_m, 0)
    if width < _POINTED_AT * len(segments):
        return Markup("")
    return Markup("").join(
        svg.rect(
            plot.way.at(s.from_m, 0),
            plot.top,
            plot.way.at(s.to_m, 0),
            plot.bottom - 24,
            class_="hover",
            title=_segment_told(s, plot.way.length_unit),
        )
        for s in segments
    )


def _segment_told(s: Segment, unit: LengthUnit) -> str:
    change = f"{words.signed(s.adj_deg)} against usual, " if math.isfinite(s.adj_deg) else ""
    return f"{words.segment_place(s, unit)}: {change}{words.pace(s.speed_mps, unit)} {unit.pace_unit}"
