from __future__ import annotations

import numpy as np
import pytest

from analysis.cli.demo.crossing import crossing_of
from analysis.config import AnalysisConfig

CONFIG = AnalysisConfig()


def test_the_truth_put_through_the_same_rule_crosses_where_it_reaches_the_threshold() -> None:
    distance_m = np.arange(3000) * 2.0
    lean_deg = 3.0 + np.clip((distance_m - 3000.0) / 500.0, 0.0, 6.0)
    # 3 + 4 degrees at 5000 m, 3 + 2 at 4000 m.
    assert crossing_of(distance_m, lean_deg, config=CONFIG) == pytest.approx(5000.0, abs=2.0)
    assert crossing_of(distance_m, lean_deg, config=CONFIG, flag="watch") == pytest.approx(4000.0, abs=2.0)
    assert crossing_of(distance_m, np.full(3000, 3.0), config=CONFIG) is None
    assert crossing_of(np.empty(0), np.empty(0), config=CONFIG) is None
