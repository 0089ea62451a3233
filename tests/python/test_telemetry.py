# SPDX-License-Identifier: Apache-2.0
"""shadw.telemetry: throughput over arrays, the meter, the machine, signed reports."""

import numpy as np
import pytest

import shadw
from shadw import telemetry

SECOND = 10**9
NOW = 1_700_000_000 * SECOND


def test_throughput_broadcasts_and_names_the_bad_row(rng):
    light = rng.integers(0, 1000, (40, 1))
    rate = rng.random(30)
    result = telemetry.required_throughput(light, 7, rate, unit="minute")
    assert np.allclose(result, (light + 7) * rate / 60, rtol=1e-12)
    rate[4] = -1
    with pytest.raises(shadw.InvalidArgumentError, match="index 4"):
        telemetry.required_throughput(1, 1, rate)


def test_the_meter_sees_a_known_rate():
    meter = telemetry.RateMeter()
    for i in range(1200):
        meter.record(NOW + i * SECOND // 10, i % 4)
    end = NOW + 120 * SECOND
    assert abs(meter.observed_rps(end) - 10) <= 10 / 60 + 1e-9 and meter.clients(end) == 4
    assert meter.check(end, 5)[0] and not meter.check(end, 20)[0]


def test_the_machine_is_sampled_and_its_report_opens():
    stats = telemetry.sample_machine(NOW)
    assert stats["taken_ns"] == NOW
    for kind in ("cpu", "memory", "swap", "disk"):
        unit = "milli" if kind == "cpu" else "bytes"
        assert 0 <= stats[f"{kind}_free_{unit}"] <= stats[f"{kind}_total_{unit}"]
    report = telemetry.sign_report(bytes(32), 7, stats)
    key, sequence, again = telemetry.open_report(report)
    assert len(key) == 32 and sequence == 7 and again == stats
    with pytest.raises(shadw.PermissionDeniedError):
        telemetry.open_report(report[:-1] + bytes([report[-1] ^ 1]))
