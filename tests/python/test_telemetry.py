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


def stats(now_ns, uptime_s=9):
    """Of a machine with a disk alone."""
    names = [f"{kind}_{what}_bytes" for kind in ("memory", "swap") for what in ("total", "free")]
    return dict.fromkeys(names, 0) | {
        "taken_ns": now_ns,
        "uptime_s": uptime_s,
        "cpu_total_milli": 0,
        "cpu_free_milli": 0,
        "disk_total_bytes": 100,
        "disk_free_bytes": 7,
    }


def report_of(number, sequence, now_ns):
    return telemetry.sign_report(bytes([number]) * 32, sequence, stats(now_ns))


def test_a_health_table_keeps_the_latest_and_tells_the_stale():
    table = telemetry.HealthTable(interval_ns=SECOND, stale_after=3)
    table.ingest(NOW, report_of(1, 5, NOW))
    node = telemetry.open_report(report_of(1, 5, NOW))[0]
    assert table.find(node) == (5, NOW, stats(NOW)) and len(table) == 1
    for old in (report_of(1, 5, NOW), report_of(1, 4, NOW + SECOND), report_of(1, 6, NOW)):
        with pytest.raises(shadw.ConflictError):
            table.ingest(NOW, old)
    report = report_of(2, 1, NOW)
    with pytest.raises(shadw.PermissionDeniedError):
        table.ingest(NOW, report[:-1] + bytes([report[-1] ^ 1]))
    with pytest.raises(shadw.Error):
        table.ingest(NOW, report_of(2, 1, NOW + 121 * SECOND))
    assert len(table) == 1 and table.find(bytes(32)) is None
    assert table.fresh(NOW + 3 * SECOND) == [node] and table.stale(NOW + 3 * SECOND) == []
    assert table.fresh(NOW + 4 * SECOND) == [] and table.stale(NOW + 4 * SECOND) == [node]


def rounds_until_all_know(count):
    """Reports of `count` nodes among all of them, datagrams carried by hand."""
    peers = [f"10.0.{i // 256}.{i % 256}:4000" for i in range(count)]
    nodes = [telemetry.Gossip(NOW, seed=i) for i in range(count)]
    for i, node in enumerate(nodes):
        for j, peer in enumerate(peers):
            if i != j:
                node.add_peer(peer)
        node.publish(NOW, report_of(i, 1, NOW))
    datagrams = 0
    for round_number in range(1, 40):
        now = NOW + round_number * SECOND
        for node in nodes:
            if node.next_timeout_ns is not None and node.next_timeout_ns <= now:
                node.handle_timeout(now)
        moved = True
        while moved:
            moved = False
            for i, node in enumerate(nodes):
                while (sent := node.poll_transmit()) is not None:
                    nodes[peers.index(sent[0])].handle_message(now, peers[i], sent[1])
                    moved, datagrams = True, datagrams + 1
        if all(len(node) == count for node in nodes):
            return round_number, datagrams, nodes
    raise AssertionError("they never all knew")


def test_gossip_reaches_everybody_in_rounds_that_grow_as_the_logarithm():
    count = 64
    rounds, datagrams, nodes = rounds_until_all_know(count)
    assert rounds <= 2 * np.log2(count) + 2
    assert datagrams < count * (count - 1)
    seen = set()
    while (event := nodes[0].poll_event()) is not None:
        assert event[0] not in seen and event[1] == 1
        seen.add(event[0])
    assert len(nodes[0].fresh(NOW + rounds * SECOND)) == count
    assert {nodes[0].find(node)[0] for node in seen} == {1}


def test_gossip_refuses_what_makes_no_sense():
    gossip = telemetry.Gossip(NOW)
    with pytest.raises(shadw.InvalidArgumentError):
        gossip.add_peer("nowhere")
    with pytest.raises(shadw.Error):
        gossip.publish(NOW, b"no report")
    with pytest.raises(shadw.InvalidArgumentError, match="round"):
        telemetry.Gossip(NOW, round_ns=0)
    gossip.handle_message(NOW, "1.2.3.4:5", b"\x01\x01\xff")
    assert gossip.poll_transmit() is None and len(gossip) == 0
