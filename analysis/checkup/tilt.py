"""A sensor on the faces of a box and leaned by a known angle: scale, bias, and what its angles are worth."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from analysis.checkup.findings import Finding, Grade, measured_rate_hz
from analysis.checkup.six_position import LOCAL_GRAVITY_PCT, SixPositionFit, fit_six_positions
from analysis.checkup.still_poses import FACES, StillPoses, angles_deg, missing_faces, still_poses
from analysis.errors import TiltError
from sensor.calibration import MOST_BIAS_MPS2, MOST_SCALE_ERROR, AccelerometerCalibration, Axes
from sensor.samples import FloatArray, SensorRecording
from sensor.units import RADPS_PER_DEGPS, STANDARD_GRAVITY_MPS2

SHORTEST_S = 2.0
"""A little less than the guide asks for: rows at the edges fall to one side or the other."""

LEAST_ANGLE_DEG, MOST_ANGLE_DEG = 5.0, 40.0
"""A smaller lean is no other pose than the face; a larger one is nearer to the next face."""

MOST_ANGLE_OFF_DEG = 3.0
"""Further off, the angle was mistyped or another one was set: box, table and app together make 0.7."""

REFERENCE_HALF_WIDTH_DEG = 0.7
"""Half the 95 % interval of the known angle: a telephone's level reads to about 0.3 degrees, and a table and
the face of a box are flat to about 0.5."""

MOST_SIZE_OFF_MPS2 = 0.1
"""By which gravity in the leaned pose, which the fit has not seen, may differ from 1 g."""

LOST_S = 5.0
"""A sensor that sent nothing for this long at the end was lost."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class TiltCheck:
    """What the check found.

    Parameters
    ----------
    placement
        Of the sensor.
    fit
        Scale and bias of its accelerometer.
    gyr_bias_radps
        (3,) what its gyroscope read at rest; None without one.
    told_deg, read_deg, corrected_deg
        The lean as it was told, as it was read, and as it is read once corrected.
    """

    placement: str
    fit: SixPositionFit
    gyr_bias_radps: FloatArray | None
    told_deg: float
    read_deg: float
    corrected_deg: float

    def calibration(self, made_on: str) -> AccelerometerCalibration:
        """Return what is to be kept, with the date of today."""
        return AccelerometerCalibration(_axes(self.fit.bias_mps2), _axes(self.fit.scale), made_on)


def _axes(values: FloatArray) -> Axes:
    x, y, z = map(float, values)
    return x, y, z


def check_tilt(
    sensor: SensorRecording, told_deg: float, *, lean_from_s: float | None, end_s: float
) -> TiltCheck:
    """Find scale, bias and the error of an angle from a recording on the faces of a box.

    Parameters
    ----------
    sensor
        On six faces, in any order, and then leaned from one of them; fixed to the box all the while.
    told_deg
        By how much it was leaned.
    lean_from_s
        From when on it was leaned; None where it never came to that.
    end_s
        When the recording ended.

    Raises
    ------
    TiltError
        Where a face or the lean is missing, or what was read cannot be.
    """
    if not len(sensor.time_s):
        raise TiltError(f"{sensor.name} sent nothing: wake it by moving it, and begin again")
    rate_hz = measured_rate_hz(sensor)
    poses = still_poses(sensor.acc_sensor_mps2, rate_hz, shortest_s=SHORTEST_S)
    begun_s = sensor.time_s[poses.first]
    on_faces = (poses.face >= 0) & (begun_s < (np.inf if lean_from_s is None else lean_from_s))
    _require_faces(sensor, poses, on_faces=on_faces, end_s=end_s)
    faces_mps2 = poses.acc_sensor_mps2[on_faces]
    fit = fit_six_positions(faces_mps2)
    _require_plausible(sensor, fit)
    later = np.zeros(len(begun_s), np.bool_) if lean_from_s is None else begun_s >= lean_from_s
    leaned_mps2 = _leaned(sensor, _part(poses, later), fit=fit, faces_mps2=faces_mps2, end_s=end_s)
    nearest = int(np.argmin(angles_deg(fit.corrected(faces_mps2), fit.corrected(leaned_mps2))))
    face_mps2 = faces_mps2[nearest : nearest + 1]
    check = TiltCheck(
        placement=sensor.placement,
        fit=fit,
        gyr_bias_radps=_rate_at_rest(sensor, poses),
        told_deg=told_deg,
        read_deg=float(angles_deg(face_mps2, leaned_mps2)[0]),
        corrected_deg=float(angles_deg(fit.corrected(face_mps2), fit.corrected(leaned_mps2))[0]),
    )
    _require_angle(sensor, check)
    return check


def _part(poses: StillPoses, wanted: np.ndarray) -> StillPoses:
    return StillPoses(poses.first[wanted], poses.last[wanted], poses.acc_sensor_mps2[wanted])


def _lost(sensor: SensorRecording, end_s: float) -> str:
    """Return since when the sensor was lost, in words; empty where it sent to the end."""
    last_s = float(sensor.time_s[-1])
    return f"{sensor.name} was lost after {last_s:.0f} s; " if end_s - last_s > LOST_S else ""


