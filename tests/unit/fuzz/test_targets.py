"""Every input that once broke a promise, and every one that reached further than others, again."""

from __future__ import annotations

import tracemalloc
from time import process_time

import pytest

from sensor.protocol.registry import DEVICES
from tests.fuzz.decoders import DECODINGS
from tests.fuzz.framing import join_messages, split_messages
from tests.fuzz.seeds import FOLDER, read_seeds
from tests.fuzz.targets import TARGETS

MOST_S = 2.0
MOST_BYTES = 64 * 2**20
"""Far above what any input takes: what exceeds it grows with what a packet claims, not with its size."""


@pytest.mark.parametrize("name", TARGETS)
def test_no_input_kept_breaks_a_promise_or_takes_long_or_much(name):
    target = TARGETS[name]
    for data in [b"", *target.valid(), *read_seeds(name)]:
        tracemalloc.start()
        began_s = process_time()
        try:
            target.check(data)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert process_time() - began_s < MOST_S, data.hex()
        assert peak < MOST_BYTES, data.hex()


def test_every_kind_of_sensor_is_fuzzed_from_what_it_really_sends():
    for decoding in DECODINGS:
        assert decoding.valid(), f"tests/support/sensor_streams.py does not encode {decoding.key}"
    assert {f"decode-{kind.key}" for kind in DEVICES} <= set(TARGETS)
    assert {f"drive-{kind.key}" for kind in DEVICES if kind.make_driver} <= set(TARGETS)


def test_every_file_of_seeds_belongs_to_a_target():
    assert {path.stem for path in FOLDER.rglob("*.txt")} <= set(TARGETS)


def test_messages_come_back_as_they_were_framed():
    messages = [b"", b"a", bytes(254), bytes(255), bytes(600), b"z"]
    assert split_messages(join_messages(messages)) == messages
    assert split_messages(b"\x05ab") == [b"ab"]
