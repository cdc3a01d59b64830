"""Numbers of the stride stages: which strides count, head, bounce and contact, heart rate."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PostureConfig:
    """When the angle of a stride cannot be trusted."""

    gap_strides: float = 0.5
    """A stride with a longer loss, in strides, is not usable."""
    other_lost_fraction: float = 0.25
    """A sensor beside the trunk's that lost more than this share of a stride's samples has no angle there."""
    section_s: float = 4.0
    """Between long losses nearer than this nothing tells the vertical from acceleration of the path."""
    clipped_fraction: float = 0.02
    """A stride with a larger share of clipped samples is not usable."""
    force_strides: int = 25
    """Width of the running mean of the specific force, strides."""
    force_off: float = 0.03
    """Mean specific force over 25 strides further than this from 1 g: something is clipped or loose."""
    path_mps2: float = 0.6
    """Acceleration of the path above which a stride without a known speed is not trusted: a corner taken at
    11 km/h in 3 s has 1.5, a track bend 0.3."""
    turn_radps: float = 0.17
    """Turning faster than this (10 degrees per second) makes it a corner, else it is a burst."""
    min_gap_s: float = 0.5
    """Shortest loss that a report lists; shorter ones are filled."""
    flexion_error_deg: float = 0.35
    """Half width of the 95 % interval of one stride's flexion against the zero: p95 of the error on hours
    with known truth, no speed known."""
    accelerometer_edge_s: float = 5.0
    """Without a gyroscope, strides this close to the beginning or end of a bout read 10 degrees off."""
    accelerometer_error_deg: float = 4.5
    """The same without a gyroscope: Student's t over the people of `accelerometer_excess_deg` and the
    spread of runs within them gives 4.4 degrees for a run of somebody else. Each person left out, the largest
    error of their 22 runs was 3.6."""
    loose_swing_deg: float = 40.0
    """Range of flexion within a stride beyond what a trunk does: 5-20 degrees on 15 tight chest jogs."""


@dataclass(frozen=True, slots=True)
class HeadConfig:
    """Where the head is carried: lengths of two links and how far each turns.

    Ratios and half widths come from differences between 43 optically recorded running clips in 19 styles,
    upright to slouched (Kobayashi et al. 2023, arXiv 2306.08861), by `tests/bench/fit_head_model.py`. Only
    three actors made them, playing styles, and none was recorded standing. The
    actors' skeletons were fitted to a game figure, so angles are taken from them and lengths from elsewhere.
    """

    trunk_link: float = 0.330
    """Hip to C7 as a share of stature: C7 at 0.860 of it (de Leva 1996, J Biomech 29:1223, vertex to
    cervicale) less the hip at 0.530 (Drillis & Contini 1966, in Winter, Biomechanics and Motor Control of
    Human Movement, fig. 4.1). Two laboratory runners with markers: 0.31 and 0.33."""
    neck_link: float = 0.076
    """C7 to the temples: the eyes at 0.936 of stature less C7 at 0.860, same sources."""
    trunk_line_per_flexion: float = 0.583
    """How far the line hip to C7 turns for each degree of the upper trunk, where the sensor sits: 0.55-0.61
    with any one style left out. Three laboratory runners, run against standing: 0.7, 0.9 and 1.4; five
    people, run against walk: 1.2-2.9."""
    neck_per_pitch: float = 0.486
    """Turn of the line C7 to temples per degree of head pitch, with a head sensor ..."""
    neck_per_flexion: float = 0.736
    """Turn of the line C7 to temples with a head sensor: for each degree of head pitch (0.46-0.50 with any
    one style left out), of trunk flexion (0.72-0.79)."""
    neck_per_flexion_alone: float = 1.398
    """The same without a head sensor, what the neck does on average as the trunk bends (1.29-1.49)."""
    half_width_cm: float = 11.8
    """Half width of the 95 % interval at `default_stature_m`, with a head sensor or without: Student's t over
    how far C7 went beyond the trunk link from standing to running in the only three people recorded in both
    (0.9, 2.7 and 5.7 cm). Between two ways of running 95 % of the styles, each left out, err by less
    than 5.4 cm, and five people from walk to run by less than 2 cm; but nobody's zero is a walk."""
    default_stature_m: float = 1.70
    """Stature where none is given."""
    stature_spread_m: float = 0.10
    """Standard deviation of adults' stature, both sexes together (Fryar et al. 2016, NHANES 2011-2014: means
    1.757 and 1.618 m)."""


@dataclass(frozen=True, slots=True)
class DynamicsConfig:
    """Vertical oscillation and contact time."""

    grid: int = 64
    """Points per stride: 25 Hz harmonics at 80 strides per minute."""
    contact_force_g: float = 0.0
    """Vertical specific force of the trunk above which a foot is on the ground. The trunk lags the foot:
    242, 317, 257 ms against 232, 330, 260 ms on force plates."""


@dataclass(frozen=True, slots=True)
class HeartRateConfig:
    """Which heart rates beside the sensors are believed, and for how long."""

    least_bpm: float = 30.0
    """Resting hearts of the fittest beat from about 30 times a minute."""
    most_bpm: float = 230.0
    """The youngest hearts at their most beat about 220 times a minute."""
    max_age_s: float = 5.0
    """Straps tell about once a second: lost readings are bridged, a strap that has slipped off is not."""