def _require_faces(sensor: SensorRecording, poses: StillPoses, *, on_faces: np.ndarray, end_s: float) -> None:
    missing = missing_faces(poses.face[on_faces])
    if not missing:
        return
    lost = _lost(sensor, end_s)
    if not len(poses.first):
        raise TiltError(
            f"{lost}it was never still for {SHORTEST_S:g} s: fix the sensor to a box, lay the box on a "
            "table, hands off, and begin again"
        )
    raise TiltError(
        f"{lost}{len(FACES) - len(missing)} of {len(FACES)} faces, missing with the sensor's "
        f"{', '.join(missing)}: lay the box on each face once, hands off, and begin again"
    )


def _require_plausible(sensor: SensorRecording, fit: SixPositionFit) -> None:
    bias_mps2, scale_error = np.abs(fit.bias_mps2).max(), np.abs(fit.scale - 1.0).max()
    if not (bias_mps2 <= MOST_BIAS_MPS2 and scale_error <= MOST_SCALE_ERROR):
        raise TiltError(
            f"{sensor.name} would have a bias of {bias_mps2:.2f} m/s² and a scale off by {scale_error:.0%}, "
            "which no sound sensor has: fix it so that it cannot move on its box, and begin again"
        )


def _leaned(
    sensor: SensorRecording, later: StillPoses, *, fit: SixPositionFit, faces_mps2: FloatArray, end_s: float
) -> FloatArray:
    """Return the (3,) reading of the longest still pose that was leaned from a face."""
    forces = fit.corrected(later.acc_sensor_mps2)
    from_faces = [angles_deg(fit.corrected(faces_mps2), force).min() for force in forces]
    is_leaned = np.array(from_faces) >= LEAST_ANGLE_DEG
    if not is_leaned.any():
        raise TiltError(
            f"{_lost(sensor, end_s)}it was not leaned and still for {SHORTEST_S:g} s: lean the box against "
            "something by the angle you tell, hands off, and begin again"
        )
    longest = int(np.argmax(np.where(is_leaned, later.last - later.first, -1)))
    off_mps2 = float(np.linalg.norm(forces[longest])) - STANDARD_GRAVITY_MPS2
    if abs(off_mps2) > MOST_SIZE_OFF_MPS2:
        raise TiltError(
            f"leaned, gravity reads {off_mps2:+.2f} m/s² off what the faces say: the sensor moved on its "
            "box; fix it, and begin again"
        )
    return np.asarray(later.acc_sensor_mps2[longest])


def _require_angle(sensor: SensorRecording, check: TiltCheck) -> None:
    if abs(check.corrected_deg - check.told_deg) > MOST_ANGLE_OFF_DEG:
        raise TiltError(
            f"you told {check.told_deg:g}°, but {sensor.name} was leaned by {check.corrected_deg:.1f}°: read "
            "the angle again against the face it was leaned from, and begin again with --angle"
        )


def _rate_at_rest(sensor: SensorRecording, poses: StillPoses) -> FloatArray | None:
    if sensor.gyr_sensor_radps is None:
        return None
    means = [sensor.gyr_sensor_radps[a:b].mean(axis=0) for a, b in zip(poses.first, poses.last, strict=True)]
    return np.asarray(np.mean(means, axis=0))


def tilt_findings(check: TiltCheck) -> Iterator[Finding]:
    """Yield what the check found, in words with their uncertainty."""
    fit = check.fit
    scale_within, bias_within = fit.scale_half_width.max(), fit.bias_half_width_mps2.max()
    tilt_deg = np.degrees(np.linalg.norm(fit.bias_mps2) / STANDARD_GRAVITY_MPS2)
    lines = {
        "scale": f"{_xyz(fit.scale, '.4f')} (± {scale_within:.4f}; all three by up to {LOCAL_GRAVITY_PCT} % "
        "more or less with where on Earth you are, which no angle feels)",
        "bias": f"{_xyz(fit.bias_mps2, '+.3f')} m/s² (± {bias_within:.3f}), up to {tilt_deg:.1f}° of tilt "
        "before it is taken off",
        "gyroscope": _gyroscope(check.gyr_bias_radps),
        "angle": f"leaned by {check.told_deg:g}°, it read {check.read_deg:.1f}°, corrected "
        f"{check.corrected_deg:.1f}°: {_angle_error(check)}",
    }
    for what, words in lines.items():
        yield Finding(grade=Grade.OK, subject=f"{check.placement}, {what}", words=words)


def _xyz(values: FloatArray, form: str) -> str:
    return ", ".join(f"{axis} {value:{form}}" for axis, value in zip("xyz", values, strict=True))


def _gyroscope(bias_radps: FloatArray | None) -> str:
    if bias_radps is None:
        return "none"
    degps = float(np.linalg.norm(bias_radps)) / RADPS_PER_DEGPS
    return f"{degps:.2f} °/s at rest; not kept, for every report finds it anew"


def _angle_error(check: TiltCheck) -> str:
    error_deg = check.corrected_deg - check.told_deg
    if abs(error_deg) <= REFERENCE_HALF_WIDTH_DEG:
        return f"right to within what box, table and app are worth (± {REFERENCE_HALF_WIDTH_DEG:g}°)"
    return f"{error_deg:+.1f}° off, more than box, table and app are worth (± {REFERENCE_HALF_WIDTH_DEG:g}°)"
