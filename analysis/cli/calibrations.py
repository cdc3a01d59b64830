"""Calibrations of the runner's sensors: one small private file each in their folder."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

from analysis.errors import OutputError
from sensor.calibration import CalibratedSensor, calibration_from

_FOLDER = "sensors"
_SUFFIX = ".json"
_FORMAT = "runtall-sensor"
_LARGEST_BYTES = 10_000
_MOST_FILES = 1000
_LONGEST_WORD = 200


def keep_calibration(home: Path, sensor: CalibratedSensor) -> Path:
    """Keep the calibration of a sensor in place of any older one; return its file.

    Raises
    ------
    OutputError
        Where it cannot be written; an older one is as it was.
    """
    from analysis.cli.home import file_name
    from sensor.private_files import make_private_folder, replace_private

    # Makers give all their sensors one name: what tells them apart has to be in that of the file.
    own = hashlib.sha256((sensor.serial or sensor.address.casefold()).encode()).hexdigest()[:8]
    path = home / _FOLDER / f"{file_name(sensor.name) or 'sensor'}-{own}{_SUFFIX}"
    content = {
        "format": _FORMAT,
        "name": sensor.name,
        "address": sensor.address,
        "serial": sensor.serial,
        "calibration": sensor.calibration.as_json(),
    }
    try:
        make_private_folder(path.parent)
        replace_private(path, (json.dumps(content, indent=2) + "\n").encode())
    except OSError as error:
        raise OutputError(
            f"{path}: cannot be written ({error.strerror or error}); make room, or choose another place with "
            "--home or RUNTALL_HOME"
        ) from error
    return path


def kept_calibrations(home: Path, tell: Callable[[str], None]) -> tuple[CalibratedSensor, ...]:
    """Return every calibration that is kept; one that cannot be read is told in a line and passed over."""
    kept = []
    for path in sorted((home / _FOLDER).glob(f"*{_SUFFIX}"))[:_MOST_FILES]:
        try:
            kept.append(_read(path))
        except (OSError, ValueError, RecursionError) as error:
            tell(
                f"{path}: no calibration ({error}); passed over. Make it again with `runtall doctor --tilt`, "
                "or remove it."
            )
    return tuple(kept)


def _read(path: Path) -> CalibratedSensor:
    with path.open("rb") as file:
        text = file.read(_LARGEST_BYTES + 1)
    if len(text) > _LARGEST_BYTES:
        raise ValueError(f"more than {_LARGEST_BYTES} bytes")
    content = json.loads(text)
    if not isinstance(content, dict) or content.get("format") != _FORMAT:
        raise ValueError(f"its format is not {_FORMAT}")
    name, address, serial = (_word(content.get(key)) for key in ("name", "address", "serial"))
    calibration = calibration_from(content.get("calibration"))
    if not (address or serial):
        raise ValueError("neither an address nor a serial number")
    if not calibration.is_plausible:
        raise ValueError(f"no sound sensor is so: {calibration.as_text()}")
    return CalibratedSensor(name=name, address=address, serial=serial, calibration=calibration)


def _word(value: object) -> str:
    if not isinstance(value, str) or len(value) > _LONGEST_WORD:
        raise ValueError(f"{value!r:.40} is no name")
    return value
