# SPDX-License-Identifier: Apache-2.0
"""reputation.py [--cpp PROGRAM] [--nodes N …]: the book of reputation from Python beside C++, and
EigenTrust beside SciPy, as tables.

PROGRAM is `reputation_benchmark`: it runs before the book, so that both see the same machine.
Of the book, the best of seven calls with 2^22 payments each, in CPU time. Of EigenTrust, from
columns of edges to the trust of every node, the best of three in turns, in CPU time; `peak` is how
far the resident memory rises above where it stands with the inputs.
"""

import argparse
import ctypes
import itertools
import json
import pathlib
import subprocess
import time

import numpy as np
from scipy import sparse

from shadw import reputation

EVENTS = 1 << 22
PARTIES = 1_000_000
NOW = 1_700_000_000 * 10**9
DAY = 86_400 * 10**9
TURNS, TURNS_OF_TRUST = 7, 3
SHARE, TOLERANCE = 0.15, 1e-9
EDGES_OF_A_NODE = 20


def cpp_rates(program):
    """Payments a second of each benchmark, the best of three."""
    command = [program, "--benchmark_filter=BM_Pay.*parties:1000000(/log:0)?$"]
    command += ["--benchmark_format=json", "--benchmark_repetitions=3"]
    out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    rates = {}
    for run in json.loads(out)["benchmarks"]:
        if run["run_type"] == "iteration":
            name = "ids" if "ByIds" in run["name"] else "dense"
            rates[name] = max(rates.get(name, 0), run["payments"])
    return rates


def best_seconds(work, days):
    best = float("inf")
    for _ in range(TURNS):
        now = next(days)
        start = time.process_time()
        work(now)
        best = min(best, time.process_time() - start)
    return best


def book(program):
    rng = np.random.default_rng(1)
    payers, providers = rng.integers(0, PARTIES, (2, EVENTS))
    amounts = rng.integers(0, 2000 * 10**9, EVENTS)
    ids = rng.integers(0, 256, (PARTIES, 32), np.uint8)
    cpp = cpp_rates(program) if program else {}

    dense = reputation.ReputationBook(PARTIES)
    by_id = reputation.ReputationBook()
    columns = (payers.astype(np.uint32), providers.astype(np.uint32), amounts.astype(np.uint64))
    from_ids, to_ids = ids[payers], ids[providers]
    rows = {
        ("uint32, uint64", "dense"): lambda now: dense.pay(now, *columns),
        ("int64", "dense"): lambda now: dense.pay(now, payers, providers, amounts),
        ("32-byte ids", "ids"): lambda now: by_id.pay_by_ids(now, from_ids, to_ids, amounts),
    }
    days = itertools.count(NOW, DAY)  # in each of which everybody may gain again
    print("| columns | million payments/s | C++ in the same run | of it |")
    print("|---|---|---|---|")
    for (name, kind), work in rows.items():
        rate = EVENTS / best_seconds(work, days)
        beside = f"{cpp[kind] / 1e6:.1f} | {rate / cpp[kind]:.2f}" if cpp else " | "
        print(f"| {name} | {rate / 1e6:.1f} | {beside} |")


def edges_of(nodes, clustered):
    rng = np.random.default_rng(1)
    count = EDGES_OF_A_NODE * nodes
    source = rng.integers(0, nodes, count, np.uint32)
    target = rng.integers(0, nodes, count, np.uint32)
    if clustered:
        first = source // 1000 * 1000
        near = first + rng.integers(0, np.minimum(1000, nodes - first), dtype=np.uint32)
        target = np.where(rng.integers(0, 100, count) != 0, near, target).astype(np.uint32)
    others = source != target  # what a node says of itself does not count
    return source[others], target[others], rng.random(np.count_nonzero(others))


def scipy_trust(nodes, source, target, trust):
    """t = (1 - a) C^T t + a p, what nobody is given going to the pre-trusted."""
    matrix = sparse.csr_matrix((trust, (target, source)), shape=(nodes, nodes))
    given = np.bincount(source, trust, nodes)
    scale = np.divide(1 - SHARE, given, out=np.zeros(nodes), where=given > 0)
    pre = np.zeros(nodes)
    pre[0] = 1
    old = pre
    for iteration in range(1, 1001):
        new = matrix @ (old * scale)
        new += (1 - new.sum()) * pre
        if np.abs(new - old).sum() < TOLERANCE:
            return new, iteration
        old = new
    raise RuntimeError("did not converge")


def our_trust(nodes, source, target, trust):
    result = reputation.eigentrust(
        nodes, source, target, trust, pre_trusted=[0], pre_trust_share=SHARE, tolerance=TOLERANCE
    )
    return result[0], result[1]


def status_mib(key):
    for line in pathlib.Path("/proc/self/status").read_text().splitlines():
        if line.startswith(key + ":"):
            return int(line.split()[1]) / 1024
    raise KeyError(key)


def measured(work, *arguments):
    ctypes.CDLL(None).malloc_trim(0)  # what was freed before is not this work's
    pathlib.Path("/proc/self/clear_refs").write_text("5")  # the highest starts again from here
    resident = status_mib("VmRSS")
    start = time.process_time()
    result = work(*arguments)
    return result, time.process_time() - start, status_mib("VmHWM") - resident


def eigentrust(nodes, clustered):
    graph = (nodes, *edges_of(nodes, clustered))
    seconds, peaks, results = ({our_trust: [], scipy_trust: []} for _ in range(3))
    for _ in range(TURNS_OF_TRUST):
        for work in seconds:
            results[work], took, peak = measured(work, *graph)
            seconds[work].append(took)
            peaks[work].append(peak)
    (ours, steps), (theirs, their_steps) = results.values()
    assert np.abs(ours - theirs).sum() < 1e-7
    kind = "clustered" if clustered else "random"
    best, their_best = (min(took) for took in seconds.values())
    peak, their_peak = (max(one) for one in peaks.values())
    print(
        f"| {nodes} | {kind} | {best:.2f} s, {steps} | {their_best:.2f} s, {their_steps} |"
        f" {their_best / best:.1f} | {peak:.0f} MiB | {their_peak:.0f} MiB |"
    )


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--cpp", help="the path of reputation_benchmark")
    parser.add_argument("--nodes", type=int, nargs="*", default=[100_000, 1_000_000])
    arguments = parser.parse_args()
    book(arguments.cpp)
    print()
    print("| nodes | edges | shadw, iterations | SciPy | times as fast | peak | SciPy's peak |")
    print("|---|---|---|---|---|---|---|")
    for nodes in arguments.nodes:
        for clustered in (False, True):
            eigentrust(nodes, clustered)


if __name__ == "__main__":
    main()
