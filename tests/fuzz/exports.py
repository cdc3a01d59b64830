"""Exports of other tools, just long enough to be taken: what fuzzing of their readers begins with."""

from __future__ import annotations

import json
import re

import numpy as np

from sensor.units import RADPS_PER_DEGPS, STANDARD_GRAVITY_MPS2
from tests.support.app_exports import BEGAN_S, acc_at, gyr_at, moments, table, zipped

_TIME_S = moments(20.0, seconds=10.5)
_ACC, _GYR = np.round(acc_at(_TIME_S), 2), np.round(gyr_at(_TIME_S), 2)
_ACC_G, _DPS = np.round(_ACC / STANDARD_GRAVITY_MPS2, 3), np.round(_GYR / RADPS_PER_DEGPS, 1)
_MS = np.rint((_TIME_S + BEGAN_S) * 1000).astype(np.int64)
_DATES = [f"2026-05-03 7:31:{int(one)}:{round(one % 1 * 1000)}" for one in _TIME_S.tolist()]


def _short(text: str) -> bytes:
    """Return a table without the zeros that end its decimals."""
    return re.sub(r"(\.\d+?)0+(?=[,;\t\n])", r"\1", text).encode()


def export_seeds() -> list[bytes]:
    """Return one small export of every tool, and a table of nobody's."""
    return [
        *_phones(),
        *_sensors(),
        _short(table(["t", "ax", "ay", "az", "gx", "gy", "gz"], _TIME_S, _ACC, _GYR)),
    ]


def _phones() -> list[bytes]:
    vectors = ["time", "seconds_elapsed", "x", "y", "z"]
    fixes = ["time", "seconds_elapsed", "horizontalAccuracy", "speed", "longitude", "latitude"]
    second = np.arange(10)
    logger = {
        "TotalAcceleration.csv": table(vectors, _MS * 1_000_000, _TIME_S, _ACC),
        "Gyroscope.csv": table(vectors, _MS * 1_000_000, _TIME_S, _GYR),
        "Location.csv": table(
            fixes, _MS[0] * 1_000_000 + second * 10**9, second, second, second, second, second
        ),
        "Metadata.csv": "platform,standardisation\nios,false\n",
    }
    phyphox = {
        "Raw Data.csv": table(
            ["Time (s)", *(f"Acceleration {axis} (m/s^2)" for axis in "xyz")],
            *(_TIME_S, _ACC),
            separator=";",
            decimal=",",
            quoted=True,
        ),
        "meta/time.csv": "event,experiment time,system time\nSTART,0,1777786265\nSTART,5,1777786290\n",
    }
    return [zipped(logger), zipped(phyphox)]


def _sensors() -> list[bytes]:
    count = np.arange(len(_TIME_S))
    stamps = [str(5000 + 50 * number) if number % 4 == 0 else "" for number in count.tolist()]
    vectors = [dict(zip("xyz", one, strict=True)) for one in _ACC.tolist()]
    packets = [{"Timestamp": 5000 + 200 * n, "ArrayAcc": vectors[4 * n : 4 * n + 4]} for n in range(52)]
    axes = [f"{kind}_{axis}" for kind in ("Acc", "Gyr") for axis in "XYZ"]
    polar = ["Phone timestamp", "sensor timestamp [ns]", "X [mg]", "Y [mg]", "Z [mg]"]
    wit = ["time", "Chip Time()", *(f"Acc{axis}(g)" for axis in "XYZ"), *(f"As{axis}(°/s)" for axis in "XYZ")]
    meta = ["epoc (ms)", "elapsed (s)", *(f"{axis}-axis (g)" for axis in "xyz")]
    fine = (2**32 - 5_000_000 + np.rint(_TIME_S * 1e6).astype(np.int64)) % 2**32
    dot = "sep=,\nOutputRate:,20Hz\nStartTime: ,2026-05-03_07:31:05_086 CEST\n\n"
    return [
        _short(table(["timestamp", "x", "y", "z"], stamps, _ACC)),
        json.dumps({"Samples": [{"MeasAcc": packet} for packet in packets]}).encode(),
        dot.encode() + _short(table(["PacketCounter", "SampleTimeFine", *axes], count, fine, _ACC, _DPS)),
        _short(
            table(polar, _DATES, count * 50_000_000, np.rint(_ACC_G * 1000).astype(np.int64), separator=";")
        ),
        _short(table(wit, _DATES, _DATES, _ACC_G, _DPS, separator="\t")).decode().encode("gb18030"),
        _short(table(meta, _MS[count // 3 * 3], _TIME_S, _ACC_G)),
    ]
