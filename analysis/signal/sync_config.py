"""Numbers of what ties the clocks of several sensors together: from knocks to one time line."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SyncTapConfig:
    """Taps and jumps that several sensors feel at once, and how well they tie their clocks together."""

    edge_s: float = 300.0
    """How far from the beginning and the end of a recording they are looked for."""
    calm_mps2: float = 3.0
    """A still body reads 1 g within this: 0.3 g, the bias and scale error of the worst sensors included."""
    calm_s: float = 0.25
    """Calm before and after each knock: less than lies between the steps of a walk, more than of a run."""
    still_s: float = 1.0
    """Calm before and after a few knocks: no walk has it. In 66 real jogs and walks, at neck and waist, there
    is no series; without it the heel strikes of four walks would be some."""
    hard_mps2: float = 18.0
    """Peak of a knock: 1.8 g, which a sensor of ±2 g can still show."""
    longest_s: float = 1.6
    """A jump, from the dip before to the landing, takes 1.0 to 1.4 s."""
    flight_mps2: float = 5.0
    """Specific force below which a body counts as falling."""
    flight_s: float = 0.15
    """Falling freely, below half a g, for this long before the landing makes a knock a jump: 3 cm high."""
    apart_s: float = 4.0
    """Knocks further from each other are no series."""
    fewest: int = 2
    """Fewest knocks in a series ..."""
    most: int = 12
    """Knocks in a series: one alone may be chance, a long series is a gait."""
    window_s: float = 0.4
    """Half of what is compared of each knock."""
    search_s: float = 0.12
    """Two sensors may have felt the same knock if their times of it are no further apart."""
    smoothing_samples: float = 0.6
    """Standard deviation of the smoothing, in samples of the slower sensor: what lies between samples is
    otherwise invented."""
    even_periods: float = 1.5
    """Around a knock no two samples may be further apart than this many sampling periods: one was lost."""
    likeness: float = 0.7
    """Least correlation of the two courses of one knock."""
    agreement_s: float = 0.010
    """The lags of all knocks of a series lie within this of their median, or the series is not believed."""
    most_lag_s: float = 0.050
    """Radio delay and filters of two sensors differ by at most one long connection interval."""
    sampling_share: float = 0.25
    """What a lag is unsure by, in samples of the slower sensor: a tap is shorter than a sample. Simulated
    taps of 14 ms: at most 0.12 at 104 Hz, 0.45 at 52 Hz, where the spread of the knocks tells the rest."""
    body_path_s: float = 0.010
    """A landing climbs from foot to head within 10 to 20 ms, half of it above the trunk: a jump cannot tell
    clocks better. Upper back and head of one real runner felt 24 steps 6 ms apart, 2 to 11 ms."""
    connection_interval_s: float = 0.015
    """What the clocks of two links are unsure by without a shared knock: how long packets wait to be sent.
    Simulated: below 2 ms at intervals of 15 and 50 ms, since packets drift through them; up to 8 ms, and in
    the worst case all of it, where packets and intervals keep step."""
    fitted_rate: float = 2e-6
    """Rate error of a clock fitted over a long session."""


@dataclass(frozen=True, slots=True)
class GaitClockConfig:
    """Two clocks held against each other by the gait that both sensors felt."""

    fewest_steps: int = 24
    """A bout of fewer steps tells nothing."""
    points: int = 12
    """Phases at which a step is looked at: twice the highest harmonic that a sensor of 50 Hz shows."""
    edge_steps: int = 8
    """Steps left out at both ends of a bout: starts and stops are alike in all runs."""
    around_strides: int = 15
    """A step is held against those of the same foot within so many strides."""
    least_received: float = 0.95
    """Share of a step that was received."""
    most_spreads: float = 4.0
    """A step further off counts as this: one stumble is no likeness."""
    most_bouts: int = 8
    """Longest bouts of each sensor that a line may begin with."""
    most_shifts: int = 3
    """Best alignments of two bouts that are followed ..."""
    most_starts: int = 12
    """... and of all together."""
    most_drift: float = 0.012
    """Largest drift that is believed: 43 s an hour. A nominal rate that is not the true one made 30."""
    growth: float = 2.0
    """By how much the reach of a line grows at a time, from one bout to the whole run."""
    same_step_s: float = 0.08
    """Steps that begin this near to each other are the same: a quarter of the shortest."""
    rival_steps: tuple[int, ...] = (-4, -3, -2, -1, 1, 2, 3, 4)
    """By how many steps a wrong line is off most easily."""
    while_s: float = 15.0
    """Over so long contacts are averaged to see whether the lag keeps to a line."""
    sure_steps: int = 60
    """Fewest steps that two sensors must have felt."""
    least_strength: float = 5.0
    """Least correlation, in its standard errors."""
    least_lead: float = 3.0
    """Standard errors by which steps must be more alike than along any other line."""
    block_steps: int = 8
    """Steps of which one error is taken: neighbours are alike for about a stride."""
    line_rounds: int = 3
    """How often a line is drawn, each time without what lay far from the last."""
    outlier_medians: float = 4.5
    """Contacts further from the line than so many median distances are left out: 3 standard deviations."""
    outlier_s: float = 1e-6
    """Never nearer ones: a perfect line has no outliers."""
    scatter_quantile: float = 0.9
    """Share of the averages that lie within what is called the scatter."""
    spread_per_median: float = 1.4826
    """Standard deviation over median distance, of a normal distribution."""
    most_scatter_s: float = 0.015
    """How far the lag may stray from its line."""
    least_matched: float = 0.8
    """Share of the steps in common time that must be the same."""
    told_apart_s: float = 0.030
    """Clocks nearer than this are left as they are: of the body's own lag nobody can tell them."""
    most_recorded_s: float = 0.1
    """Two links of one recorder are never further apart: a connection interval and the lag of the body."""
    knocks_span: float = 0.5
    """Knocks so far from each other, as a share of the recording, leave no room for a drift in between."""
    body_lag_s: float = 0.010
    """How much later than the trunk the head or the hip may take part in the bounce."""


