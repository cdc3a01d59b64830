"""The tools whose recordings are read as they are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sensor.importers.apps.metabase import is_metabase, read_metabase
from sensor.importers.apps.movella_dot_app import is_movella_dot_csv, read_movella_dot_csv
from sensor.importers.apps.movesense_app import (
    is_movesense_csv,
    is_movesense_json,
    read_movesense_csv,
    read_movesense_json,
)
from sensor.importers.apps.phyphox import is_phyphox, read_phyphox
from sensor.importers.apps.polar_sensor_logger import is_polar_sensor_logger, read_polar_sensor_logger
from sensor.importers.apps.recording import AppRecording
from sensor.importers.apps.sensor_logger import is_sensor_logger, read_sensor_logger
from sensor.importers.apps.witmotion_app import is_witmotion_text, read_witmotion_text
from sensor.importers.exported_files import ExportedFiles


@dataclass(frozen=True, slots=True)
class App:
    """One tool: what recognises its exports by their content, and what reads them."""

    name: str
    recognises: Callable[[ExportedFiles], bool]
    read: Callable[[ExportedFiles], AppRecording]


APPS: tuple[App, ...] = (
    App("Sensor Logger", is_sensor_logger, read_sensor_logger),
    App("phyphox", is_phyphox, read_phyphox),
    App("Movesense (CSV)", is_movesense_csv, read_movesense_csv),
    App("Movesense (JSON)", is_movesense_json, read_movesense_json),
    App("Movella DOT", is_movella_dot_csv, read_movella_dot_csv),
    App("Polar Sensor Logger", is_polar_sensor_logger, read_polar_sensor_logger),
    App("WitMotion", is_witmotion_text, read_witmotion_text),
    App("MetaBase", is_metabase, read_metabase),
)
"""The first that recognises an export reads it."""
