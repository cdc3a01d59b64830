"""Listen to sensors for some seconds and judge what came; what runs here, and whether there is Bluetooth."""

from __future__ import annotations

import asyncio
import platform
import random
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from tempfile import TemporaryDirectory

from analysis.checkup.findings import Finding, Grade, plan_findings
from sensor.errors import SensorError
from sensor.link.ble import scan
from sensor.link.radio import Radio
from sensor.recorder import WAKE_HINT, Recorder, RecorderPolicy, RecorderStatus, RecordingPlan
from sensor.samples import Recording
from sensor.session.reader import read_recording

SCAN_S = 3.0
PATIENCE_S = 30.0
"""How long to look for a sensor."""


def versions() -> Iterator[Finding]:
    """Tell what runs here."""
    yield Finding(
        grade=Grade.OK, subject="Python", words=f"{platform.python_version()} on {platform.platform()}"
    )
    for package in ("runtall", "bleak"):
        try:
            yield Finding(grade=Grade.OK, subject=package, words=version(package))
        except PackageNotFoundError:
            yield Finding(
                grade=Grade.FIX,
                subject=package,
                words="not installed",
                advice="run pip install runtall in this environment",
            )


def bluetooth(radio: Radio | None = None) -> Finding:
    """Tell whether Bluetooth can be used, by listening for `SCAN_S`."""
    try:
        heard = asyncio.run(scan(radio or Radio(), SCAN_S))
    except SensorError as error:
        return Finding(grade=Grade.FIX, subject="Bluetooth", words=str(error))
    known = sum(sighting.kind is not None for sighting in heard)
    return Finding(
        grade=Grade.OK,
        subject="Bluetooth",
        words=f"works; {known} sensors and {len(heard) - known} other devices in reach",
    )


def listen(plan: RecordingPlan, listen_s: float) -> list[Finding]:
    """Record real sensors for ``listen_s`` into a file that is not kept, and judge them."""
    with TemporaryDirectory(prefix="runtall-doctor-") as folder:
        path = Path(folder) / "checkup.runtall"
        try:
            asyncio.run(observe(plan, Radio(), path=path, listen_s=listen_s))
            recording = read_recording(path)
        except SensorError as error:
            return [Finding(grade=Grade.FIX, subject="Bluetooth and sensors", words=str(error))]
        return [Finding(grade=Grade.OK, subject="Bluetooth", words="works"), *_judged(plan, recording)]


def listen_to_virtual(plan: RecordingPlan, listen_s: float) -> list[Finding]:
    """Do the same with sensors made of software, without waiting for the clock."""
    from analysis.cli.virtual_sensors import virtual_runner
    from sensor.virtual.radio.timeloop import run_in_virtual_time

    async def outing(path: Path) -> None:
        async with virtual_runner(plan, listen_s) as radio:
            await observe(plan, radio, path=path, listen_s=listen_s)

    with TemporaryDirectory(prefix="runtall-doctor-") as folder:
        path = Path(folder) / "checkup.runtall"
        run_in_virtual_time(outing(path))
        findings = _judged(plan, read_recording(path))
        return [
            Finding(grade=Grade.OK, subject="Bluetooth", words="not looked at: these sensors are simulated"),
            *findings,
        ]


async def observe(plan: RecordingPlan, radio: Radio, *, path: Path, listen_s: float) -> None:
    """Record until every sensor has streamed for ``listen_s``, or one was not found for `PATIENCE_S`.

    Raises
    ------
    SensorError
        As `sensor.recorder.Recorder.run`.
    """
    loop = asyncio.get_running_loop()
    all_stream = asyncio.Event()

    def begin(status: RecorderStatus) -> None:
        if not all_stream.is_set() and all(sensor.samples for sensor in status.sensors):
            all_stream.set()
            loop.call_later(listen_s, recorder.stop)

    recorder = Recorder(
        plan,
        path,
        radio,
        name="checkup",
        started_utc=datetime.now(UTC),
        rng=random.Random(),
        policy=RecorderPolicy(first_data_s=PATIENCE_S),
        on_status=begin,
    )
    loop.call_later(PATIENCE_S + listen_s, recorder.stop)
    await recorder.run()


def _judged(plan: RecordingPlan, recording: Recording) -> Iterator[Finding]:
    names = {request.placement: request.name for request in plan.sensors}
    return plan_findings(names, recording, if_missing=WAKE_HINT)
