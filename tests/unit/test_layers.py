"""Who may import whom, read off the source: higher layers know lower ones, never the reverse."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

LAYERS = {
    "sensor": (
        (
            "sensor.units",
            "sensor.errors",
            "sensor.text",
            "sensor.wellbeing",
            "sensor.private_files",
            "sensor.calibration",
        ),
        ("sensor.placements",),
        ("sensor.samples",),
        ("sensor.clock", "sensor.geodesy"),
        ("sensor.protocol", "sensor.fit"),
        ("sensor.link", "sensor.session"),
        ("sensor.virtual.runner", "sensor.virtual.radio"),
        ("sensor.recorder", "sensor.download", "sensor.importers", "sensor.virtual.devices"),
    ),
    "analysis": (
        ("analysis.errors", "analysis.words", "analysis.lengths"),
        ("analysis.config", "analysis.cues"),
        ("analysis.records", "analysis.session_facts", "analysis.profile"),
        ("analysis.maths", "analysis.run_report"),
        ("analysis.signal",),
        ("analysis.stride",),
        ("analysis.judging",),
        ("analysis.pipeline",),
        ("analysis.report", "analysis.export", "analysis.checkup"),
        ("analysis.live",),
        ("analysis.comparison",),
        ("analysis.library", "analysis.batch"),
        ("analysis.cli",),
        ("analysis.__main__",),
    ),
}
"""Lowest first. Units in one layer do not know each other."""

PARTS_OF = {
    "analysis.signal.config": "analysis.config",
    "analysis.signal.sync_config": "analysis.config",
    "analysis.stride.config": "analysis.config",
    "analysis.judging.config": "analysis.config",
    "analysis.judging.personal_config": "analysis.config",
    "analysis.personal": "analysis.config",
    "analysis.stride.table": "analysis.records",
    "analysis.report_json": "analysis.run_report",
}
"""Files that belong to a lower unit than their folder: its numbers, and the table that a report carries."""

STAGES_OF = {
    "analysis.signal": (
        ("records",),
        ("timebase", "speed", "calibration"),
        (
            "static_periods",
            "gait",
            "strides",
            "stride_ensemble",
            "strapdown",
            "sync_taps",
            "step_fingerprint",
            "watch_series",
        ),
        (
            "gapfill",
            "handedness",
            "tap_lag",
            "gait_clock",
            "watch_fit",
            "accelerometer_only",
            "neutral_standing",
        ),
        ("vertical", "clock_alignment", "forward_direction", "watch_clock"),
        ("inclination_smoother", "anatomical_axes", "watch_tracks"),
        ("shared_motion",),
        ("alignment", "sides"),
        ("motion",),
        ("body_clock",),
    ),
    "analysis.stride": (("usable", "posture", "head", "dynamics", "heart_rate"), ("rows",)),
    "analysis.judging": (
        ("known_laps", "way"),
        (
            "facts",
            "quality",
            "distance",
            "hysteresis",
            "zones",
            "advice",
            "walking",
            "personal_baseline",
            "own_slopes",
        ),
        ("episodes", "headline", "distance_doubts", "step_length", "walking"),
        ("grade", "baseline"),
        ("recalibration", "curve", "leaning", "thirds", "cue_effect"),
        ("mounting_shift", "segments", "second_sensor_flags", "verdict"),
        ("flags", "laps", "average_stride"),
        ("judged_run",),
        ("summary",),
    ),
}
"""Stages of a folder, earliest first: a later one builds on earlier ones. Stages in one row know no other."""

SEEN_BY_ANALYSIS = (
    "sensor.samples",
    "sensor.placements",
    "sensor.units",
    "sensor.geodesy",
    "sensor.errors",
    "sensor.text",
    "sensor.wellbeing",
    "sensor.calibration",
    "sensor.fit",
    "sensor.session.context",
    "sensor.session.reader",
)
"""All that the analysis, except its command line, sees of the other package."""

ALSO_SEEN_BY = {
    "analysis.library": ("sensor.session.info", "sensor.session.context", "sensor.private_files"),
    "analysis.batch": ("sensor.private_files",),
    "analysis.live": (
        "sensor.private_files",
        "sensor.link",
        "sensor.recorder.live_lean",
        "sensor.recorder.stillness",
        "sensor.recorder.walkthrough",
    ),
}
"""What keeps files; the library also what sessions say of themselves; a vibrator is written over a link, and
what is told live begins with what a guide is told."""

TOUCHES_THE_WORLD = {
    "asyncio",
    "bleak",
    "io",
    "logging",
    "os",
    "pathlib",
    "random",
    "socket",
    "sqlite3",
    "time",
}
"""Files, radios, clocks and chance: arguments of the pure parts, never imports."""

HEAVY = {"scipy", "pandas", "matplotlib"}
"""Too slow to load on a small board in a runner's vest."""


