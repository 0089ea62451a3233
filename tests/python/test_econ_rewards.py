# SPDX-License-Identifier: Apache-2.0
"""Rewards, escrows, incentives and durability against references of Python's own."""

import fractions
import math
import random

import numpy as np
import pytest

import shadw
from shadw import econ

REFUSED = shadw.InvalidArgumentError
RULES = ("burn", "carry", "largest_remainder")


def split(pool, weights, rule):
    """By fractions and a full sort."""
    total = sum(weights)
    exact = [fractions.Fraction(pool * weight, total) for weight in weights]
    shares = [math.floor(one) for one in exact]
    left = pool - sum(shares)
    if rule == "largest_remainder":
        order = sorted(range(len(weights)), key=lambda i: (shares[i] - exact[i], i))
        for i in order[:left]:
            shares[i] += 1
        left = 0
    return shares, pool - left, left * (rule == "burn"), left * (rule == "carry")


def same(got, expected):
    shares, *totals = got
    assert shares.dtype == np.uint64
    assert shares.tolist() == expected[0]
    assert tuple(totals) == expected[1:]


@pytest.mark.parametrize("rule", RULES)
def test_splits_are_those_of_fractions(rule):
    dice = random.Random(1)
    for _ in range(200):
        count = dice.randint(1, 60)
        weights = [dice.getrandbits(dice.randint(1, 64)) for _ in range(count)] + [1]
        pool = dice.getrandbits(dice.randint(1, 64))
        same(econ.split_by_weight(pool, weights, rule), split(pool, weights, rule))
        roots = [math.isqrt(one << 64) for one in weights]
        same(econ.split_by_sqrt(pool, weights, rule), split(pool, roots, rule))


def test_roots_are_those_of_isqrt():
    dice = random.Random(2)
    numbers = [dice.getrandbits(dice.randint(1, 64)) for _ in range(20_000)]
    numbers += [n * n + d for n in (1, 3, 2**20, 2**32 - 1) for d in (-1, 0, 1)]
    array = np.array(numbers, dtype=np.uint64)
    assert econ.sqrt_weight(array).tolist() == [math.isqrt(n << 64) for n in numbers]
    assert econ.sqrt_weight(9) == 3 << 32 and type(econ.sqrt_weight(9)) is int


def test_capacities_are_split_exactly():
    dice = random.Random(3)
    for _ in range(100):
        capacities = [dice.randint(2**40, 2**43) / 8 for _ in range(20)]
        weights = [int(one * 8) for one in capacities]
        pool = dice.getrandbits(60)
        same(econ.reward_capacity(pool, capacities), split(pool, weights, "largest_remainder"))
        passed = np.array([dice.random() < 0.7 for _ in capacities])
        shares, paid, burned, carried = econ.reward_storage(pool, capacities, passed)
        assert shares.sum() == paid and paid + burned + carried == pool
        assert not shares[~passed].any()


def test_refunds_are_rounded_fractions():
    now = np.arange(0, 12_000, 7)
    refund = econ.prorated_refund(10**9 + 7, 100, 10_000, now, paused=0)
    for at, got in zip(now.tolist(), refund.tolist(), strict=True):
        share = fractions.Fraction(10_000 - min(max(at, 100), 10_000), 9_900)
        assert got == math.floor((10**9 + 7) * share)
    with pytest.raises(REFUSED, match=r"paused time of -1.*\(at index 1\)"):
        econ.prorated_refund(1, 0, 10, 5, paused=[0, -1])


def test_an_escrow_uses_closed_places_again_and_no_id_twice():
    account = econ.EscrowAccount(0)
    account.deposit(10**6)
    for expected in range(5000):
        payment = account.open_payment(rate=1, height=expected)
        assert payment == expected
        account.close_payment(payment, height=expected + 1)
        assert account.withdraw(payment, height=expected + 1) == 1
    assert account.earned.sum() + account.balance + account.withdrawn == account.deposited
    assert account.payments[-1] == 4999 and len(account.payments) == len(account.earned) < 4097


@pytest.mark.parametrize("uptimes", [5, [5], [[5], [6]], [], np.zeros((2, 0), int)])
def test_a_service_without_periods_is_refused(uptimes):
    uptimes = np.array(uptimes, dtype=int)
    with pytest.raises(shadw.InvalidArgumentError, match="got no periods"):
        econ.evaluate_sla(uptimes, 5, latency_ns=np.zeros((*uptimes.shape[:-1], 0), int))


def test_an_escrow_of_many_rates_is_that_of_whole_blocks():
    earned, balance, overdrawn = econ.settle_escrow(1003, [7, 4], 200)
    blocks, rest = divmod(1003, 11)
    assert overdrawn and balance == 0
    shares, *_ = split(rest, [7, 4], "largest_remainder")
    assert earned.tolist() == [7 * blocks + shares[0], 4 * blocks + shares[1]]
    account = econ.EscrowAccount(0)
    account.deposit(50)
    account.open_payment(10, 0)
    account.settle(3)
    assert (account.state, account.balance, account.earned.tolist()) == ("open", 20, [30])
    assert account.withdraw(0, 3) == 30 and account.close(4) == 10
    with pytest.raises(shadw.PreconditionError):
        account.close(4)


