"""Understand: pure values in, values out.

The names below are the package's front door and stay; whatever is not among them is private and may move.
They are loaded when they are first asked for, so that a program pays only for what it needs.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from analysis.comparison.compare import compare
    from analysis.comparison.records import Comparison
    from analysis.config import AnalysisConfig
    from analysis.errors import AnalysisError, NotEnoughRunningError, ReportFileError, SignalError
    from analysis.pipeline import analyse, analyse_session
    from analysis.run_report import RunReport

__all__ = [
    "AnalysisConfig",
    "AnalysisError",
    "Comparison",
    "NotEnoughRunningError",
    "ReportFileError",
    "RunReport",
    "SignalError",
    "analyse",
    "analyse_session",
    "compare",
]

_HOME = {
    "AnalysisConfig": "analysis.config",
    "AnalysisError": "analysis.errors",
    "Comparison": "analysis.comparison.records",
    "NotEnoughRunningError": "analysis.errors",
    "ReportFileError": "analysis.errors",
    "RunReport": "analysis.run_report",
    "SignalError": "analysis.errors",
    "analyse": "analysis.pipeline",
    "analyse_session": "analysis.pipeline",
    "compare": "analysis.comparison.compare",
}
"""Where each public name is defined (PEP 562)."""


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
