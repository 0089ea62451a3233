# SPDX-License-Identifier: Apache-2.0
"""Prices and money against arithmetic of others: fractions, decimal, SciPy, loops of Python."""

import decimal
import math
from fractions import Fraction

import numpy as np
import pytest

import shadw
from shadw import econ

BINOMIAL = (1, 3, 3, 1)
PRINTED = (1, 1, 1, 1)
TOKEN = econ.BASE_UNITS_PER_TOKEN


def price(t, points, weights=BINOMIAL):
    return sum(
        w * Fraction(p) * t**i * (1 - t) ** (3 - i)
        for i, (w, p) in enumerate(zip(weights, points, strict=True))
    )


def reserve(supply, points, most, weights=BINOMIAL):
    """max_supply times the integral of the price, from powers of t."""
    total = Fraction(0)
    t = Fraction(supply, most)
    for i, (w, p) in enumerate(zip(weights, points, strict=True)):
        for j in range(4 - i):  # (1 - t)^(3 - i) by the binomial theorem
            power = i + j + 1
            total += Fraction(w * p * math.comb(3 - i, j) * (-1) ** j, power) * t**power
    return math.floor(most * total)


@pytest.mark.parametrize(("mode", "weights"), [("corrected", BINOMIAL), ("paper_literal", PRINTED)])
def test_prices_in_doubles_are_those_of_fractions(rng, mode, weights):
    for _ in range(50):
        points = rng.random(4) * 10 ** rng.integers(-6, 7, 4).astype(float)
        ts = rng.random(40)
        got = econ.bezier_price(ts, points, mode)
        for t, one in zip(ts, got, strict=True):
            exact = price(Fraction(float(t)), map(float, points), weights)
            assert abs(Fraction(float(one)) - exact) <= Fraction(1, 10**14) * exact


@pytest.mark.parametrize(("mode", "weights"), [("corrected", BINOMIAL), ("paper_literal", PRINTED)])
def test_exact_costs_are_those_of_fractions(rng, mode, weights):
    for _ in range(60):
        most = int(rng.integers(1, 2 ** int(rng.integers(1, 40)) + 1))
        limit = (2**64 - 1) // most
        points = [int(rng.integers(0, min(limit, 2**62), endpoint=True)) for _ in range(4)]
        first, last = sorted(int(one) for one in rng.integers(0, most, 2, endpoint=True))
        cost = reserve(last, points, most, weights) - reserve(first, points, most, weights)
        units = last - first
        assert econ.exact_buy_cost(first, units, points, most, mode) == cost
        fee = int(rng.integers(0, 10_000))
        refund = cost - math.ceil(Fraction(cost * fee, 10_000))
        assert econ.exact_sell_refund(last, units, points, most, fee, mode) == refund
        exact = math.floor(price(Fraction(first, most), points, weights))
        assert econ.exact_price_at(first, points, most, mode) == exact


def test_costs_are_the_areas_that_scipy_finds():
    integrate = pytest.importorskip("scipy.integrate")
    points, most = [3.0, 1.0, 7.0, 4.0], 1e4
    for mode in ("corrected", "paper_literal"):
        for supply, units in ((0, 1e4), (2500, 1), (9000, 999)):
            area, _ = integrate.quad(
                lambda s, mode=mode: econ.price_at(s, points, most, mode),
                supply, supply + units, epsrel=1e-13,
            )  # fmt: skip
            assert econ.buy_cost(supply, units, points, most, mode) == pytest.approx(area, rel=1e-12)


def test_a_position_is_the_root_that_scipy_finds(rng):
    optimize = pytest.importorskip("scipy.optimize")
    for _ in range(50):
        points = np.sort(rng.random(4) + np.arange(4))
        wanted = rng.uniform(points[0], points[3])
        root = optimize.brentq(
            lambda t, p=points, w=wanted: econ.bezier_price(t, p) - w, 0, 1, xtol=1e-15
        )
        assert econ.bezier_position(wanted, points) == pytest.approx(root, rel=1e-12)


def test_exact_positions_and_plans_are_those_of_a_search_through_every_supply():
    points, most = [5, 9, 9, 31], 300
    prices = [price(Fraction(s, most), points) for s in range(most + 1)]
    wanted = np.arange(5, 32)
    found = econ.exact_position(wanted, points, most)
    assert found.tolist() == [max(s for s in range(most + 1) if prices[s] <= w) for w in wanted]
    for least in (0, 6, 17, 31, 40):
        units, after, refund, _ = econ.exact_plan_sale(250, least, 100, points, most)
        stop = 250
        while stop > 150 and prices[stop - 1] >= least:
            stop -= 1
        assert (units, after) == (250 - stop, stop)
        assert refund == reserve(250, points, most) - reserve(stop, points, most)


