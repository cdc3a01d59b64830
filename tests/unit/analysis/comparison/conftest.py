from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from analysis.run_report import RunReport
from tests.support.compared_runs import Course, report_of
from tests.support.comparison_trials import Scatter

STEADY = Course(length_m=6_000.0)
LATE = Course(length_m=6_000.0, slouch_from_m=4_500.0)
EARLY = Course(length_m=6_000.0, slouch_from_m=3_000.0)


@cache
def _made(course: Course, seed: int) -> RunReport:
    scatter = Scatter(0.6, 10.0).draw(np.random.default_rng(seed), len(course.distance_m()))
    return report_of(course, scatter)


class Runs:
    """Made-up runs, each made once."""

    steady, late, early = STEADY, LATE, EARLY

    def __call__(self, course: Course = STEADY, seed: int = 1, **session: Any) -> RunReport:
        """Return the report of a run on a course, some facts of its session replaced."""
        report = _made(course, seed)
        return replace(report, session=replace(report.session, **session))


@pytest.fixture(scope="session")
def runs() -> Runs:
    return Runs()
