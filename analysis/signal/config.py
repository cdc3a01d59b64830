"""Numbers of the signal stages: from raw samples to the upward vertical, the axes and the strides."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SignalConfig:
    """What a signal must be before anything is drawn from it."""

    min_rate_hz: float = 15.0
    """Below this the step frequency's first harmonic (up to 6 Hz) cannot be seen; real 20 Hz chest records
    give steps and cadence, no trustworthy angle."""
    max_rate_hz: float = 1700.0
    """Fastest rate any supported sensor offers (1666 Hz)."""
    min_samples: int = 100
    """Fewest samples from which a time base is made."""
    min_duration_s: float = 1.0
    """Shorter than any stride, and than the averaging of the specific force."""
    max_acc_mps2: float = 4000.0
    """Largest acceleration that is believed, m/s2 ..."""
    max_gyr_radps: float = 200.0
    """Beyond the largest full scales sold, 400 g and 4000 degrees per second (70 rad/s): a mistaken unit."""
    max_rows: int = 30_000_000
    """Rows of the even time base, losses included: 80 hours at 104 Hz. More is a mistaken time stamp."""
    broken_s: float = 0.4
    """A loss longer than this (half a stride and a little) breaks the strapdown frame."""
    max_fill_strides: float = 0.75
    """Longest gap filled from neighbouring strides: no shorter than `broken_s` at any cadence, or a gap in
    between is neither filled nor breaks the frame (1.3 degrees per stride at 3 % lost, filled 0.3)."""
    fill_neighbours: tuple[float, ...] = (-3.0, -2.0, -1.0, 1.0, 2.0, 3.0)
    """Strides whose same phase fills a gap, counted from it; each weighs one over its distance."""
    fill_least_weight: float = 0.8
    """A row is filled where the weights of the strides that were received sum to more than this: one at
    distance 1, or two at 2, or more of them further off."""
    break_periods: float = 1.5
    """Two samples further apart than this many sampling periods have a lost one between them."""
    rate_periods: int = 10
    """Sampling periods of the longest unbroken run from which the rate is read; of fewer, the median step."""
    present_periods: float = 0.75
    """A row of the grid is present if a sample was received within this: half a period and a little."""
    cubic_span_periods: float = 3.5
    """Four neighbours span three periods; where they span more, one is lost and a straight line is drawn."""
    on_grid_periods: float = 0.01
    """Samples that all lie this close to the grid are taken as they are."""


@dataclass(frozen=True, slots=True)
class RestConfig:
    """When a sensor counts as still, and which rest is the runner's standing."""

    window_s: float = 1.0
    """Length of the windows that are each called still or not."""
    acc_spread_mps2: float = 0.35
    """Standard deviation of |a|: quiet standing stays below 0.15, walking is above 1."""
    rate_radps: float = 0.21
    """12 degrees per second: sway and breathing stay below, a turn of the body does not."""
    edge_s: float = 1.0
    """Left out of the means at both ends, a quarter of the rest at most."""
    min_present: float = 0.5
    """Rows that were lost are interpolated, which is harmless while standing."""
    bias_s: float = 4.0
    """Shortest rest from which the gyroscope's bias is read."""
    bias_wander_radps: float = 0.0175
    """A rest further than this (1 degree per second) from the median of all was a slow turn."""
    standing_s: float = 5.0
    """Shortest standing that can be a zero."""
    standing_tilt_deg: float = 25.0
    """A sensor on a table, or hands on knees, lies further from the running vertical than this."""
    bent_deg: float = 3.0
    """Nobody runs further back than this from an upright standing: then the runner stood bent."""
    rezero_deg: float = 5.0
    """Later standings move the zero by at most this ..."""
    rezero_agreement_deg: float = 2.0
    """... and only where they have moved by what the angle has stepped, within this: a runner at a light
    leans by so much."""