def test_trades_along_a_whole_array_add_up_to_one(rng):
    points, most = [TOKEN, 2 * TOKEN, 4 * TOKEN, 8 * TOKEN], 1_000_000
    cuts = np.unique(rng.integers(0, most, 10_000))
    costs = econ.exact_buy_cost(cuts[:-1], np.diff(cuts), points, most)
    whole = econ.exact_buy_cost(int(cuts[0]), int(cuts[-1] - cuts[0]), points, most)
    assert costs.dtype == np.int64 and sum(costs.tolist()) == whole


def test_resources_cost_what_numpy_says(rng):
    a, b, c, d = rng.random((4, 100)) * 1e6
    close = {"rtol": 1e-12, "atol": 0}
    np.testing.assert_allclose(econ.compute_price(a, b, c, d), a * c + b * d, **close)
    np.testing.assert_allclose(econ.bit_ops_per_flop(a, b), a / b, **close)
    kwh = (a * 1e-3 + b * 2e-3 + 5 * c) / 3.6e6
    np.testing.assert_allclose(econ.energy_kwh(a, b, 1e-3, 2e-3, 5, c), kwh, **close)
    rates = econ.compute_rates(1e-3, 2e-3, d)
    np.testing.assert_allclose(
        econ.energy_price(a, b, 1e-3, 2e-3, d), econ.compute_price(a, b, *rates), **close
    )
    late = np.maximum(0, c - 3e5)
    np.testing.assert_allclose(
        econ.bandwidth_price(a, b, c, d, 2, 3, 0.5, 0, target_latency_ms=3e5),
        np.maximum(0, 2 * a + 3 * b - 0.5 * late), rtol=1e-12, atol=1e-9,
    )  # fmt: skip


def test_charges_are_those_of_decimal(rng):
    units = rng.integers(0, 2**40, 500)
    prices = rng.integers(0, 2**30, 500)
    per = rng.integers(1, 2**20, 500)
    with decimal.localcontext() as context:
        context.prec = 60
        for n, p, q, got in zip(
            units, prices, per, econ.charge(units, prices, per), strict=True
        ):
            exact = decimal.Decimal(int(n)) * int(p) / int(q)
            assert got == int(exact.to_integral_value(decimal.ROUND_CEILING))


def test_invoices_of_a_meter_are_the_sum_of_fractions_rounded_up_once(rng):
    meter = econ.Meter([(7, 3), (1_000, 3_600)])
    owed = [Fraction(0), Fraction(0)]
    invoiced = 0
    prices = [7, 1_000]
    for _ in range(40):
        for line, per in enumerate((3, 3_600)):
            records = rng.integers(0, 100, 50)
            meter.add(line, records)
            owed[line] += Fraction(int(records.sum()) * prices[line], per)
            prices[line] = int(rng.integers(0, 2_000))
            meter.set_price(line, prices[line])
        assert invoiced + meter.accrued()[0] == sum(map(math.ceil, owed))
        invoiced += meter.close()[0]
    assert meter.close() == (0, [(0, 0), (0, 0)])


def test_a_meter_counts_all_records_of_an_array_or_none():
    meter = econ.Meter([(1, 1)])
    with pytest.raises(shadw.InvalidArgumentError, match=r"\(at index 1\)"):
        meter.add(0, np.array([5, 2**64 - 1], dtype=np.uint64))
    assert meter.accrued() == (0, [(0, 0)])


def test_a_meter_refuses_what_it_could_never_invoice():
    meter = econ.Meter([(2_000_000_000, 1)])
    meter.add(0, 10**9)
    with pytest.raises(shadw.InvalidArgumentError, match="need units and a total below"):
        meter.add(0, 10**10)
    assert meter.close()[0] == 2 * 10**18
    meter.add(0, 1)


