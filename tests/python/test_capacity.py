# SPDX-License-Identifier: Apache-2.0
"""shadw.capacity beside references of Python's own: fractions, hashlib, NumPy."""

import fractions
import hashlib
import struct
import math

import numpy as np
import pytest

import shadw
from shadw import capacity

NODE, OTHER = bytes([1]) * 32, bytes([2]) * 32
SEED, FRESH = bytes(32), bytes([7]) * 32


@pytest.fixture(scope="module")
def plot():
    return capacity.FreshPlot(NODE, SEED, 11)


@pytest.fixture
def plot_file(plot, tmp_path):
    plot.write(tmp_path / "plot")
    return capacity.PlotFile(tmp_path / "plot")


def nodes(rng, rows):
    return {
        "processors": rng.integers(1, 5, rows),
        "cores_per_processor": rng.integers(1, 129, rows),
        "reply_ms": rng.uniform(1, 1000, rows),
        "overhead_cycles": rng.uniform(1, 1e6, rows),
        "disk_reported": rng.uniform(1e9, 1e12, rows),
        "disk_taken": rng.uniform(0, 1e9, rows),
    }


ONES = {"reference_compute": 1.0, "reference_storage": 1.0}


def test_scores_are_those_of_numpy_in_every_mode(rng):
    it = nodes(rng, 10_000)
    p, q, t, o, reported, taken = it.values()
    free = reported - taken
    expected = {
        "corrected": p * q * o / np.sqrt(t) + free,
        "paper_literal": p / q * (np.sqrt(t) * o) + free,
        "paper_denominator": p / (q * np.sqrt(t) * o) + free,
        "sqrt_product": p / q * np.sqrt(t * o) + free,
    }
    for mode, values in expected.items():
        got = capacity.capacity(**it, **ONES, mode=mode)
        assert got.dtype == np.float64
        np.testing.assert_allclose(got, values, rtol=1e-12)


def test_scores_broadcast_fill_an_array_and_name_the_bad_row(rng):
    it = nodes(rng, 12)
    out = np.empty(12)
    assert capacity.capacity(**it, **ONES, out=out) is out
    it["reply_ms"] = 100.0
    table = capacity.capacity(
        **{**it, "processors": np.arange(1, 4)[:, None]}, **ONES
    )
    assert table.shape == (3, 12)
    assert isinstance(capacity.capacity(1, 1, 1.0, 1.0, 2.0, 1.0, **ONES), float)
    it["reply_ms"] = np.full(12, 100.0)
    it["reply_ms"][5] = -1
    with pytest.raises(shadw.InvalidArgumentError, match=r"reply_ms.*at index 5"):
        capacity.capacity(**it, **ONES)
    with pytest.raises(shadw.InvalidArgumentError, match="mode"):
        capacity.capacity(**nodes(rng, 1), **ONES, mode="best")


@pytest.mark.parametrize("wrong", [math.nan, math.inf, -1.0, 0.0, 1e308])
def test_a_bad_row_among_many_is_found_in_every_mode(rng, wrong):
    for mode in ("corrected", "paper_literal", "paper_denominator", "sqrt_product"):
        it = nodes(rng, 5000)
        it["cores_per_processor"] = np.asarray(it["cores_per_processor"], float)
        it["processors"] = np.asarray(it["processors"], float)
        it["processors"][[3000, 4000]] = it["cores_per_processor"][[3000, 4000]] = wrong
        if wrong == 1e308 and mode != "corrected":  # their quotient is small
            capacity.capacity(**it, **ONES, mode=mode)
            continue
        with pytest.raises(shadw.InvalidArgumentError, match="at index 3000"):
            capacity.capacity(**it, **ONES, mode=mode)


def test_a_number_counts_for_every_one_of_many_rows(rng):
    it = nodes(rng, 5000)
    it["reply_ms"], it["processors"] = np.full(5000, 100.0), np.full(5000, 3)
    for column, number in [("reply_ms", 100.0), ("processors", 3)]:
        alone = capacity.capacity(**{**it, column: number}, **ONES)
        assert (alone == capacity.capacity(**it, **ONES)).all()


def test_parts_sum_to_the_total(rng):
    total, compute, storage = capacity.capacity_parts(**nodes(rng, 1000), **ONES)
    np.testing.assert_allclose(total, compute + storage, rtol=1e-15)


def test_detection_is_exact_beside_fractions():
    for lost, challenges in ((0.01, 300), (0.25, 7), (1e-6, 10_000)):
        exact = 1 - (1 - fractions.Fraction(lost)) ** challenges
        got = capacity.detection_probability(lost, challenges)
        assert got == pytest.approx(float(exact), rel=1e-10)
    needed = capacity.challenges_for(np.array([0.01, 0.5]), 0.99)
    assert needed.tolist() == [math.ceil(math.log(0.01) / math.log(0.99)), 7]


def test_shares_are_exact_beside_fractions(rng):
    values = rng.integers(1, 1000, 500)
    passed = rng.random(500) < 0.8
    shares, carried = capacity.share_by_capacity(values, passed)
    whole = int(values.sum())
    for share, value, ok in zip(shares, values, passed, strict=True):
        assert share == pytest.approx(float(fractions.Fraction(int(value), whole)) if ok else 0)
    assert math.fsum([*shares, carried]) == pytest.approx(1, abs=1e-12)
    shares, carried = capacity.share_by_capacity(values, passed, "redistribute")
    assert carried == 0 and math.fsum(shares) == pytest.approx(1, abs=1e-12)


