"""Record sensors into a session file: nothing lost, reconnecting for as long as the session lasts."""

from sensor.recorder.plan import AuxiliaryRequest, RecordingPlan, SensorRequest
from sensor.recorder.policy import RecorderPolicy
from sensor.recorder.sensor_task import WAKE_HINT
from sensor.recorder.session_recorder import Recorder, record_session
from sensor.recorder.status import LinkState, RecorderStatus, SensorStatus

__all__ = [
    "WAKE_HINT",
    "AuxiliaryRequest",
    "LinkState",
    "Recorder",
    "RecorderPolicy",
    "RecorderStatus",
    "RecordingPlan",
    "SensorRequest",
    "SensorStatus",
    "record_session",
]
