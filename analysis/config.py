"""Every tunable number of the analysis: unit in its name, source in its docstring.

One frozen dataclass per group of stages; `AnalysisConfig` joins them and hashes them, so that a report can
say exactly which numbers were in force.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field


@dataclass(frozen=True, slots=True)
class SignalConfig:
    """What a signal must be before anything is drawn from it."""

    min_rate_hz: float = 15.0
    """Below this the step frequency's first harmonic (up to 6 Hz) cannot be seen; real 20 Hz chest records
    give steps and cadence, no trustworthy angle."""
    max_rate_hz: float = 1700.0
    """Fastest rate any supported sensor offers (1666 Hz)."""
    min_samples: int = 100
    broken_s: float = 0.4
    """A loss longer than this (half a stride) breaks the strapdown frame."""
    max_fill_strides: float = 0.5
    """Longest gap filled from neighbouring strides; beyond it the frame is broken. Measured on a synthetic
    hour: 300 ms gaps still fill, half a stride is about 350 ms."""


@dataclass(frozen=True, slots=True)
class RestConfig:
    """When a sensor counts as still, and which rest is the runner's standing."""

    window_s: float = 1.0
    acc_spread_mps2: float = 0.35
    """Standard deviation of |a|: quiet standing stays below 0.15, walking is above 1."""
    rate_radps: float = 0.21
    """12 degrees per second: sway and breathing stay below, a turn of the body does not."""
    min_present: float = 0.5
    """Rows that were lost are interpolated, which is harmless while standing."""
    standing_s: float = 5.0
    """Shortest standing that can be a zero."""
    standing_before_s: float = 180.0
    """How long before the first running a standing may lie."""
    standing_tilt_deg: float = 25.0
    """A sensor on a table, or hands on knees, lies further from the running vertical than this."""
    rezero_deg: float = 5.0
    """Later standings move the zero by at most this."""


@dataclass(frozen=True, slots=True)
class GaitConfig:
    """Steps, strides, walking and running."""

    analysis_rate_hz: float = 26.0
    """Rate at which cadence is looked for: four times the highest step frequency."""
    level_s: float = 1.5
    """Standard deviation of the smoothing that gives a rough vertical in sensor axes."""
    window_s: float = 6.0
    hop_s: float = 1.0
    min_step_hz: float = 1.3
    max_step_hz: float = 4.2
    """80 to 250 steps per minute."""
    spread_s: float = 1.0
    """Standard deviation of the smoothing under which the spread of the vertical acceleration is taken."""
    walk_spread_g: float = 0.12
    """Smallest spread of the vertical acceleration while walking: 0.19-0.57 g in 14 real walks."""
    run_spread_slow_g: float = 0.65
    run_spread_fast_g: float = 0.40
    """Smallest spread while running, at and below `slow_spm`, at and above `fast_spm`, linear between:
    0.55-1.31 g in 52 real jogs at chest and waist; the jog with the slowest steps, 136 a minute, has 1.09."""
    slow_spm: float = 140.0
    fast_spm: float = 155.0
    min_bout_s: float = 3.0
    """A shorter stretch of another gait is noise."""
    phase_smoothing_s: float = 0.35
    """Standard deviation of the demodulation: follows a change of cadence within half a stride."""
    contact_phase: float = 0.33
    """Initial contact leads the peak of the vertical acceleration by about a third of a step: contact times
    are 65-75 % of a step, the peak is at mid-stance."""


@dataclass(frozen=True, slots=True)
class HandednessConfig:
    """Telling a mirrored triad."""

    length_s: float = 60.0
    stride_s: float = 0.35
    course_s: float = 3.0
    ratio: float = 1.25
    """How much more averaged force must stray with the rate as given than reversed. Of 47 real jogs and walks
    with the LSM9DS1, whose triad is mirrored, the ratio's median is 1.9; of the same mended, at most 0.98."""