@dataclass(frozen=True, slots=True)
class GaitConfig:
    """Steps, strides, walking and running."""

    analysis_rate_hz: float = 26.0
    """Rate at which cadence is looked for: four times the highest step frequency."""
    level_s: float = 1.5
    """Standard deviation of the smoothing that gives a rough vertical in sensor axes."""
    level_reach: float = 3.0
    """Where that smoothing is cut off, in its standard deviations."""
    window_s: float = 6.0
    """Length of each spectrum in which the step frequency is looked for."""
    hop_s: float = 1.0
    """Time from one spectrum to the next."""
    min_step_hz: float = 1.3
    """Slowest step frequency that is looked for ..."""
    max_step_hz: float = 4.2
    """80 to 250 steps per minute."""
    frequency_median: int = 9
    """Width, in hops, of the running median that takes outliers from the step frequency."""
    spread_s: float = 1.0
    """Standard deviation of the smoothing under which the spread of the vertical acceleration is taken."""
    edge_s: float = 0.3
    """The same where a bout begins and ends: a step of a slow walk."""
    walk_spread_g: float = 0.12
    """Smallest spread of the vertical acceleration while walking: 0.19-0.57 g in 14 real walks."""
    run_spread_slow_g: float = 0.65
    """Smallest spread while running with slow steps ..."""
    run_spread_fast_g: float = 0.40
    """Smallest spread while running, at and below `slow_spm`, at and above `fast_spm`, linear between:
    0.55-1.31 g in 52 real jogs at chest and waist; the jog with the slowest steps, 136 a minute, has 1.09."""
    slow_spm: float = 140.0
    """Cadence at and below which the first of them holds, steps per minute."""
    fast_spm: float = 155.0
    """Cadence at and above which the second holds, steps per minute."""
    unclear_from: float = 0.75
    """Lower end, as a share of the smallest spread while running, of what a jog and a walk both reach ..."""
    unclear_to: float = 1.25
    """... and its upper end: between them a slow jog and a brisk walk both lie ..."""
    unclear_window_s: float = 121.0
    """... so that their strides are judged together, by the median of so long ..."""
    unclear_least_s: float = 10.0
    """... unless there are fewer: a walk turning into a run passes through in a second or two."""
    jog_share: float = 0.92
    """Median share from which on they are a jog: at most 0.88 in 15 real walks."""
    flight_g: float = 0.2
    """They are one, too, where the vertical force is so often below this ..."""
    flight_share: float = 0.11
    """... share of their time: at most 0.085 in the six of 40 real walks that swing so much, fast ones up to
    143 steps a minute among them; 0.16 in the one such real jog with so few steps, 0.13 in virtual jogs with
    0.95 of a step on the ground."""
    min_bout_s: float = 3.0
    """A shorter stretch of another gait is noise."""
    phase_smoothing_s: float = 0.35
    """Standard deviation of the demodulation: follows a change of cadence within half a stride."""
    counted_across_s: float = 2.0
    """Longest loss across which the steps are still counted: the demodulation reaches a second into it from
    both sides, and a cadence wrong by 2 % misses a tenth of a step there."""
    contact_phase: float = 0.33
    """Initial contact leads the peak of the vertical acceleration by about a third of a step: contact times
    are 65-75 % of a step, the peak is at mid-stance."""


