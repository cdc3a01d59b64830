from __future__ import annotations

from pathlib import Path

from sensor.virtual.radio.timeloop import run_in_virtual_time
from tests.bench.recorder_load import WORN, kept_by_placement, record, sources

SECONDS = 10.0


def test_every_notification_handed_over_at_the_seam_is_in_the_file_in_order(tmp_path: Path) -> None:
    worn = sources(SECONDS)
    path = tmp_path / "load.runtall"
    run_in_virtual_time(record(worn, path, SECONDS))
    sent = {place: list(one.notifications) for (place, *_), one in zip(WORN, worn, strict=True)}
    assert all(one.sent == len(one.notifications) for one in worn)
    assert kept_by_placement(path) == sent
