"""Record sensors into a session file: nothing lost, reconnecting for as long as the session lasts."""

from sensor.recorder.plan import AuxiliaryRequest, RecordingPlan, SensorRequest
from sensor.recorder.policy import RecorderPolicy
from sensor.recorder.sensor_task import WAKE_HINT
from sensor.recorder.session_recorder import Recorder, record_session
from sensor.recorder.status import RecorderStatus, SensorStatus

__all__ = [
    "WAKE_HINT",
    "AuxiliaryRequest",
    "Recorder",
    "RecorderPolicy",
    "RecorderStatus",
    "RecordingPlan",
    "SensorRequest",
    "SensorStatus",
    "record_session",
]