@cache
def imports() -> dict[str, frozenset[str]]:
    """Return for every module of both packages the full names it imports, also inside functions."""
    files = [path for package in LAYERS for path in sorted((ROOT / package).rglob("*.py"))]
    return {_module(path): frozenset(_imported(ast.parse(path.read_text("utf-8")))) for path in files}


def _module(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def _imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{'.' * node.level}{node.module or ''}.{alias.name}" for alias in node.names)


def _inside(name: str, *units: str) -> bool:
    return any(name == unit or name.startswith(f"{unit}.") for unit in units)


def _unit(module: str) -> str | None:
    """Return the unit a module belongs to; None for packages that only hold others."""
    if module in (*LAYERS, "sensor.virtual"):
        return None
    module = next((whole for part, whole in PARTS_OF.items() if _inside(module, part)), module)
    package = LAYERS[module.split(".")[0]]
    found = [unit for layer in package for unit in layer if _inside(module, unit)]
    assert found, f"{module} has no layer: give it one in {Path(__file__).name} and in ARCHITECTURE.md"
    return found[0]


def _height(unit: str) -> int:
    layers = LAYERS[unit.split(".")[0]]
    return next(height for height, layer in enumerate(layers) if unit in layer)


def complaint(module: str, imported: str) -> str:
    """Return what is wrong with ``module`` importing ``imported``, or an empty text."""
    if imported.startswith("."):
        return f"{module} imports {imported}: only absolute imports"
    package = imported.split(".")[0]
    own, other = _unit(module), _unit(imported) if package in LAYERS else None
    if own is None or other is None:
        return ""
    if own == other:
        return _complaint_within(own, module, imported)
    if package != module.split(".")[0]:
        if package == "analysis":
            return f"{module} imports {imported}: the sensor side never knows the analysis"
        seen = SEEN_BY_ANALYSIS + ALSO_SEEN_BY.get(own, ())
        allowed = own == "analysis.cli" or _inside(imported, *seen)
        return "" if allowed else f"{module} imports {imported}: {own} sees only {seen}"
    if _height(other) >= _height(own):
        return f"{module} imports {imported}: {other} is not below {own}"
    return ""


def _complaint_within(unit: str, module: str, imported: str) -> str:
    """Return what is wrong with one stage of a folder importing another, or an empty text."""
    own, other = _row(unit, module), _row(unit, imported)
    if own is None or other is None or _stage(unit, module) == _stage(unit, imported) or other < own:
        return ""
    return f"{module} imports {imported}: not an earlier stage"


def _stage(unit: str, name: str) -> str:
    return name.removeprefix(unit).lstrip(".").split(".")[0]


def _row(unit: str, name: str) -> int | None:
    """Return how late a stage of a folder comes; None for what is no stage and for a folder itself."""
    stage = _stage(unit, name)
    if unit not in STAGES_OF or not stage:
        return None
    found = [row for row, stages in enumerate(STAGES_OF[unit]) if stage in stages]
    assert found, f"{unit}.{stage} has no place among the stages: give it one in {Path(__file__).name}"
    return found[0]


def circles(knows: Mapping[str, Collection[str]]) -> list[str]:
    """Return the modules in circles, and between them, of a map from module to what it knows."""
    left = {module: set(known) & knows.keys() - {module} for module, known in knows.items()}
    while True:
        known = set().union(*left.values())
        inner = {module for module in left if left[module] and module in known}
        if inner == left.keys():
            return sorted(left)
        left = {module: left[module] & inner for module in inner}


def _loading(modules: Collection[str], names: set[str]) -> dict[str, set[str]]:
    """Return which of the modules load any of the packages, and which."""
    loaded = {module: {name.split(".")[0] for name in imports()[module]} & names for module in modules}
    return {module: found for module, found in loaded.items() if found}


def test_a_module_knows_only_what_lies_below_it() -> None:
    assert [
        text
        for module, known in imports().items()
        for name in sorted(known)
        if (text := complaint(module, name))
    ] == []


@pytest.mark.parametrize(
    ("module", "imported"),
    [
        ("sensor.recorder.sensor_task", "sensor.virtual.devices.movesense.VirtualMovesense"),
        ("sensor.protocol.movesense.frames", "sensor.session.writer.SessionWriter"),
        ("sensor.samples", "sensor.clock.timeline.ClockSpec"),
        ("sensor.session.reader", "analysis.records.StrideTable"),
        ("analysis.stride.posture", "analysis.pipeline.analyse"),
        ("analysis.stride.posture", "sensor.recorder.Recorder"),
        ("analysis.library.shelf", "sensor.session.edit.amend_session"),
        ("analysis.report.page", "analysis.library.library.Library"),
        ("analysis.report.page", "analysis.comparison.compare.compare"),
        ("analysis.records", "analysis.stride.posture.inclination_deg"),
        ("analysis.signal.motion", "analysis.stride.posture.trunk_posture"),
        ("analysis.signal.gait", "analysis.signal.inclination_smoother.smoothed_vertical"),
        ("analysis.signal.sides", "analysis.signal.alignment"),
        ("analysis.judging.hysteresis", "analysis.judging.flags.findings_of"),
        ("analysis.judging.verdict", "analysis.judging.segments.segments_of"),
        ("analysis.stride.posture", "analysis.judging.flags.find_flags"),
        ("sensor.virtual.runner.plan", "sensor.virtual.radio.stack"),
        ("analysis.pipeline", ".stride.posture"),
    ],
)
def test_an_import_upwards_or_sideways_is_noticed(module: str, imported: str) -> None:
    assert complaint(module, imported)


@pytest.mark.parametrize(
    ("module", "imported"),
    [
        ("analysis.cli.demo.demo_run", "sensor.virtual.runner.simulation.simulate"),
        ("analysis.signal.motion", "analysis.signal.inclination_smoother.smoothed_vertical"),
        ("analysis.signal.anatomical_axes", "analysis.signal.forward_direction"),
        ("sensor.virtual.devices.movesense", "sensor.protocol.movesense.frames.KEY"),
    ],
)
def test_an_import_downwards_or_within_is_let_pass(module: str, imported: str) -> None:
    assert complaint(module, imported) == ""


@pytest.mark.parametrize("unit", STAGES_OF)
def test_every_stage_that_is_named_exists(unit: str) -> None:
    named = {f"{unit}.{stage}" for row in STAGES_OF[unit] for stage in row}
    assert named - imports().keys() == set()


def test_no_module_knows_itself_through_others() -> None:
    modules = imports()
    knows = {
        module: {name if name in modules else name.rpartition(".")[0] for name in known}
        for module, known in modules.items()
    }
    knows["analysis.run_report"].remove("analysis.report_json")  # its methods load the JSON when called
    assert circles(knows) == []


@pytest.mark.parametrize(
    ("knows", "found"),
    [
        pytest.param({"a": {"b", "c"}, "b": {"c"}, "c": {"numpy"}}, [], id="a-ladder"),
        pytest.param({"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": {}}, ["b", "c"], id="a-circle-and-its-user"),
        pytest.param({"a": {"a"}}, [], id="a-package-and-its-own-name"),
    ],
)
def test_a_circle_is_noticed(knows: dict[str, set[str]], found: list[str]) -> None:
    assert circles(knows) == found


MAKERS = sorted(
    _module(path.parent / "_").removesuffix("._")
    for path in (ROOT / "sensor" / "protocol").glob("*/__init__.py")
)
STAGES = ("analysis.maths", "analysis.signal", "analysis.stride", "analysis.judging", "analysis.cues")


@pytest.mark.parametrize("maker", MAKERS)
def test_a_makers_folder_knows_no_other_makers(maker: str) -> None:
    others = [other for other in MAKERS if other != maker]
    known = {name for module in imports() if _inside(module, maker) for name in imports()[module]}
    assert [name for name in sorted(known) if _inside(name, *others)] == []


@pytest.mark.parametrize("unit", sorted({unit for rows in LAYERS.values() for row in rows for unit in row}))
def test_every_layer_that_is_named_exists(unit: str) -> None:
    assert any(_inside(module, unit) for module in imports())


def test_decoders_and_stages_touch_no_file_radio_clock_or_chance() -> None:
    parts = ("sensor.protocol", "sensor.fit", "analysis.live.cues.policy", *STAGES)
    pure = [module for module in imports() if _inside(module, *parts)]
    assert _loading(pure, TOUCHES_THE_WORLD) == {}


HANDS_OUT_FRAMES = {"sensor.samples"}
"""Loads pandas when a caller asks for a data frame; that no recorder does is seen in `test_startup`."""


def test_what_records_loads_nothing_heavy() -> None:
    records = [
        m
        for m in imports()
        if m.startswith("sensor")
        and "importers" not in m
        and "virtual" not in m
        and m not in HANDS_OUT_FRAMES
    ]
    assert _loading(records, HEAVY) == {}


def test_only_the_command_line_prints() -> None:
    printing = [
        path.relative_to(ROOT).as_posix()
        for package in LAYERS
        for path in (ROOT / package).rglob("*.py")
        if not path.is_relative_to(ROOT / "analysis" / "cli") and _prints(path.read_text("utf-8"))
    ]
    assert printing == []


def _prints(source: str) -> bool:
    calls = [node.func for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    return any(isinstance(call, ast.Name) and call.id == "print" for call in calls)
