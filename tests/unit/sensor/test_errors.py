"""Errors reach whoever handed the work to another process as they were raised."""

from __future__ import annotations

import pickle

import pytest

from sensor.errors import LinkError, LinkReason, PacketError, RefusalError, SensorError, SessionFileError

RAISED = (
    LinkError("no adapter", reason=LinkReason.NO_ADAPTER),
    PacketError("movesense", "a byte short", b"\x01\x02"),
    RefusalError("busy; stop it first", 7),
    SessionFileError("run.runtall: damaged"),
)


@pytest.mark.parametrize("error", RAISED, ids=lambda error: type(error).__name__)
def test_an_error_survives_the_way_to_another_process(error: SensorError) -> None:
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is type(error)
    assert str(copy) == str(error)
    assert vars(copy) == vars(error)
