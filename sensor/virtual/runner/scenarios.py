"""Ready plans: the demonstration run, runs for a live recording, and severe ones for measuring accuracy."""

from __future__ import annotations

from sensor.virtual.runner.gait import SEVERE, GaitStyle
from sensor.virtual.runner.plan import (
    UPRIGHT_STERNUM,
    Leg,
    PosturePoint,
    RunPlan,
    Worn,
    bow,
    corner,
    laps,
    run,
    stand,
)

EVERYDAY = GaitStyle(braking_g=0.9, impact_g=0.35, flexion_deg=2.0, list_deg=2.5, axial_deg=9.0)
"""An ordinary recreational runner."""

DEMO_SLOUCH_FROM_KM = 3.2
"""Where the runner of `demo_plan` starts to fold."""

OPENING = (stand(10.0), bow(35.0), stand(7.0))
"""Standing tall, a bow that shows which way is forward, standing again."""


DEMO_HILL_PCT = 4.0
"""How steeply the runner of `demo_plan` climbs between km 1.2 and 1.8."""


def demo_plan() -> RunPlan:
    """Thirty minutes, about 5 km with a hill: steady until km 3.2, then a slouch of 6.5° within 0.6 km."""
    corners = (90.0, -60.0, -90.0, 75.0, 90.0, -90.0, 60.0)
    speeds = (2.75, 2.95, 3.0, 2.9, 3.05, 2.95, 2.85, 2.9)
    legs: list[Leg] = [*OPENING]
    for index, speed in enumerate(speeds):
        legs.append(Leg("run", 208.0, speed, grade_pct=DEMO_HILL_PCT if index == 2 else 0.0))
        if index == 4:
            legs += [stand(16.0), run(25.0, speed)]
        if index < len(corners):
            legs.append(corner(corners[index], 3.5, speed - 0.3))
    legs.append(stand(22.0))
    posture = (
        PosturePoint(0.0, 7.5, head_pitch_deg=6.0, sacrum_pitch_deg=4.0),
        PosturePoint(DEMO_SLOUCH_FROM_KM, 7.5, head_pitch_deg=6.0, sacrum_pitch_deg=4.0),
        PosturePoint(DEMO_SLOUCH_FROM_KM + 0.6, 14.0, head_pitch_deg=14.0, sacrum_pitch_deg=5.0),
    )
    return RunPlan(tuple(legs), posture=posture, style=EVERYDAY)


def short_run_plan(minutes: float = 60.0) -> RunPlan:
    """A run for a live recording: standing and bow, then an even run until ``minutes`` are over."""
    opening_s = sum(leg.duration_s for leg in OPENING)
    remaining_s = max(60.0 * minutes - opening_s - 15.0, 30.0)
    return RunPlan((*OPENING, run(remaining_s, 2.9), stand(15.0)), style=EVERYDAY)


def severe_hour_plan(style: GaitStyle = SEVERE, wear: tuple[Worn, ...] = (UPRIGHT_STERNUM,)) -> RunPlan:
    """One hour as hard as outdoor running gets: corners, laps, stops, intervals, drift from 5 to 12°."""
    legs: list[Leg] = [stand(14.0), bow(30.0), stand(8.0)]
    turns = (90.0, -45.0, 120.0, -90.0, 180.0, -60.0, -135.0, 90.0, -90.0, 45.0)
    for index, turn in enumerate(turns):
        legs += [run(70.0, 3.0 + 0.05 * index, grade_pct=(index % 3 - 1) * 1.5)]
        legs += [corner(turn, 2.0 + abs(turn) / 60.0, 2.9)]
    legs += [stand(30.0), *laps(4, 3.4), run(20.0, 3.2), stand(20.0)]
    for _ in range(8):
        legs += [run(75.0, 4.3), run(60.0, 2.7)]
    for index, turn in enumerate(turns[:4]):
        legs += [run(90.0, 3.1 + 0.1 * (index % 2)), corner(-turn, 2.5 + abs(turn) / 60.0, 3.0)]
    rest_s = 3600.0 - sum(leg.duration_s for leg in legs) - 25.0
    legs += [run(rest_s, 3.1), stand(25.0)]
    posture = (PosturePoint(0.0, 5.0), PosturePoint(11.0, 12.0, head_pitch_deg=18.0, sacrum_pitch_deg=7.0))
    return RunPlan(tuple(legs), posture=posture, style=style, wear=wear, speed_variation=0.03)


def treadmill_plan(minutes: float = 30.0, speed_mps: float = 3.0, style: GaitStyle = SEVERE) -> RunPlan:
    """A treadmill: belt speed, no velocity in the room, flexion drifting from 6 to 10°."""
    legs = (*OPENING, run(60.0 * minutes - 43.0, speed_mps), stand(20.0))
    posture = (PosturePoint(0.0, 6.0), PosturePoint(minutes * 0.06 * speed_mps, 10.0))
    return RunPlan(legs, posture=posture, style=style, treadmill=True)


def constant_posture_laps_plan(count: int = 10, speed_mps: float = 3.4, style: GaitStyle = SEVERE) -> RunPlan:
    """Laps of a 400 m track with a posture that never changes: any trend found is an error."""
    legs = (*OPENING, *laps(count, speed_mps), stand(20.0))
    return RunPlan(legs, posture=(PosturePoint(0.0, 8.0),), style=style, posture_wander_deg=0.0)


def intervals_plan(repeats: int = 8, style: GaitStyle = SEVERE) -> RunPlan:
    """Fast and slow by turns, 4.3 and 2.7 m/s, at constant posture."""
    legs = (*OPENING, run(180.0, 2.9), *(run(60.0, 4.3), run(60.0, 2.7)) * repeats, stand(20.0))
    return RunPlan(legs, style=style)
