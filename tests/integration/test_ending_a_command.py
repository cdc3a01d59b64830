"""What a command leaves behind that the system asks to end while it works."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="a pipe holds the import in the middle of its file")
@pytest.mark.parametrize("asked", [signal.SIGTERM, signal.SIGINT])
def test_an_import_that_is_asked_to_end_says_so_and_leaves_nothing(
    asked: signal.Signals, tmp_path: Path
) -> None:
    pipe = tmp_path / "chest.csv"
    os.mkfifo(pipe)
    home = tmp_path / "home"
    command = [sys.executable, "-m", "analysis.cli.main", "--home", str(home), "import", f"sternum={pipe}"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    # Opens as soon as the import reads it, and then has no end.
    with process, pipe.open("w") as table:
        table.write("time_s,acc_x_mps2,acc_y_mps2,acc_z_mps2\n")
        table.flush()
        # A signal right before the read would be seen only after it: asked again, as a person would.
        for _ in range(50):
            process.send_signal(asked)
            with suppress(subprocess.TimeoutExpired):
                process.wait(0.5)
                break
        out, err = process.communicate(timeout=5.0)
    assert (process.returncode, out, err.strip()) == (1, "", "Stopped.")
    assert not list(home.rglob("*.runtall*"))
