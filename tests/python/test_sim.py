# SPDX-License-Identifier: Apache-2.0
"""A simulation is one call: its arrays, its frame, its errors, and how it is stopped."""

import concurrent.futures
import datetime
import os
import pickle
import signal
import sys
import threading
import time

import numpy as np
import pytest

import shadw
from shadw import sim

SMALL = {"nodes": 60, "seed": 7, "duration": 120.0, "lookup_every": 10.0}


def columns_of(run):
    return [run.begun_s, run.took_s, run.deed, run.node, run.hops, run.messages,
            run.closest_found, run.success]  # fmt: skip


def test_equal_arguments_give_equal_columns_and_trace():
    one, two = sim.dht(**SMALL), sim.dht(**SMALL)
    assert one.trace_hash == two.trace_hash
    for a, b in zip(columns_of(one), columns_of(two), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("other", [{"seed": 8}, {"run": 1}])
def test_another_seed_or_run_is_another_trace(other):
    assert sim.dht(**{**SMALL, **other}).trace_hash != sim.dht(**SMALL).trace_hash


def test_columns_are_arrays_of_one_length_with_the_promised_types():
    run = sim.dht(**SMALL)
    kinds = [column.dtype for column in columns_of(run)]
    assert kinds == ["f8", "f8", "u1", "u4", "u2", "u4", "u2", "?"]
    assert {len(column) for column in columns_of(run)} == {len(run)}
    assert len(run) > SMALL["nodes"]
    assert run.simulated_s == SMALL["duration"]
    assert run.node_seconds == SMALL["nodes"] * SMALL["duration"]
    assert run.sent >= run.delivered > 0
    assert run.success_rate("lookup") == 1.0
    assert np.isnan(run.success_rate("get"))


def test_columns_outlive_the_run_and_may_be_written():
    messages = sim.dht(**SMALL).messages
    total = int(messages.sum())
    messages += 1
    assert int(messages.sum()) == total + len(messages)


def test_a_run_survives_pickling():
    run = sim.dht(**SMALL)
    again = pickle.loads(pickle.dumps(run))
    assert again.trace_hash == run.trace_hash
    np.testing.assert_array_equal(again.messages, run.messages)


def test_a_timedelta_is_as_good_as_seconds():
    minute = datetime.timedelta(minutes=1)
    spans = {"duration": 2 * minute, "mean_session": minute}
    assert (
        sim.dht(**{**SMALL, **spans}).trace_hash
        == sim.dht(**{**SMALL, "mean_session": 60}).trace_hash
    )


@pytest.mark.parametrize(
    "what",
    [
        {"network": "hyperdht"},
        {"full_tables": False},
        {"bucket_size": 20},
        {"lookup_parallelism": 10},
        {"disjoint_paths": 4},
        {"latency": 0.1},
        {"latency": (0.005, 0.12)},
        {"latency": np.array([[0.005, 0.06], [0.06, 0.009]])},
        {"latency": sim.Regions([[0.005, 0.06], [0.06, 0.009]], shares=[3, 1])},
        {"sessions": 60},
        {"sessions": sim.Weibull(60, shape=0.59)},
        {"sessions": sim.Pareto(60, shape=2)},
        {"sessions": np.array([0.0, 40.0, 100.0, 600.0])},
        {"jitter": 0.01},
        {"loss": 0.1},
        {"duplicate": 0.1},
        {"reorder": 0.1},
        {"mean_session": 60},
        {"values": 3},
        {"values": 3, "publish_after": 30},
        {"liars": 0.2},
        {"liars": 0.2, "lie": "wrong"},
        {"liars": 0.2, "lie": "collude"},
        {"refresh_after": 30.0},
        {"disturbances": [sim.Disturbance("restart", at=10)]},
        {"disturbances": [sim.Disturbance("partition", at=10, length=30)]},
        {"disturbances": [sim.Disturbance("outage", at=10, length=30, nodes=0.1)]},
    ],
    ids=str,
)
def test_each_option_reaches_the_simulation(what):
    assert sim.dht(**{**SMALL, **what}).trace_hash != sim.dht(**SMALL).trace_hash


def test_only_what_begins_late_enough_is_reported():
    run = sim.dht(**SMALL, report_after=60)
    assert run.begun_s.min() >= 60


def test_values_are_put_and_got():
    run = sim.dht(**SMALL, values=5)
    assert run.of("put").sum() == 5
    assert run.success_rate("put") == 1.0
    assert run.success_rate("get") == 1.0


def test_churn_replaces_who_leaves():
    run = sim.dht(**SMALL, mean_session=60)
    assert run.departed == run.joined > 0


def test_sessions_of_one_length_end_one_after_the_other():
    run = sim.dht(**{**SMALL, "duration": 100}, sessions=60)
    # Everybody left once, all at 60 s; the next would leave at 120 s.
    assert run.departed == run.joined == SMALL["nodes"]


def test_an_array_of_timedelta_is_as_good_as_one_of_seconds():
    seconds = np.array([0.0, 40.0, 100.0, 600.0])
    latency = np.array([[0.005, 0.06], [0.06, 0.009]])
    as_times = [(it * 1e6).astype("timedelta64[us]") for it in (seconds, latency)]
    one = sim.dht(**SMALL, sessions=seconds, latency=latency)
    other = sim.dht(**SMALL, sessions=as_times[0], latency=as_times[1])
    assert one.trace_hash == other.trace_hash


def test_nodes_of_one_region_are_as_far_as_its_latency_says():
    near = sim.dht(**SMALL, latency=np.array([[0.001]]))
    far = sim.dht(**SMALL, latency=np.array([[0.1]]))
    assert far.took_s.min() > 50 * near.took_s.min() > 0


def test_all_nodes_stand_where_the_shares_say():
    one_way = np.array([[0.001, 0.5], [0.5, 0.1]])
    alone = sim.dht(**SMALL, latency=sim.Regions(one_way, shares=[1, 0]))
    assert alone.trace_hash == sim.dht(**SMALL, latency=0.001).trace_hash


@pytest.mark.parametrize(
    ("what", "error"),
    [
        ({"nodes": 1}, shadw.InvalidArgumentError),
        ({"nodes": sim.MAX_NODES + 1}, shadw.InvalidArgumentError),
        ({"nodes": -1}, shadw.InvalidArgumentError),
        ({"nodes": 10.0}, TypeError),
        ({"seed": 1.5}, TypeError),
        ({"duration": 0}, shadw.InvalidArgumentError),
        ({"duration": float("nan")}, shadw.InvalidArgumentError),
        ({"duration": 1e12}, shadw.InvalidArgumentError),
        ({"duration": "an hour"}, TypeError),
        ({"mean_session": -1}, shadw.InvalidArgumentError),
        ({"loss": 1.5}, shadw.InvalidArgumentError),
        ({"liars": -0.1}, shadw.InvalidArgumentError),
        ({"liars": 1.0}, shadw.InvalidArgumentError),
        ({"lie": "white"}, shadw.InvalidArgumentError),
        ({"latency": -1}, shadw.InvalidArgumentError),
        ({"latency": (0.2, 0.1)}, shadw.InvalidArgumentError),
        ({"latency": (0.1,)}, shadw.InvalidArgumentError),
        ({"latency": np.zeros((2, 3))}, shadw.InvalidArgumentError),
        ({"latency": np.zeros(4)}, shadw.InvalidArgumentError),
        ({"latency": np.full((2, 2), -0.1)}, shadw.InvalidArgumentError),
        ({"latency": np.full((2, 2), np.nan)}, shadw.InvalidArgumentError),
        ({"latency": np.zeros((257, 257))}, shadw.InvalidArgumentError),
        ({"latency": np.zeros((2, 2), bool)}, TypeError),
        ({"latency": sim.Regions(np.zeros((2, 2)), shares=[1])}, shadw.InvalidArgumentError),
        ({"latency": sim.Regions(np.zeros((2, 2)), shares=[0, 0])}, shadw.InvalidArgumentError),
        ({"latency": sim.Regions(np.zeros((2, 2)), shares=[2, -1])}, shadw.InvalidArgumentError),
        ({"sessions": 0}, shadw.InvalidArgumentError),
        ({"sessions": -1}, shadw.InvalidArgumentError),
        ({"sessions": "long"}, TypeError),
        ({"sessions": np.array([1.0])}, shadw.InvalidArgumentError),
        ({"sessions": np.array([2.0, 1.0])}, shadw.InvalidArgumentError),
        ({"sessions": np.array([0.0, np.inf])}, shadw.InvalidArgumentError),
        ({"sessions": np.zeros((2, 2))}, shadw.InvalidArgumentError),
        ({"sessions": np.array(["a", "b"])}, TypeError),
        ({"sessions": sim.Weibull(60, shape=0.1)}, shadw.InvalidArgumentError),
        ({"sessions": sim.Pareto(0, shape=2)}, shadw.InvalidArgumentError),
        ({"sessions": 60, "mean_session": 60}, shadw.InvalidArgumentError),
        ({"sybils": 5}, shadw.InvalidArgumentError),
        ({"disturbances": [sim.Disturbance("flood", at=1)]}, shadw.InvalidArgumentError),
        ({"disturbances": [sim.Disturbance("outage", at=1, nodes=0)]}, shadw.InvalidArgumentError),
    ],
    ids=str,
)
def test_what_is_out_of_range_is_refused(what, error):
    with pytest.raises(error):
        sim.dht(**{**SMALL, **what})


def test_a_network_nobody_knows_is_refused():
    with pytest.raises(shadw.InvalidArgumentError, match="kademlia2000"):
        sim.dht(**SMALL, network="kademlia2000")


# Runs for longer than anybody waits: each of these tests ends because the run was ended.
ENDLESS = {"nodes": 200, "seed": 7, "duration": datetime.timedelta(days=10)}


@pytest.fixture(autouse=True)
def ctrl_c_is_heard():
    """A shell starts what runs in the background deaf to it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_ctrl_c_ends_a_run():
    timer = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        sim.dht(**ENDLESS)
    timer.join()


def test_what_a_signal_handler_raises_ends_a_run_and_comes_out():
    class Enough(Exception):
        pass

    def refuse(number, frame):
        raise Enough

    before = signal.signal(signal.SIGUSR1, refuse)
    try:
        timer = threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGUSR1))
        timer.start()
        with pytest.raises(Enough):
            sim.dht(**ENDLESS)
        timer.join()
    finally:
        signal.signal(signal.SIGUSR1, before)


def test_a_handler_that_raises_nothing_lets_the_run_go_on():
    seen = []
    before = signal.signal(signal.SIGUSR1, lambda *_: seen.append(1))
    try:
        timers = [threading.Timer(t, os.kill, (os.getpid(), s)) for t, s in
                  [(0.1, signal.SIGUSR1), (0.5, signal.SIGINT)]]  # fmt: skip
        for timer in timers:
            timer.start()
        with pytest.raises(KeyboardInterrupt):
            sim.dht(**ENDLESS)
        for timer in timers:
            timer.join()
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert seen == [1]


def test_other_threads_run_meanwhile():
    before = sys.getswitchinterval()
    sys.setswitchinterval(1000)  # so that nobody runs but where the lock is given away
    try:
        for _ in range(100):
            phase = ["before"]

            def work(phase=phase):
                phase[0] = "under way"
                sim.dht(**SMALL)
                phase[0] = "after"

            thread = threading.Thread(target=work)
            thread.start()
            while phase[0] == "before":
                time.sleep(0)
            seen = phase[0]
            thread.join()
            if seen == "under way":
                return
    finally:
        sys.setswitchinterval(before)
    pytest.fail("nobody ran while the simulation did")


def test_a_frame_is_tidy():
    pytest.importorskip("pandas")
    run = sim.dht(**SMALL, values=3)
    frame = run.to_frame()
    assert list(frame.columns) == ["begun_s", "took_s", "deed", "node", "hops", "messages",
                                   "closest_found", "success"]  # fmt: skip
    assert len(frame) == len(run)
    assert set(frame["deed"]) == {"lookup", "get", "put"}
    rates = frame.groupby("deed", observed=True)["success"].mean()
    assert rates["get"] == run.success_rate("get")


def test_without_pandas_a_frame_says_what_is_missing(monkeypatch):
    run = sim.dht(**SMALL)
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ModuleNotFoundError, match="pip install pandas"):
        run.to_frame()
    with pytest.raises(ModuleNotFoundError, match="pip install pandas"):
        shadw.sweep(summary, {"nodes": [1]}, runs=1, seed=1)


# --- sweep ---


def summary(*, nodes, seed, run, loss=0.0):
    return {"rate": nodes * 10 + run, "seed": seed, "loss_seen": loss}


def test_a_sweep_has_a_row_for_each_point_and_run_in_the_order_of_the_grid():
    pytest.importorskip("pandas")
    told = []
    frame = shadw.sweep(
        summary, {"nodes": [1, 2], "loss": [0.0, 0.5]}, runs=2, seed=9,
        progress=lambda *it: told.append(it),
    )  # fmt: skip
    assert list(frame.columns) == ["nodes", "loss", "run", "rate", "seed", "loss_seen"]
    assert frame["nodes"].tolist() == [1] * 4 + [2] * 4
    assert frame["loss"].tolist() == [0.0, 0.0, 0.5, 0.5] * 2
    assert frame["rate"].tolist() == [10, 11, 10, 11, 20, 21, 20, 21]
    assert set(frame["seed"]) == {9}
    assert told == [(i, 8) for i in range(1, 9)]


def test_a_sweep_of_simulations_does_not_depend_on_its_executor():
    pandas = pytest.importorskip("pandas")

    def model(**arguments):
        return sim.dht(nodes=40, duration=60, **arguments)

    grid = {"loss": [0.0, 0.1], "bucket_size": [4, 8]}
    alone = shadw.sweep(model, grid, runs=2, seed=3, progress=False)
    with concurrent.futures.ThreadPoolExecutor(2) as executor:
        together = shadw.sweep(model, grid, runs=2, seed=3, executor=executor, progress=False)
    pandas.testing.assert_frame_equal(alone, together)
    assert alone.groupby(["loss", "bucket_size", "run"]).ngroups == 8


def test_a_sweep_takes_pairs_and_arrays():
    pytest.importorskip("pandas")
    latencies = [0.05, (0.005, 0.12), np.array([[0.01, 0.1], [0.1, 0.01]])]
    grid = {"latency": latencies, "nodes": [20], "duration": [30]}
    frame = shadw.sweep(sim.dht, grid, runs=1, seed=3, progress=False)
    firsts = frame.drop_duplicates("begun_s")["latency"]
    assert (0.005, 0.12) in [it for it in frame["latency"] if isinstance(it, tuple)]
    assert len(firsts) and frame["latency"].map(lambda it: it is latencies[2]).any()


def test_a_sweep_takes_processes(capfd):
    pytest.importorskip("pandas")
    with concurrent.futures.ProcessPoolExecutor(2) as executor:
        frame = shadw.sweep(sim.dht, {"nodes": [20], "duration": [30]}, runs=2, seed=3,
                            executor=executor)  # fmt: skip
    assert set(frame["run"]) == {0, 1}
    assert "sweep: 2 of 2" in capfd.readouterr().err


def test_a_sweep_of_numbers_has_a_column_of_values():
    pytest.importorskip("pandas")
    frame = shadw.sweep(lambda x, seed, run: x * x, {"x": [2, 3]}, runs=1, seed=0, progress=False)
    assert frame["value"].tolist() == [4, 9]


def test_what_a_model_raises_ends_the_sweep():
    pytest.importorskip("pandas")
    with pytest.raises(ZeroDivisionError):
        shadw.sweep(lambda x, seed, run: 1 // x, {"x": [1, 0]}, runs=1, seed=0, progress=False)
    with concurrent.futures.ThreadPoolExecutor(2) as executor, pytest.raises(ZeroDivisionError):
        shadw.sweep(lambda x, seed, run: 1 // x, {"x": [1, 0]}, runs=1, seed=0, progress=False,
                    executor=executor)  # fmt: skip


@pytest.mark.parametrize("wrong", [{"runs": 0}, {"grid": {"x": []}}])
def test_a_sweep_of_nothing_is_refused(wrong):
    with pytest.raises(shadw.InvalidArgumentError):
        shadw.sweep(**{"model": summary, "grid": {"nodes": [1]}, "runs": 1, "seed": 0, **wrong})
