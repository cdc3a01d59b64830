"""What lets two runs be compared, and what does not."""

from __future__ import annotations

from collections.abc import Sequence

from analysis.comparison.records import Comparability
from analysis.judging.distance import is_estimated
from analysis.records import Axis
from analysis.run_report import RunReport
from analysis.words import Confidence, ZeroSource
from sensor.samples import TRUNK_PLACEMENTS

YES, WITH_CARE, NO = "yes", "with care", "no"
UNKNOWN = "not noted"

RUNNER = "runner"
"""Key of a session's context: whose run it is."""

CONDITIONS = ("surface", "shoes", "pack", "tape", "hours_sat_before")
"""Conditions of a session that may well be what the runner wants to compare."""


def trunk_placement(report: RunReport) -> str:
    """Return where the trunk sensor was worn, empty without one."""
    placements = [sensor.placement for sensor in report.session.sensors]
    return next((p for p in placements if p in TRUNK_PLACEMENTS), "")


def comparability(reference: RunReport, other: RunReport) -> tuple[Comparability, ...]:
    """Go through every circumstance that decides what the two runs can tell about each other."""
    runs = reference, other
    placements = [trunk_placement(run) for run in runs]
    methods = [run.provenance.method for run in runs]
    simulated = ["yes" if run.session.simulated else "no" for run in runs]
    lines = [
        _same("placement", placements, because="each place on the trunk has its own lean"),
        _same("method", methods, because="the two methods differ by degrees"),
        _same("simulated", simulated, because="one of the runners is simulated"),
        _runner(reference, other),
        _zero(reference, other),
        _confidence(reference, other),
        _distance(reference, other),
        _strap(reference, other),
    ]
    told = {*reference.session.context, *other.session.context}
    lines += [_condition(name, reference, other) for name in CONDITIONS if name in told]
    return tuple(lines)


def _runner(reference: RunReport, other: RunReport) -> Comparability:
    """Return whose runs they are; a session that names no runner is taken for the same one's."""
    names = [str(run.session.context.get(RUNNER, UNKNOWN)) for run in (reference, other)]
    same = names[0] == names[1] or UNKNOWN in names
    return _compared("runner", names, status=YES if same else NO, because="" if same else "two runners")


def _strap(reference: RunReport, other: RunReport) -> Comparability:
    slipped = [
        any(step.axis is Axis.FORWARD for step in run.evidence.mounting_shifts) for run in (reference, other)
    ]
    values = ["stepped" if has else "sat still" for has in slipped]
    because = "only what lies before the strap moved is compared" if any(slipped) else ""
    return _compared("strap", values, status=WITH_CARE if any(slipped) else YES, because=because)


def _same(what: str, values: Sequence[str], *, because: str) -> Comparability:
    same = values[0] == values[1]
    return _compared(what, values, status=YES if same else NO, because="" if same else because)


def _compared(what: str, values: Sequence[str], *, status: str, because: str) -> Comparability:
    reference, other = values
    return Comparability(what=what, reference=reference, other=other, status=status, because=because)


def _zero(reference: RunReport, other: RunReport) -> Comparability:
    sources = reference.provenance.zero_source, other.provenance.zero_source
    if all(source == ZeroSource.STANDING for source in sources):
        return _compared("zero", sources, status=YES, because="")
    because = "without a standing before both runs only changes since each run's own start compare"
    return _compared("zero", sources, status=WITH_CARE, because=because)


def _confidence(reference: RunReport, other: RunReport) -> Comparability:
    words = reference.outcome.confidence, other.outcome.confidence
    if Confidence.DO_NOT_TRUST in words:
        return _compared("confidence", words, status=NO, because="one of the recordings is not to be trusted")
    return _compared("confidence", words, status=YES, because="")


def _distance(reference: RunReport, other: RunReport) -> Comparability:
    sources = reference.provenance.distance_source, other.provenance.distance_source
    if any(map(is_estimated, sources)):
        because = "distances and speeds from cadence are estimates"
        return _compared("distance", sources, status=WITH_CARE, because=because)
    return _compared("distance", sources, status=YES, because="")


def _condition(name: str, reference: RunReport, other: RunReport) -> Comparability:
    values = [str(report.session.context.get(name, UNKNOWN)) for report in (reference, other)]
    if UNKNOWN in values:
        return _compared(
            name, values, status=WITH_CARE, because=f"{name.replace('_', ' ')} not noted for one run"
        )
    if values[0] != values[1]:
        return _compared(
            name, values, status=WITH_CARE, because=f"the {name.replace('_', ' ')} may be the cause"
        )
    return _compared(name, values, status=YES, because="")
