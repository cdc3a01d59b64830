"""Numbers of the judging stages: distance, baseline, flags, verdict, advice, comparison."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.lengths import Split


@dataclass(frozen=True, slots=True)
class DistanceConfig:
    """Speed and distance of each stride.

    Without any outside source the step length follows cadence and stature. Central values lie between Hoeger
    et al. 2008 (ACSM's Health & Fitness Journal 12(1):14-19, steps counted over a mile at several paces: 0.96
    m at 167 a minute) and four runs recorded by watches and foot pods (1.07, 1.15, 1.26 m at 166; 0.80 m at
    150).
    """

    run_step_m: float = 1.03
    """Running step length at `run_cadence_spm`."""
    run_cadence_spm: float = 167.2
    """Cadence of that step, steps per minute."""
    run_slope_m_per_spm: float = 0.014
    """People with quicker steps run faster by more than one person who quickens them; between the two."""
    walk_step_m: float = 0.776
    """Walking step length at `walk_cadence_spm`: between 2252 and 1935 steps, the 20- and 15-minute mile."""
    walk_cadence_spm: float = 121.0
    """Cadence of that step, steps per minute."""
    walk_slope_m_per_spm: float = 0.0071
    """How much longer a walking step is for each step per minute more."""
    model_stature_m: float = 1.70
    """Stature the step lengths above belong to; they scale in proportion."""
    model_error_pct: float = 15.0
    """Error of a distance from cadence alone, before any fit to the runner: root mean square over the
    recordings whose distance or speed is known (`tests/bench/REVALIDATION.md`, "Distance from cadence")."""
    model_worst_pct: float = 31.0
    """The largest of those errors."""
    typed_disagreement: float = 0.5
    """A typed speed or distance is doubted where it is this share more than cadence and running time suggest,
    or that as much more than it: three times `model_error_pct`, so that no runner's own step is blamed."""
    sources_apart: float = 0.03
    """Two given distances that differ by more than this share are told: watches agree within 1-2 %."""
    least_lap_s: float = 10.0
    """A lap pressed again within this time is the same one: nobody runs 50 m faster than this in a lap."""
    lap_lead_tolerance: float = 0.1
    """So far from a whole number of laps the way to the first mark is still taken for whole laps, run from
    the line: one runner's steps keep their length within some per cent from one lap to the next."""
    joined_within_s: float = 3.0
    """Time without strides that still counts as moving when no sample is missing (about four strides)."""
    track_edge_s: float = 10.0
    """How far beyond its ends an outside distance or speed is still used."""
    speed_spike_s: int = 5
    """A median over so many seconds drops what lasts two: satellites heard by way of a wall."""
    speed_smoothing_s: float = 1.0
    """Gaussian over a speed track: RMSE of a stride's flexion 0.119 and 0.085 → 0.098 and 0.064° on two
    severe hours with satellites' speed; 2 s give the same."""
    speed_window_s: float = 10.0
    """Window over which a distance track becomes a speed: GPS noise against a runner's accelerations."""
    fastest_mps: float = 12.0
    """No runner is faster: a distance that grows so was told late."""
    creep_mps: float = 0.7
    """A distance that grows more slowly while no stride is felt is that of satellites seen from a stand; the
    slowest walk is faster."""
    creep_edge_s: float = 2.0
    """So near the last and the next stride the runner may still come to a stand, or set off."""


