"""What the control point of a Polar made of software has to say of settings, and how it says long things."""

from __future__ import annotations

from dataclasses import replace

from sensor.protocol.polar.control import Answer, Status, encode_answer
from sensor.protocol.polar.settings import Setting, SettingValues

_WRONG = {
    Setting.RATE: Status.NO_SUCH_RATE,
    Setting.RESOLUTION: Status.NO_SUCH_RESOLUTION,
    Setting.RANGE: Status.NO_SUCH_RANGE,
    Setting.CHANNELS: Status.NO_SUCH_CHANNELS,
}


def judge_settings(offered: SettingValues, wanted: SettingValues) -> Status:
    """Tell whether a stream can be started so: each offered setting must be named, with one offered value."""
    if wanted.keys() != offered.keys():
        return Status.WRONG_PARAMETER
    for setting, values in wanted.items():
        if len(values) != 1 or values[0] not in offered[setting]:
            return _WRONG[setting]
    return Status.DONE


def answer_parts(answer: Answer, payload_bytes: int) -> list[bytes]:
    """Encode an answer in as many indications as it takes; all but the last say that more follows."""
    parameters = answer.parameters
    size = payload_bytes - len(encode_answer(replace(answer, parameters=b"")))
    starts = range(0, max(len(parameters), 1), size)
    return [
        encode_answer(
            replace(
                answer,
                has_more=start + size < len(parameters),
                parameters=parameters[start : start + size],
            )
        )
        for start in starts
    ]
