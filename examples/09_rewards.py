# SPDX-License-Identifier: Apache-2.0
"""Rewards a million participants to the last unit, streams a rent, and asks whether cheating
pays and how long data lives."""

import numpy as np

from shadw import econ

TOKEN = econ.BASE_UNITS_PER_TOKEN

# A block's reward by the square roots of reputations, in exact integers.
reputations = np.arange(1, 1_000_001, dtype=np.uint64)
shares, paid, burned, carried = econ.split_by_sqrt(50 * TOKEN, reputations, "burn")
print(f"{paid} base units paid, {burned} burned by rounding down")
assert shares.sum() == paid and paid + burned + carried == 50 * TOKEN

# Two providers earn by the block until the deposit is gone.
escrow = econ.EscrowAccount(height=0)
escrow.deposit(1000)
fast, slow = escrow.open_payment(7, height=0), escrow.open_payment(4, height=0)
escrow.settle(height=200)
print(f"{escrow.state}: {escrow.withdraw(fast, 200)} and {escrow.withdraw(slow, 200)}")
assert escrow.withdrawn == 1000

# Does it pay to cheat? By expectations, and by a million draws.
honest = econ.expected_net(500, 1, 100, -50)
print(f"honesty pays while a cheat loses {econ.breakeven_loss(10_000, 10, 200, honest)}")
law = econ.Distribution
net, error = econ.simulate_net(
    law.lognormal(3, 0.5), law.exponential(4), law.normal(2, 0.5), law.uniform(-1, 3), seed=7
)
print(f"simulated net gain {net:.3f} +- {error:.3f}")

# 29 of 80 shards on nodes that stay half a year: what earlier repair is worth.
repair_at = np.array([35, 40, 45, 52])
nines = econ.lazy_repair_nines(29, repair_at, 80, 182.5)
print("nines by repair threshold:", dict(zip(repair_at.tolist(), nines.round(1).tolist())))
assert (np.diff(nines) > 0).all()