@dataclass(frozen=True, slots=True)
class GradeConfig:
    """Slope of the way, from the altitude of a watch or a phone."""

    windows_m: tuple[float, ...] = (100.0, 200.0, 400.0)
    """A line is fitted over the shortest of these that is sure enough."""
    cell_m: float = 5.0
    """Altitude is averaged over cells of the way: a second or two of running."""
    most_cells: int = 200_000
    """A way of more than a thousand kilometres gets longer cells."""
    block_m: float = 25.0
    """Noise is what bends the altitude within three blocks of this length, in which roads hardly do."""
    spike_points: int = 3
    """A median over so many points drops a single one that lies apart."""
    hole_m: float = 50.0
    """Between points further apart than this, as in a tunnel, the altitude is not known; watches that save
    memory record every 7 s, at most 40 m."""
    least_covered: float = 0.5
    """Share of a window in which the altitude must be known: at the ends of the run half of it is beyond."""
    resolution_quantile: float = 0.05
    """Of the steps an altitude takes: rounding of another program makes some of them smaller."""
    slow_wander_pct: float = 0.3
    """Standard deviation that every slope has at least. Air pressure wanders by half a metre within minutes,
    which bends nothing within a window and looks like a hill."""
    most_sd_pct: float = 1.0
    """A slope that is less sure is unknown: its 95 % interval would reach as far as
    `BaselineConfig.max_grade_pct` to either side."""
    half_width_sds: float = 1.96
    """97.5 % quantile of the normal distribution."""
    least_climb_m: float = 3.0
    """Rise or descent below which the altitude only wavered ..."""
    climb_sds: float = 3.0
    """... or so many times what its noise makes over the shortest window."""
    track_edge_s: float = 10.0
    """How far beyond its ends a recorded grade is still used, as `DistanceConfig.track_edge_s`."""


@dataclass(frozen=True, slots=True)
class BaselineConfig:
    """The fresh window: where in a run the runner's own "as usual" is read."""

    from_m: float = 500.0
    """Past the first minutes, in which warming up changes posture."""
    to_m: float = 2000.0
    """The window ends here at the latest ..."""
    to_fraction: float = 0.25
    """Of the run's whole distance: the window ends at the smaller of the two."""
    min_strides: int = 200
    """Fewer than this tell no median to a tenth of a degree."""
    least_run_m: float = 2000.0
    """On a shorter run nothing is flagged: a quarter of it is over before the runner has warmed up."""
    short_run_m: float = 4000.0
    """On a shorter run the window shrinks: a quarter of it would hold too few strides."""
    short_from_fraction: float = 0.125
    """Of the run's whole distance: a shrunk window begins there, if that is before `from_m`."""
    max_grade_pct: float = 2.0
    """Steeper than the window by more than this, up or down, a stride is shown but not flagged while no slope
    on grade is fitted."""
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
    """Distance beyond a threshold after which an episode begins."""
    close_below_deg: float = 1.0
    """An episode ends where the median stays this far below its threshold ..."""
    close_after_m: float = 100.0
    """... for this distance."""
    break_s: float = 3.0
    """A pause between two strides longer than this is drawn as a break of the curve."""
    taller_deg: float = -2.0
    """Zone "taller": further upright than as usual by at least this."""
    leaning_bend_deg: float = 2.0
    """Where the upper trunk bends against the sacrum by less than this beyond the fresh window, the back is
    straight: what would be slouched is a lean. Twice the error per kilometre, as `watch_deg`."""
    rounded_deg: float = 4.0
    """Bend of the upper trunk against the sacrum, beyond that of the fresh window: the back is rounded."""
    rounded_sacrum_deg: float = 2.0
    """A sacrum that moves as much as this leans along: no rounding of the back."""
    head_pitch_deg: float = 15.0
    """Head pitch from which the head counts as dropped ..."""
    neck_change_deg: float = 8.0
    """... or change of neck flexion against the fresh window from which it does."""
    note_low_deg: float = 0.0
    """Lower limit of the usual lean of runners ..."""
    note_high_deg: float = 15.0
    """Mean +- 2 SD of stance-phase flexion, Teng & Powers 2014 (7.3 +- 3.6 degrees at 3.4 m/s)."""
    note_share: float = 0.1
    """Share of the run outside those limits that is worth a remark."""


