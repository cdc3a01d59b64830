"""A run report as versioned JSON, and back.

The keys are documented in ``data/REPORT_JSON.md``; within a version no key changes its meaning.
"""

from __future__ import annotations

import json
import math
import types
import typing
from collections.abc import Mapping
from dataclasses import asdict, fields, is_dataclass, replace
from enum import Enum
from typing import Any

import numpy as np

from analysis.config import THRESHOLD_GROUPS, AnalysisConfig
from analysis.cues.log import CueSize
from analysis.cues.records import CueFindings
from analysis.errors import ReportFileError
from analysis.records import STRIDE_COLUMNS, Curve, Episode, Segment, StrideTable
from analysis.run_report import Evidence, Outcome, Provenance, RunReport, Totals
from analysis.session_facts import SessionFacts
from sensor.samples import FloatArray

FORMAT = "runtall-report"
VERSION = 1
"""Raised when a key is removed or changes its meaning; new keys leave it as it is."""

_FIRST_KEYS = (
    "headline",
    "verdict",
    "no_verdict_because",
    "confidence",
    "confidence_because",
    "method",
    "zero_source",
    "distance_source",
    "speed_source",
    "grade_known",
    "grade_half_width_pct",
    *(total.name for total in fields(Totals)),
    "flexion_half_width_deg",
    "head_source",
)
"""What stands first in the JSON, in this order; the parts of a report lie side by side in it."""

_PARTS: Mapping[str, type] = {
    "outcome": Outcome,
    "totals": Totals,
    "evidence": Evidence,
    "provenance": Provenance,
}

_LISTS = {
    "standings": "standings",
    "segments": "segments",
    "laps": "laps",
    "efforts": "efforts",
    "strap_steps": "mounting_shifts",
    "gaps": "gaps",
    "quality": "quality",
}
"""Lists of the evidence, by their key in the JSON."""

_SACRUM = ("sacrum_pitch_deg", "upper_trunk_minus_sacrum_deg", "bend_change_deg")
"""What only a sacrum sensor tells of a kilometre."""

_SECOND_SENSOR = ("bend_change_deg", "sacrum_change_deg", "head_pitch_deg", "neck_flexion_deg")
"""Lists of the curve that are there only where the sensor was worn."""


def to_json(report: RunReport) -> str:
    """Return the report as JSON, plain ASCII, keys in a fixed order, what is unknown as null."""
    content = head_of(report)
    parts = {"strides": report.strides.columns, "curve": _curve_columns(report)}
    if content["average_stride"] is not None:
        parts = {"average_stride": content.pop("average_stride"), **parts}
    head = json.dumps(content, allow_nan=False, indent=2).removesuffix("\n}")
    return ",\n".join([head, *(_columns(name, columns) for name, columns in parts.items())]) + "\n}\n"


def head_of(report: RunReport) -> dict[str, Any]:
    """Return the JSON of a report but for its columns: ``strides`` and ``curve`` are missing."""
    evidence, provenance = report.evidence, report.provenance
    flat = {name: value for part in _PARTS for name, value in _fields(getattr(report, part)).items()}
    content = {
        "format": FORMAT,
        "version": VERSION,
        "session": asdict(report.session),
        **{key: flat[key] for key in _FIRST_KEYS},
        "baseline": None if evidence.baseline is None else asdict(evidence.baseline),
        "personal": None if provenance.personal is None else asdict(provenance.personal),
        "episodes": [_episode(e) for e in evidence.episodes],
        "zones": dict(evidence.zones),
        "zone_s": dict(evidence.zone_s),
        "thirds": None if evidence.thirds is None else asdict(evidence.thirds),
        "walking": None if evidence.walking is None else asdict(evidence.walking),
        "cues": None if evidence.cues is None else _cues(evidence.cues),
        **{key: [asdict(item) for item in flat[name]] for key, name in _LISTS.items()},
        "segments": _segments(report.evidence.segments),
        "laps": _segments(report.evidence.laps),
        "advice": [asdict(item) for item in report.outcome.advice],
        "notes": list(evidence.notes),
        "settings": provenance.config.thresholds(),
        "hashes": {"file": provenance.file_hash, "config": provenance.config_hash},
        "runtall_version": provenance.version,
        "average_stride": None if evidence.average_stride is None else asdict(evidence.average_stride),
    }
    plain: dict[str, Any] = _plain(content)
    return plain


def _segments(segments: tuple[Segment, ...]) -> list[dict[str, Any]]:
    """Return kilometres or laps; what only a sacrum sensor tells is left out where none was worn."""
    rows = [asdict(segment) for segment in segments]
    if any(math.isfinite(row[name]) for row in rows for name in _SACRUM):
        return rows
    return [{name: value for name, value in row.items() if name not in _SACRUM} for row in rows]


def _columns(name: str, columns: Mapping[str, Any]) -> str:
    """Return thousands of numbers as JSON: a line for each column, not for each number."""
    lines = (f"    {_line(key)}: {_line(_plain(values))}" for key, values in columns.items())
    return f"  {_line(name)}: {{\n" + ",\n".join(lines) + "\n  }"


def from_json(text: str) -> RunReport:
    """Return the report that `to_json` wrote.

    Raises
    ------
    ReportFileError
        For a text that is no report, a report of a newer version, or one without its strides.
    """
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ReportFileError(f"no JSON ({error}); give what `runtall report --json` wrote") from error
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise ReportFileError("no report of runtall; give what `runtall report --json` wrote")
    if content.get("version") != VERSION:
        raise ReportFileError(f"version {content.get('version')!r}, known is {VERSION}; update runtall")
    if "strides" not in content:
        raise ReportFileError("written without its strides; write it again with `runtall report --json`")
    try:
        return report_of(content)
    except (AttributeError, KeyError, TypeError, ValueError, OverflowError) as error:
        raise ReportFileError(
            f"damaged ({error!r:.200}); write it again with `runtall report --json`"
        ) from error


