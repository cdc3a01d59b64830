"""All runners of a data set, a row each: the last run, where it is heading, who needs a look and why."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from analysis.batch.dataset import require_data_set
from analysis.batch.part import require_parquet, schema_of
from analysis.errors import DataSetError
from analysis.words import Confidence, Verdict
from sensor.samples import FloatArray

if TYPE_CHECKING:
    import pandas as pd

FEWEST_RUNS = 5
"""Of fewer the slope is mostly chance: its 95 % interval has no end."""

MOST_RUNS = 20
"""Older runs tell of another season."""

SOONER_M = 1000.0
"""By so much sooner than before is worth a look: the onset of one run is right to 200 m at best."""

FEWEST_BEFORE = 3
"""Runs before the last one that a median is taken of."""

COLUMNS = (
    "runner",
    "started_utc",
    "simulated",
    "verdict",
    "confidence",
    "slouched_from_m",
    "judged_m",
    "drift_deg",
)


@dataclass(frozen=True, slots=True)
class Trend:
    """Where late − fresh is heading: Theil–Sen slope over runs, ° per ten runs, and its 95 % interval."""

    slope_deg: float
    low_deg: float
    high_deg: float
    run_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RunnerRow:
    """One runner.

    Parameters
    ----------
    runner
        Pseudonym; empty for runs of which nobody told whose they are.
    run_count
        Runs in the data set.
    last_utc
        When the last of them began; empty where unknown.
    verdict, confidence
        Of the last run.
    slouched_from_m
        Where its first slouched stretch begins; NaN where none does.
    judged_m
        How far it was judged; NaN where it was not.
    late_change_deg
        Of the last run, NaN where unknown: its last quarter against its fresh window (``drift_deg`` of the
        data set, which is no drift per kilometre).
    late_changes_deg
        Of the last `MOST_RUNS` runs that can be trusted, in order; (n,).
    trend
        Of these; None for fewer than `FEWEST_RUNS`.
    reasons
        Why this runner, or their sensor, needs a look; empty where neither does.
    simulated
        Whether any of the runs is.
    """

    runner: str
    run_count: int
    last_utc: str
    verdict: str
    confidence: str
    slouched_from_m: float
    judged_m: float
    late_change_deg: float
    late_changes_deg: FloatArray
    trend: Trend | None
    reasons: tuple[str, ...]
    simulated: bool


def read_runs(folder: Path) -> pd.DataFrame:
    """Return the columns `COLUMNS` of all sessions of a data set.

    Raises
    ------
    DataSetError
        Where there is no data set, or a damaged one.
    MissingExtraError
        Without the package that reads it.
    """
    pa, _ = require_parquet()
    from pyarrow import dataset

    require_data_set(folder)
    schema = pa.schema([schema_of("sessions").field(name) for name in COLUMNS])
    try:
        table = dataset.dataset(folder / "sessions", schema=schema, format="parquet").to_table()
    except (OSError, pa.ArrowException) as error:
        said = " ".join(str(error).split())
        raise DataSetError(f"{folder}: damaged ({said:.200}); run the batch again") from error
    frame: pd.DataFrame = table.to_pandas()
    return frame


def cohort_of(runs: pd.DataFrame) -> tuple[RunnerRow, ...]:
    """Return a row for each runner, those who need a look first.

    Parameters
    ----------
    runs
        With the columns `COLUMNS`, a row a run.
    """
    told = runs.fillna(dict.fromkeys(("runner", "started_utc", "verdict", "confidence"), ""))
    ordered = told.sort_values("started_utc", kind="stable")
    rows = [_row(str(runner), own) for runner, own in ordered.groupby("runner")]
    return tuple(sorted(rows, key=lambda row: (-len(row.reasons), row.runner)))


def trend_of(late_changes_deg: FloatArray) -> Trend | None:
    """Return the Theil–Sen slope of (n,) late changes over the runs' numbers; None below five runs."""
    if len(late_changes_deg) < FEWEST_RUNS:
        return None
    from scipy.stats import theilslopes

    found = theilslopes(late_changes_deg)
    slope, _, low, high = (10.0 * float(value) for value in found)
    return Trend(slope, low, high, len(late_changes_deg))


def _row(runner: str, runs: pd.DataFrame) -> RunnerRow:
    last = {str(name): value for name, value in runs.iloc[-1].items()}
    trusted = runs[(runs["verdict"] != Verdict.NONE) & (runs["confidence"] != Confidence.DO_NOT_TRUST)]
    changes = trusted["drift_deg"].dropna().to_numpy(dtype=np.float64)[-MOST_RUNS:]
    trend = trend_of(changes)
    return RunnerRow(
        runner=runner,
        run_count=len(runs),
        last_utc=str(last["started_utc"]),
        verdict=str(last["verdict"]),
        confidence=str(last["confidence"]),
        slouched_from_m=float(last["slouched_from_m"]),
        judged_m=float(last["judged_m"]),
        late_change_deg=float(last["drift_deg"]),
        late_changes_deg=changes,
        trend=trend,
        reasons=tuple(_reasons(last, trusted, trend)),
        simulated=bool(runs["simulated"].any()),
    )


def _reasons(last: Mapping[str, Any], trusted: pd.DataFrame, trend: Trend | None) -> Iterator[str]:
    """Yield why a runner needs a look, by the rules that the page states."""
    if last["verdict"] == Verdict.NONE or last["confidence"] == Confidence.DO_NOT_TRUST:
        yield "the last run cannot be judged: look at sensor, strap and standing"
    elif math.isfinite(last["slouched_from_m"]):
        yield f"slouched from km {last['slouched_from_m'] / 1000:.1f} of the last run"
        yield from _sooner(trusted)
    if trend and trend.low_deg > 0:
        yield f"they end further forward from run to run, over {trend.run_count} runs"


def _sooner(trusted: pd.DataFrame) -> Iterator[str]:
    """Yield that the last run slouched sooner than those before; without a slouch a length counts."""
    tall_m = trusted["slouched_from_m"].fillna(trusted["judged_m"]).dropna().to_numpy(dtype=np.float64)
    before_m = tall_m[-MOST_RUNS:-1]
    if len(before_m) >= FEWEST_BEFORE and np.median(before_m) - tall_m[-1] >= SOONER_M:
        yield f"{(np.median(before_m) - tall_m[-1]) / 1000:.1f} km sooner than in the runs before"