@dataclass(frozen=True, slots=True)
class WatchClockConfig:
    """How the clock of a watch is laid on the trunk sensor's by what both of them told of the steps.

    Numbers without a source were tuned on the seeded virtual runs of `tests/bench/watches.py`.
    """

    grid_s: float = 1.0
    """Seconds between the points of the coarse search: no watch tells more often."""
    coarse_window_s: float = 3.0
    """Steps are counted over so long in the coarse search, the middle of what watches average."""
    windows_s: tuple[float, ...] = (0.5, 1.0, 2.0, 3.0, 4.0, 5.0, 6.5, 8.0, 10.0, 13.0)
    """Lengths over which a watch may average what it tells. It can only look back, so that half of the length
    is its delay."""
    window_step_s: float = 0.5
    """From the best of them the least misfit is looked for in steps of this size."""
    window_steps: int = 4
    """How many: no further than halfway to the next one."""
    start_s: float = 3.0
    """So near to a start or a stop no steps are compared: with them the delay of a watch that averages over
    5 s was told 0.5 s off, without them 0.05 s."""
    count_hz: float = 10.0
    """Rate of the sensor's running counts: a step takes a third of a second."""
    trend_s: float = 61.0
    """Changes slower than this are left out: those of two runs resemble each other."""
    most_spreads: float = 3.0
    """Larger changes count as this many spreads: a start must not outweigh a whole run."""
    longest_hole_s: float = 10.0
    """Between two points of the watch further apart than this nothing is known."""
    least_common_s: float = 180.0
    """Fewest seconds that both must have recorded."""
    least_common_share: float = 0.3
    """The same as a share of the shorter recording: half of it, and room for a late start."""
    candidates: int = 6
    """How many of the best lags are looked at closely."""
    apart_s: float = 8.0
    """Lags nearer to each other than this are the same."""
    rounds: int = 8
    """Steps of the fit; the lag settles in three or four."""
    settled_s: float = 0.005
    """A lag that moves by less than this has settled."""
    longest_step_s: float = 1.5
    """Cadence is alike over a few seconds; from further away no slope leads to the right lag."""
    weight_rounds: int = 3
    """How often residuals are weighed, each time by the spread of the last."""
    spread_per_median: float = 1.4826
    """Standard deviation over median distance, of a normal distribution."""
    two_sided: float = 1.96
    """Standard deviations on either side of a 95 % interval."""
    delay_part_of_cadence: float = 0.25
    """How well the delay is known, as a part of the averaging and of the watch's second."""
    delay_part_of_speed: float = 0.33
    """The same where only speed is told."""
    huber: float = 2.0
    """Residuals beyond so many spreads count less: stops that a watch hides, satellites it lost."""
    drift_spread: float = 40e-6
    """A watch's crystal against a sensor's: 20 parts per million each at room temperature, and the cold."""
    block_s: float = 20.0
    """What lies further apart is taken for independent of each other."""
    block_points: int = 8
    """Fewest points of a watch that make a correlation."""
    least_of_block: float = 0.5
    """Least share of a block's usual points that must be known."""
    parts_s: float = 240.0
    """The lag of stretches this long shows whether one line holds for all of them."""
    most_stray_s: float = 2.0
    """How far the lag of most stretches may be from the line."""
    stray_quantile: float = 0.8
    """Share of the stretches that are most of them."""
    most_within_s: float = 3.0
    """A lag that is known less well puts strides of another kilometre beside a flag."""
    least_strength: float = 6.0
    """Least agreement in its standard errors: the best of all lags of another run reached 4.4 in 60."""
    least_strength_nearby: float = 4.0
    """The same where the two clocks agree by themselves to `nearby_s`."""
    nearby_s: float = 90.0
    """Clocks set by a phone are this near, the moment it was set included."""
    least_lead: float = 3.0
    """Standard errors by which it must agree better than at any other lag that is no chance either."""
    most_cadence_off_spm: float = 4.0
    """A watch that counts the same steps tells the same cadence, up to its rounding."""
    telling_s: float = 600.0
    """A watch with cadence that recorded this long beside the sensor and agrees nowhere is of another run."""
    telling_spread_spm: float = 0.8
    """Least spread of the cadence, slow changes left out, by which it must agree somewhere: below, a watch
    that rounds to two steps a minute tells only its rounding."""