@pytest.mark.parametrize(
    "name, arguments",
    [
        ("bezier_price", (0.0, [1e308] * 4)),
        ("bernstein", (0.5, [1e308, -1e308])),
        ("buy_cost", (0, 1000, [1e308] * 4, 1000)),
        ("buy_cost", (0, 1e300, [1e300] * 4, 1e300)),
        ("utilisation_price", (1, 1e308, 1e308, 0.5, 1e308)),
        ("expected_net", (1e308, 1e-308, 0, 0)),
        ("breakeven_loss", (1e308, 1, 0, -1e308)),
        ("compute_rates", (1e300, 0, 1e300)),
        ("bandwidth_price", (1e300, 0, 0, 1e300, 1e300, 0, 0, 1e300)),
        ("period_loss", (17, 3, 1e308, 365, "poisson")),
        ("annual_loss", (17, 3, 0.1, 1e-320)),
        ("lazy_repair", (29, 35, 80, 1e-320)),
    ],
)
def test_finite_arguments_give_a_finite_number_or_an_error(name, arguments):
    with pytest.raises(shadw.InvalidArgumentError, match="^econ: got .*, need "):
        getattr(econ, name)(*arguments)


def test_supplies_are_the_sums_of_rewards():
    blocks = np.arange(2_000)
    rewards = econ.reward_at(blocks, 1_000_003, 97, 11)
    assert rewards.tolist() == [max(11, 1_000_003 >> (b // 97)) for b in range(2_000)]
    supply = econ.supply_after(blocks, 1_000_003, 97, 11)
    assert supply.tolist() == [0, *np.cumsum(rewards)[:-1].tolist()]
    eras = sum((50 * TOKEN >> era) * 210_000 for era in range(64))
    assert econ.supply_after(2**63) == eras


def test_inflation_is_that_of_integers_of_python():
    supply = 123_456_789_012_345
    year = [supply]
    for _ in range(5):
        year.append(year[-1] + year[-1] * 31_415 // 10**6)
    epochs = np.arange(5 * 73 + 1)
    got = econ.inflation_supply(epochs, supply, 31_415, 73)
    expected = [
        year[e // 73] + year[e // 73] * 31_415 * (e % 73) // (10**6 * 73) for e in range(5 * 73 + 1)
    ]
    assert got.tolist() == expected
    assert np.diff(got).tolist() == econ.inflation_emission(epochs[:-1], supply, 31_415, 73).tolist()


def test_fees_add_up_and_reach_their_sinks(rng):
    amounts = rng.integers(0, 2**50, 1_000)
    pays, net, fee, dao, rest = econ.charge_payment(amounts, 250, 400_000)
    assert (pays == net + fee).all() and (fee == dao + rest).all() and (pays == amounts).all()
    assert fee.tolist() == [int(a) * 250 // 10_000 for a in amounts]
    assert econ.split_fee(10, [500_000, 250_000, 250_000]).tolist() == [5, 3, 2]


def test_accounts_never_make_or_lose_a_base_unit(rng):
    accounts = econ.Accounts(10, halve_every_blocks=50)
    for _ in range(5_000):
        payer, to = (int(one) for one in rng.integers(0, 10, 2))
        amount = int(rng.integers(0, 40 * TOKEN))
        try:
            match rng.integers(0, 4):
                case 0:
                    accounts.mint_block(payer)
                case 1:
                    accounts.pay(payer, to, amount)
                case 2:
                    accounts.pay_with_fee(payer, to, amount, [(0, 600_001), (1, 399_999)])
                case _:
                    accounts.burn(payer, amount // 100)
        except shadw.LimitError:
            pass
    assert sum(accounts.balances().tolist()) + accounts.burned == accounts.minted
    assert accounts.minted == econ.supply_after(accounts.blocks, halve_every_blocks=50)
    assert not hasattr(accounts, "mint")


def test_money_takes_no_floats_and_modes_have_names():
    with pytest.raises(TypeError):
        econ.exact_buy_cost(0.0, 1, [1, 2, 4, 8], 1000)
    with pytest.raises(TypeError):
        econ.exact_buy_cost(0, 1, [1.0, 2, 4, 8], 1000)
    with pytest.raises(shadw.InvalidArgumentError, match="need one of: corrected"):
        econ.bezier_price(0.5, [1, 2, 4, 8], "literal")


def test_prices_in_place_are_the_same(rng):
    ts = rng.random(100_000)
    expected = econ.bezier_price(ts, [1, 2, 4, 8])
    assert econ.bezier_price(ts, [1, 2, 4, 8], out=ts) is ts
    assert np.array_equal(ts, expected)
    with pytest.raises(shadw.InvalidArgumentError, match=r"got t 1\.5.*\(at index 5000\)"):
        ts = np.full(10_000, 0.25)
        ts[5000] = 1.5
        econ.bezier_price(ts, [1, 2, 4, 8], out=ts)