@dataclass(frozen=True, slots=True)
class OrientationConfig:
    """The zero-phase orientation: noise of the gyroscope, of speed and of what remains unexplained."""

    decimated_hz: float = 10.0
    """Rate of the averaged specific force in the unaided pass."""
    unaided_smoothing_s: float = 5.0
    """Standard deviation: shorter takes corners for lean, longer follows the gyroscope's bias."""
    node_s: float = 0.25
    """Spacing of the corrections of the vertical; a third of a stride."""
    force_smoothing_s: float = 0.4
    """Standard deviation of the averaging of specific force, long enough to remove the stride itself
    (1.4 Hz falls to 0.2 %)."""
    heading_smoothing_s: float = 0.5
    force_noise_mps2: float = 0.1
    """Horizontal acceleration that speed and heading do not explain, per square root of hertz."""
    tilt_noise_rad: float = 2e-3
    """Random walk of the integrated tilt per square root of second (0.11 degrees)."""
    turn_noise: float = 0.005
    """Tilt gained per radian of turning: cross-axis and scale error of consumer gyroscopes, 0.5 %."""
    bias_noise_radps: float = 3e-4
    """Random walk of the gyroscope's bias per square root of second: warming up, change of pace."""
    bias_spread_radps: float = 0.02
    """Prior of the bias after rests have been used: 1 degree per second."""
    speed_noise_mps: float = 0.1
    """Random walk of speed per square root of second in steady running; bursts are outliers to it."""
    speed_memory_s: float = 200.0
    """Time over which an unknown speed returns to its nominal value."""
    run_speed_mps: float = 3.0
    walk_speed_mps: float = 1.4
    """Nominal speeds where none is known; within 20 % of the true one nothing is lost."""
    known_speed_spread_mps: float = 0.15
    """Error of a known speed per square root of hertz: 1 Hz GPS."""
    rest_speed_spread_mps: float = 0.02
    accelerometer_bias_share: float = 0.9
    """How much of a still sensor's difference from 1 g is bias: consumer biases of 20 mg against scale
    errors of 0.7 % (0.9 by variance)."""
    accelerometer_bias_mps2: float = 0.6
    """More than this (60 mg) is no bias but a fault, and is left alone."""
    accelerometer_smoothing_s: float = 1.5
    """Standard deviation of the averaging without a gyroscope: two strides."""
    passes: int = 4
    """Reweighted solutions: corners and bursts beyond the model lose their weight."""


@dataclass(frozen=True, slots=True)
class AxesConfig:
    """How the sensor sits: sideways axis and forward sign."""

    phase_bins: int = 50
    min_strides: int = 10
    bow_deg: float = 20.0
    """A forward bow of the standing pose leans at least this far."""
    start_s: float = 7.0
    """Velocity gained over this time after a standing start points forward."""
    start_gain_mps: float = 1.0
    pitch_sure_deg: float = 1.0
    """Pitch swing in phase with the bounce that makes a whole vote: 0.4-4.7 degrees in 23 real runs, with the
    right sign in all that reach 1."""
    pitch_silent_deg: float = 0.1
    lean_deg: float = 3.0
    """Mean lean of a run against standing that counts as a vote."""
    bow_most_deg: float = 120.0
    bow_window_s: float = 30.0
    """A bow is looked for from this long before the standing that is the zero …"""
    bow_before_run_s: float = 3.0
    """… until this long before the first running stride."""


@dataclass(frozen=True, slots=True)
class PostureConfig:
    """When the angle of a stride cannot be trusted."""

    gap_strides: float = 0.5
    clipped_fraction: float = 0.02
    force_strides: int = 25
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
    accelerometer_error_deg: float = 4.0
    """The same without a gyroscope."""
    loose_swing_deg: float = 40.0
    """Range of flexion within a stride beyond what a trunk does: 5-20 degrees on 15 tight chest jogs."""


@dataclass(frozen=True, slots=True)
class HeadConfig:
    """Where the head is carried: lengths of two links and how far each turns.

    Ratios and half widths come from differences between 43 optically recorded running clips in 19 styles,
    upright to slouched (Kobayashi et al. 2023, arXiv 2306.08861), by `tests/bench/fit_head_model.py`. Only
    three actors made them, playing styles: other people may differ by more than the half widths say. The
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
    with any one style left out. Two laboratory runners, run against standing: 0.7-0.85 and 1.5."""
    neck_per_pitch: float = 0.486
    neck_per_flexion: float = 0.736
    """Turn of the line C7 to temples with a head sensor: for each degree of head pitch (0.46-0.50 with any
    one style left out), of trunk flexion (0.72-0.79)."""
    neck_per_flexion_alone: float = 1.398
    """The same without a head sensor, what the neck does on average as the trunk bends (1.29-1.49)."""
    half_width_sensor_cm: float = 5.4
    half_width_alone_cm: float = 5.2
    """Half widths of the 95 % interval at `default_stature_m`: 95 % quantile of the error in a style the fit
    never saw, every style counting once. The trunk line errs most, so a head sensor does not narrow it."""
    default_stature_m: float = 1.70
    stature_spread_m: float = 0.10
    """Standard deviation of adults' stature, both sexes together (Fryar et al. 2016, NHANES 2011-2014: means
    1.757 and 1.618 m)."""


