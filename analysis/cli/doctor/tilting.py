"""Listen to a sensor on a box, lead whoever lays it on its faces, and keep what is found."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from analysis.checkup.findings import Finding, Grade, sensor_findings
from analysis.checkup.tilt import TiltCheck, check_tilt, tilt_findings
from analysis.checkup.tilt_guide import TiltGuide, TiltStep
from analysis.cli.calibrations import keep_calibration
from analysis.cli.doctor.listening import PATIENCE_S
from analysis.cli.record.live_line import LiveLine, live_line
from analysis.cli.stop_signals import on_signals
from analysis.errors import OutputError, TiltError
from analysis.signal.calibration import calibrated_sensor
from sensor.calibration import CalibratedSensor
from sensor.errors import SensorError
from sensor.link.radio import Radio
from sensor.recorder import Recorder, RecorderPolicy, RecorderStatus, RecordingPlan
from sensor.samples import Recording, SensorRecording
from sensor.session.reader import read_recording

LONGEST_S = 1800.0
"""Whoever has not laid a box on six faces within this has forgotten it."""


def tilt(plan: RecordingPlan, angle_deg: float, *, home: Path, is_simulated: bool) -> Iterator[Finding]:
    """Check one sensor on the faces of a box and by a known angle; keep its calibration where it can be.

    Parameters
    ----------
    plan
        With one sensor.
    angle_deg
        By which it is leaned.
    home
        The runner's folder.
    is_simulated
        Whether the sensor is made of software.
    """
    with TemporaryDirectory(prefix="runtall-doctor-") as folder:
        path = Path(folder) / "tilt.runtall"
        try:
            with live_line() as line:
                status = _led(plan, angle_deg, path=path, line=line, is_simulated=is_simulated)
            recording = read_recording(path)
        except SensorError as error:
            yield Finding(grade=Grade.FIX, subject="Bluetooth and sensors", words=str(error))
            return
    yield from judged(recording, status, angle_deg, home=home)


def judged(
    recording: Recording, status: RecorderStatus, angle_deg: float, *, home: Path
) -> Iterator[Finding]:
    """Judge a recording of `lead`, and keep the calibration where one can be told."""
    sensor = recording.sensors[0]
    begun_s = {mark.kind: mark.time_s for mark in recording.marks}
    try:
        check = check_tilt(sensor, angle_deg, lean_from_s=begun_s.get(TiltStep.LEAN), end_s=status.time_s)
        told = status.sensors[0]
        own = CalibratedSensor(
            name=sensor.name,
            address=told.address,
            serial=told.serial,
            calibration=check.calibration(recording.started_utc[:10]),
        )
        kept = keep_calibration(home, own)
    except (TiltError, OutputError) as error:
        yield from sensor_findings(sensor)
        yield Finding(
            grade=Grade.FIX,
            subject=f"{sensor.placement}, tilt",
            words=str(error),
            advice="nothing was kept",
        )
        return
    yield from _found(sensor, check, own)
    words = f"in {kept}; what is recorded with this sensor from now on is corrected by it"
    yield Finding(grade=Grade.OK, subject=f"{sensor.placement}, kept", words=words)


def _found(sensor: SensorRecording, check: TiltCheck, own: CalibratedSensor) -> Iterator[Finding]:
    # Gravity at rest is judged as reports will see it.
    yield from sensor_findings(calibrated_sensor(replace(sensor, calibration=own.calibration)))
    yield from tilt_findings(check)


async def lead(
    plan: RecordingPlan, radio: Radio, *, path: Path, angle_deg: float, line: LiveLine
) -> RecorderStatus:
    """Record one sensor until it was on all faces, leaned and turned about, or nothing new comes.

    Every step but the first is marked in the session as it begins.

    Raises
    ------
    SensorError
        As `sensor.recorder.Recorder.run`.
    """
    guide = TiltGuide(angle_deg)

    def attend(status: RecorderStatus) -> None:
        line.show(status)
        step = guide.step
        if status.sensors[0].samples:
            for sentence in guide.look(status.time_s, status.sensors[0].rate_hz):
                line.say(sentence)
        if guide.step == TiltStep.DONE:
            recorder.stop()
        elif guide.step != step:
            recorder.mark(guide.step)

    recorder = Recorder(
        plan,
        path,
        radio,
        name="tilt",
        started_utc=datetime.now(UTC),
        rng=random.Random(),
        policy=RecorderPolicy(first_data_s=PATIENCE_S),
        on_status=attend,
        on_samples=lambda _placement, _now_s, acc_sensor_mps2: guide.take(acc_sensor_mps2),
    )
    on_signals(recorder.stop, recorder.stop)
    asyncio.get_running_loop().call_later(LONGEST_S, recorder.stop)
    return await recorder.run()


def _led(
    plan: RecordingPlan, angle_deg: float, *, path: Path, line: LiveLine, is_simulated: bool
) -> RecorderStatus:
    if not is_simulated:
        return asyncio.run(lead(plan, Radio(), path=path, angle_deg=angle_deg, line=line))
    from sensor.virtual.radio.timeloop import run_in_virtual_time

    return run_in_virtual_time(_lead_virtual(plan, path=path, angle_deg=angle_deg, line=line))


async def _lead_virtual(
    plan: RecordingPlan, *, path: Path, angle_deg: float, line: LiveLine
) -> RecorderStatus:
    from analysis.cli.virtual_sensors import virtual_box

    async with virtual_box(plan, angle_deg) as radio:
        return await lead(plan, radio, path=path, angle_deg=angle_deg, line=line)