def report_of(content: Mapping[str, Any]) -> RunReport:
    """Return the report of its JSON's content; columns may be arrays.

    Raises
    ------
    AttributeError, KeyError, TypeError, ValueError, OverflowError
        Where something is missing or of another kind.
    """
    content = {"laps": (), "efforts": (), **content}
    given = {
        "advice": (),
        "zone_s": {},
        "thirds": None,
        "walking": None,
        "cues": None,
        "heart_rate_bpm": None,
        "grade_half_width_pct": None,
        "ascent_m": None,
        "descent_m": None,
        "too_steep_m": 0.0,
        "other_pace_m": 0.0,
        "personal": None,
        "average_stride": None,
        **content,
        "episodes": [{**e, "depth_deg": e["depth"]} for e in content["episodes"]],
        **{name: content[key] for key, name in _LISTS.items()},
        "config_hash": content["hashes"]["config"],
        "file_hash": content["hashes"]["file"],
        "version": content["runtall_version"],
    }
    config = _config(content["settings"])
    parts = {name: _part(kind, given, config=config) for name, kind in _PARTS.items()}
    return RunReport(
        session=_value(SessionFacts, content["session"]),
        strides=_stride_table(content["strides"]),
        curve=_curve(content["curve"]),
        **parts,
    )


def _part(kind: type, given: Mapping[str, Any], *, config: AnalysisConfig) -> Any:
    """Return one part of a report out of the keys that lie side by side in the JSON."""
    hints = typing.get_type_hints(kind)
    names = [field.name for field in fields(kind)]
    return kind(**{name: config if name == "config" else _value(hints[name], given[name]) for name in names})


def _fields(part: Any) -> dict[str, Any]:
    return {field.name: getattr(part, field.name) for field in fields(part)}


def _config(settings: Mapping[str, Any]) -> AnalysisConfig:
    """Return the numbers that were in force, as far as they are stated."""
    groups: dict[str, dict[str, Any]] = {group: {} for group in THRESHOLD_GROUPS}
    for key, value in settings.items():
        group, _, name = key.partition(".")
        groups.get(group, {})[name] = value
    hints = typing.get_type_hints(AnalysisConfig)
    return replace(
        AnalysisConfig(), **{group: _value(hints[group], values) for group, values in groups.items()}
    )


def _stride_table(columns: Mapping[str, list[Any]]) -> StrideTable:
    """Return the stride table of lists, what is null in a column of numbers as NaN."""
    known = {name: values for name, values in columns.items() if name in STRIDE_COLUMNS}
    return StrideTable(
        {
            name: np.array(values, dtype=np.float64 if STRIDE_COLUMNS[name] == "float" else None)
            for name, values in known.items()
        }
    )


def _curve(columns: Mapping[str, list[Any]]) -> Curve:
    kinds = {f.name: np.bool_ if f.name == "after_break" else np.float64 for f in fields(Curve)}
    given = {name: kind for name, kind in kinds.items() if name not in _SECOND_SENSOR or name in columns}
    return Curve(**{name: np.array(columns[name], dtype=kind) for name, kind in given.items()})


def _curve_columns(report: RunReport) -> dict[str, Any]:
    columns = {f.name: getattr(report.curve, f.name) for f in fields(Curve)}
    return {name: values for name, values in columns.items() if name not in _SECOND_SENSOR or len(values)}


def _value(kind: Any, value: Any) -> Any:
    """Return a JSON value as the type that a field declares; a number that is null is NaN."""
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if origin in (types.UnionType, typing.Union):
        return None if value is None else _value(next(k for k in inner if k is not types.NoneType), value)
    if origin is tuple:
        return tuple(_value(inner[0], item) for item in value)
    if is_dataclass(kind) and isinstance(kind, type):
        hints = typing.get_type_hints(kind)
        return kind(**{f.name: _value(hints[f.name], value[f.name]) for f in fields(kind) if f.name in value})
    if kind is float:
        return math.nan if value is None else float(value)
    if kind is CueSize:
        return CueSize[value.upper()]
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(value)
    if kind in (str, int, bool) and not isinstance(value, kind):
        raise TypeError(f"{value!r:.40} is no {kind.__name__}")
    return value


def _episode(episode: Episode) -> dict[str, Any]:
    """Return an episode with its depth under the short name of the documented format."""
    return {("depth" if key == "depth_deg" else key): value for key, value in asdict(episode).items()}


def _cues(cues: CueFindings) -> dict[str, Any]:
    """Return cues as JSON; the size of one is a word, as in the session."""
    content = asdict(cues)
    for moment in content["moments"]:
        moment["size"] = moment["size"].name.lower()
    return content


def _line(value: object) -> str:
    return json.dumps(value, allow_nan=False)


def _known(values: FloatArray) -> list[Any]:
    """Return numbers as JSON knows them: what is not finite as null."""
    plain = values.astype(object)
    plain[~np.isfinite(values)] = None
    known: list[Any] = plain.tolist()
    return known


def _plain(value: Any) -> Any:
    """Return a value as JSON knows it: NumPy scalars as numbers, what is not finite as null."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, np.ndarray) and value.dtype.kind in "fbiuU":
        # Columns of a run of hours: a million numbers, looked at together.
        return value.tolist() if value.dtype.kind != "f" else _known(value)
    if isinstance(value, np.ndarray | np.generic):
        return _plain(value.tolist())
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if value is None or isinstance(value, bool | int | str) else str(value)
