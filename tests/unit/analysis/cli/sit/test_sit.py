"""``runtall sit``: a stay at a desk over the simulated radio, what is kept of it, and the run after it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner

from analysis.cli.main import cli
from analysis.cli.sit.at_desk import AtDesk, SitOptions, sit
from analysis.cli.sit.kept import keep_sitting, new_sitting_path, sat_before
from analysis.cli.sit.summary import summary_text
from analysis.cli.virtual_sensors import virtual_desk
from analysis.errors import OutputError
from analysis.live.seated_guide import LEAN, READY, SIT_TALL
from analysis.live.sitting import Sitting, SittingMinute
from sensor.recorder import RecordingPlan, SensorRequest
from sensor.session.info import read_info
from sensor.virtual.radio.timeloop import run_in_virtual_time
from sensor.virtual.runner.desk import DeskPlan
from tests.unit.analysis.cli.record.test_guide import Notes

PLAN = RecordingPlan((SensorRequest("sternum", "Movesense 000000000001"),))
DESK = DeskPlan(slouch_deg=(6.0, 18.0), sit_s=210.0, break_s=90.0, stretches=1)
NOON = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
BEGUN = Sitting("2026-05-01T08:00:00+00:00", "", True, ())


async def at_the_desk(desk: AtDesk, options: SitOptions, readings: Path) -> None:
    async with virtual_desk(PLAN, DESK) as radio:
        await sit(PLAN, radio, path=readings, desk=desk, options=options, started=BEGUN)


def test_a_stay_at_a_desk_is_told_minute_by_minute_and_broken_up(tmp_path: Path) -> None:
    options = SitOptions(remind_s=120.0, duration_s=325.0, is_guided=True)
    kept: list[Sitting] = []
    notes = Notes()
    desk = AtDesk(options, notes, sitting=BEGUN, keep=kept.append)
    run_in_virtual_time(at_the_desk(desk, options, tmp_path / "readings.runtall"))
    assert notes.said == [
        SIT_TALL, LEAN, READY, "You have sat for 2 min: get up and walk about for a minute.",
    ]  # fmt: skip
    minutes = desk.sitting.minutes
    assert [len(one.minutes) for one in kept] == list(range(1, len(minutes) + 1))
    assert [minute.is_break for minute in minutes[:3]] == [False] * 3
    assert minutes[3].is_break
    # From 6 to 18 degrees over three and a half minutes; the sensor's own 20 mg are the same in both.
    told = [minute.flexion_deg for minute in minutes[:3]]
    assert told == pytest.approx([6.0 + 12.0 / 3.5 * (k + 0.5) for k in range(3)], abs=0.6)
    assert "sitting for 3 min" in notes.hints


def minutes(*flexions_deg: float, is_break: bool = False) -> tuple[SittingMinute, ...]:
    return tuple(SittingMinute(60.0 * k, deg, is_break, 1.0) for k, deg in enumerate(flexions_deg))


def kept_at(home: Path, hours_ago: float, *flexions_deg: float, runner: str = "", real: bool = True) -> None:
    begun = NOON - timedelta(hours=hours_ago)
    sitting = Sitting(begun.isoformat(), runner, not real, minutes(*flexions_deg))
    keep_sitting(new_sitting_path(home, begun), sitting)


def before(home: Path, runner: str = "") -> dict[str, float]:
    told: list[str] = []
    known = sat_before(home, runner, now=NOON, is_simulated=False, tell=told.append)
    assert told == []
    return known


def test_the_run_keeps_what_was_sat_within_half_a_day(tmp_path: Path) -> None:
    kept_at(tmp_path, 30.0, *[40.0] * 60)
    kept_at(tmp_path, 5.0, *[10.0] * 90)
    kept_at(tmp_path, 1.0, *[16.0] * 30)
    kept_at(tmp_path, 1.0, *[70.0] * 30, runner="ada")
    kept_at(tmp_path, 1.0, *[80.0] * 30, real=False)
    assert before(tmp_path) == {"hours_sat_before": 2.0, "longest_sat_min": 90.0, "sat_flexion_deg": 11.5}
    assert before(tmp_path, "ada")["sat_flexion_deg"] == 70.0


def test_without_sitting_tall_the_run_keeps_hours_alone(tmp_path: Path) -> None:
    kept_at(tmp_path, 1.0, *[float("nan")] * 30)
    assert before(tmp_path) == {"hours_sat_before": 0.5, "longest_sat_min": 30.0}


def test_where_nobody_sat_the_run_keeps_nothing(tmp_path: Path) -> None:
    assert before(tmp_path) == {}
    kept_at(tmp_path, 1.0)
    assert before(tmp_path) == {}


def test_a_damaged_sitting_is_told_and_passed_over(tmp_path: Path) -> None:
    kept_at(tmp_path, 1.0, *[10.0] * 30)
    path = new_sitting_path(tmp_path, NOON)
    path.write_bytes(b"{}")
    told: list[str] = []
    known = sat_before(tmp_path, "", now=NOON, is_simulated=False, tell=told.append)
    assert known["hours_sat_before"] == 0.5
    assert told == [f"{path}: no sitting (its format is not runtall-sitting); passed over, remove it."]


def test_a_full_disk_is_told_once_and_listening_goes_on() -> None:
    def full(_: Sitting) -> None:
        raise OutputError("no room")

    notes, options = Notes(), SitOptions(1800.0, None, is_guided=False)
    desk = AtDesk(options, notes, sitting=BEGUN, keep=full)
    desk._keep_now()
    desk._keep_now()
    assert notes.said == ["Not kept: no room. Trying again every minute."]


def test_the_summary_tells_every_hour() -> None:
    morning = (*minutes(*[6.0] * 60), *minutes(*[12.0] * 29), *minutes(0.0, is_break=True))
    text = summary_text(Sitting("", "", False, morning))
    assert text.splitlines() == [
        "You sat for 1 h 29 min, at most 1 h 29 min at once.",
        "On average you were 8° in front of sitting tall. Measured by gravity alone, to about a degree; the "
        "zero is how you sat tall at the start.",
        "HOUR  SAT         GOT UP  FROM SITTING TALL",
        "1     1 h 00 min  0       +6°",
        "2     29 min      1       +12°",
    ]


def test_a_summary_says_what_is_not_known() -> None:
    assert summary_text(BEGUN) == "You sat for less than a minute: nothing to tell."
    unknown = (*minutes(*([float("nan")] * 3)), SittingMinute(180.0, float("nan"), False, 0.1))
    assert summary_text(Sitting("", "", False, unknown)).splitlines() == [
        "You sat for 3 min, at most 3 min at once.",
        "How slouched is not known: nobody sat tall at the start.",
        "Of 1 min too little came to tell.",
    ]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--remind", "10min"], "--remind 10 min: say 20 to 60 min"),
        (["--remind", "2h"], "--remind 120 min: say 20 to 60 min"),
        (["--sensor", "head=virtual"], "wear it as sternum"),
        ([], "no sensor: give one"),
    ],
)
def test_words_that_do_not_fit_are_usage_errors(tmp_path: Path, arguments: list[str], words: str) -> None:
    result = CliRunner().invoke(cli, ["--home", str(tmp_path), "sit", *arguments])
    assert result.exit_code == 2
    assert words in " ".join(result.output.split())


def test_a_recorded_run_keeps_the_sitting_of_its_day(tmp_path: Path) -> None:
    begun = datetime.now(UTC) - timedelta(hours=3)
    sitting = Sitting(begun.isoformat(), "", True, minutes(*[10.0] * 120))
    keep_sitting(new_sitting_path(tmp_path, begun), sitting)
    invoke = partial(CliRunner().invoke, cli)
    result = invoke(
        ["--home", str(tmp_path), "record", "--sensor", "sternum=virtual", "--duration", "2s", "--no-guide"]
    )
    assert result.exit_code == 0, result.output
    (session,) = (tmp_path / "sessions").glob("*.runtall")
    context = read_info(session).context
    assert (context["hours_sat_before"], context["sat_flexion_deg"]) == (2.0, 10.0)
