"""What every stream decoder owes, whatever comes: checked on the messages of a fuzzer.

It never raises, its samples are consistent and finite, how notifications are dealt out changes nothing, and
its samples can be dated.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields

import numpy as np

from sensor.clock.timeline import ClockSpec
from sensor.protocol.driver import Settings, StreamDecoder
from sensor.protocol.registry import DEVICES
from sensor.samples import SampleBlock
from sensor.session.decoding import SegmentDecoder
from tests.support.sensor_streams import ENCODERS, settings_of, swinging

_ARRIVAL_STEP_NS = 10_000_000
_SEED_S = 2.0


@dataclass(frozen=True, slots=True)
class Decoding:
    """How the notifications of one kind of sensor are decoded and dated."""

    key: str
    make: Callable[[Settings], StreamDecoder]
    settings: Settings
    clock: ClockSpec
    rate_hz: float | None

    def decoder(self) -> StreamDecoder:
        """Return a new decoder."""
        return self.make(self.settings)

    def valid(self, seconds: float = _SEED_S) -> tuple[bytes, ...]:
        """Return what such a sensor sends; nothing where no encoder is known."""
        encode = ENCODERS.get(self.key)
        signal = swinging(seconds, self.rate_hz or 100.0)
        assert signal.gyr_sensor_radps is not None
        return encode(signal, signal.gyr_sensor_radps, self.settings) if encode else ()


DECODINGS = (
    *(Decoding(k.key, k.make_decoder, settings_of(k), k.clock, k.default_rate_hz) for k in DEVICES),
    *(
        Decoding(f"{k.key} rates", k.gyroscope.make_decoder, settings_of(k), k.clock, k.default_rate_hz)
        for k in DEVICES
        if k.gyroscope is not None
    ),
)
"""Every stream of every kind of the registry."""


def check_decoding(decoding: Decoding, notifications: Sequence[bytes]) -> None:
    """Decode notifications all at once and one by one, and date them; fail where a promise is broken."""
    decoder = decoding.decoder()
    block = decoder.feed(notifications)
    _check_block(block, len(notifications))
    assert decoder.rejected >= 0
    one_by_one = decoding.decoder()
    blocks = [one_by_one.feed([one]) for one in notifications]
    _check_same(block, blocks)
    assert one_by_one.rejected == decoder.rejected, "rejected depends on how notifications are dealt out"
    _check_dates(decoding, notifications, len(block.acc_sensor_mps2))


def _check_block(block: SampleBlock, notifications: int) -> None:
    packets, rows = len(block.count), len(block.acc_sensor_mps2)
    assert len(block.notification) == len(block.ticks) == packets
    assert (block.count > 0).all()
    assert block.count.sum() == rows == len(block.clipped)
    assert block.acc_sensor_mps2.shape == (rows, 3)
    assert np.isfinite(block.acc_sensor_mps2).all() or np.isnan(block.acc_sensor_mps2).all()
    if block.gyr_sensor_radps is not None:
        assert block.gyr_sensor_radps.shape == (rows, 3)
        assert np.isfinite(block.gyr_sensor_radps).all()
    assert block.sequence is None or len(block.sequence) == packets
    assert block.sample_offset_ticks is None or len(block.sample_offset_ticks) == rows
    if packets:
        assert block.notification[0] >= 0
        assert block.notification[-1] < notifications
        assert (np.diff(block.notification) >= 0).all()


def _check_same(whole: SampleBlock, blocks: Sequence[SampleBlock]) -> None:
    """Compare a block with those of single notifications, one for each."""
    told = [(number, block) for number, block in enumerate(blocks) if len(block.count)]
    if not told:
        assert not len(whole.count), "one by one nothing is decoded, all at once something"
        return
    for field in fields(SampleBlock):
        values = [getattr(block, field.name) for _, block in told]
        expected = getattr(whole, field.name)
        if expected is None:
            assert all(value is None for value in values)
        elif field.name == "notification":
            assert expected.tolist() == [number for number, block in told for _ in block.count]
        else:
            found, is_float = np.concatenate(values), expected.dtype.kind == "f"
            same = np.array_equal(found, expected, equal_nan=is_float)
            assert same, f"{field.name} depends on dealing out"


def _check_dates(decoding: Decoding, notifications: Sequence[bytes], rows: int) -> None:
    arrival_ns = _ARRIVAL_STEP_NS * np.arange(1, len(notifications) + 1)
    segment = SegmentDecoder(
        decoding.decoder(),
        decoding.clock,
        nominal_rate_hz=decoding.rate_hz,
        reason="start",
        arrival_ns=arrival_ns,
    )
    if notifications:
        segment.feed(notifications)
    dated = segment.finish()
    assert len(dated.time_s) == len(dated.acc_sensor_mps2) <= rows
    assert np.isfinite(dated.time_s).all()
    assert (np.diff(dated.time_s) > 0).all()