@pytest.mark.parametrize("costs", ["absolute", "per_time"])
def test_the_simulation_meets_closed_forms(costs):
    law = econ.Distribution
    parts = (law.lognormal(3, 0.5), law.exponential(4), law.normal(2, 0.5), law.uniform(-1, 3))
    means = (math.exp(3.125), 4, 2, 1)
    assert [one.mean for one in parts] == pytest.approx(means, rel=1e-14)
    net, error = econ.simulate_net(*parts, draws=2_000_000, seed=5, costs=costs)
    assert abs(net - econ.expected_net(*means, costs=costs)) < 4 * error
    assert (net, error) == econ.simulate_net(*parts, draws=2_000_000, seed=5, costs=costs)


def test_draws_have_the_moments_and_the_shape_of_their_law():
    stats = pytest.importorskip("scipy.stats")
    law = econ.Distribution
    for ours, theirs in (
        (law.normal(1, 2), stats.norm(1, 2)),
        (law.exponential(3), stats.expon(scale=3)),
        (law.lognormal(0.5, 0.7), stats.lognorm(0.7, scale=math.exp(0.5))),
        (law.uniform(-1, 4), stats.uniform(-1, 5)),
    ):
        assert ours.mean == pytest.approx(theirs.mean(), rel=1e-12)
        assert ours.variance == pytest.approx(theirs.var(), rel=1e-12)
        values = ours.draw(200_000, seed=7)
        assert stats.kstest(values, theirs.cdf).pvalue > 1e-3


def test_losses_are_those_of_scipy():
    stats = pytest.importorskip("scipy.stats")
    parity = np.arange(0, 40)
    rate, days = 0.3, 6.5
    p = -math.expm1(-rate * days / 365)
    expected = stats.binom.sf(parity, 40, p)
    assert econ.period_loss(40 - parity, parity, rate, days) == pytest.approx(expected, rel=1e-9)
    expected = stats.poisson.sf(parity, 40 * rate * days / 365)
    got = econ.period_loss(40 - parity, parity, rate, days, model="poisson")
    assert got == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(("k", "at", "n"), [(1, 1, 2), (4, 5, 8), (10, 12, 16)])
def test_lazy_repair_solves_the_chain(k, at, n):
    """(-Q) T = 1 over the states that still have k shards, in fractions."""
    life, repair = fractions.Fraction(50), fractions.Fraction(2)
    states = range(k, n + 1)
    rows = []
    for i in states:
        row = [fractions.Fraction(0)] * (len(states) + 1)
        decay, back = i / life, (1 / repair if i <= at and i < n else 0)
        row[i - k] += decay + back
        if i > k:
            row[i - k - 1] -= decay
        row[n - k] -= back
        row[-1] = fractions.Fraction(1)
        rows.append(row)
    for column in range(len(rows)):
        pivot = next(r for r in range(column, len(rows)) if rows[r][column] != 0)
        rows[column], rows[pivot] = rows[pivot], rows[column]
        for r in range(len(rows)):
            if r != column and rows[r][column] != 0:
                scale = rows[r][column] / rows[column][column]
                rows[r] = [a - scale * b for a, b in zip(rows[r], rows[column], strict=True)]
    expected = rows[-1][-1] / rows[-1][n - k]
    mttdl, nines, loss = econ.lazy_repair(k, at, n, 50.0, 2.0)
    assert mttdl == pytest.approx(float(expected), rel=1e-11)
    assert nines == pytest.approx(math.log10(float(expected) / 365), abs=1e-11)
    assert loss == pytest.approx(-math.expm1(-365 / float(expected)), rel=1e-10)


def test_groups_are_added_up_case_by_case():
    got = econ.correlated_loss(3, 2, [2, 1], [0.25, 0.5], 0.125)
    expected = 0.0
    for case in range(2**7):
        bits = [case >> i & 1 for i in range(7)]
        chance = 1.0
        for bit, p in zip(bits, (0.25, 0.5, *([0.125] * 5)), strict=True):
            chance *= p if bit else 1 - p
        dead = (2 if bits[0] else bits[2] + bits[3]) + (bits[1] or bits[4]) + bits[5] + bits[6]
        expected += chance * (dead > 2)
    assert got == pytest.approx(expected, rel=1e-14)


def test_proposers_come_by_stake_in_any_order():
    nodes = [bytes([i]) * 32 for i in range(4)]
    seed = bytes(32)
    counts = dict.fromkeys(nodes, 0)
    for height in range(5000):
        one = econ.select_proposer(nodes, [1, 2, 3, 4], seed, height, 0)
        assert one == econ.select_proposer(nodes[::-1], [4, 3, 2, 1], seed, height, 0)
        counts[one] += 1
    chi = sum((counts[n] - 500 * s) ** 2 / (500 * s) for n, s in zip(nodes, (1, 2, 3, 4)))
    assert chi < 16.27


def test_what_is_wrong_is_named():
    with pytest.raises(REFUSED, match="need one of: burn carry largest_remainder"):
        econ.split_by_weight(1, [1], "somebody")
    with pytest.raises(TypeError):
        econ.split_by_sqrt(1, [1.5])
    with pytest.raises(TypeError):
        econ.split_by_sqrt(1.5, [1])
    with pytest.raises(REFUSED):
        econ.split_by_weight(1, np.array([1, -1]))
    with pytest.raises(REFUSED, match="2 dimensions of weights"):
        econ.split_by_weight(1, np.ones((2, 2), dtype=np.uint64))
    with pytest.raises(REFUSED, match=r"\(at index 2\)"):
        econ.expected_net(1.0, np.array([1.0, 2.0, 0.0]), 1.0, 1.0)
    with pytest.raises(REFUSED):
        econ.simulate_net(*[econ.Distribution.normal(0, 1)] * 4)
    assert econ.quorum(np.arange(1, 5)).tolist() == [1, 2, 3, 3]
    assert econ.max_faulty(10) == 3