def test_a_plot_is_proved_and_verified(plot, plot_file):
    assert plot_file.commitment.to_bytes() == plot.commitment.to_bytes()
    assert plot.commitment.node_id == NODE and plot.commitment.plot_bytes == 65536
    first = plot.prove_origin(FRESH, openings=8)
    capacity.verify_origin(plot.commitment, first, FRESH, openings=8)
    proof = plot_file.prove(FRESH, epoch=3)
    copy = capacity.PlotCommitment.parse(plot.commitment.to_bytes())
    capacity.verify_space(copy, proof, FRESH, epoch=3)
    with pytest.raises(shadw.PermissionDeniedError):
        capacity.verify_space(copy, proof, FRESH, epoch=4)
    with pytest.raises(shadw.PermissionDeniedError):
        capacity.verify_space(copy, proof, SEED, epoch=3)
    with pytest.raises(shadw.DataLossError):
        capacity.verify_space(copy, proof[:-1], FRESH, epoch=3)
    plot_file.check()


# The first row's labels of layer 1, which have no parents, from the header's text alone.
def test_the_format_is_what_the_header_says(plot):
    plot_id = hashlib.blake2b(
        b"shadw plot 1" + NODE + SEED + (11).to_bytes(8, "little"), digest_size=32
    ).digest()
    labels = []
    for index in range(8):
        head = plot_id + index.to_bytes(8, "little") + (1).to_bytes(8, "little") + bytes(16)
        labels.append(hashlib.blake2b(head + bytes(6 * 32), digest_size=32).digest())
    for draw in range(5000):
        proof = plot.prove_origin(draw.to_bytes(32, "little"), openings=1)
        if proof[12] == 0:  # opens a place of row 0: it has no back parents
            assert any(label in proof for label in labels)
            return
    pytest.fail("row 0 was never opened")


def test_a_plot_of_another_node_is_no_evidence(plot):
    small = {"least_plot_bytes": 65536}
    space = capacity.combine_space(NODE, [(NODE, 1000)], [plot.commitment], **small)
    assert (space.used_bytes, space.free_bytes) == (1000, 65536)
    assert space.score_bytes == 1000 + 65536 // 4
    with pytest.raises(shadw.PermissionDeniedError):
        capacity.combine_space(OTHER, [], [plot.commitment])
    with pytest.raises(shadw.ConflictError):
        capacity.combine_space(NODE, [], [plot.commitment, plot.commitment], **small)
    with pytest.raises(ValueError, match="need 536870912"):
        capacity.combine_space(NODE, [], [plot.commitment])
    assert capacity.least_plot_bytes(1000) == 536870912


def blake(*parts):
    return hashlib.blake2b(b"".join(parts), digest_size=32).digest()


def node(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


def test_a_chain_of_work_is_what_hashlib_makes_of_it():
    task = capacity.WorkTask(NODE, FRESH, gaps=4, steps_per_gap=3)
    assert task.steps == 12
    chain = capacity.WorkChain(task)
    proof = chain.prove(SEED, gaps=2)
    capacity.verify_work(task, chain.root, proof, SEED, gaps=2)
    spec = struct.pack("<IBIIQ", 0, 0, 4, 3, 64 << 20)
    digest = blake(b"shadw work 1", NODE, FRESH, spec)
    ends, roots = [], ([], [0], [(0, 1)], [(0, 1), 2])
    for gap, before in enumerate(roots):
        left = [node(ends[i[0]], ends[i[1]]) if isinstance(i, tuple) else ends[i] for i in before]
        state = blake(b"shadw gap 1", digest, struct.pack("<I", gap), *left)
        for step in range(3 * gap, 3 * gap + 3):
            state = blake(digest, struct.pack("<Q", step), state)
        ends.append(state)
    assert chain.root == node(node(*ends[:2]), node(*ends[2:]))
    other = capacity.WorkTask(OTHER, FRESH, gaps=4, steps_per_gap=3)
    with pytest.raises(shadw.PermissionDeniedError):
        capacity.verify_work(other, chain.root, proof, SEED, gaps=2)


def test_useful_work_is_the_parity_of_the_seeds_stream():
    from shadw.crypto import SeededRandom
    from shadw.erasure import ReedSolomon

    key = blake(b"shadw useful work 1", NODE, FRESH)
    stream = SeededRandom(key).bytes(4 * 100)
    data = np.frombuffer(stream, np.uint8).reshape(4, 100)
    parity = ReedSolomon(4, 2).encode(data)
    expected = blake(parity.tobytes())
    got = capacity.useful_work(NODE, FRESH, data_shards=4, parity_shards=2, shard_bytes=100)
    assert got == expected


def test_cheating_costs_nearly_all_of_the_plotting(rng):
    kept = rng.random(1 << 12) < 0.8
    missing = np.flatnonzero(~kept)
    made = capacity.labels_to_remake(12, kept, [int(missing[-1])])
    assert made > 0.5 * 4 * (1 << 12)
    assert capacity.labels_to_remake(12, np.ones(1 << 12, bool), [0]) == 0
