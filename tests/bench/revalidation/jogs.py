"""Real jogs and walks: steps and cadence against the record's own spectrum, refusals where they are due."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sensor.units import RADPS_PER_DEGPS, STANDARD_GRAVITY_MPS2
from tests.bench.revalidation.tables import Cell, Section
from tests.support import datasets
from tests.support.analysing import analyse_imu, refusal
from tests.support.datasets import ImuData
from tests.support.report_checks import StepsCheck, check_steps

HEADER = (
    "record",
    "running s",
    "steps true / found",
    "cadence true / found",
    "mean force g",
    "verdict",
    "confidence",
)
FALLALLD, SISFALL, UMAFALL = "fallalld_jog_neck_waist", "sisfall_jog_waist", "umafall_jog_chest"
SENSORTAG = {"acc_range_mps2": 2.0 * STANDARD_GRAVITY_MPS2, "gyr_range_radps": 256.0 * RADPS_PER_DEGPS}
"""Full scales at which the UMAFall sensors were set."""

WAIST_AS = "upper-back"
"""A waist sensor alone says nothing of the trunk; its steps are counted as if it were worn there."""


def worn_at(name: str) -> str:
    """Return the placement under which a record is analysed."""
    return "sternum" if "neck" in name else WAIST_AS


def mean_force_g(imu: ImuData) -> float:
    """Return the length of the mean specific force: 1 over whole strides of an honest sensor."""
    return float(np.linalg.norm(imu.acc_sensor_mps2.mean(axis=0)) / STANDARD_GRAVITY_MPS2)


def evenly_timed(imu: ImuData) -> ImuData:
    """Return a record whose rows share time stamps, spread evenly over the same span."""
    time_s = np.linspace(imu.time_s[0], imu.time_s[-1], len(imu.time_s))
    return ImuData(imu.name, imu.rate_hz, time_s, imu.acc_sensor_mps2, imu.gyr_sensor_radps)


def fallalld_checks(pattern: str = "*A02[45]*") -> Iterator[tuple[StepsCheck, ImuData]]:
    """Yield every jog at neck and waist."""
    for name in datasets.names(FALLALLD, pattern):
        imu = datasets.fallalld(name)
        yield check_steps(analyse_imu((worn_at(name), imu)), imu), imu


def sisfall_checks(pattern: str = "D0[34]*") -> Iterator[tuple[StepsCheck, ImuData]]:
    """Yield every jog at the belt; the witness is the device's second accelerometer."""
    for name in datasets.names(SISFALL, pattern):
        imu, second = datasets.sisfall(name)
        witness = ImuData(name, imu.rate_hz, imu.time_s, second, None)
        yield check_steps(analyse_imu((WAIST_AS, imu)), imu, witness), imu


def umafall_checks(pattern: str = "*.gz") -> Iterator[tuple[StepsCheck, ImuData]]:
    """Yield every chest clip with enough running; the witness is the phone in the pocket."""
    for name in datasets.names(UMAFALL, pattern):
        clip = datasets.umafall(name)
        chest, pocket = clip["chest"], evenly_timed(clip["pocket"])
        start_s = chest.time_s[0]
        if refusal(("sternum", chest), **SENSORTAG):
            continue
        report = analyse_imu(("sternum", chest), **SENSORTAG)
        witness = ImuData("pocket", 200.0, pocket.time_s - start_s, pocket.acc_sensor_mps2, None)
        yield check_steps(report, chest, witness), chest


def adept_check() -> StepsCheck:
    """Return the outdoor run at the hip; the witness is the ankle."""
    hip = datasets.adept("hip")
    return check_steps(analyse_imu((WAIST_AS, hip)), hip, datasets.adept("ankle"))


def row(check: StepsCheck, imu: ImuData) -> list[Cell]:
    """Return one record's row."""
    return [
        check.name.removesuffix(".csv.gz:chest").removesuffix(".npz"),
        f"{check.running_s:.0f}",
        f"{check.true_steps:.1f} / {check.steps:.0f}",
        f"{check.true_cadence_spm:.1f} / {check.cadence_spm:.1f}",
        mean_force_g(imu),
        check.verdict,
        check.confidence,
    ]


def refused_clips() -> list[str]:
    """Return why each chest clip that yields no report was refused."""
    clips = [datasets.umafall(name)["chest"] for name in datasets.names(UMAFALL, "*.gz")]
    reasons = [(clip.name, refusal(("sternum", clip), **SENSORTAG)) for clip in clips]
    return [f"{name.split('.')[0]} refused: {reason}." for name, reason in reasons if reason]


def walks() -> list[tuple[str, str]]:
    """Return every walking record and why it was refused, empty where it was called running."""
    walked = [("sternum", datasets.fallalld(name)) for name in datasets.names(FALLALLD, "*A022*")]
    walked += [(WAIST_AS, datasets.sisfall(name)[0]) for name in datasets.names(SISFALL, "D02*")]
    return [(imu.name, refusal((placement, imu))) for placement, imu in walked]


def section() -> Section:
    """Return every jog; the walks are a remark."""
    checks = [
        *fallalld_checks(),
        *sisfall_checks(),
        *umafall_checks(),
        (adept_check(), datasets.adept("hip")),
    ]
    walked = walks()
    refused = sum(bool(reason) for _, reason in walked)
    missed = [check.missed_share for check, _ in checks]
    return Section(
        "Real jogs",
        "Steps over every unbroken stretch of running, counted once by the strides and once by the phase of "
        "the acceleration (the second accelerometer, the phone or the ankle where there is one).",
        HEADER,
        [row(check, imu) for check, imu in checks],
        (
            f"Steps missed: median {np.median(missed):.2%}, worst {np.max(np.abs(missed)):.2%}.",
            f"Walks called running: {len(walked) - refused} of {len(walked)}.",
            *refused_clips(),
        ),
    )