@dataclass(frozen=True, slots=True)
class DynamicsConfig:
    """Vertical oscillation and contact time."""

    grid: int = 64
    """Points per stride: 25 Hz harmonics at 80 strides per minute."""
    contact_force_g: float = 0.35


@dataclass(frozen=True, slots=True)
class DistanceConfig:
    """Speed and distance of each stride.

    Without any outside source the step length follows cadence and stature. Central values: Hoeger et al. 2008
    (ACSM's Health & Fitness Journal 12(1):14-19), steps counted over a mile at five paces. Runners differ in
    cadence by about twice as much as one runner changes it with pace, so the group's slope for running
    (0.026 m per step/min) is shrunk to a quarter for an unknown person.
    """

    run_step_m: float = 0.963
    """Running step length at `run_cadence_spm`: 1672 steps in the 10-minute mile."""
    run_cadence_spm: float = 167.2
    run_slope_m_per_spm: float = 0.0065
    """A quarter of the group's slope between the 12- and the 8-minute mile."""
    walk_step_m: float = 0.776
    """Walking step length at `walk_cadence_spm`: between 2252 and 1935 steps, the 20- and 15-minute mile."""
    walk_cadence_spm: float = 121.0
    walk_slope_m_per_spm: float = 0.0071
    model_stature_m: float = 1.70
    """Stature the step lengths above belong to; they scale in proportion."""
    model_error_pct: float = 15.0
    """Error of a distance from cadence alone, before any fit to the runner: 8-15 %, stated as 15."""
    joined_within_s: float = 3.0
    """Time without strides that still counts as moving when no sample is missing (about four strides)."""
    track_edge_s: float = 10.0
    """How far beyond its ends an outside distance or speed is still used."""
    speed_window_s: float = 10.0
    """Window over which a distance track becomes a speed: GPS noise against a runner's accelerations."""
    grade_window_m: float = 100.0
    """Window over which altitude becomes a grade: a barometer resolves 0.2-1 m."""


@dataclass(frozen=True, slots=True)
class BaselineConfig:
    """The fresh window: where in a run the runner's own "as usual" is read."""

    from_m: float = 500.0
    """Past the first minutes, in which warming up changes posture."""
    to_m: float = 2000.0
    to_fraction: float = 0.25
    """Of the run's whole distance: the window ends at the smaller of the two."""
    min_strides: int = 200
    max_grade_pct: float = 2.0
    """Steeper than this a stride is shown but not flagged while no slope on grade is fitted."""
    max_speed_change: float = 0.15
    """Speed further than this from the window's (as a fraction): likewise shown but not flagged."""


@dataclass(frozen=True, slots=True)
class FindingsConfig:
    """Flags over distance."""

    watch_deg: float = 2.0
    """Twice the error of the angle per kilometre."""
    slouched_deg: float = 4.0
    """Koblbauer 2014: about 4 degrees more flexion with fatigue in novices; Preece 2016: about 4 degrees
    between elite and recreational runners."""
    smoothing_strides: int = 25
    """Width of the running median the rules look at."""
    open_after_m: float = 300.0
    close_below_deg: float = 1.0
    """An episode ends where the median stays this far below its threshold ..."""
    close_after_m: float = 100.0
    """... for this distance."""
    break_s: float = 3.0
    """A pause between two strides longer than this is drawn as a break of the curve."""
    taller_deg: float = -2.0
    """Zone "taller": further upright than as usual by at least this."""
    rounded_deg: float = 4.0
    rounded_sacrum_deg: float = 2.0
    """A sacrum that moves as much as this leans along: no rounding of the back."""
    head_pitch_deg: float = 15.0
    neck_change_deg: float = 8.0
    note_low_deg: float = 0.0
    note_high_deg: float = 15.0
    """Mean +- 2 SD of stance-phase flexion, Teng & Powers 2014 (7.3 +- 3.6 degrees at 3.4 m/s)."""
    note_share: float = 0.1
    """Share of the run outside those limits that is worth a remark."""


