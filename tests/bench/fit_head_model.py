"""Fit the head model to optically recorded running styles: ``python -m tests.bench.fit_head_model``.

Angles come from the clips; lengths from the shares in `HeadConfig`, because the clips' bodies were fitted to
a game figure with a short trunk. Nobody was recorded standing, so everything is fitted to, and judged by,
differences between two clips: one plays the run, the other the pose that counts as zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analysis.stride.config import HeadConfig
from analysis.stride.head import head_columns
from sensor.samples import BoolArray, FloatArray
from tests.support.bvh import Clip, bandai, bandai_reference, head_pitch_deg
from tests.support.markers import (
    MarkerTrial,
    fit_rigid,
    inclination_deg,
    upright_shape,
)

LEVEL = 0.95
AIM_CM = 5.0
UPRIGHT_BELOW_DEG = 5.0
"""Upper trunk of the styles that resemble standing: proud, feminine, happy."""


@dataclass(frozen=True, slots=True, eq=False)
class Postures:
    """One row per clip: `style` and the mean angles (clips,) over whole strides, in degrees from vertical.

    `trunk_line_deg` runs from the hip joints to the neck, `neck_line_deg` from the neck to the base of the
    skull, `flexion_deg` is the upper trunk's and `pitch_deg` the head's long axis. `base_share` is the part
    of the stature from C7 to the base of the skull.
    """

    name: tuple[str, ...]
    flexion_deg: FloatArray
    pitch_deg: FloatArray
    trunk_line_deg: FloatArray
    neck_line_deg: FloatArray
    base_share: float

    @property
    def style(self) -> tuple[str, ...]:
        """Style of every clip; both halves of the set may hold the same."""
        return tuple(name.split("_")[2] for name in self.name)

    def neck_tilt_deg(self, config: HeadConfig) -> FloatArray:
        """Return the tilt of the link C7 to temples: below the skull the neck's, above it the head's."""
        base = self.base_share / config.neck_link
        return base * self.neck_line_deg + (1.0 - base) * self.pitch_deg

    def forward_cm(self, config: HeadConfig) -> FloatArray:
        """Return how far the temples are ahead of the hip joints in a person of the default stature."""
        shares = (config.trunk_link, self.base_share, config.neck_link - self.base_share)
        angles = (self.trunk_line_deg, self.neck_line_deg, self.pitch_deg)
        parts = [share * np.sin(np.radians(angle)) for share, angle in zip(shares, angles, strict=True)]
        return np.asarray(100.0 * config.default_stature_m * sum(parts), dtype=np.float64)


def read_postures(config: HeadConfig) -> Postures:
    """Return the postures of all clips."""
    cadence_spm = bandai_reference()["cadence_spm"].astype(float)
    names = tuple(str(name) for name in cadence_spm.index)
    clips = [bandai(name) for name in names]
    rows = [_angles_deg(clip, 120.0 / cadence_spm[clip.name]) for clip in clips]
    flexion, pitch, trunk_line, neck_line = np.array(rows).T
    base_share = config.trunk_link * float(np.mean([_neck_to_trunk(clip) for clip in clips]))
    return Postures(names, flexion, pitch, trunk_line, neck_line, base_share)


def _angles_deg(clip: Clip, stride_s: float) -> list[float]:
    """Return upper trunk, head, trunk line and neck line over the whole strides of the clip's middle half."""
    strides = max(1, int(0.5 * clip.time_s[-1] / stride_s))
    inside = np.abs(clip.time_s - clip.time_s[-1] / 2.0) <= 0.5 * strides * stride_s
    neck_m = clip.position_m["Neck"]
    angles = (
        inclination_deg(clip.earth_from_segment("Chest"))[0],
        head_pitch_deg(clip),
        _tilt_deg(neck_m - _hips_m(clip)),
        _tilt_deg(clip.position_m["Head"] - neck_m),
    )
    return [float(angle[inside].mean()) for angle in angles]