@dataclass(frozen=True, slots=True)
class HandednessConfig:
    """Telling a mirrored triad."""

    length_s: float = 60.0
    """Longest stretch that is looked at, from the middle of a bout."""
    least_s: float = 8.0
    """Shorter stretches say nothing: the slow course of the force cannot be told from its wander."""
    min_rate_hz: float = 22.0
    """With fewer samples per second nothing is judged. Jogs thinned to 24 a second: as below."""
    max_clipped: float = 0.02
    """With a larger share of the stretch clipped nothing is judged."""
    min_present: float = 0.9
    """With a smaller share of the stretch received nothing is judged."""
    stride_s: float = 0.35
    """Standard deviation of the smoothing that averages a stride; a longer loss ends the stretch."""
    course_s: float = 3.0
    """Standard deviation of the smoothing that gives the slow course of the force."""
    ratio: float = 1.1
    """How much more averaged force must stray with the rate as given than reversed for a mirrored triad. Of
    47 real jogs and walks with the LSM9DS1, whose triad is mirrored, the ratio's median is 1.9; of the same
    mended, at most 0.98."""
    right_ratio: float = 1.0
    """How much at most for a right-handed one. In between nothing is judged: one of 15 mirrored has 1.04."""
    ratio_beside: float = 2.0
    """The ratio of a mirrored triad at head and sacrum, which turn so little that the path decides: 0.26-1.15
    at 48 right-handed virtual ones, 0.06-1.49 at 36 made of markers. A mirrored triad there is mostly not
    found."""


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
    """Standard deviation of the smoothing of the trunk's heading."""
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
    """Speed taken while running where none is known ..."""
    walk_speed_mps: float = 1.4
    """Nominal speeds where none is known; within 20 % of the true one nothing is lost."""
    known_speed_spread_mps: float = 0.15
    """Error of a known speed per square root of hertz: 1 Hz GPS."""
    rest_speed_spread_mps: float = 0.02
    """Error of the speed nought while standing, at each node."""
    accelerometer_bias_share: float = 0.9
    """How much of a still sensor's difference from 1 g is bias: consumer biases of 20 mg against scale
    errors of 0.7 % (0.9 by variance)."""
    accelerometer_bias_mps2: float = 0.6
    """More than this (60 mg) is no bias but a fault, and is left alone."""
    accelerometer_smoothing_s: float = 1.5
    """Standard deviation of the averaging without a gyroscope: two strides."""
    accelerometer_excess_deg: float = 2.6
    """By how much that average is bent too far, in the mean over eight runners and, as one more, three
    actors: 0.9-4.9 degrees, standard deviation 1.4. Fits by cadence, bounce or sway brought the RMS error in
    a person left out from 1.7 to no less than 1.4: too little for so few people."""
    passes: int = 4
    """Reweighted solutions: corners and bursts beyond the model lose their weight."""
    student_freedom: float = 4.0
    """Degrees of freedom of the Student t that force and speed are taken to stray by: the fewer, the sooner
    an outlier loses its weight."""
    most_correction: float = 0.7
    """Horizontal part that the corrected vertical may have in the levelled frame, forward and left each: the
    sine of 44 degrees. The unaided vertical lies within degrees, so only a failed solution reaches this."""


@dataclass(frozen=True, slots=True)
class AxesConfig:
    """How the sensor sits: sideways axis and forward sign."""

    phase_bins: int = 50
    """Points of the average stride."""
    min_strides: int = 10
    """Fewest running strides from which axes and sides are read."""
    most_strides: int = 1500
    """Axes and sides are read from the first 18 minutes of running: how a sensor sits does not change, and if
    it does, that is a step to be reported."""
    yaw_amplitude_deg: float = 4.0
    """Left and right are told from a shoulder yaw at stride frequency of at least this amplitude, 8 degrees
    from side to side: 7.7-12.2 in five marker-recorded runs, 8-26 in 15 real jogs with a tight strap. Less
    may as well be the pelvis' yaw, which is opposite, or come from the sideways lean: 0.3 of a virtual
    runner whose shoulders do not turn ..."""
    yaw_coherence: float = 0.9
    """... whose mean over the strides of a bout is at least this share of the mean of its sizes: 0.96-1.00 in
    those jogs, 0.25-0.76 in four with a loose strap ..."""
    yaw_phase_deg: float = 60.0
    """... and whose largest turn lies within this of a contact: 18-45 degrees in those jogs."""
    heading_smoothing_s: float = 0.5
    """Standard deviation of the smoothing that takes the swing of the shoulders out of the heading."""
    cue_weights: tuple[float, float, float, float] = (0.5, 0.2, 1.0, 1.0)
    """Of odd acceleration, its first harmonic, odd rate turned by a quarter, and even rate, each scatter of
    size one: at most 8.2 degrees off on 15 marker-recorded runs."""
    bow_weight: float = 10.0
    """Weight of a bow in the vote on which way is forward: it is an instruction that was followed, so it
    outranks what running only suggests."""
    start_weight: float = 1.0
    """Weight of the velocity gained after a standing start, in the same vote."""
    pitch_weight: float = 1.0
    """Weight of the pitch that swings with the bounce."""
    lean_weight: float = 3.0
    """Weight of the mean lean against standing: `lean_faint` of it is half a vote."""
    certain_votes: float = 0.5
    """Without a bow, votes that sum (unweighted) to less than this leave it in doubt which way is forward."""
    bow_deg: float = 20.0
    """A forward bow of the standing pose leans at least this far."""
    bow_straightness: float = 2.0
    """... and at least this many times as much forward as sideways."""
    start_s: float = 7.0
    """Velocity gained over this time after a standing start points forward."""
    start_gain_mps: float = 1.0
    """Smallest gain of velocity that votes; a standing before the start that is less quiet (standard
    deviation, m/s2) is not used."""
    start_lead_s: float = 2.0
    """The velocity is counted from this long before the first running stride ..."""
    start_still_s: float = 2.0
    """... and the vertical is read from the standing that lasts this long before."""
    pitch_sure_deg: float = 1.0
    """Pitch swing in phase with the bounce that makes a whole vote: 0.4-4.7 degrees in 23 real runs, with the
    right sign in all that reach 1."""
    pitch_silent_deg: float = 0.1
    """Smaller swings have no vote."""
    lean_deg: float = 3.0
    """Mean lean of a run against standing that counts as half a vote."""
    lean_faint: float = 1.0 / 6.0
    """Share of `lean_weight` that such a lean has: half of one vote."""
    lean_sure_deg: float = 12.0
    """Mean lean that no runner has backwards: three votes."""
    standings_agree_deg: float = 5.0
    """... unless a standing differs from the zero by more than this: then one of them was bent."""
    contradiction: float = 1.5
    """Start and pitch together against the rest by this much: two that agree, one of them clear."""
    bow_most_deg: float = 120.0
    """A forward bow leans at most this far."""
    bow_window_s: float = 30.0
    """A bow is looked for from this long before the standing that is the zero …"""
    bow_before_run_s: float = 3.0
    """… until this long before the first running stride."""