@dataclass(frozen=True, slots=True)
class StrapStepConfig:
    """A sudden, lasting change of the angle, as a slipping strap makes it."""

    within_strides: int = 3
    sd_factor: float = 3.0
    sudden_factor: float = 5.0
    """Against the usual spread of such changes in the run: no false step in simulated wander of any speed."""
    min_step_deg: float = 1.5
    """Smaller steps cannot by themselves open a flag and are not told from a change of effort."""
    edge_strides: int = 5
    """Width of the medians directly before and after the step."""
    stays_strides: int = 60
    """The angle must keep its new level this long: about 45 s, longer than a bend of a track."""
    max_cadence_change: float = 0.015
    """Cadence changing by more at the same stride tells of another pace: 3 steps a minute; within a steady
    run it wanders by one."""


@dataclass(frozen=True, slots=True)
class SegmentConfig:
    """Rows of the table over distance."""

    length_m: float = 1000.0
    min_part_m: float = 20.0
    """A last part shorter than this is joined to the row before it."""
    flag_share: float = 0.25
    """Share of a segment's usable strides that must carry a flag for the segment to carry it."""
    contact_window_m: float = 100.0
    """One contact time from the trunk is unsure by more than 100 ms; a median over this distance is not."""


@dataclass(frozen=True, slots=True)
class VerdictConfig:
    """When a verdict is given, and how far it can be trusted."""

    min_running_s: float = 10.0
    min_strides: int = 10
    min_usable_strides: int = 200
    min_usable: float = 0.5
    """With fewer of the strides usable than this there is no verdict."""
    standing_agreement_deg: float = 2.0
    good_usable: float = 0.9
    distrust_usable: float = 0.6
    loose_share: float = 0.25
    """Share of strides marked loose from which the whole sensor is called loose."""
    force_tolerance: float = 0.03
    """Mean specific force over whole strides is 1 g; further off, the sensor is loose or mis-scaled."""
    clipped_share: float = 0.02
    missing_share: float = 0.02
    low_battery_pct: int = 20
    min_rate_hz: float = 50.0
    """Below this an impact lasts less than two samples."""


@dataclass(frozen=True, slots=True)
class ComparisonConfig:
    """Comparing runs."""

    stretches: int = 10
    """Equal parts of a run that serve as units: neighbouring strides are not independent."""
    speed_margin: float = 0.05
    """Widening of the band of speeds the runs share (fraction)."""
    speed_tail: float = 0.1
    """Share of strides left out at each end when a run's range of speeds is read."""
    min_matched_strides: int = 200
    min_strides_per_correlation: float = 2.0
    """A stretch must be this many correlation lengths long. Simulated coverage is then 93 % or more; longer
    memory is noticed in three of four runs, a short run hides it from itself."""
    max_lag1: float = 0.7
    """Lag-1 correlation of the stretches from which the run drifts rather than varies: of independent
    stretches 2 % seem to by chance."""
    refit_deg: float = 3.0
    """Minimal detectable change between fittings of the sensor."""
    level: float = 0.95


@dataclass(frozen=True, slots=True)
class AnalysisConfig:
    """All groups together: what one analysis run is computed with."""

    signal: SignalConfig = field(default_factory=SignalConfig)
    rest: RestConfig = field(default_factory=RestConfig)
    gait: GaitConfig = field(default_factory=GaitConfig)
    handedness: HandednessConfig = field(default_factory=HandednessConfig)
    orientation: OrientationConfig = field(default_factory=OrientationConfig)
    axes: AxesConfig = field(default_factory=AxesConfig)
    posture: PostureConfig = field(default_factory=PostureConfig)
    head: HeadConfig = field(default_factory=HeadConfig)
    dynamics: DynamicsConfig = field(default_factory=DynamicsConfig)
    distance: DistanceConfig = field(default_factory=DistanceConfig)
    baseline: BaselineConfig = field(default_factory=BaselineConfig)
    findings: FindingsConfig = field(default_factory=FindingsConfig)
    strap_step: StrapStepConfig = field(default_factory=StrapStepConfig)
    segments: SegmentConfig = field(default_factory=SegmentConfig)
    verdict: VerdictConfig = field(default_factory=VerdictConfig)
    comparison: ComparisonConfig = field(default_factory=ComparisonConfig)

    def hash(self) -> str:
        """Return the first 16 hex digits of the SHA-256 over every number, in canonical JSON."""
        text = json.dumps(asdict(self), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]
