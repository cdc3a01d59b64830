"""Which part of a kilometre lies in a flagged stretch: the bar in its cell."""

from __future__ import annotations

import math

from markupsafe import Markup

from analysis.lengths import LengthUnit
from analysis.records import Episode, Segment
from analysis.report import svg, words
from analysis.report.posture_marks import FLAG_ROWS
from analysis.run_report import RunReport


def flag_parts(report: RunReport, segment: Segment) -> Markup:
    """Return a bar as wide as the kilometre, filled where a flag stands, the gravest flag in front.

    Empty where no stretch of the whole run is flagged, so that a quiet run shows no row of empty bars.
    """
    if not report.evidence.episodes:
        return Markup("")
    by_grade = sorted(report.evidence.episodes, key=lambda e: FLAG_ROWS.index(e.flag), reverse=True)
    unit = words.unit_of(report)
    parts = [part for episode in by_grade if (part := _part(segment, episode, unit))]
    return svg.tag("svg", *parts, class_="parts", role="img", aria_label=_spoken(report, segment))


def _share(segment: Segment, episode: Episode) -> tuple[float, float]:
    """Return where in the kilometre (0 to 1) the episode begins and ends; equal where it lies elsewhere."""
    length_m = segment.to_m - segment.from_m
    if not length_m > 0:
        return 0.0, 0.0
    begin, end = ((m - segment.from_m) / length_m for m in (episode.from_m, episode.to_m))
    if not (math.isfinite(begin) and math.isfinite(end)):
        return 0.0, 0.0
    return min(max(begin, 0.0), 1.0), min(max(end, 0.0), 1.0)


def _part(segment: Segment, episode: Episode, unit: LengthUnit) -> Markup:
    begin, end = _share(segment, episode)
    if not end > begin:
        return Markup("")
    told = f"{words.FLAG_TEXTS[episode.flag]}: {words.stretch(episode, unit)}"
    return svg.tag(
        "rect",
        svg.tag("title", told),
        x=f"{begin * 100:.1f}%",
        width=f"{(end - begin) * 100:.1f}%",
        y=0,
        height="100%",
        class_=f"flag-{episode.flag}",
    )


def _spoken(report: RunReport, segment: Segment) -> str:
    shares = [(e, end - begin) for e in report.evidence.episodes for begin, end in [_share(segment, e)]]
    told = [f"{words.FLAG_TEXTS[e.flag]} in {words.percent(share)}" for e, share in shares if share > 0]
    return "; ".join(told) or "no flag"
