# SPDX-License-Identifier: Apache-2.0
"""Sells a service along a bonding curve, buys it back, and bills what was used of it."""

import numpy as np

from shadw import econ

TOKEN = econ.BASE_UNITS_PER_TOKEN
points = [TOKEN, 2 * TOKEN, 4 * TOKEN, 8 * TOKEN]

at_once = econ.exact_buy_cost(0, 500, points, 1000)
one_by_one = econ.exact_buy_cost(np.arange(500), 1, points, 1000)
back = econ.exact_sell_refund(500, 500, points, 1000, fee_bps=200)
print(f"500 units cost {at_once} base units at once and one by one; 2 % less come back: {back}")
assert at_once == one_by_one.sum()

# A million points of the curve as one call, and of the form that the papers print.
t = np.linspace(0, 1, 1_000_001)
corrected = econ.bezier_price(t, [1, 2, 4, 8])
printed = econ.bezier_price(t, [1, 2, 4, 8], mode="paper_literal")
print(f"halfway a unit costs {corrected[500_000]}; as printed, {printed[500_000]}")
assert (np.diff(corrected) > 0).all() and printed[500_000] == 1.875

meter = econ.Meter([(50_000_000, 3_600)])  # a core-second
meter.add(0, np.full(1000, 7))
total, _ = meter.close()
print(f"7000 core-seconds cost {total}; all there ever is: {econ.supply_after(7_560_000)}")
assert total == 97_222_223
