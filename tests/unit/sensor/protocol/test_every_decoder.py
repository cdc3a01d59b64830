"""What every decoder owes, whoever made the sensor: the same samples however fed, little memory, no delay."""

from __future__ import annotations

import math
import pickle
import random
from collections.abc import Callable, Sequence
from time import process_time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz.decoders import DECODINGS, Decoding, check_decoding
from tests.fuzz.drivers import DRIVEN, check_driver, messages_to, new_driver

MOST_STATE_BYTES = 200_000
MOST_TRIES = 12
VALID = {decoding.key: decoding.valid() for decoding in DECODINGS}
every_decoder = pytest.mark.parametrize("decoding", DECODINGS, ids=[one.key for one in DECODINGS])


def _random(sent: Sequence[bytes], rng: random.Random) -> bytes:
    return rng.randbytes(rng.randrange(250))


def _cut(sent: Sequence[bytes], rng: random.Random) -> bytes:
    return rng.choice(sent)[: rng.randrange(250)]


def _damaged(sent: Sequence[bytes], rng: random.Random) -> bytes:
    damaged = bytearray(rng.choice(sent))
    damaged[rng.randrange(len(damaged))] ^= 1 << rng.randrange(8)
    return bytes(damaged)


def _first_alone(sent: Sequence[bytes], rng: random.Random) -> bytes:
    return sent[0]


def _all_but_first(sent: Sequence[bytes], rng: random.Random) -> bytes:
    return sent[1 + rng.randrange(len(sent) - 1)]


HOSTILE = (_random, _cut, _damaged, _first_alone, _all_but_first)


@every_decoder
@pytest.mark.parametrize("next_one", HOSTILE)
def test_what_is_never_completed_is_not_kept_for_ever(decoding: Decoding, next_one: Callable[..., bytes]):
    rng = random.Random(1)
    sent = decoding.valid(20.0)
    decoder = decoding.decoder()
    for _ in range(60):
        decoder.feed([next_one(sent, rng) for _ in range(50)])
    assert len(pickle.dumps(decoder)) < MOST_STATE_BYTES


@every_decoder
def test_the_time_a_decoder_takes_grows_as_the_notifications_do(decoding: Decoding):
    rng = random.Random(2)
    sent = decoding.valid(10.0)
    hostile = [rng.choice(HOSTILE)(sent, rng) for _ in range(500)]

    def feeding_s(times: int) -> float:
        decoder = decoding.decoder()
        began_s = process_time()
        decoder.feed([*hostile, *sent] * times)
        for one in hostile[:100] * times:
            decoder.feed([one])
        return process_time() - began_s

    # Four times as much: 4 where time is linear, 16 where it is quadratic. A busy machine only ever adds to
    # either, so that the least of many tries comes near the truth.
    few_s = many_s = math.inf
    for tries in range(MOST_TRIES):
        few_s, many_s = min(few_s, feeding_s(2)), min(many_s, feeding_s(8))
        if tries >= 2 and many_s < 8 * few_s:
            break
    assert many_s < 8 * few_s


@every_decoder
@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_samples_do_not_depend_on_how_notifications_are_dealt_out(decoding: Decoding, data):
    sent = st.sampled_from(VALID[decoding.key])
    cut = st.builds(lambda one, end: one[:end], sent, st.integers(0, 250))
    check_decoding(
        decoding, data.draw(st.lists(st.one_of(sent, sent, cut, st.binary(max_size=60)), max_size=30))
    )


@every_decoder
@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_whatever_numbers_a_file_has_for_settings_they_are_refused_or_give_numbers(decoding: Decoding, data):
    """Files are hostile: a session is read with the settings it says."""
    numbers = st.one_of(st.floats(-1e15, 1e15), st.integers(-(10**15), 10**15), st.just("word"))
    told = {key: data.draw(st.one_of(st.just(value), numbers)) for key, value in decoding.settings.items()}
    if "rate_hz" in told:
        told["rate_hz"] = data.draw(st.floats(1e-6, 1e15))
    try:
        block = decoding.make(told).feed(VALID[decoding.key])
    except ValueError:
        return
    measured = block.acc_sensor_mps2 if block.gyr_sensor_radps is None else block.gyr_sensor_radps
    assert np.isfinite(measured).all()


@pytest.mark.parametrize("kind", DRIVEN, ids=[kind.key for kind in DRIVEN])
@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_no_driver_raises_for_what_a_sensor_sends(kind, data):
    talk = messages_to(kind, VALID.get(kind.key, ())[:3])
    check_driver(
        kind, data.draw(st.lists(st.one_of(st.sampled_from(talk), st.binary(max_size=60)), max_size=30))
    )


@pytest.mark.parametrize("kind", DRIVEN, ids=[kind.key for kind in DRIVEN])
def test_no_driver_remembers_what_it_was_told_for_ever(kind):
    rng = random.Random(3)
    driver = new_driver(kind)
    for _ in range(2000):
        channel = rng.choice([*driver.notify_characteristics, ""])
        driver.receive(channel, rng.randbytes(rng.randrange(60)))
        driver.poll()
    assert len(pickle.dumps(driver)) < MOST_STATE_BYTES
