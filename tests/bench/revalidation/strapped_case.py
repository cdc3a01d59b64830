"""A case strapped to the breast bone, walking and running: does it turn as the thorax does?

Both are clusters of markers (`grouvel_run_walk`): four on the case, four on the thorax. Each counts from its
own mean over the person's walks, so that only what changes between them is seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from sensor.samples import FloatArray, freeze_arrays
from tests.support import walk_run
from tests.support.markers import fit_rigid, inclination_deg

PACES = ("SlowGait", "FastGait", "Running")
"""Against ``Gait``, the person's own pace, from which the shapes are taken."""


@dataclass(frozen=True, slots=True, eq=False)
class CaseAndThorax:
    """One trial: forward tilt and sideways lean of both, degrees from the person's walks, (n,) each."""

    name: str
    pace: str
    thorax_flexion_deg: FloatArray
    case_flexion_deg: FloatArray
    thorax_lateral_deg: FloatArray
    case_lateral_deg: FloatArray

    def __post_init__(self) -> None:
        freeze_arrays(self)

    @property
    def wobble_deg(self) -> float:
        """Standard deviation of the case's forward tilt against the thorax within the trial."""
        return float((self.case_flexion_deg - self.thorax_flexion_deg).std())


@lru_cache(maxsize=1)
def trials() -> tuple[CaseAndThorax, ...]:
    """Return every trial but the walks at the person's own pace."""
    return tuple(
        _trial(person, pace, name)
        for person in walk_run.people()
        for pace in PACES
        for name in walk_run.trials_of(person, pace)
    )


def _trial(person: str, pace: str, name: str) -> CaseAndThorax:
    trial = walk_run.walk_run_trial(name)
    thorax, case = (
        inclination_deg(fit_rigid(trial, cluster, walk_run.walking_shape(person, cluster)).earth_from_body)
        for cluster in (walk_run.THORAX, walk_run.CASE)
    )
    return CaseAndThorax(name, pace, thorax[0], case[0], thorax[1], case[1])


def means(pace: str = "") -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Return (k,) flexion of thorax and case, and lateral of both: means of the trials of a pace, or all."""
    found = np.array(
        [
            (
                one.thorax_flexion_deg.mean(),
                one.case_flexion_deg.mean(),
                one.thorax_lateral_deg.mean(),
                one.case_lateral_deg.mean(),
            )
            for one in trials()
            if pace in ("", one.pace)
        ]
    )
    flexion, case_flexion, lateral, case_lateral = found.T
    return flexion, case_flexion, lateral, case_lateral


def wobble_deg(pace: str) -> float:
    """Return the median over the trials of a pace of the wobble within each."""
    return float(np.median([one.wobble_deg for one in trials() if one.pace == pace]))