def _hips_m(clip: Clip) -> FloatArray:
    return (clip.position_m["UpperLeg_L"] + clip.position_m["UpperLeg_R"]) / 2.0


def _neck_to_trunk(clip: Clip) -> float:
    neck_m = clip.position_m["Neck"]
    neck = np.linalg.norm(clip.position_m["Head"] - neck_m, axis=1).mean()
    return float(neck / np.linalg.norm(neck_m - _hips_m(clip), axis=1).mean())


def _tilt_deg(line: FloatArray) -> FloatArray:
    return np.asarray(np.degrees(np.arctan2(line[:, 0], line[:, 2])), dtype=np.float64)


def fit(postures: Postures, used: BoolArray, config: HeadConfig) -> HeadConfig:
    """Return the configuration with its four ratios fitted to differences between the clips in use."""
    flexion, pitch = postures.flexion_deg[used], postures.pitch_deg[used]
    neck = postures.neck_tilt_deg(config)[used]
    (line,) = _slopes(postures.trunk_line_deg[used], flexion)
    per_pitch, per_flexion = _slopes(neck, pitch, flexion)
    (alone,) = _slopes(neck, flexion)
    return replace(
        config,
        trunk_line_per_flexion=line,
        neck_per_pitch=per_pitch,
        neck_per_flexion=per_flexion,
        neck_per_flexion_alone=alone,
    )


def _slopes(wanted: FloatArray, *given: FloatArray) -> tuple[float, ...]:
    """Return the least-squares slopes over all differences; that is the fit to deviations from the mean."""
    centred = np.stack([column - column.mean() for column in given], axis=1)
    return tuple(float(x) for x in np.linalg.lstsq(centred, wanted - wanted.mean(), rcond=None)[0])


def errors_cm(postures: Postures, config: HeadConfig, *, with_sensor: bool) -> FloatArray:
    """Return the estimate's error (clips, clips): row the run, column the pose that counts as zero."""
    flexion, pitch, truth = (
        (values[:, None] - values[None, :])
        for values in (postures.flexion_deg, postures.pitch_deg, postures.forward_cm(config))
    )
    head = pitch.ravel() if with_sensor else None
    found = head_columns(flexion.ravel(), head, stature_m=config.default_stature_m, config=config)[
        "head_forward_cm"
    ]
    return np.asarray(found.reshape(truth.shape) - truth, dtype=np.float64)


def held_out_errors_cm(
    postures: Postures, config: HeadConfig, *, with_sensor: bool, zero: BoolArray
) -> dict[str, FloatArray]:
    """Return by style the errors of its clips against those of other styles, from a fit without it."""
    styles = np.array(postures.style)
    errors = {}
    for style in sorted(set(styles)):
        held = styles == style
        fold = errors_cm(postures, fit(postures, ~held, config), with_sensor=with_sensor)
        errors[str(style)] = fold[np.ix_(held, ~held & zero)].ravel()
    return errors


def half_width_cm(errors: Mapping[str, FloatArray]) -> float:
    """Return the quantile of the held-out errors, every style counting once, rounded up to a millimetre."""
    size = np.abs(np.concatenate(list(errors.values())))
    weight = np.concatenate([np.full(len(e), 1.0 / (len(e) * len(errors))) for e in errors.values()])
    order = np.argsort(size)
    within = size[order][np.searchsorted(np.cumsum(weight[order]), LEVEL)]
    return float(np.ceil(10.0 * within) / 10.0)


def coverage(errors: Mapping[str, FloatArray], half_cm: float) -> float:
    """Return the share of errors within a half width, every style counting once."""
    return float(np.mean([np.mean(np.abs(e) <= half_cm) for e in errors.values()]))


