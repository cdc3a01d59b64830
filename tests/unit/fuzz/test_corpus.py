"""Which inputs of a fuzzer are kept, and that they come back."""

from __future__ import annotations

import sys

import pytest

from sensor.protocol.standard import parse_heart_rate
from tests.fuzz import seeds
from tests.fuzz.corpus import worth_keeping

NARROW, WIDE, OTHER_WIDE = b"\x00\x50", b"\x01\x50\x00", b"\x01\x51\x00"
WITH_BEATS = b"\x10\x50\x00\x04"


def test_only_what_takes_a_new_step_through_the_code_is_kept():
    kept = worth_keeping(parse_heart_rate, [NARROW], [WITH_BEATS, NARROW, b"\x00\x51"])
    assert kept == [WITH_BEATS]
    assert worth_keeping(parse_heart_rate, [WITH_BEATS], kept) == []


def test_of_inputs_that_reach_alike_the_shortest_is_kept():
    longer = WITH_BEATS + b"\x00\x04"
    assert worth_keeping(parse_heart_rate, [NARROW], [longer, WITH_BEATS])[0] == WITH_BEATS


def test_what_traces_the_program_goes_on_afterwards():
    before = sys.gettrace()
    worth_keeping(parse_heart_rate, [], [WIDE, OTHER_WIDE])
    assert sys.gettrace() is before


def test_what_broke_something_stays_when_what_reaches_far_is_chosen_anew(tmp_path, monkeypatch):
    monkeypatch.setattr(seeds, "FOLDER", tmp_path)
    seeds.add_failures("x", [b"a", bytes(3000)])
    seeds.add_failures("x", [b"b", b"a"])
    seeds.replace_reaching("x", [b"c"])
    seeds.replace_reaching("x", [b"d", b""])
    assert seeds.read_seeds("x") == [b"a", bytes(3000), b"b", b"d", b""]
    assert seeds.read_seeds("x", seeds.FAILURES) == [b"a", bytes(3000), b"b"]
    seeds.replace_reaching("x", [])
    assert seeds.read_seeds("x", seeds.REACHING) == []


@pytest.mark.parametrize("name", ["none-such", ""])
def test_without_a_file_nothing_is_kept(name):
    assert seeds.read_seeds(name) == []
