"""``runtall export``: every form lands where it was asked for, private and whole, or not at all."""

from __future__ import annotations

import json
import os
import stat
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from analysis.cli.main import main
from analysis.export.positions import Positions
from analysis.report import tables
from sensor.importers.watch.fit import read_fit
from sensor.session.edit import amend_session
from sensor.session.reader import read_recording
from tests.support import sample_report as sample
from tests.support.fit_bytes import BEGAN, every_kind, fit_file
from tests.support.fit_readers import by_fitdecode, column
from tests.support.sessions import write_session

Run = Callable[..., tuple[int, str, str]]

STARTED_UTC = "2026-01-01T11:59:00+00:00"
"""A minute before the watch of `every_kind`; the sample's first strides come half a minute later."""


@pytest.fixture
def session(tmp_path: Path) -> Path:
    (tmp_path / "sessions").mkdir()
    return write_session(tmp_path / "sessions" / "evening.runtall")


@pytest.fixture
def watch(tmp_path: Path) -> Path:
    path = tmp_path / "watch.fit"
    path.write_bytes(every_kind(is_big_endian=False))
    return path


@pytest.fixture
def run(
    session: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """Return a caller of ``runtall export`` in which analysing a session takes no time."""
    from dataclasses import replace

    report = sample.slouching_10k()
    report = replace(report, session=replace(report.session, started_utc=STARTED_UTC))
    monkeypatch.setattr("analysis.pipeline.analyse_session", lambda path, config: report)

    def call(*arguments: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as left:
            main(["--home", str(tmp_path), "export", "evening", *map(str, arguments)])
        out, err = capsys.readouterr()
        return int(left.value.code or 0), out, err

    return call


def every_form(watch: Path, *targets: Path) -> list[object]:
    """Return the arguments that ask for each form but GPX, a target for each."""
    options = ("--fit", "--intervals", "--strides", "-o", "--bids")
    asked = [word for pair in zip(options, targets, strict=True) for word in pair]
    return ["--merge", watch, *asked]


def test_every_form_lands_where_it_was_asked_for(run: Run, watch: Path, tmp_path: Path) -> None:
    names = ["own.fit", "streams.csv", "strides.csv", "copy.fit", "bids"]
    own, streams, strides, copy, bids = (tmp_path / name for name in names)
    code, out, err = run(*every_form(watch, own, streams, strides, copy, bids))
    assert code == 0, err
    described = "strides.csv-metadata.json"
    assert sorted(out.splitlines()) == sorted(str(tmp_path / name) for name in (*names, described))
    assert "4 of its 4 records tell the posture" in err
    assert np.nanmax(read_fit(own.read_bytes()).distance_m) == pytest.approx(10_000, abs=30)
    assert streams.read_text().startswith("time,distance,velocity_smooth,cadence,trunk_flexion,")
    assert strides.read_text() == tables.to_csv(sample.slouching_10k())
    assert all(column(by_fitdecode(copy.read_bytes()), "record", "trunk_flexion"))
    assert json.loads((bids / "dataset_description.json").read_text())["DatasetType"] == "raw"
    assert watch.read_bytes() == every_kind(is_big_endian=False)


@pytest.mark.skipif(sys.platform == "win32", reason="other rights there")
def test_all_of_it_is_its_owners_alone(run: Run, watch: Path, tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("own.fit", "streams.csv", "strides.csv", "copy.fit")]
    files[0].write_text("of an earlier version")
    files[0].chmod(0o644)
    bids = tmp_path / "bids"
    run(*every_form(watch, *files, bids))
    inside = [bids, *bids.rglob("*")]
    assert {stat.S_IMODE(path.stat().st_mode) for path in (*files, *filter(Path.is_file, inside))} == {0o600}
    assert {stat.S_IMODE(path.stat().st_mode) for path in filter(Path.is_dir, inside)} == {0o700}
    assert not list(tmp_path.glob(".*"))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "nothing to write"),
        (("--merge", "watch.fit"), "go together"),
        (("-o", "copy.fit"), "go together"),
        (("--with-track",), "nothing to write"),
        (("--merge", "watch.fit", "-o", "watch.fit"), "would overwrite --merge"),
        (("--fit", "a", "--intervals", "a"), "would overwrite --fit"),
        (("--fit", "sessions/evening.runtall"), "would overwrite SESSION"),
        (("--bids", "sessions"), "is there already"),
        (("--fit", "-"), "exports go to files"),
    ],
)
def test_what_makes_no_sense_is_refused_and_nothing_is_written(
    run: Run,
    watch: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    before = written(tmp_path)
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert said in err
    assert written(tmp_path) == before
    assert watch.read_bytes() == every_kind(is_big_endian=False)


def written(folder: Path) -> list[Path]:
    """Return what lies in a folder, but for what is kept there of its sessions."""
    return sorted(path for path in folder.rglob("*") if "library" not in str(path.relative_to(folder)))


def two_records(began: int) -> bytes:
    """Return a FIT file that tells two moments a second apart and nothing else."""
    told = [b"\0" + (began + second).to_bytes(4, "little") for second in (0, 1)]
    return fit_file(bytes.fromhex("40 00 00 1400 01 fd0486") + b"".join(told))


def test_a_damaged_watch_file_gives_one_line_and_no_copy(run: Run, watch: Path, tmp_path: Path) -> None:
    whole = two_records(BEGAN)
    cut = [whole[:length] for length in range(len(whole))]
    flipped = [whole[:i] + bytes([whole[i] ^ 0x24]) + whole[i + 1 :] for i in range(len(whole))]
    before = written(tmp_path)
    for content in (*cut, *flipped):
        watch.write_bytes(content)
        code, out, err = run("--merge", watch, "-o", tmp_path / "copy.fit")
        assert (code, out) == (1, ""), content.hex()
        assert err.startswith(f"runtall: {watch}: ")
        assert len(err.splitlines()) == 1
        assert written(tmp_path) == before
    watch.write_bytes(whole)
    assert run("--merge", watch, "-o", tmp_path / "copy.fit")[0] == 0


def test_a_file_of_another_day_is_told_from_this_run(run: Run, watch: Path, tmp_path: Path) -> None:
    later = BEGAN + 86_400
    watch.write_bytes(two_records(later))
    code, _, err = run("--merge", watch, "-o", tmp_path / "copy.fit")
    assert code == 1
    assert "none of its records falls on the run" in err
    assert not (tmp_path / "copy.fit").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="needs links")
