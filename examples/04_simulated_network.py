# SPDX-License-Identifier: Apache-2.0
"""Rehearses a DHT of a thousand nodes that come and go, in a network that loses one datagram
in twenty, twice from the same seed: both runs are the same to the last byte."""

import datetime

from shadw import sim


def run(seed: int) -> sim.DhtRun:
    it = sim.dht(
        nodes=1000,
        seed=seed,
        latency=(0.005, 0.12),
        loss=0.05,
        duration=datetime.timedelta(minutes=10),
        mean_session=datetime.timedelta(minutes=30),
        values=20,
    )
    print(
        f"{it.departed} nodes left; {it.of('lookup').sum()} lookups,"
        f" {it.success_rate('lookup'):.2%} of them good, {it.messages.mean():.1f} messages each;"
        f" {it.success_rate('get'):.2%} of the gets; trace {it.trace_hash:016x}"
    )
    return it


first, again, other = run(7), run(7), run(8)
assert first.trace_hash == again.trace_hash != other.trace_hash
assert (first.messages == again.messages).all()
assert first.success_rate("get") > 0.95