@dataclass(frozen=True, slots=True)
class MountingShiftConfig:
    """A sudden, lasting change of the angle, as a slipping strap makes it."""

    within_strides: int = 3
    """A slip takes no longer than this: about two seconds."""
    sudden_factor: float = 5.0
    """Against the usual spread of changes over so few strides in the same run. Chosen on made-up runs with
    1-1.3 degrees of wander, stops, laps and hills, so that about one in 200 has a false step; what is found
    and missed at it: tests/bench/VERDICTS.md."""
    gains: tuple[float, ...] = (0.15, 0.25, 0.4, 0.6)
    """Weight of the nearest stride in the fading means before and after a step: the one is used by which this
    run's angle changes least."""
    sideways_gain: float = 0.4
    """The same for a step sideways."""
    skip_strides: int = 1
    """Strides left out between those means, in which the strap is on its way."""
    min_step_deg: float = 1.5
    """Smaller steps cannot by themselves open a flag and are not told from a change of effort."""
    edge_strides: int = 4
    """Fewest strides in those means, and reach of the search for the stride at which a step begins."""
    outlier_strides: int = 5
    """A stride is held against the median of so many ..."""
    outlier_sd: float = 2.5
    """... and counts no more than so many standard deviations off it: a stumble is no step."""
    slope_strides: int = 12
    """Longest slope that is held against a step: about 25 metres."""
    slope_advantage: float = 1.15
    """A slope must leave less than 1 / 1.15 of a step's squared error to be believed: more, and quick folds
    are called steps; less, and slips over three strides are called folds (tests/bench/VERDICTS.md)."""
    stop_strides: int = 10
    """Nearer than this to a stop nothing is called a step: slowing down and starting again change the lean
    over some strides."""
    stop_factor: float = 1.5
    """So many times the usual least step is asked of one that lies within `stays_strides` of a stop: there a
    fold and a stop together look like one (tests/bench/VERDICTS.md)."""
    stays_strides: int = 70
    """The angle must keep its new level this long: about 50 s, longer than bending down."""
    stays_sideways_strides: int = 200
    """Sideways it must outlast two laps of a track, for the runner leans into every bend."""
    bend_quantile: float = 0.98
    """Quantile of the sideways changes of the run against which a step is held ..."""
    bend_factor: float = 1.5
    """Sideways a step must exceed this many times what 2 % of all changes of the run reach: leaning into
    the bends of a track."""
    stays_fraction: float = 0.45
    """Share of the step that must be left over that time: the posture wanders on."""
    pause_s: float = 3.0
    """Strides further apart are no neighbours: a runner starts again differently after a stop."""
    most_deg_per_pct: float = 1.25
    """Degrees that one per cent of slope may be thought to lean a runner: some three times what is
    usual. A step within what a change of slope may do is not reported."""
    max_cadence_change: float = 0.015
    """Cadence changing by more at the same stride tells of another pace: 3 steps a minute; within a steady
    run it wanders by one."""


@dataclass(frozen=True, slots=True)
class SegmentConfig:
    """Rows of the table over distance."""

    split: Split = Split.KILOMETRE
    """What a row is. It decides which strides share a row, and no flag."""
    min_part_m: float = 20.0
    """A last part shorter than this is joined to the row before it."""
    rest_run_share: float = 0.5
    """A lap of which less time than this was run was walked or stood: a rest."""
    rest_speed_ratio: float = 0.8
    """So is one below this share of the speed of both laps beside it: laps of an even run differ by a few per
    cent, a recovery is jogged at far less than the pace of the interval. A choice; no flag hangs on it."""
    contact_window_m: float = 100.0
    """One contact time from the trunk is unsure by more than 100 ms; a median over this distance is not."""


