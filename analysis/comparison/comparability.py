"""What lets two runs be compared, and what does not."""

from __future__ import annotations

from collections.abc import Callable

from analysis.comparison.records import Comparability
from analysis.judging.distance import CADENCE_MODEL
from analysis.run_report import RunReport
from analysis.words import Confidence, ZeroSource
from sensor.samples import TRUNK_PLACEMENTS

YES, WITH_CARE, NO = "yes", "with care", "no"
UNKNOWN = "not noted"

CONDITIONS = ("surface", "shoes", "pack", "tape")
"""Conditions of a session that may well be what the runner wants to compare."""


def trunk_placement(report: RunReport) -> str:
    """Return where the trunk sensor was worn, empty without one."""
    placements = [sensor.placement for sensor in report.session.sensors]
    return next((p for p in placements if p in TRUNK_PLACEMENTS), "")


def comparability(reference: RunReport, other: RunReport) -> tuple[Comparability, ...]:
    """Go through every circumstance that decides what the two runs can tell about each other."""
    lines = [
        _same("placement", trunk_placement, reference, other, NO, "each place on the trunk has its own lean"),
        _same(
            "method", lambda r: r.provenance.method, reference, other, NO, "the two methods differ by degrees"
        ),
        _same(
            "simulated",
            lambda r: "yes" if r.session.simulated else "no",
            reference,
            other,
            NO,
            "one of the runners is simulated",
        ),
        _zero(reference, other),
        _confidence(reference, other),
        _distance(reference, other),
    ]
    told = {*reference.session.context, *other.session.context}
    lines += [_condition(name, reference, other) for name in CONDITIONS if name in told]
    return tuple(lines)


def _same(
    what: str,
    read: Callable[[RunReport], str],
    reference: RunReport,
    other: RunReport,
    otherwise: str,
    because: str,
) -> Comparability:
    values = read(reference), read(other)
    same = values[0] == values[1]
    return Comparability(what, *values, YES if same else otherwise, "" if same else because)


def _zero(reference: RunReport, other: RunReport) -> Comparability:
    sources = reference.provenance.zero_source, other.provenance.zero_source
    if all(source == ZeroSource.STANDING for source in sources):
        return Comparability("zero", *sources, YES, "")
    because = "without a standing before both runs only changes since each run's own start compare"
    return Comparability("zero", *sources, WITH_CARE, because)


def _confidence(reference: RunReport, other: RunReport) -> Comparability:
    words = reference.outcome.confidence, other.outcome.confidence
    if Confidence.DO_NOT_TRUST in words:
        return Comparability("confidence", *words, NO, "one of the recordings is not to be trusted")
    return Comparability("confidence", *words, YES, "")


def _distance(reference: RunReport, other: RunReport) -> Comparability:
    sources = reference.provenance.distance_source, other.provenance.distance_source
    if CADENCE_MODEL in sources:
        because = "kilometres and speeds from cadence are off by 8-15 %"
        return Comparability("distance", *sources, WITH_CARE, because)
    return Comparability("distance", *sources, YES, "")


def _condition(name: str, reference: RunReport, other: RunReport) -> Comparability:
    values = [str(report.session.context.get(name, UNKNOWN)) for report in (reference, other)]
    if UNKNOWN in values:
        return Comparability(name, values[0], values[1], WITH_CARE, f"{name} not noted for one run")
    if values[0] != values[1]:
        return Comparability(name, values[0], values[1], WITH_CARE, f"the {name} may be the cause")
    return Comparability(name, values[0], values[1], YES, "")
