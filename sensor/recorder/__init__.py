"""Record sensors into a session file: nothing lost, reconnecting for as long as the session lasts."""

from sensor.recorder.plan import BesideWish, RecordingPlan, SensorWish
from sensor.recorder.policy import RecorderPolicy
from sensor.recorder.sensor_task import WAKE_HINT
from sensor.recorder.session_recorder import Recorder, record_session
from sensor.recorder.status import RecorderStatus, SensorStatus

__all__ = [
    "WAKE_HINT",
    "BesideWish",
    "Recorder",
    "RecorderPolicy",
    "RecorderStatus",
    "RecordingPlan",
    "SensorStatus",
    "SensorWish",
    "record_session",
]
