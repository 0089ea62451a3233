# SPDX-License-Identifier: Apache-2.0
"""A year of trade between a hundred thousand honest parties, and what it costs ten others to
look as good by paying each other; then EigenTrust, which does not believe them."""

import numpy as np

from shadw import reputation

PARTIES, TOKEN, DAY = 100_000, 10**9, 86_400 * 10**9
book = reputation.ReputationBook(PARTIES, keep_log=True)
rng = np.random.default_rng(7)
payers = np.arange(PARTIES, dtype=np.uint32)
for week in range(4):
    now = 20_000 * DAY + 7 * week * DAY
    book.pay(now, payers, rng.permutation(payers), rng.integers(50, 150, PARTIES) * TOKEN)
    book.age(now, 1000)
units = book.units()
print(f"an honest party has {units.mean() / 1e9:.2f} points on average")
log = book.log()
assert (book.replay(log).units() == units).all() and len(log["party"]) > PARTIES

ring = reputation.fake_payments(members=10, windows=52)
points, tokens = ring["gained"] / 1e9, ring["lost"] / 1e9
print(f"a ring of 10 buys {points:.0f} points for {tokens:.0f} tokens of fees")
assert ring["tokens_per_point"] >= 1

sybils = reputation.sybil_trust(seed=7, sybils=1000)
print(f"1000 sybils among 1000 honest nodes have {sybils['sybil_share']:.2%} of all trust")
assert sybils["sybil_share"] <= sybils["bound"]