@dataclass(frozen=True, slots=True)
class VerdictConfig:
    """When a verdict is given, and how far it can be trusted."""

    min_running_s: float = 10.0
    """With less running than this there is no report: ten seconds hold some fourteen strides, too few for
    any median."""
    min_strides: int = 10
    """With fewer running strides than this there is no report, for the same reason."""
    min_usable_strides: int = 200
    """With fewer usable running strides than this there is no verdict: as many as a fresh window needs
    (`BaselineConfig.min_strides`)."""
    min_usable: float = 0.5
    """With fewer of the strides usable than this there is no verdict: the slouch may lie in what was lost."""
    standing_agreement_deg: float = 2.0
    """Standings before and after that agree this well leave no room for a creeping strap as large as
    `FindingsConfig.watch_deg`."""
    unsound_standing_deg: float = 5.0
    """Standings before and after that differ by more make no sound zero: more than the whole of a slouch,
    `FindingsConfig.slouched_deg`, and than a zero is ever moved by (`RestConfig.rezero_deg`)."""
    standing_age_s: float = 600.0
    """A standing longer than this (ten minutes) before the run says less of how the strap sat in it."""
    good_judged: float = 0.5
    """With less of the running judged than this, half, confidence is at most fair: most of it is unknown."""
    all_judged: float = 0.95
    """With less of the running judged than this, the headline says how much was."""
    good_usable: float = 0.9
    """With a smaller share of usable strides than this, confidence is at most fair: one stride in ten lost is
    more than bursts and corners of a good recording take."""
    distrust_usable: float = 0.6
    """With a smaller share of usable strides than this, confidence is low; `min_usable` and a margin."""
    loose_share: float = 0.25
    """Share of strides marked loose from which the whole sensor is called loose: more than single knocks at
    the strap make."""
    force_tolerance: float = 0.03
    """Mean specific force over whole strides is 1 g; further off, the sensor is loose or mis-scaled."""
    clipped_share: float = 0.02
    """A larger share of clipped samples is called bad: one in fifty, about the share that impacts take."""
    missing_share: float = 0.02
    """A larger share of lost samples is called fair at best; filled so far, the angle errs by 0.3 degrees
    (`SignalConfig.max_fill_strides`)."""
    low_battery_pct: int = 20
    """Below this charge the battery is called low: coin cells fall steeply from about here."""
    min_rate_hz: float = 50.0
    """Below this an impact lasts less than two samples."""


@dataclass(frozen=True, slots=True)
class AdviceConfig:
    """From where on something told or found changes what is advised."""

    pain_silences_from: int = 4
    """Pain of this level (0 to 10) silences exercises: 1-3 are commonly called mild, 4-6 moderate."""
    late_share: float = 0.6
    """A slouch that begins after this share of the run is told as a late one. A choice of wording only."""
    sat_long_hours: float = 2.0
    """From here on sitting before the run is worth a word; it is best broken up every 20 to 60 minutes."""
    most: int = 3
    """More than three pieces of advice are none."""


@dataclass(frozen=True, slots=True)
class ThirdsConfig:
    """The first third of a run against its last, walking beside running, the average stride."""

    stage_m: float = 100.0
    """Length of the stages whose means are compared: some forty strides, of which the neighbours still hang
    together, as the interval reckons with."""
    min_stage_strides: int = 10
    """A stage of fewer counted strides has no mean worth the name."""
    min_stages: int = 6
    """Fewest stages of each third: fewer do not tell how they scatter."""
    stage_lag1: float = 0.55
    """Lag-1 correlation of stages of some forty strides: with it intervals of 95 % hold the truth in 93 or
    more of 100 simulated runs where a stride remembers the one 50 before it (then it is 0.6). Posture that
    forgets sooner has its interval too wide."""
    speed_margin: float = 0.05
    """Widening of the range of speeds that both thirds share (fraction), as between runs."""
    grade_margin_pct: float = 0.5
    """Widening of the range of slopes, per cent: what a slope is unsure by at best."""
    tail: float = 0.1
    """Share left out at each end when a range of speeds or slopes is read."""
    known_grade: float = 0.5
    """A third of which less than this share has a known slope is not matched by slope."""
    level: float = 0.95
    """Coverage of the interval of the change."""
    min_walked_strides: int = 50
    """Fewest strides of walking, and of running, to set beside each other: half a minute or more."""
    stride_points: int = 51
    """Points of an average stride, 2 % apart: the trunk moves with the steps and their first overtones, and
    sensors take 30 to 150 samples in a stride."""
    min_averaged_strides: int = 50
    """Fewest strides of an average stride: their mean is then as sure as a seventh of their scatter."""


