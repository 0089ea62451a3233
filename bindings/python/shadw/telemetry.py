# SPDX-License-Identifier: Apache-2.0
"""Throughput, round trips, statistics of the machine, and signed reports of them."""

from shadw import _shadw

RateMeter = _shadw.telemetry.RateMeter
open_report = _shadw.telemetry.open_report
required_throughput = _shadw.telemetry.required_throughput
rtt_estimate = _shadw.telemetry.rtt_estimate
sample_machine = _shadw.telemetry.sample_machine
sign_report = _shadw.telemetry.sign_report

__all__ = [
    "RateMeter",
    "open_report",
    "required_throughput",
    "rtt_estimate",
    "sample_machine",
    "sign_report",
]