def coefficient_table(postures: Postures, config: HeadConfig) -> pd.DataFrame:
    """Return the ratios fitted to all clips, their range with one style left out, and those in force."""
    styles = np.array(postures.style)
    folds = [fit(postures, styles != style, config) for style in sorted(set(styles))]
    whole = fit(postures, np.ones(len(styles), dtype=np.bool_), config)
    names = ("trunk_line_per_flexion", "neck_per_pitch", "neck_per_flexion", "neck_per_flexion_alone")
    rows = {}
    for name in names:
        without_one = [getattr(fold, name) for fold in folds]
        rows[name] = (getattr(whole, name), min(without_one), max(without_one), getattr(config, name))
    return pd.DataFrame.from_dict(
        rows, orient="index", columns=["fitted", "lowest", "highest", "in force"]
    ).round(3)


def style_table(postures: Postures, config: HeadConfig, *, with_sensor: bool) -> pd.DataFrame:
    """Return mean error, half width and coverage by style, then over all, against all and upright zeros."""
    stated_cm = config.half_width_cm
    every = np.ones(len(postures.name), dtype=np.bool_)
    upright = postures.flexion_deg < UPRIGHT_BELOW_DEG
    by_style, against_upright = (
        held_out_errors_cm(postures, config, with_sensor=with_sensor, zero=zero) for zero in (every, upright)
    )
    pooled = {"any": np.concatenate(list(by_style.values()))}
    groups = {style: {style: errors} for style, errors in by_style.items()}
    groups |= {
        "each style once": by_style,
        "the same, zero upright": against_upright,
        "each pair once": pooled,
    }
    rows = [
        {
            "group": group,
            "pairs": sum(len(e) for e in errors.values()),
            "mean cm": round(float(np.mean([e.mean() for e in errors.values()])), 1),
            "95 % within cm": half_width_cm(errors),
            f"within {AIM_CM} cm": round(coverage(errors, AIM_CM), 3),
            f"within {stated_cm} cm": round(coverage(errors, stated_cm), 3),
        }
        for group, errors in groups.items()
    ]
    return pd.DataFrame(rows).set_index("group")


def c7_forward_cm(standing: MarkerTrial, run: MarkerTrial, cluster: tuple[str, ...]) -> tuple[float, float]:
    """Return a runner's mean flexion in degrees and C7 ahead of the pelvis in cm, both against standing."""
    turn = fit_rigid(run, cluster, upright_shape(standing, cluster)).earth_from_body
    ahead = [100.0 * np.nanmean((trial["C7"] - _pelvis_m(trial))[:, 0]) for trial in (run, standing)]
    return float(inclination_deg(turn)[0].mean()), float(ahead[0] - ahead[1])


def _pelvis_m(trial: MarkerTrial) -> FloatArray:
    seen = {label.upper(): label for label in trial.positions_earth_m}
    front = (trial[seen["LASI"]] + trial[seen["RASI"]]) / 2.0
    has_pair = "LPSI" in seen
    back = (trial["LPSI"] + trial["RPSI"]) / 2.0 if has_pair else trial[seen["SACR"]]
    return np.asarray((front + back) / 2.0, dtype=np.float64)


def main() -> None:
    """Print coefficients and coverage by style."""
    config = HeadConfig()
    postures = read_postures(config)
    styles = len(set(postures.style))
    print(f"{len(postures.name)} clips, {styles} styles; base of the skull at {postures.base_share:.4f} H\n")
    print(coefficient_table(postures, config).to_string(), "\n")
    every = np.ones(len(postures.name), dtype=np.bool_)
    for with_sensor in (False, True):
        errors = held_out_errors_cm(postures, config, with_sensor=with_sensor, zero=every)
        print(f"{'head sensor' if with_sensor else 'trunk model'}: half width {half_width_cm(errors)} cm")
        print(style_table(postures, config, with_sensor=with_sensor).to_string(), "\n")
    print("What laboratory runners say of the model: `make revalidate`, head against trunk.")


if __name__ == "__main__":
    main()