@dataclass(frozen=True, slots=True)
class CueConfig:
    """What follows a cue against what follows the same posture without one."""

    window_s: float = 30.0
    """Length of the means before and after: some forty strides, whose errors have gone in the mean."""
    settle_s: float = 5.0
    """So long after a cue the second mean begins: it has to be heard, and done."""
    min_cover: float = 0.5
    """Share of a window that must be usable running; else its mean is not known."""
    min_moments: int = 4
    """Fewest of each kind: with fewer the interval is wider than any effect."""
    aftermath_s: float = 90.0
    """So long after a cue a moment is not called uncued: a reaction may last."""
    uncued_step_s: float = 70.0
    """Moments without a cue are so far apart that their windows share nothing."""
    min_uncued: int = 8
    """Fewest uncued moments as deep: they are as many as a run is long, and not drawn by chance."""
    same_depth_deg: float = 0.5
    """Widening of the range of depths within which uncued moments count."""
    level: float = 0.95
    """Coverage of the interval."""


@dataclass(frozen=True, slots=True)
class ComparisonConfig:
    """Comparing runs."""

    stage_m: float = 100.0
    """Length of the equal stages by which runs are paired: some 45 strides, and half of the 200 m within
    which an onset is found."""
    max_stages: int = 200
    """On longer ways than this many of them stages grow: so a run of a hundred miles takes no longer."""
    min_stage_strides: int = 10
    """A stage with fewer judged strides than this is left out."""
    min_stages: int = 12
    """Fewest stages from which a wander can be read: with fewer, too few waves are left above `course_m`."""
    speed_margin: float = 0.05
    """Widening of the band of speeds the runs share (fraction)."""
    grade_margin_pct: float = 0.5
    """Widening of the band of slopes the runs share."""
    tail: float = 0.1
    """Share of strides left out at each end when a run's range of speeds or slopes is read."""
    course_m: float = 2000.0
    """What changes more slowly than a wave of this length is the course of the run, which is compared; what
    changes faster is wander, which makes the interval."""
    wander_lengths_m: tuple[float, ...] = (0.0, 10.0, 20.0, 35.0, 50.0, 75.0, 100.0, 140.0, 200.0, 300.0)
    """Lengths over which posture may forget itself, each weighed by how well it explains the run: up to 50
    strides are 110 m."""
    freedom_share: float = 1 / 3
    """Degrees of freedom of the t distribution for each wave used: chosen so that 93 to 98 of 100 intervals
    hold the truth (`tests/bench/COMPARISONS.md`)."""
    offsets_sd: tuple[float, ...] = (-2.5, -2.0, -1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0, 2.5)
    """Errors of the fresh window that are tried when the place of an onset is bounded, in standard
    deviations."""
    onset_reach: float = 3.3
    """Likelihood ratio up to which a place may be that of an onset: between 2.29, the 95 % quantile where a
    course rises smoothly through the threshold (Banerjee & Wellner 2001), and 3.84, where it jumps."""
    sensor_deg: float = 0.15
    """Slow error of a sensor along a run, standard deviation: the angle of severe virtual hours errs by
    0.12°, 0.18° at worst, all errors together (`tests/bench/RESULTS.md`)."""
    sensor_length_m: float = 1000.0
    """Length over which that error forgets itself: minutes, as temperature and strap do."""
    refit_deg: float = 3.0
    """Minimal detectable change between fittings of the sensor: 1.96 standard deviations of a difference."""
    min_group_runs: int = 3
    """Conditions with fewer runs than this are shown without an interval: two runs tell little of other
    days."""
    sat_long_h: float = 2.0
    """Sitting before the run is split into less than this, and this or more."""
    level: float = 0.95
    """Coverage of every interval."""
