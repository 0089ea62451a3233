# SPDX-License-Identifier: Apache-2.0
"""Throughput, round trips, statistics of the machine, signed reports of them and their gossip."""

from shadw import _shadw

Gossip = _shadw.telemetry.Gossip
HealthTable = _shadw.telemetry.HealthTable
RateMeter = _shadw.telemetry.RateMeter
open_report = _shadw.telemetry.open_report
required_throughput = _shadw.telemetry.required_throughput
rtt_estimate = _shadw.telemetry.rtt_estimate
sample_machine = _shadw.telemetry.sample_machine
sign_report = _shadw.telemetry.sign_report

__all__ = [
    "Gossip",
    "HealthTable",
    "RateMeter",
    "open_report",
    "required_throughput",
    "rtt_estimate",
    "sample_machine",
    "sign_report",
]
