from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sensor.samples import FloatArray, ImuSignal
from sensor.virtual.runner.imu_errors import (
    CONSUMER,
    IDEAL,
    apply_errors,
    gyroscope_bias_radps,
    loss_mask,
    quantise,
    sample_later,
)

G = 9.80665


def resting(n: int = 20_000) -> ImuSignal:
    return ImuSignal(104.0, np.tile([0.0, 0.0, G], (n, 1)), np.zeros((n, 3)))


def rates(signal: ImuSignal) -> FloatArray:
    assert signal.gyr_sensor_radps is not None
    return signal.gyr_sensor_radps


def rng(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_an_ideal_sensor_reads_what_is_there() -> None:
    read = apply_errors(resting(), IDEAL, rng())
    np.testing.assert_allclose(read.acc_sensor_mps2, resting().acc_sensor_mps2, atol=1e-6)
    np.testing.assert_allclose(rates(read), 0.0, atol=1e-6)


def test_the_accelerometer_bias_has_its_stated_length() -> None:
    read = apply_errors(resting(), replace(IDEAL, acc_bias_g=0.02), rng())
    bias = read.acc_sensor_mps2.mean(0) - [0.0, 0.0, G]
    assert np.linalg.norm(bias) == pytest.approx(0.02 * G, rel=1e-3)


def test_noise_has_its_stated_size() -> None:
    read = apply_errors(resting(), replace(IDEAL, acc_noise_g=0.003, gyr_noise_degps=0.06), rng())
    assert read.acc_sensor_mps2.std(0) == pytest.approx(0.003 * G, rel=0.03)
    assert np.degrees(np.std(rates(read), axis=0)) == pytest.approx(0.06, rel=0.03)


def test_the_warm_up_bias_dies_away_and_the_constant_one_stays() -> None:
    errors = replace(IDEAL, gyr_bias_degps=0.3, gyr_warmup_degps=0.5, warmup_s=50.0)
    bias = np.degrees(gyroscope_bias_radps(104 * 600, 104.0, errors=errors, rng=rng()))
    assert np.linalg.norm(bias[-1]) == pytest.approx(0.3, abs=1e-3)
    assert np.linalg.norm(bias[0] - bias[-1]) == pytest.approx(0.5, abs=1e-3)


def test_the_bias_walks_with_the_square_root_of_time() -> None:
    errors = replace(IDEAL, gyr_walk_degps_rts=0.01)
    ends = [
        np.degrees(gyroscope_bias_radps(10_000, 100.0, errors=errors, rng=rng(k)))[-1] for k in range(200)
    ]
    assert np.std(ends) == pytest.approx(0.01 * np.sqrt(100.0), rel=0.12)


def test_force_leaks_into_the_rate() -> None:
    read = apply_errors(resting(), replace(IDEAL, g_sensitivity_degps=0.1), rng())
    assert 0.02 < np.degrees(np.linalg.norm(np.mean(rates(read), axis=0))) < 0.4


def test_values_are_held_at_full_scale_and_rounded_to_the_sensors_steps() -> None:
    values = np.array([-30.0, -0.26, 0.24, 0.26, 30.0])
    # Four bits over ±4: sixteen steps of 0.5 from -4 to +3.5.
    np.testing.assert_array_equal(quantise(values, 4.0, 4), [-4.0, -0.5, 0.0, 0.5, 3.5])


def test_a_sensor_of_two_g_clips() -> None:
    still = ImuSignal(104.0, np.tile([0.0, 0.0, 3.0 * G], (100, 1)), None)
    read = apply_errors(still, replace(IDEAL, acc_range_g=2.0, bits=16), rng())
    np.testing.assert_allclose(read.acc_sensor_mps2[:, 2], 2.0 * G, rtol=1e-4)
    assert read.gyr_sensor_radps is None


def test_a_late_gyroscope_reads_the_future_by_a_fraction_of_a_sample() -> None:
    time_s = np.arange(2000) / 104.0
    window = np.exp(-0.5 * ((time_s - 9.5) / 2.0) ** 2)

    def wave(at: FloatArray) -> FloatArray:
        values: FloatArray = np.exp(-0.5 * ((at - 9.5) / 2.0) ** 2)[:, None] * np.sin(
            2.0 * np.pi * np.array([3.0, 12.0, 30.0]) * at[:, None]
        )
        return values

    assert window[0] < 1e-4
    late = sample_later(wave(time_s), 0.005 * 104.0)
    np.testing.assert_allclose(late, wave(time_s + 0.005), atol=1e-4)


@pytest.mark.parametrize("gap_s", [0.05, 0.1, 0.3])
def test_losses_sum_to_their_share_in_gaps_of_their_length(gap_s: float) -> None:
    lost = loss_mask(104 * 1200, 104.0, gap_s=gap_s, fraction=0.05, rng=rng())
    assert lost.mean() == pytest.approx(0.05, rel=0.02)
    edges = np.flatnonzero(np.diff(lost.astype(int)))
    lengths = np.diff(edges)[::2]
    assert np.median(lengths) == round(gap_s * 104.0)
    assert not lost[:208].any()
    assert not lost[-208:].any()


def test_a_record_too_short_to_lose_anything_loses_nothing() -> None:
    assert not loss_mask(100, 104.0, gap_s=0.1, fraction=0.05, rng=rng()).any()


def test_consumer_errors_leave_a_standing_sensor_within_a_few_degrees() -> None:
    read = apply_errors(resting(), CONSUMER, rng())
    mean = read.acc_sensor_mps2.mean(0)
    assert np.degrees(np.arctan2(np.hypot(mean[0], mean[1]), mean[2])) < 1.3
    assert 0.1 < np.degrees(np.linalg.norm(np.mean(rates(read), axis=0))) < 0.7
