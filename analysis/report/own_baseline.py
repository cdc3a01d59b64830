"""How a run stands to the earlier ones of its runner, in words: what is usual there, and how far off."""

from __future__ import annotations

from analysis.judging.own_slopes import AgainstUsual, against_usual
from analysis.report import words
from analysis.report.personal_words import from_when, level_sentence
from analysis.run_report import RunReport


def against_own(report: RunReport) -> AgainstUsual | None:
    """Return the fresh window against those of earlier runs; None where either is not known."""
    if not words.has_standing_zero(report):
        return None
    config = report.provenance.config
    return against_usual(
        report.evidence.baseline,
        report.provenance.personal,
        refit_deg=config.comparison.refit_deg,
        level=config.comparison.level,
        max_grade_pct=config.baseline.max_grade_pct,
    )


def own_baseline_sentence(report: RunReport) -> str:
    """Return how the start of this run stands to the runner's own baseline, or why that is not told."""
    personal, against = report.provenance.personal, against_own(report)
    if personal is None:
        least = report.provenance.config.personal.least_runs
        return f"None: no earlier runs were used. It takes at least {least} comparable ones."
    if personal.level is None or against is None:
        return f"{from_when(personal)}, but {_why_not(report)}."
    pace = f" At this pace that is {words.degrees(against.usual_deg)}." if against.at_this_speed else ""
    return f"{from_when(personal)}. {level_sentence(personal.level)}{pace} {_difference(against)}"


def _why_not(report: RunReport) -> str:
    """Return why earlier runs there are, but no difference from them."""
    if report.evidence.baseline is None:
        return "this run has no fresh part to set beside them"
    if not words.has_standing_zero(report):
        return "this run has no standing to measure its lean from"
    personal = report.provenance.personal
    if personal is None or personal.level is None:
        return "they tell no usual lean"
    return "the fresh part of this run was on a slope"


def _difference(against: AgainstUsual) -> str:
    found, least = words.signed(against.above_deg), words.degrees(against.detectable_deg)
    if not against.is_shown:
        return f"No difference shown at the start of this run ({found}; less than {least} would not show)."
    way = "further forward" if against.above_deg > 0 else "more upright"
    by = words.degrees(abs(against.above_deg))
    return f"This run began {by} {way} than that; {least} and more show."
