"""What a report states about sensors and standings, read off their motion."""

from __future__ import annotations

import numpy as np

from analysis.config import AnalysisConfig
from analysis.motion import Motion
from analysis.records import SensorFacts, Standing
from analysis.stages.posture import inclination_deg
from analysis.stages.usable import longest_loss, mean_force_g
from sensor.samples import SensorRecording


def sensor_facts(sensor: SensorRecording, motion: Motion, config: AnalysisConfig) -> SensorFacts:
    """Sum up one sensor: rate, losses, clipping, mean specific force over its running strides."""
    whole = longest_loss(motion.stream, motion.strides) <= config.posture.gap_strides
    force_g = mean_force_g(motion.stream, motion.path, motion.strides, whole, config.posture)
    running = motion.strides.running
    return SensorFacts(
        placement=sensor.placement,
        device=sensor.device,
        name=sensor.name,
        rate_hz=motion.stream.rate_hz,
        sample_count=len(sensor.time_s),
        clipped_fraction=float(sensor.clipped.mean()),
        missing_fraction=float(1.0 - motion.stream.present.mean()),
        mean_specific_force_g=float(np.median(force_g[running])) if running.any() else float("nan"),
        has_gyroscope=sensor.gyr_sensor_radps is not None,
        mirrored=motion.mirrored,
        rejected_packets=sensor.rejected_packets,
        battery_pct=sensor.battery_pct,
    )


def standings_of(motion: Motion) -> tuple[Standing, ...]:
    """Describe every standing by its tilt against the zero, from the raw accelerometer."""
    rests, zero, stream = motion.rests, motion.zero, motion.stream
    running = np.flatnonzero(motion.strides.running)
    if len(running) == 0 or len(zero.standing) == 0:
        return ()
    last_run_row = motion.strides.end_row[running[-1]]
    first_run_row = motion.strides.start_row[running[0]]
    up = motion.axes.trunk_from_sensor @ rests.acc_sensor_mps2[zero.standing].T
    flexion_deg, lateral_deg = inclination_deg(up)
    found = []
    for k, rest in enumerate(zero.standing):
        begin, end = int(rests.first[rest]), int(rests.last[rest])
        if rest == zero.rest:
            role = "zero"
        elif (begin + end) / 2 >= last_run_row:
            role = "end"
        else:
            role = "before" if (begin + end) / 2 <= first_run_row else "seen"
        found.append(
            Standing(
                stream.start_s + begin / stream.rate_hz,
                stream.start_s + end / stream.rate_hz,
                float(flexion_deg[k]),
                float(lateral_deg[k]),
                role,
            )
        )
    return tuple(found)