@dataclass(frozen=True, slots=True)
class AlignmentConfig:
    """Which way a sensor at head or sacrum faces, from what it does together with the trunk.

    Errors are of 22 marker-recorded heads and pelves ("laboratory") and 39 animated heads (Kobayashi et al.
    2023), against the trunk's own found axes.
    """

    bow_followed: float = 0.4
    """A bow counts where the sensor leans at least this share of what the trunk does ..."""
    bow_agreement: float = 0.9
    """... and in one direction, with this agreement over all of the bow."""
    bow_error_deg: float = 8.0
    """Standard error of the bow: nobody was recorded, so no better than the shaking is taken."""
    path_low_hz: float = 0.1
    """Acceleration of the path lies in this band: below, the unaided vertical takes it for lean ..."""
    path_high_hz: float = 0.5
    """... and above, strides that differ from each other add their own. Up to 0.7 Hz the laboratory's errors
    were 2-3 times as large, up to 1 Hz useless."""
    path_order: int = 2
    """Order of the filter, both ways."""
    path_spare_s: float = 10.0
    """Start and stop lie within this of the first and the last running stride."""
    path_least_gain: float = 0.7
    """The path accelerates head and trunk alike: 0.81-0.99 in the laboratory. On a treadmill, where nobody
    starts or stops, what is left in the band had 0.08-1.2 and pointed anywhere ..."""
    path_most_gain: float = 1.4
    """... up to 4.8."""
    path_error_deg: float = 4.0
    """Least standard error: the median error was 2 degrees, the largest of a cue that was sure 14."""
    path_most_error_deg: float = 15.0
    """A cue with a larger standard error is not believed."""
    heading_lasts_s: float = 10.0
    """Turning against the trunk that passes faster is taken off (standard deviation of a Gaussian)."""
    shaken_low_hz: float = 1.0
    """Strides shake head and sacrum from this frequency ..."""
    shaken_high_hz: float = 8.0
    """... up to this one; above, body parts shake on their own."""
    shaken_nyquist: float = 0.9
    """... but at most this share of half the trunk sensor's rate, which the filter must stay below."""
    shaken_order: int = 2
    """Order of the filter, both ways."""
    shaken_agreement: float = 0.5
    """Least agreement: with less, the laboratory's errors reached 167 degrees, with more 17."""
    shaken_error_deg: float = 8.0
    """Standard error of such a cue: root mean square of laboratory and animations."""
    most_apart_deg: float = 20.0
    """Cues that differ by more leave the heading in doubt: pitch would be wrong by a third of the sideways
    tilt."""
