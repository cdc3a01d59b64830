"""The way of a run through real BlueZ, inside the virtual machine: ``python -m tests.bluez.journey FOLDER``.

Scan, record, link losses, reconnection and report are the commands a runner types; the verdict is one line.
"""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from tests.bluez.guest import BLUETOOTHD, FailedError, JournalWatch, Place, expect, say, switch
from tests.bluez.journal import complaints, read_journal, read_segments
from tests.bluez.sensors import CHEST, HEAD, PLAN, READY, RUN_S

PASSED, FAILED = "BLUEZ VERDICT: passed", "BLUEZ VERDICT: failed"

KINDS = {CHEST: "Movesense", HEAD: "runtall board"}
WISHES = ("--sensor", f"sternum={CHEST}", "--sensor", f"head={HEAD}")
MOST_DROPPED = 2
"""Notifications that BlueZ may drop when a link breaks while it hands them on."""

RECORD_S = round(PLAN.duration_s) + 15
"""The run, and time to connect to both sensors."""


def check_scan(place: Place) -> None:
    """See both sensors, known for what they are."""
    table = place.runtall("scan")
    print(table)
    found = [re.split(" {2,}", line)[:2] for line in table.splitlines()]
    for name, kind in KINDS.items():
        expect([name, kind] in found, f"the scan did not find {name} as a {kind}")


def check_record(place: Place) -> Path:
    """Record both sensors through one lost link each; return the session."""
    watch = JournalWatch(place.journal)
    stdout = place.runtall("record", *WISHES, "--no-guide", "--duration", f"{RECORD_S}s")
    watch.read()
    session = Path(stdout.splitlines()[-1])
    print(place.runtall("show", str(session)))
    check_session(session, watch.lines, connections=2)
    return session


def check_session(session: Path, journal: Iterable[str], connections: int) -> None:
    """See that every notification of both sensors is in the session, in order, each link a segment."""
    links, segments = read_journal(journal), read_segments(session)
    expect(links.keys() == segments.keys(), f"on the air {set(links)}, in the session {set(segments)}")
    expect(len(links) == 2, f"{len(links)} sensors on the air")
    for address, of_sensor in links.items():
        for number, (link, stored) in enumerate(zip(of_sensor, segments[address], strict=False), 1):
            counts = f"{len(link.sent)} sent, {link.arrived} arrived, {len(stored)} in the session"
            say(f"{address} connection {number}: {counts}")
        wrong = list(complaints(of_sensor, segments[address], MOST_DROPPED))
        expect(not wrong, f"{address}: {'; '.join(wrong)}")
        expect(
            len(of_sensor) == connections, f"{address}: {len(of_sensor)} connections instead of {connections}"
        )


def check_report(place: Place, session: Path) -> None:
    """Write the report; it knows the run, its gap, and how the simulated runner held the trunk."""
    json_path = place.folder / "report.json"
    print(place.runtall("report", str(session), "--json", str(json_path)))
    expect(session.with_suffix(".html").stat().st_size > 10_000, "the report's page is too small to be one")
    report: dict[str, Any] = json.loads(json_path.read_text("utf-8"))
    flexion_deg = PLAN.posture[0].trunk_flexion_deg
    expect(report["session"]["simulated"] is False, "the session counts as simulated")
    expect(len(report["session"]["sensors"]) == 2, "the report does not know both sensors")
    expect(abs(report["running_s"] - RUN_S) < 10.0, f"{report['running_s']:.0f} s of running, not {RUN_S:g}")
    expect(
        abs(report["flexion_deg"] - flexion_deg) < 2.0,
        f"trunk flexion {report['flexion_deg']}°, not {flexion_deg}°",
    )
    expect(report["head_source"] == "head sensor", f"the head is from {report['head_source']}")
    expect(any(gap["reason"] == "link lost" for gap in report["gaps"]), "the report shows no gap")


def check_rough_treatment(place: Place, bluetoothd: subprocess.Popen[str], beside: ExitStack) -> None:
    """Kill a recording, and in the next one switch the adapter off and on and kill bluetoothd."""
    watch = JournalWatch(place.journal)
    with place.recording("record", *WISHES, "--no-guide", "--name", "killed") as killed:
        watch.wait_for(sensors=2, notifications=30)
        killed.kill()
    say("killed; BlueZ still holds both sensors")
    watch = JournalWatch(place.journal)
    with place.recording("record", *WISHES, "--no-guide", "--name", "rough") as rough:
        watch.wait_for(sensors=2, notifications=30)
        say("adapter off")
        switch("off")
        time.sleep(3.0)
        switch("on")
        watch.wait_for(sensors=2, notifications=30)
        say("bluetoothd killed")
        with watch.unheard():
            bluetoothd.kill()
            time.sleep(3.0)
            beside.enter_context(place.background("bluetoothd", *BLUETOOTHD))
            switch("on")
        watch.wait_for(sensors=2, notifications=30)
        rough.send_signal(signal.SIGINT)
        stdout, _ = rough.communicate(timeout=60.0)
    watch.read()
    expect(rough.returncode == 0, f"the recording ended with {rough.returncode}")
    session = Path(stdout.splitlines()[-1])
    print(place.runtall("show", str(session)))
    check_session(session, watch.lines, connections=3)


def travel(place: Place) -> None:
    """Go the whole way.

    Raises
    ------
    FailedError
        Where something is not as it should be.
    """
    sensors_command = (sys.executable, "-m", "tests.bluez.sensors", str(place.journal))
    with place.background("sensors", *sensors_command) as sensors, ExitStack() as beside:
        assert sensors.stdout is not None
        expect(sensors.stdout.readline().strip() == READY, "the sensors did not start")
        bluetoothd = beside.enter_context(place.background("bluetoothd", *BLUETOOTHD))
        switch("on")
        check_scan(place)
        session = check_record(place)
        check_report(place, session)
        check_rough_treatment(place, bluetoothd, beside)


def main(folder: Path) -> int:
    """Print the verdict; return 0 where it is good."""
    try:
        travel(Place(folder))
    except (FailedError, OSError, ValueError, subprocess.SubprocessError) as error:
        say(f"{FAILED}: {error}")
        return 1
    say(PASSED)
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
