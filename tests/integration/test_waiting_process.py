"""A real process that waits for its sensor on a board: killed as by a power cut, started again, stopped."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner

from analysis.cli.main import cli
from sensor.recorder.unattended import LINK_PAUSE_S
from sensor.session.reader import read_recording

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="sends POSIX signals")

PATIENCE_S = 60.0


PROGRAM = """
import sys
from analysis.cli.main import main
try:
    main(sys.argv[1:])
finally:
    print("loaded", *sorted({name.split(".")[0] for name in sys.modules}), file=sys.stderr)
"""


@contextmanager
def service(home: Path, sensor: str = "virtual", **variables: str) -> Iterator[subprocess.Popen[str]]:
    """Start the service; it is killed at the latest when its time is over."""
    words = ["--home", str(home), "record", "--wait", "--sensor", f"sternum={sensor}"]
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *words, "--led", str(home / "state")],
        env={**os.environ, **variables},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    killer = threading.Timer(PATIENCE_S, process.kill)
    killer.start()
    try:
        yield process
    finally:
        killer.cancel()
        process.kill()
        process.communicate()


def wait_for(process: subprocess.Popen[str], words: str) -> str:
    """Read the log up to a line with these words, and return what follows them."""
    assert process.stderr is not None
    log = []
    for line in process.stderr:
        log.append(line)
        if words in line:
            return line.partition(words)[2].strip()
    raise AssertionError(f"it ended without {words!r}: {log}")


def test_a_power_cut_leaves_a_readable_session_and_the_restarted_service_begins_another(
    tmp_path: Path,
) -> None:
    with service(tmp_path) as process:
        cut_off = Path(wait_for(process, "Recording into "))
        # A second for the disk, which is what a power cut may take.
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(3.0)
        process.send_signal(signal.SIGKILL)
        process.wait(10.0)
    assert (tmp_path / "state").read_text() == "recording\n"

    with service(tmp_path) as process:
        whole = Path(wait_for(process, "Recording into "))
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(2.0)
        process.terminate()
        stdout, stderr = process.communicate(timeout=20.0)
        assert process.returncode == 0, stderr

    assert stdout == f"{whole}\n"
    assert "Traceback" not in stderr
    assert (tmp_path / "state").read_text() == "stopped\n"
    assert cut_off != whole
    listed = CliRunner().invoke(cli, ["--home", str(tmp_path), "list"]).stdout
    assert cut_off.name in listed
    assert whole.name in listed
    assert "broken" not in listed
    first, second = read_recording(cut_off), read_recording(whole)
    assert len(first.sensors[0].time_s) > 104
    assert any("not ended properly" in notice for notice in first.notices)
    assert len(second.sensors[0].time_s) > 104
    assert second.notices == ()
    assert second.events[-1].kind == "ended"


def test_a_service_that_waits_ends_at_once_when_it_is_stopped(tmp_path: Path) -> None:
    with service(tmp_path) as process:
        wait_for(process, "Waiting for sternum ")
        process.terminate()
        _, stderr = process.communicate(timeout=20.0)
    assert process.returncode == 0, stderr
    assert "Traceback" not in stderr
    assert (tmp_path / "state").read_text() == "stopped\n"


@pytest.mark.skipif(sys.platform != "linux", reason="takes the Bluetooth service away, which only Linux has")
def test_without_bluetooth_it_waits_on_with_little_in_memory(tmp_path: Path) -> None:
    with service(tmp_path, "Movesense", DBUS_SYSTEM_BUS_ADDRESS=f"unix:path={tmp_path}/no-bus") as process:
        assert "no Bluetooth here" in wait_for(process, "Trouble: looking for sensors: ")
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(LINK_PAUSE_S + 1.0)
        assert (tmp_path / "state").read_text() == "trouble\n"
        process.terminate()
        stdout, stderr = process.communicate(timeout=20.0)
    assert (process.returncode, stdout) == (0, "")
    (rest,) = stderr.splitlines()
    loaded = set(rest.split())
    assert {"bleak", "numpy"} <= loaded
    assert loaded.isdisjoint({"scipy", "pandas", "matplotlib", "bumble"})