@pytest.mark.parametrize("option", ["--fit", "--intervals", "--strides", "-o", "--bids"])
def test_a_link_in_place_of_an_output_is_refused(run: Run, watch: Path, tmp_path: Path, option: str) -> None:
    link, target = tmp_path / "link.csv", tmp_path / "target"
    link.symlink_to(target)
    code, out, err = run(*(("--merge", watch) if option == "-o" else ()), option, link)
    assert (code != 0, out) == (True, "")
    assert "symbolic link" in err or "is there already" in err
    assert link.is_symlink()
    assert not target.exists()


def test_without_positions_there_is_no_gpx_and_one_line_says_so(run: Run, tmp_path: Path) -> None:
    code, out, err = run("--gpx", tmp_path / "a.gpx", "--fit", tmp_path / "a.fit")
    assert (code, out) == (1, "")
    assert "has no positions" in err
    assert len(err.splitlines()) == 1
    assert not (tmp_path / "a.fit").exists()


def straight_track(tracks: object) -> Positions:
    """Return 1.2 km due north from the sample's start, a position a second."""
    north_deg = np.arange(400) * 3.0 / 111_194.9
    return Positions(40.0 + np.arange(400), 50.0 + north_deg, np.full(400, 8.0), np.full(400, np.nan))


# Of points from 0 to 1197 m those more than 200 m from both ends: 67 to 332.
@pytest.mark.parametrize(("asked", "told"), [((), 266), (("--with-track",), 400)])
def test_places_near_home_leave_only_when_asked(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked: tuple[str, ...], told: int
) -> None:
    monkeypatch.setattr("analysis.export.positions.positions_of", straight_track)
    code, _, err = run("--gpx", tmp_path / "a.gpx", "--fit", tmp_path / "a.fit", *asked)
    assert code == 0, err
    assert (tmp_path / "a.gpx").read_text().count("<trkpt") == told
    in_fit = read_fit((tmp_path / "a.fit").read_bytes()).latitude_deg
    assert np.isfinite(in_fit).sum() == pytest.approx(told, abs=1)


@pytest.mark.parametrize("asked", [(), ("--with-notes",)])
def test_notes_and_pain_leave_only_when_asked(
    run: Run, session: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked: tuple[str, ...]
) -> None:
    with amend_session(session) as rows:
        rows.set_context("notes", "felt stiff")
        rows.set_context("pain_during", ["lower back 7"])
    monkeypatch.setattr("analysis.export.positions.positions_of", straight_track)
    places = {name: tmp_path / name for name in ("a.gpx", "a.fit", "streams.csv", "strides.csv", "bids")}
    options = ("--gpx", "--fit", "--intervals", "--strides", "--bids")
    given = [word for pair in zip(options, places.values(), strict=True) for word in pair]
    assert run(*given, *asked)[0] == 0
    files = [path for place in places.values() for path in (place, *place.rglob("*")) if path.is_file()]
    telling = {
        path.name for path in files if b"stiff" in path.read_bytes() or b"lower back" in path.read_bytes()
    }
    assert telling == ({"a.gpx", "README"} if asked else set())


def test_the_session_is_left_as_it_was(run: Run, session: Path, tmp_path: Path) -> None:
    before = read_recording(session).file_hash
    run("--fit", tmp_path / "a.fit", "--bids", tmp_path / "bids")
    assert read_recording(session).file_hash == before
    assert os.listdir(session.parent) == [session.name]
